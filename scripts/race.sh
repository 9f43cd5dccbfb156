#!/usr/bin/env bash
# race.sh tests with the race detector what has goroutines, on all three backends. `make test` has run everything without it before: under it all
# is ten times as slow, and it can only find what two goroutines do. So it leaves out
#
#   - rooms that start none (that the engine, its state and the workloads do not is a rule of ci; the report is drawn by one),
#   - and of the others the tests below, each of which steps on one goroutine through simulations, random programs, histories that were
#     corrupted, plans and folders that are bad.
#
# What is new is tested unless somebody writes it in here. Further flags are for go test.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=${GOTOOLCHAIN:-local} CGO_ENABLED=1
tags='rocksdb grocksdb_clean_link'

still='/(engine/(sim|state|window)|workloads|reports)(/|$)'
alone=(
	TestKillTable TestCleanSeeds TestSameCutsOnEveryBackend TestSamePlanSameHistory TestFaultsOfThePlanAreReached TestTimersOnTheHeap
	TestJobsAtLeastOnce TestAtLeastOnce TestTimerBugsAreFound TestSimulatedCellsAreCompared TestLongSilencesSimulated TestLostTTLOfEveryKind
	TestLiveWorkloads/pebble # checks itself under the detector and keeps the stack of every iterator; TestLiveUnderFaults has it
	TestPresetsReport        # reads the reports of jobs that TestLiveWorkloads has

	TestTTLPrograms
	TestBackendWithTimersOnTheHeap/heap TestHeapTimersBackend/heap # as pinned, but that no snapshot reads beside the task

	TestCorruptionsAreNoticed TestBlindCheckersAreNoticed TestStoreDamaged TestCutsChangeNothing TestBenignChanges TestStrangeHistories

	'TestScripts/(rot|check|flags|folders|report|commands|full)$' TestDamagedRuns TestUnusualFlights TestBadFlights

	# Clauses of backends/backendtest, at last: they match a part of the name of every test, and go test then looks at no pattern behind them.
	'/(ttl-)?random-program$' '//(ttl-)?random-program$'
)
all=$(go list -tags "$tags" ./...)
mapfile -t rooms < <(grep -vE "$still" <<<"$all")
IFS='|'
exec go test -race -vet=off -timeout 30m -tags "$tags" -skip "${alone[*]}" "$@" "${rooms[@]}"
