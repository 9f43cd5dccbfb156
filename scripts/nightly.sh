#!/usr/bin/env bash
# nightly.sh runs in full what `make test` runs small: a hundred thousand simulated seeds instead of some hundred, all planted bugs on all
# backends, long random programs, ten million keys, and every fuzz target for a while. Tests look at WEIR_NIGHTLY for it. The last line sums all
# runs, as that of `make test` does.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=${GOTOOLCHAIN:-local} WEIR_NIGHTLY=1

exec env CGO_ENABLED=0 go run ./ci/tally \
	'scripts/fuzz.sh 10s' \
	"CGO_ENABLED=1 go test -json -vet=off -timeout 85m -tags 'rocksdb grocksdb_clean_link' ./..."
