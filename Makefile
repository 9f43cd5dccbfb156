# weir, on a Debian 12 with Go and make: `make demo` shows what it does, `make test` says whether it holds.
# Targets install what they need, with sudo where that is needed, and only what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export GOTOOLCHAIN ?= local

GO   ?= go
# RocksDB is compiled in by a tag; the second one makes grocksdb link the library that is installed.
TAGS := -tags 'rocksdb grocksdb_clean_link'
ARGS ?=
# What a release build of RocksDB is made with, and linked with.
RELEASE := gcc g++ libc6-dev dpkg-dev cmake ninja-build liblz4-dev libsnappy-dev libzstd-dev zlib1g-dev debian-archive-keyring

.PHONY: help demo build test bench nightly rocksdb fmt

help: ## these lines
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' $(MAKEFILE_LIST) | expand -t 16

demo: build ## build with RocksDB, run the demo, say where the report is (ARGS=--broken: with a planted bug)
	bin/weir demo $(ARGS)

build: ## bin/weir, with all three backends
	@scripts/packages.sh || { echo 'weir: without RocksDB, heap and Pebble still run: CGO_ENABLED=0 $(GO) run ./cmd/weir demo' >&2; exit 1; }
	CGO_ENABLED=1 $(GO) build $(TAGS) -o bin/weir ./cmd/weir

# Three runs. First everything, on all three backends. Then, without cgo, what is different there: RocksDB is a stub that says what it wants. At
# last, with the race detector, what has goroutines. go vet has run before, so go test need not. The examples are modules of their own.
test: ## everything that must hold of a commit; the last line sums all runs
	@scripts/packages.sh
	@$(GO) run ./ci/tally \
		'unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .); printf %s "$$unformatted"; test -z "$$unformatted"' \
		"CGO_ENABLED=1 $(GO) vet $(TAGS) ./..." \
		"CGO_ENABLED=1 $(GO) test -json -vet=off -timeout 30m $(TAGS) ./..." \
		'for m in examples/*/; do (cd $$m && CGO_ENABLED=1 $(GO) vet ./...) || exit 1; done' \
		'for m in examples/*/; do (cd $$m && CGO_ENABLED=1 $(GO) test -json -vet=off -short -bench . -benchtime 1x ./...) || exit 1; done' \
		'CGO_ENABLED=0 $(GO) vet ./backends/... ./cmd/...' \
		'CGO_ENABLED=0 $(GO) test -json -vet=off ./backends/rocksdb ./cmd/weir' \
		'CGO_ENABLED=0 $(GO) test -json -vet=off -run "TestScripts/(run|sim)$$" ./cli' \
		'scripts/race.sh -json'

bench: ## bounds beside the bare loops of the same run: value, ratio, met or not met
	@scripts/packages.sh $(RELEASE)
	@scripts/bench.sh

nightly: ## what make test runs small, in full: allow it an hour and a half
	@scripts/packages.sh
	@scripts/nightly.sh

rocksdb: ## a release build of RocksDB, in the cache folder, for figures
	@scripts/packages.sh $(RELEASE)
	@scripts/rocksdb.sh

fmt: ## gofmt
	"$$($(GO) env GOROOT)/bin/gofmt" -l -w .
