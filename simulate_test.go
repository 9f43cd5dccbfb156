package weir

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/broken"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/linearizability"
)

// One seed gives the same checkpoints on every backend: the same offsets, and the same state, of each kind.
func TestSameCutsOnEveryBackend(t *testing.T) {
	for _, c := range []struct {
		name  string
		seeds int
	}{
		{"count", scale(40, 200)}, {"many-timers", scale(40, 200)}, {"long-windows", scale(40, 200)},
		{"broadcast-rules", scale(8, 100)}, {"dedup-ttl", scale(8, 100)}, {"list-append", scale(8, 100)}, {"map-profile", scale(8, 100)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sims []*simulator
			for _, b := range testBackends() {
				sims = append(sims, simulatorOf(t, jobCell(b, c.name, nil), SimOptions{Faults: 3}))
			}
			cuts := int64(0)
			for seed := range uint64(c.seeds) {
				var hs []*linearizability.History
				for _, s := range sims {
					run, err := s.run(seed)
					if err != nil {
						t.Fatal(err)
					}
					hs = append(hs, run.evidence.History)
				}
				v := linearizability.CompareCuts(hs)
				cuts += v.Judged
				if n := len(hs[0].Cuts) * (len(hs) - 1); v.Result != linearizability.Pass && n > 0 || v.Judged != int64(n) {
					t.Fatalf("seed %d: %s: %s; %d checkpoints compared, want %d", seed, v.Result, v.Reason, v.Judged, n)
				}
			}
			if t.Logf("%d seeds, %d checkpoints compared", c.seeds, cuts); cuts == 0 {
				t.Error("nothing was compared")
			}
		})
	}
}

func simulated(t *testing.T, c Catalog, yaml string, seeds int, change func(*Cell)) *Results {
	t.Helper()
	return ran(t, c, yaml, RunOptions{Sim: true, Seeds: seeds, FirstSeed: 1}, change)
}

// ran runs all cells of a scenario, which is called test.yaml, in a folder of the test's unless another is asked for.
func ran(t *testing.T, c Catalog, yaml string, o RunOptions, change func(*Cell)) *Results {
	t.Helper()
	parsed, err := Parse("test.yaml", []byte(yaml), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parsed.Plan(c, PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Cells {
		change(&p.Cells[i])
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if o.Out == "" {
		o.Out = t.TempDir()
	}
	res, err := Run(ctx, c, p, o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// Parameters that do not fit together are refused before anything runs, simulated as live, in the same words; what fits runs, though a simulated
// input is smaller.
func TestSimulationOfMisfits(t *testing.T) {
	for workload, refused := range map[string]string{
		"type: map-profile, fields: 20, loaded: 15":                           "",
		"type: map-profile, fields: 20, loaded: 21":                           "loaded 21 of 20 fields; want at most all",
		"type: long-windows, window: cumulate, time: processing":              "function aggregate with time processing; want ",
		"type: dedup-ttl, kind: list, renew: true, update: on-read-and-write": "kind list, renew true and update on-read-and-write: ",
		"type: count, distribution: file, keys_path: /nonexistent/keys.txt":   "open the keys: ",
	} {
		s, err := Parse("test.yaml", []byte("workload: {"+workload+"}\nmatrix: {state.backend.type: [heap]}\nconfig: {execution.checkpointing.interval: 50 ms}\nrun: {repetitions: 1}\n"), testCatalog(), nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Plan(testCatalog(), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, sim := range []bool{true, false} {
			if refused == "" && !sim {
				continue
			}
			r, err := Run(t.Context(), testCatalog(), p, RunOptions{Out: t.TempDir(), Sim: sim, Seeds: 2})
			var bad *BadInput
			switch {
			case refused == "" && err != nil:
				t.Errorf("%s: %v, want it to run", workload, err)
			case refused != "" && (r != nil || !errors.As(err, &bad) || !strings.Contains(err.Error(), refused)):
				t.Errorf("%s, simulated: %v: %v, want bad input: %s", workload, sim, err, refused)
			}
			said = append(said, fmt.Sprint(err))
		}
		if said[0] != said[len(said)-1] {
			t.Errorf("%s: simulated %q, live %q", workload, said[0], said[1])
		}
	}
}

// asIs leaves a cell as it is.
func asIs(*Cell) {}

const twoBackends = `version: 1
name: two
matrix:
  state.backend.type: [hashmap, pebble]
config:
  parallelism.default: 2
  execution.checkpointing.interval: 100 ms
workload: {type: count, records: 1k, keys: 10}
readers: {clients: 2, every: 20 ms}
`

func digestOf(c *CellResult) CheckResult {
	for _, k := range c.Checks {
		if k.Name == "digest" {
			return k
		}
	}
	return CheckResult{}
}

// weir run --sim holds what checkpoints hold on one backend against the other, seed by seed, and says so; a backend that holds something
// else fails, in both cells.
func TestSimulatedCellsAreCompared(t *testing.T) {
	res := simulated(t, testCatalog(), twoBackends, 20, asIs)
	for i := range res.Cells {
		c := &res.Cells[i]
		if d := digestOf(c); c.Verdict != "pass" || !strings.Contains(d.Reason, "checkpoints of 20 seeds hold the same on") {
			t.Errorf("%s is %s, digest %+v", c.Name, c.Verdict, d)
		}
	}
	c := testCatalog()
	c.Backends[0].Open = func(BackendOptions) (backends.Backend, error) {
		return broken.Forgetful(heap.Backend{}, 5, func() {}), nil
	}
	res = simulated(t, c, twoBackends, 5, asIs)
	for i := range res.Cells {
		c := &res.Cells[i]
		if d := digestOf(c); c.Verdict != "fail" || d.Verdict != "fail" {
			t.Errorf("beside a backend that forgets, %s is %s, digest %+v", c.Name, c.Verdict, d)
		}
	}
	if d := digestOf(&res.Cells[1]); !strings.Contains(d.Reason, "beside heap, seed ") {
		t.Errorf("pebble's digest says %q", d.Reason)
	}
}

// A cell in which a seed is undecided for another reason than that nothing happened is not passed.
func TestUndecidedSeedIsNoPass(t *testing.T) {
	res := simulated(t, testCatalog(), twoBackends, 5, func(c *Cell) { c.CheckTimeout = 1 })
	for i := range res.Cells {
		if c := &res.Cells[i]; c.Verdict != "undecided" || c.Sim.Undecided == 0 {
			t.Errorf("%s is %s with %+v, want undecided", c.Name, c.Verdict, c.Sim)
		}
	}
	if res.Verdict != "undecided" || res.Exit != 11 {
		t.Errorf("the run is %s, exit %d; want undecided, 11", res.Verdict, res.Exit)
	}
}

// What seeds say is folded into a cell's verdict; a vacuous one is counted apart, and an undecided one leaves the cell undecided.
func TestSeedsMakeACellsVerdict(t *testing.T) {
	seed := func(struck int, r linearizability.Result, reason string) *seedRun {
		return &seedRun{evidence: &Evidence{Recoveries: make([]RecoveryTimes, 1), History: &linearizability.History{Strikes: []linearizability.Strike{{Struck: struck}}}},
			verdicts: []linearizability.Verdict{{Check: "digest", Result: r, Reason: reason}}}
	}
	passed, late := seed(1, linearizability.Pass, "fine"), seed(1, linearizability.Undecided, "porcupine did not decide")
	vacuous, failed := seed(1, linearizability.Undecided, "not exercised: nobody read"), seed(1, linearizability.Fail, "broken")
	for _, c := range []struct {
		seeds                              []*seedRun
		want                               string
		passed, undecided, vacuous, failed int
	}{
		{[]*seedRun{passed, passed}, "pass", 2, 0, 0, 0},
		{[]*seedRun{passed, vacuous}, "pass", 1, 0, 1, 0},
		{[]*seedRun{passed, seed(0, linearizability.Pass, "calm")}, "pass", 1, 0, 1, 0},
		{[]*seedRun{passed, late}, "undecided", 1, 1, 0, 0},
		{[]*seedRun{vacuous, vacuous}, "undecided", 0, 0, 2, 0},
		{[]*seedRun{passed, late, failed}, "fail", 1, 1, 0, 1},
		{nil, "undecided", 0, 0, 0, 0},
	} {
		out, cr := &SimResult{}, &cellRuns{}
		for _, run := range c.seeds {
			out.take(run, &Cell{}, cr)
		}
		if got := verdict(mergeChecks(cr.out.Checks)); got != c.want || out.Passed != c.passed || out.Undecided != c.undecided || out.Vacuous != c.vacuous || out.Failed != c.failed {
			t.Errorf("%s of %+v; want %+v", got, out, c)
		}
	}
}

// Where timers are kept changes nothing of what a run does and leaves: no check objects, and the checkpoints are those of the heap.
func TestTimersOnTheHeap(t *testing.T) {
	seeds := scale(30, 200)
	for _, b := range testBackends() {
		if b == "heap" {
			continue
		}
		sims := []*simulator{simulatorOf(t, jobCell("heap", "many-timers", nil), SimOptions{Faults: 3, Porcupine: true})}
		for _, place := range []backends.TimerPlace{backends.TimersInStore, backends.TimersOnHeap, backends.TimersPinned} {
			cell := jobCell(b, "many-timers", nil)
			cell.Timers = place
			sims = append(sims, simulatorOf(t, cell, SimOptions{Faults: 3, Porcupine: true}))
		}
		for seed := range uint64(seeds) {
			var hs []*linearizability.History
			for i, s := range sims {
				run, err := s.run(seed)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range run.verdicts {
					if v.Result == linearizability.Fail {
						t.Fatalf("%s, place %d, seed %d: %s fails: %s", b, i, seed, v.Check, v.Reason)
					}
				}
				hs = append(hs, run.evidence.History)
			}
			if v := linearizability.CompareCuts(hs); v.Result != linearizability.Pass && len(hs[0].Cuts) > 0 {
				t.Fatalf("%s, seed %d: %s: %s", b, seed, v.Result, v.Reason)
			}
		}
	}
}

// The place of timers is an axis of cells, by Flink's key, and a plan says so; what only pins them is an option of ours.
func TestPlaceOfTimersIsAnAxis(t *testing.T) {
	parsed, err := Parse("timers.yaml", []byte(`version: 1
matrix:
  state.backend.rocksdb.timer-service.factory: [ROCKSDB, heap]
config:
  state.backend.type: pebble
  execution.checkpointing.interval: 100 ms
workload: {type: many-timers, records: 1k}
`), testCatalog(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parsed.Plan(testCatalog(), PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := Explain(&text, p); err != nil {
		t.Fatal(err)
	}
	if len(p.Cells) != 2 || p.Cells[0].Timers != backends.TimersInStore || p.Cells[1].Timers != backends.TimersOnHeap {
		t.Errorf("the cells are %+v, want one with timers in the store and one with timers on the heap", p.Cells)
	}
	if !strings.Contains(text.String(), "timers HEAP") || !strings.Contains(text.String(), "timer-service.factory  HEAP") {
		t.Errorf("explained is\n%s\nwant timers HEAP, and the key with its value", text.String())
	}
	for _, c := range []struct {
		config string
		want   backends.TimerPlace
		warned int
	}{
		{"{run.pin_timers: true, state.backend.rocksdb.timer-service.factory: HEAP}", backends.TimersPinned, 0},
		{"{run.pin_timers: true}", backends.TimersInStore, 1},
	} {
		var d []string
		for part := range strings.SplitSeq(strings.Trim(c.config, "{}"), ", ") {
			d = append(d, strings.ReplaceAll(part, ": ", "="))
		}
		parsed, err := Parse("timers.yaml", []byte("version: 1\nconfig: {state.backend.type: pebble, execution.checkpointing.interval: 100 ms}\nworkload: {type: many-timers, records: 1k}\n"), testCatalog(), d)
		if err != nil {
			t.Fatal(err)
		}
		p, err := parsed.Plan(testCatalog(), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if p.Cells[0].Timers != c.want || len(p.Warnings) != c.warned {
			t.Errorf("%s: timers %q, warnings %q; want %q and %d", c.config, p.Cells[0].Timers, p.Warnings, c.want, c.warned)
		}
	}
}
