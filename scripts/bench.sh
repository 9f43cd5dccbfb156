#!/usr/bin/env bash
# bench.sh measures weir against its bounds, on this machine and on a release build of RocksDB: state access beside the bare loops of
# the same run, the live pipeline, simulated scenarios, the checker. What is printed last are the bounds, one a line:
#
#   bound  value  ratio  met|not met
#
# A bound that is not met is a finding, not an error: the exit code is 1 only when something could not be measured.
#
#   scripts/bench.sh            all of it
#   scripts/bench.sh backends   only benchmarks of folders whose name begins so
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=${GOTOOLCHAIN:-local}

settings=$(scripts/rocksdb.sh)
eval "$settings"
tags=(-tags 'rocksdb grocksdb_clean_link')
only=${1:-}
log=$(mktemp "${TMPDIR:-/tmp}/weir-bench.XXXXXX")
trap 'rm -f "$log"' EXIT
code=0

# bench FOLDER BENCHMARK runs one benchmark; that there is none is an error.
bench() {
	if [[ $1 != "$only"* ]]; then
		return
	fi
	if ! go test "${tags[@]}" -list "^Benchmark$2" "./$1" | grep -q '^Benchmark'; then
		echo "bench: no Benchmark$2 in $1" | tee -a "$log" >&2
		code=1
		return
	fi
	echo "bench: $1 $2" >&2
	go test "${tags[@]}" -run '^$' -bench "^Benchmark$2" -benchmem -timeout 60m "./$1" | tee -a "$log" || code=1
}

bench backends Bounds
bench engine/live Pipeline
bench engine/sim Scenario
bench linearizability Check

printf '\n'
go version
sed -n 's/^cpu: //p' "$log" | sort -u
if ! grep -hE '(^|[[:space:]])(not met|met)[[:space:]]*$' "$log"; then
	echo "bench: no bound was printed" >&2
	code=1
fi
exit $code
