#!/usr/bin/env bash
# bench.sh measures weir against its bounds, on this machine and on a release build of RocksDB: state access beside the bare loops of
# the same run, timers, windows, the live pipeline, simulated scenarios, the checker. What is printed last are the bounds, one a line (see ci/bounds):
#
#   name  value  ratio  bound  met|not met
#
# Before them stands every measurement, in the format of go test -bench. A bound that is not met is a finding, not an error: the exit
# code is 1 only when something could not be measured.
#
#   scripts/bench.sh                    all of it; Counter and Operations alone take seven minutes
#   scripts/bench.sh Counter Pipeline   only these
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=${GOTOOLCHAIN:-local}

# Every benchmark, and what go test is told: a folder and flags. They run in turn within, round by round, so each once.
benchmark() {
	case $1 in
	Snapshot | Timers) echo "-benchmem ./backends" ;;
	Counter | Operations | Append | SynchronousHalf) echo "./backends" ;;
	Sliding) echo "./engine/window" ;;
	Pipeline) echo "-benchmem ./engine/live" ;;
	Recorded) echo "-benchmem ." ;;
	Scenario) echo "-benchmem -cpu 1 ." ;; # the bound is for one core
	Check) echo "./linearizability" ;;
	*) echo "bench: there is no benchmark $1; there are Counter Snapshot Operations Append Timers SynchronousHalf Sliding Pipeline Recorded Scenario Check" >&2 && exit 2 ;;
	esac
}

if [ $# -eq 0 ]; then
	set -- Counter Snapshot Operations Append Timers SynchronousHalf Sliding Pipeline Recorded Scenario Check
fi
for name; do
	benchmark "$name" >/dev/null
done

settings=$(scripts/rocksdb.sh)
eval "$settings"
tags=(-tags 'rocksdb grocksdb_clean_link')
log=$(mktemp "${TMPDIR:-/tmp}/weir-bench.XXXXXX")
trap 'rm -f "$log"' EXIT
code=0

for name; do
	echo "bench: $name" >&2
	read -ra args <<<"$(benchmark "$name")"
	go test "${tags[@]}" -run '^$' -bench "^Benchmark$name\$" -benchtime 1x -timeout 60m "${args[@]}" | tee -a "$log" || code=1
done

printf '\n'
go version
sed -n 's/^cpu: //p' "$log" | sort -u
go run ./ci/bounds "$@" <"$log" || code=1
exit $code
