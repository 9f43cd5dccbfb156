package weir

import (
	"maps"
	"testing"

	"github.com/weirbench/weir/linearizability"
)

// A variant is a workload with parameters, small enough for a test, and the checks that are there for it.
type variant struct {
	name, workload string
	params         map[string]string
	passes         string // a check that must pass; "": none but those of all jobs
	sources        int    // of a live run
}

func variants() []variant {
	windows := func(name string, params map[string]string) variant {
		return variant{"long-windows " + name, "long-windows", params, "windows", 2}
	}
	return []variant{
		windows("sliding", map[string]string{"function": "list"}),
		windows("session", map[string]string{"window": "session"}),
		windows("session purge", map[string]string{"window": "session", "trigger": "fire-and-purge", "function": "list"}),
		windows("cumulate", map[string]string{"window": "cumulate", "trigger": "fire-and-purge"}),
		windows("tumbling", map[string]string{"window": "tumbling"}),
		{"long-windows late", "long-windows", map[string]string{"window": "session", "late": "0.1", "lateness": "700", "out_of_order": "100"}, "windows", 1},
		{"dedup-ttl", "dedup-ttl", map[string]string{"life": "2k"}, "ttl", 2},
		{"dedup-ttl renewed", "dedup-ttl", map[string]string{"life": "1k", "renew": "true"}, "ttl", 2},
	}
}

// Whatever strikes a job of any kind, no check sees anything wrong.
func TestCleanSeedsOfWorkloads(t *testing.T) {
	seeds := map[string]int{"heap": scale(100, 5000), "pebble": scale(25, 300), "rocksdb": scale(25, 300)}
	for _, b := range testBackends() {
		for _, w := range variants() {
			t.Run(b+" "+w.name, func(t *testing.T) { cleanSeeds(t, jobCell(b, w.workload, w.params), seeds[b]) })
		}
	}
}

// Live, on goroutines and real files, with a crash, jobs of every kind pass.
func TestLiveWorkloads(t *testing.T) {
	for _, b := range testBackends() {
		for _, w := range variants() {
			t.Run(b+" "+w.name, func(t *testing.T) {
				cell := liveCell(b)
				cell.Workload, cell.Sources = w.workload, w.sources
				cell.Params = maps.Clone(cell.Params)
				maps.Copy(cell.Params, w.params)
				cell.Faults = parsed(t, "{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0, maybe: true}")
				_, verdicts := lived(t, cell, 1)
				for _, v := range verdicts {
					if v.Result == linearizability.Fail || v.Check == w.passes && v.Result != linearizability.Pass {
						t.Errorf("%s is %s: %s", v.Check, v.Result, v.Reason)
					}
				}
			})
		}
	}
}
