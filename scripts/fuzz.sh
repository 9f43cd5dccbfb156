#!/usr/bin/env bash
# fuzz.sh gives every fuzz target a while: `scripts/fuzz.sh 10m`, and 20 s each when nothing is said. What breaks a target is left in the
# testdata/fuzz of its room, where its test reads it from then on: it goes into the commit of the fix. `go test` runs the seeds alone.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=${GOTOOLCHAIN:-local} CGO_ENABLED=0

grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9]+' . | sort | while IFS=: read -r file _ target; do
	go test "$(dirname "$file")" -run '^$' -fuzz "^${target#func }\$" -fuzztime "${1:-20s}" </dev/null
done
