# The targets that people need; `make help` lists them.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
BUILD   := CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)'
TOOL    := go tool -modfile=.tools/tools.mod
LINT    := $(TOOL) golangci-lint
GOTEST  := $(TOOL) gotestsum --format pkgname --format-hide-empty-pkg --hide-summary=skipped --
# The race detector needs a C compiler; without one, `make test` does without it.
RACE    := $(if $(shell command -v gcc || command -v clang),race)
# What a lot's node takes leaves the demo out.
NODE    := -tags node
DIST    := dist/lotsync-linux-amd64 dist/lotsync-linux-arm64 dist/lotsync-linux-armv7
FUZZTIME ?= 30s

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: build demo test unit race lint fmt fuzz bench controlplane dist $(DIST) image clean help

build: ## the agent for this machine, as bin/lotsync
	@echo "build: bin/lotsync (about a minute the first time, then seconds)"
	@$(BUILD) -o bin/lotsync ./cmd/lotsync

demo: build ## the whole story on this machine; KUBECONFIG=… uses a cluster of yours
	@bin/lotsync demo $(if $(filter command%,$(origin KUBECONFIG)),--kubeconfig '$(KUBECONFIG)')

test: controlplane lint $(RACE) ## everything: lint, race detector, tests on a real API server
	@cd test/controlplane && CGO_ENABLED=0 go test -trimpath ./hollow/...
	@echo "test: every test (some start a control plane: a package may take minutes)"
	@$(GOTEST) -timeout 40m ./...

unit: ## the quick tests only: no control plane, seconds when warm
	@$(GOTEST) -short ./...

race: ## the quick tests under the race detector
	@echo "race: the quick tests under the race detector (builds everything again the first time)"
	@CGO_ENABLED=1 $(GOTEST) -race -short -timeout 20m ./...

lint: ## golangci-lint (built the first time: a minute or two)
	@echo "lint: golangci-lint (the first time, it is built: a minute or two)"
	@$(LINT) run --allow-serial-runners ./...

fmt: ## format all Go files
	@$(LINT) fmt ./...
	@$(TOOL) gofumpt -l -w test/controlplane test/bench/gogit

fuzz: ## each fuzz target for FUZZTIME (30s)
	@for file in $$(grep -rl --include='*_test.go' '^func Fuzz' . | sort); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$file); do \
			echo "fuzz: $$target in $$(dirname $$file)"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$(dirname $$file) || exit 1; \
		done; \
	done

bench: controlplane ## what following a fleet costs; BENCH='-o markdown' writes docs/BENCH.md
	@echo "bench: fleets of 12, 600 and 6000 lots (five minutes)"
	@go run ./test/bench/cmd $(BENCH)

controlplane: ## build the tests' Kubernetes control plane (minutes, once)
	@echo "controlplane: a real kube-apiserver for the tests (about six minutes, once; then nothing)"
	@go run ./test/cluster/up -build

dist: $(DIST) ## the agent for a lot's node: linux on amd64, arm64, armv7

dist/lotsync-linux-amd64: export GOARCH = amd64
dist/lotsync-linux-arm64: export GOARCH = arm64
dist/lotsync-linux-armv7: export GOARCH = arm
dist/lotsync-linux-armv7: export GOARM = 7
$(DIST):
	@echo "dist: $@"
	@GOOS=linux $(BUILD) $(NODE) -o $@ ./cmd/lotsync

image: dist ## a container image of the three, with buildah or docker
	@VERSION='$(VERSION)' sh manifests/image.sh

clean: ## remove what was built here (the caches of Go and the control plane stay)
	@rm -rf bin dist

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
