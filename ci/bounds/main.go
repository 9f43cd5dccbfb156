// Command bounds holds benchmarks against what is asked of weir. It reads the output of go test -bench, as it is or with other lines
// between, and prints one line for every bound:
//
//	name  value  ratio  bound  met|not met
//
// Benchmarks that belong together ran in turn, round by round, and have a dimension round=N in their names. A value is the median over
// the rounds. A ratio is to the bare loop of the same round, and the median of these ratios counts; behind it stand the least and the
// greatest. So a machine that drifts drifts for both. A bound that is not met is a finding and no error; the exit code is 1 when one was
// not measured.
//
//	go test -bench '^BenchmarkCounter' -benchtime 1x ./backends | go run ./ci/bounds Counter
//
// The arguments are the benchmarks whose bounds are wanted, without Benchmark; none means all.
//
// Not here: what is measured. The benchmarks are where the code is that they measure.
//
// To add a bound, add a line to asked.
package main

import (
	"fmt"
	"os"
	"slices"
)

func main() {
	rows, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bounds:", err)
		os.Exit(1)
	}
	if !judge(os.Stdout, asked(), rows, os.Args[1:]) {
		os.Exit(1)
	}
}

// A bound is asked of one metric of a benchmark, or of the ratio of that to the same metric of a bare loop.
type bound struct {
	bench  string // its name, without Benchmark and without the round
	metric string
	bare   string // the name of the loop that runs beside it; "" when none does
	on     part
	limit  float64
}

// part is what of a benchmark is bounded.
type part int

const (
	ratioAtLeast part = iota
	valueAtLeast
	valueAtMost
)

// asked are the bounds of weir.
func asked() []bound {
	all := []bound{
		counter("heap", "hot", "batch=1024", ratioAtLeast, 0.8),
		counter("heap", "uniform", "batch=1024", ratioAtLeast, 1.6),
		none(counter("heap", "hot", "batch=1024", valueAtMost, 0)),
		none(counter("heap", "uniform", "batch=1024", valueAtMost, 0)),
	}
	for _, lsm := range []string{"pebble", "rocksdb"} {
		all = append(all,
			counter(lsm, "hot", "batch=1", ratioAtLeast, 0.9),
			counter(lsm, "uniform", "batch=1", ratioAtLeast, 0.9),
			counter(lsm, "hot", "batch=1024", ratioAtLeast, 1.4),
			counter(lsm, "hot", "batch=1024/keep=16384", ratioAtLeast, 2.5),
			counter(lsm, "uniform", "batch=1024", ratioAtLeast, 0.95),
			none(counter(lsm, "hot", "batch=1024", valueAtMost, 0)),
			none(counter(lsm, "hot", "batch=1024/keep=16384", valueAtMost, 0)),
			none(counter(lsm, "uniform", "batch=1024", valueAtMost, 0)),
		)
	}
	const snapshot, pipeline = "Snapshot/backend=heap/entries=1000000/", "Pipeline/backend=heap/batch=1024/"
	off, on := pipeline+"parallelism=1/history=off", pipeline+"parallelism=1/history=on"
	all = append(all,
		bound{snapshot + "copy=on-write", "pause-ms", snapshot + "copy=all", valueAtMost, 1},
		bound{off, "rec/s", pipeline + "loop=bare", valueAtLeast, 10e6},
		bound{off, "rec/s", pipeline + "loop=bare", ratioAtLeast, 0.5},
		none(bound{off, "", "", valueAtMost, 0}),
		bound{on, "rec/s", pipeline + "loop=bare", valueAtLeast, 3e6},
		bound{"Recorded/backend=heap/workload=count/history=on", "rec/s", "Recorded/backend=heap/workload=count/history=off", valueAtLeast, 3e6},
	)
	all = slices.Concat(all, operations(), appending(), timers(), sliding())
	for _, four := range []string{"Scenario/backend=heap/sources=2/tasks=2/", "Scenario/backend=heap/sources=1/tasks=4/"} {
		all = append(all,
			bound{four + "judge=oracles", "scenarios/s", four + "judge=none", valueAtLeast, 500},
			bound{four + "judge=all", "scenarios/s", four + "judge=none", valueAtLeast, 100},
		)
	}
	return append(all,
		bound{"Check/search=porcupine", "ops/s", "Check/loop=bare", valueAtLeast, 300e3},
	)
}

func counter(backend, keys, way string, on part, limit float64) bound {
	group := "Counter/backend=" + backend + "/keys=" + keys + "/"
	return bound{group + way, "rec/s", group + "loop=bare", on, limit}
}

// none asks for no allocation per record. What is left over many records, a buffer that grew, rounds to none.
func none(b bound) bound {
	b.metric, b.bare, b.on, b.limit = "allocs/rec", "", valueAtMost, 0.0005
	return b
}

// operations are held against the same without weir: on the heap in batches, in an ordered store one at a time, and there in batches, too,
// where keys repeat and the batch has what to gain.
func operations() (all []bound) {
	ask := func(backend, op, keys, way string, limit float64) {
		group := "Operations/backend=" + backend + "/op=" + op + "/keys=" + keys + "/"
		all = append(all, bound{group + way, "calls/s", group + "loop=bare", ratioAtLeast, limit})
	}
	repeat := []string{"valueGet", "valueUpdate", "listGet", "listGetAndIterate", "listUpdate", "listAppend", "listAddAll",
		"mapGet", "mapContains", "mapIsEmpty", "mapKeys", "mapValues", "mapEntries", "mapIterator", "mapUpdate", "mapPutAll", "mapRemove"}
	for _, op := range repeat {
		ask("heap", op, "uniform", "batch=1024", 0.8)
		for _, lsm := range []string{"pebble", "rocksdb"} {
			ask(lsm, op, "hot", "batch=1", 0.9)
			ask(lsm, op, "hot", "batch=1024", 1)
		}
	}
	for _, op := range []string{"valueAdd", "listAdd", "mapAdd"} {
		ask("heap", op, "new", "batch=1024", 0.8)
		for _, lsm := range []string{"pebble", "rocksdb"} {
			ask(lsm, op, "new", "batch=1", 0.9)
		}
	}
	return all
}

// appending is to a list of an ordered store, held against reading it and writing all of it again.
func appending() (all []bound) {
	for _, lsm := range []string{"pebble", "rocksdb"} {
		for _, elements := range []string{"1", "16", "256"} {
			group := "Append/backend=" + lsm + "/elements=" + elements + "/look="
			all = append(all, bound{group + "never/by=tables", "rec/s", group + "never/by=rewrite", ratioAtLeast, 1})
			if elements != "256" { // a list that is looked at every time is decoded as well, which the bare loop leaves out
				all = append(all, bound{group + "always/by=tables", "rec/s", group + "always/by=rewrite", ratioAtLeast, 0.9})
			}
		}
	}
	return all
}

// timers are held against a 4-ary heap with a set, and against a database as a queue that is walked and deleted from key by key.
func timers() (all []bound) {
	ask := func(backend, op, way string, limit float64) {
		group := "Timers/backend=" + backend + "/op=" + op + "/"
		all = append(all, bound{group + way, "timers/s", group + "loop=bare", ratioAtLeast, limit})
	}
	ask("heap", "register", "batch=1024", 0.7)
	ask("heap", "fire", "batch=64", 0.7)
	for _, lsm := range []string{"pebble", "rocksdb"} {
		ask(lsm, "register", "batch=1024", 0.85)
		ask(lsm, "fire", "batch=64", 0.75)
	}
	return all
}

// sliding is windows that overlap ten times.
func sliding() []bound {
	const load = "/overlap=10/keys=10000/batch=1024"
	all := []bound{{"Sliding/backend=heap" + load, "rec/s", "Sliding/loop=bare" + load, valueAtLeast, 1e6}}
	for _, lsm := range []string{"pebble", "rocksdb"} {
		all = append(all, bound{"Sliding/backend=" + lsm + "/keep=131072" + load, "rec/s", "Sliding/loop=bare" + load, valueAtLeast, 130e3})
	}
	return all
}
