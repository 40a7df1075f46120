#!/bin/sh
# Builds the agent's image for each platform whose binary lies in dist/, with buildah or
# with docker. Nothing is downloaded, and nothing is pushed.
#
#   IMAGE      its name and tag         (lotsync/lotsync:dev)
#   PLATFORMS  what to build it for     (linux/amd64 linux/arm64 linux/arm/v7)
#   VERSION, REVISION                   (dev, and the checked out commit)
#   CA_BUNDLE  a file of PEM certificates to trust instead of the distribution's
#   BUILDER    buildah or docker        (the first that works)
set -eu
cd "$(dirname "$0")/.."

image=${IMAGE:-lotsync/lotsync:dev}
platforms=${PLATFORMS:-linux/amd64 linux/arm64 linux/arm/v7}
version=${VERSION:-dev}
revision=${REVISION:-$(git rev-parse HEAD 2>/dev/null || echo unknown)}
# The time of the commit: equal inputs give an equal image.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH

fail() {
	echo "image: $*" >&2
	exit 1
}

# suffix turns linux/arm/v7 into armv7, as the binaries are named.
suffix() {
	echo "${1#linux/}" | tr -d /
}

# The roots that Mozilla trusts, as the distribution's package has them: what the machine
# itself trusts besides (a company's proxy) has no place in an image.
ca_bundle() {
	if [ -n "${CA_BUNDLE:-}" ]; then
		cat "$CA_BUNDLE"
	elif [ -d /usr/share/ca-certificates/mozilla ]; then
		cat /usr/share/ca-certificates/mozilla/*.crt
	else
		fail "no CA certificates: install the ca-certificates package, or set CA_BUNDLE to a PEM file"
	fi
}

pick_builder() {
	if [ -n "${BUILDER:-}" ]; then
		echo "$BUILDER"
	elif command -v buildah >/dev/null; then
		echo buildah
	elif command -v docker >/dev/null && docker info >/dev/null 2>&1; then
		echo docker
	else
		fail "neither buildah nor a running docker is here: install one (Debian: apt-get install buildah)"
	fi
}

# One image a platform, and a manifest list over them. chroot isolation and a storage
# driver without a mount helper need neither a daemon nor user namespaces.
with_buildah() {
	storage=${STORAGE_DRIVER:-overlay}
	buildah --storage-driver "$storage" manifest rm "$image" >/dev/null 2>&1 || true
	buildah --storage-driver "$storage" manifest create "$image" >/dev/null
	for platform in $platforms; do
		arch=${platform#linux/}
		variant=${arch#"${arch%%/*}"}
		buildah --storage-driver "$storage" bud --isolation chroot --quiet \
			--platform "$platform" --timestamp "$SOURCE_DATE_EPOCH" --manifest "$image" \
			--build-arg TARGETVARIANT="${variant#/}" --build-arg VERSION="$version" --build-arg REVISION="$revision" . >/dev/null
		echo "image: $platform built"
	done
}

with_docker() {
	docker buildx build --platform "$(echo "$platforms" | tr ' ' ',')" --tag "$image" \
		--build-arg VERSION="$version" --build-arg REVISION="$revision" .
}

for platform in $platforms; do
	binary=dist/lotsync-linux-$(suffix "$platform")
	[ -x "$binary" ] || fail "$binary is missing: make image builds it first"
done
builder=$(pick_builder)
ca_bundle >dist/ca-certificates.crt
grep -q 'BEGIN CERTIFICATE' dist/ca-certificates.crt || fail "the CA bundle holds no certificate"
cp "$(go env GOROOT)/lib/time/zoneinfo.zip" dist/zoneinfo.zip || fail "Go's time zones are missing: is go installed whole?"
case $builder in
buildah) with_buildah ;;
docker) with_docker ;;
*) fail "BUILDER is $builder: buildah or docker" ;;
esac
echo "image: $image, with $builder; CA bundle sha256 $(sha256sum dist/ca-certificates.crt | cut -c1-16)"
