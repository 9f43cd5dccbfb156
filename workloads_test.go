package weir

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/weirbench/weir/engine/sim"
	"github.com/weirbench/weir/linearizability"
)

// A variant is a workload with parameters, small enough for a test, and the checks that are there for it.
type variant struct {
	name, workload string
	params         map[string]string
	passes         string // a check that must pass; "": none but those of all jobs
	sources        int    // of a live run
}

// dry makes a partition run dry, and idle soon after.
func dry(params map[string]string) map[string]string {
	all := map[string]string{"dry_parts": "1", "dry_at": "30", "silent_for": "2k", "idle_after": "20"}
	maps.Copy(all, params)
	return all
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
		windows("by the clock", map[string]string{"time": "processing", "function": "list", "size": "20k", "slide": "10k"}),
		windows("session by the clock", map[string]string{"time": "processing", "function": "list", "window": "session", "gap": "1k"}),
		{"long-windows late", "long-windows", map[string]string{"window": "session", "late": "0.1", "lateness": "700", "out_of_order": "100"}, "windows", 1},
		{"window-join", "window-join", nil, "windows", 2},
		{"interval-join", "interval-join", map[string]string{"before": "2k", "after": "3k"}, "windows", 2},
		{"continuous-join", "continuous-join", nil, "windows", 2},
		windows("dry", dry(nil)),
		windows("dry session", dry(map[string]string{"window": "session", "function": "list"})),
		{"window-join dry", "window-join", dry(nil), "windows", 2},
		{"interval-join dry", "interval-join", dry(map[string]string{"before": "2k", "after": "3k"}), "windows", 2},
		{"many-timers dry", "many-timers", dry(nil), "timers", 2},
		{"many-timers out of order", "many-timers", map[string]string{"out_of_order": "200", "delay": "300", "deletes": "40"}, "timers", 2},
		{"many-timers out of order, dry", "many-timers", dry(map[string]string{"out_of_order": "100", "burst": "50"}), "timers", 2},
		{"many-timers by the clock", "many-timers", map[string]string{"time": "processing", "bursts": "per-key"}, "timers", 2},
		{"broadcast-rules dry", "broadcast-rules", dry(nil), "watermarks", 2},
		{"list-append", "list-append", map[string]string{"reads": "0.3", "element_sizes": "lognormal"}, "digest", 2},
		{"map-profile", "map-profile", map[string]string{"removes": "0.2", "scans": "0.2", "value_sizes": "uniform", "value_size": "40"}, "digest", 2},
		{"large-state", "large-state", map[string]string{"value_sizes": "lognormal", "updates": "0.3"}, "digest", 2},
		{"dedup-ttl", "dedup-ttl", nil, "ttl", 2},
		{"broadcast-rules", "broadcast-rules", nil, "digest", 2},
		{"count idle", "count", idleParams(), "", 2},
		{"count silent", "count", map[string]string{"event_time": "true", "silent_every": "50", "silent_for": "100"}, "", 2},
		{"dedup-ttl renewed", "dedup-ttl", map[string]string{"renew": "true"}, "ttl", 2},
		{"dedup-ttl read", "dedup-ttl", map[string]string{"update": "on-read-and-write", "cleanup": "incremental"}, "ttl", 2},
		{"dedup-ttl list", "dedup-ttl", map[string]string{"kind": "list", "renew": "true", "visibility": "if-not-cleaned-up", "cleanup": "full-snapshot"}, "ttl", 2},
		{"dedup-ttl map", "dedup-ttl", map[string]string{"kind": "map", "update": "on-read-and-write", "visibility": "if-not-cleaned-up", "cleanup": "compaction"}, "ttl", 2},
	}
}

// Silences that are long for a live run are short in a simulated one, which would not come to its end.
func TestLongSilencesSimulated(t *testing.T) {
	cleanSeeds(t, jobCell("heap", "long-windows", map[string]string{"dry_parts": "1", "dry_at": "50k", "silent_for": "1G", "idle_after": "100k"}), scale(30, 500))
}

// An idle input that holds the watermark back is seen in jobs whose output waits for it.
func TestIdleInputsOfOtherJobs(t *testing.T) {
	for _, w := range variants() {
		if w.params["dry_parts"] != "" {
			killedBy(t, jobCell("heap", w.workload, w.params), "idle-holds-watermark", "watermarks")
		}
	}
}

// What is wrong with windows of processing time is seen in what they tell, though nobody knows which records are together in one.
func TestWindowsByTheClockBroken(t *testing.T) {
	for _, kind := range []string{"sliding", "tumbling", "session"} {
		killedBy(t, jobCell("heap", "long-windows", map[string]string{"time": "processing", "function": "list", "window": kind}), "processing-timer-fires-early", "windows")
	}
}

// So is what a join without windows does wrong.
func TestContinuousJoinBroken(t *testing.T) {
	killedBy(t, jobCell("heap", "continuous-join", nil), "duplicated-record", "windows")
}

// State with a TTL of every kind is missed when a restore drops it.
func TestLostTTLOfEveryKind(t *testing.T) {
	i := slices.IndexFunc(mutants(), func(m mutant) bool { return m.Name == "ttl-lost-at-restore" })
	for _, params := range []map[string]string{{"kind": "list"}, {"kind": "map"}, {"life": "300"}, {"life": "1M"}} {
		m := mutants()[i]
		m.params = params
		foundBy(t, m, "heap", "ttl")
	}
}

// A life that a cell gives is simulated, unless no small run would see its end. Else it is drawn: lives that outlive a recovery, and lives that end
// within the run.
func TestSimulatedLives(t *testing.T) {
	for life, want := range map[string][]int64{"300": {300}, "3k": {3000}, "": {30, 300, 1000, 3000}, "2M": {30, 300, 1000, 3000}} {
		params := map[string]string{"life": life}
		if life == "" {
			params = nil
		}
		s := simulatorOf(t, jobCell("heap", "dedup-ttl", params), SimOptions{})
		var got []int64
		for seed := range uint64(40) {
			_, sub, err := s.draw(sim.Random(seed))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, sub.job.Expires.LifeUs)
		}
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("a life of %q: %v are simulated, want %v", life, got, want)
		}
	}
}

// A live run with a crash asks that something outlives it, where the job has what expires.
func TestLiveRunsAskForWhatOutlives(t *testing.T) {
	for _, c := range []struct {
		workload, fault string
		want            bool
	}{{"dedup-ttl", "{at: checkpoint.uploaded, do: kill}", true}, {"dedup-ttl", "{at: checkpoint.uploaded, do: kill, maybe: true}", false}, {"count", "{at: checkpoint.uploaded, do: kill}", false}} {
		cell := jobCell("heap", c.workload, map[string]string{"records": "10", "keys": "3"})
		cell.Faults = parsed(t, c.fault)
		cat := testCatalog()
		job, err := cat.open(cell, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := cell.history(newSubject(job)).Demands.Outlived; got != c.want {
			t.Errorf("%s with %s: demanded is %v, want %v", c.workload, c.fault, got, c.want)
		}
	}
}

// killedBy fails unless a check finds a mutant on one of 25 seeds of a cell.
func killedBy(t *testing.T, cell *Cell, mutant, check string) {
	t.Helper()
	s := simulatorOf(t, cell, SimOptions{Faults: 3, Mutant: mutant})
	killed, hits := false, int64(0)
	for seed := uint64(0); seed < 25 && !killed; seed++ {
		run, err := s.run(seed)
		if err != nil {
			t.Fatal(err)
		}
		hits += run.mutant
		killed = slices.ContainsFunc(run.verdicts, func(v linearizability.Verdict) bool {
			return v.Check == check && v.Result == linearizability.Fail
		})
	}
	if !killed || hits == 0 {
		t.Errorf("%s %v: %s struck %d times on 25 seeds, and %s did not see it", cell.Workload, cell.Params, mutant, hits, check)
	}
}

// Whatever strikes a job of any kind, no check sees anything wrong.
func TestCleanSeedsOfWorkloads(t *testing.T) {
	seeds := map[string]int{"heap": scale(40, 150), "pebble": scale(12, 40), "rocksdb": scale(12, 40)}
	for _, b := range testBackends() {
		for _, w := range variants() {
			t.Run(b+" "+w.name, func(t *testing.T) { t.Parallel(); cleanSeeds(t, jobCell(b, w.workload, w.params), seeds[b]) })
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
				cell.Params["records"], cell.Params["life"] = "15000", "1k"
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

// A live run that ends before its input does is judged by what it read: windows tell what came to them by then.
func TestWindowsOfARunThatEndsEarly(t *testing.T) {
	cell := liveCell("heap")
	cell.Workload, cell.Duration = "long-windows", 400*time.Millisecond
	cell.Params = map[string]string{"keys": "300", "records": "30M", "function": "list", "out_of_order": "100"}
	ev, verdicts := lived(t, cell, 1)
	if ev.History.Demands.Records == 30_000_000 {
		t.Fatal("all of it was read in 400 ms: give the run more records, or this says nothing")
	}
	for _, v := range verdicts {
		if v.Check == "windows" && v.Result != linearizability.Pass {
			t.Errorf("%s is %s: %s", v.Check, v.Result, v.Reason)
		}
	}
	noFailure(t, cell, verdicts)
}
