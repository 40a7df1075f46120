# syntax=docker/dockerfile:1
# The agent, and nothing else: no shell, no packages, no builder. The binaries and the
# CA bundle are made beforehand (make image), so that building needs no network. The
# time zones are Go's own: a host has its system's.
FROM scratch
ARG TARGETARCH
ARG TARGETVARIANT
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="lotsync" \
      org.opencontainers.image.description="Keeps a parking lot's edge node in step with Git" \
      org.opencontainers.image.source="https://github.com/lotsync/lotsync" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY dist/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY dist/zoneinfo.zip /usr/share/zoneinfo.zip
ENV ZONEINFO=/usr/share/zoneinfo.zip
COPY --chmod=0755 dist/lotsync-linux-${TARGETARCH}${TARGETVARIANT} /lotsync
USER 65532:65532
EXPOSE 9464
ENTRYPOINT ["/lotsync"]
CMD ["run"]
