package weir

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

func newSimulator(t testing.TB, backend string, o SimOptions) *simulator {
	t.Helper()
	return simulatorOf(t, simCell(backend), o)
}

func simulatorOf(t testing.TB, cell *Cell, o SimOptions) *simulator {
	t.Helper()
	c := testCatalog()
	s, err := c.simulator(cell, t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Whatever strikes, no check sees anything wrong, and on few seeds nothing happens.
func TestCleanSeeds(t *testing.T) {
	seeds := map[string]int{"heap": scale(1200, 100_000), "pebble": scale(150, 1000), "rocksdb": scale(100, 1000)}
	timers := map[string]int{"heap": scale(400, 5000), "pebble": scale(60, 1000), "rocksdb": scale(50, 1000)}
	for _, b := range testBackends() {
		t.Run(b, func(t *testing.T) { t.Parallel(); cleanSeeds(t, simCell(b), seeds[b]) })
		t.Run(b+"-timers", func(t *testing.T) { t.Parallel(); cleanSeeds(t, jobCell(b, "many-timers", nil), timers[b]) })
	}
}

func cleanSeeds(t *testing.T, cell *Cell, n int) {
	s := simulatorOf(t, cell, SimOptions{Faults: 3, Porcupine: true})
	vacuous, struck := 0, 0
	for seed := range n {
		run, err := s.run(uint64(seed))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, v := range run.verdicts {
			if v.Result == linearizability.Fail || v.Result == linearizability.Undecided && !run.vacuous() {
				t.Fatalf("seed %d: %s is %s: %s (faults %v)", seed, v.Check, v.Result, v.Reason, run.faults)
			}
		}
		if run.vacuous() {
			vacuous++
		}
		for _, x := range run.evidence.History.Strikes {
			struck += x.Struck
		}
	}
	t.Logf("%d seeds, %d faults struck, %d vacuous", n, struck, vacuous)
	if vacuous*20 >= n {
		t.Errorf("%d of %d seeds are vacuous, want less than 5 %%", vacuous, n)
	}
}

// A fault that the plan addresses at a later checkpoint is one that a small input comes to, and none is missed because a drawn one came first.
func TestFaultsOfThePlanAreReached(t *testing.T) {
	for _, at := range []int64{2, 3} {
		t.Run(fmt.Sprint("checkpoint ", at), func(t *testing.T) {
			t.Parallel()
			cell := simCell("heap")
			cell.Faults = []faults.Spec{{Do: "kill", At: engine.AtUploaded, Checkpoint: at, Target: "task/0"}}
			cleanSeeds(t, cell, scale(300, 3000))
			if cell.Faults[0].Maybe {
				t.Error("the fault of the plan is a maybe now")
			}
		})
	}
}

// What the pilot saw strike behind the place of a drawn fault may not come to strike; what it never saw strike is demanded as ever.
func TestOvertakenFaults(t *testing.T) {
	plan := []faults.Spec{{Note: "before"}, {Note: "behind"}, {Note: "never"}, {Note: "in the step before"}, {Note: "by the clock, before"}}
	pilot := []linearizability.Strike{{Struck: 1, At: 5, Call: 50}, {Struck: 1, At: 7, Call: 70}, {}, {Struck: 1, At: 6, Call: 60}, {Struck: 1, At: 6}}
	got := overtaken(plan, pilot, &address{at: 6, call: 62})
	for i := range got {
		if want := i == 1; got[i].Maybe != want {
			t.Errorf("%s: maybe is %v, want %v", got[i].Note, got[i].Maybe, want)
		}
	}
	if got := overtaken(plan, pilot, nil); got[1].Maybe {
		t.Error("without a drawn fault one of the plan is a maybe")
	}
}

// The same plan gives the same history, on every backend; another seed or another record gives another.
func TestSamePlanSameHistory(t *testing.T) {
	for _, b := range testBackends() {
		t.Run(b, func(t *testing.T) { sameHistories(t, simCell(b), scale(6, 20), scale(4, 100)) })
		t.Run(b+"-two-inputs", func(t *testing.T) { sameHistories(t, jobCell(b, "interval-join", nil), scale(4, 10), scale(2, 10)) })
	}
}

func sameHistories(t *testing.T, cell *Cell, seeds, reps int) {
	seen := map[uint64]uint64{}
	for seed := range uint64(seeds) {
		var want uint64
		for rep := range reps {
			run, err := simulatorOf(t, cell, SimOptions{Faults: 3, Porcupine: true}).run(seed)
			if err != nil {
				t.Fatal(err)
			}
			if rep == 0 {
				want = run.evidence.Trace
			}
			if run.evidence.Trace != want {
				t.Fatalf("seed %d, repetition %d: trace %016x, want %016x", seed, rep, run.evidence.Trace, want)
			}
		}
		if other, ok := seen[want]; ok {
			t.Errorf("seeds %d and %d have the trace %016x", seed, other, want)
		}
		seen[want] = seed
	}
}

// One record that is another gives another history.
func TestOneRecordChangesTheTrace(t *testing.T) {
	trace := func(origin string) uint64 {
		t.Helper()
		var csv strings.Builder
		csv.WriteString("time,origin,destination,delay_min,distance_mi\n")
		for i := range 120 {
			from := []string{"ATL", "BOS", "DFW"}[i%3]
			if i == 60 {
				from = origin
			}
			fmt.Fprintf(&csv, "2001-01-01T%02d:%02d:00,%s,SFO,5,100\n", i/60, i%60, from)
		}
		path := filepath.Join(t.TempDir(), "flights.csv")
		if err := os.WriteFile(path, []byte(csv.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		c := testCatalog()
		cell := simCell("heap")
		cell.Workload, cell.Params = "flights", map[string]string{"path": path}
		cell.Batch, cell.Interval, cell.Timeout, cell.Retained, cell.Concurrent, cell.ReadEvery = 4, micros(60), micros(100_000), 2, 1, micros(30)
		cell.Restart = engine.Restart{Strategy: "none"}
		s, err := c.simulator(cell, "", SimOptions{Fixed: true})
		if err != nil {
			t.Fatal(err)
		}
		run, err := s.run(1)
		if err != nil {
			t.Fatal(err)
		}
		return run.evidence.Trace
	}
	if a, b := trace("ATL"), trace("ATL"); a != b {
		t.Errorf("the same input gives the traces %016x and %016x", a, b)
	}
	if a, b := trace("ATL"), trace("BOS"); a == b {
		t.Errorf("one record is another, and the trace is %016x still", a)
	}
}

// Every planted bug is found by a check that should find it, and the same seeds are clean without it; what is legal is not found.
func TestKillTable(t *testing.T) {
	for _, b := range testBackends() {
		t.Run(b, func(t *testing.T) {
			o := KillOptions{Backends: []string{b}, Seeds: 25, Rare: 500}
			table, err := KillTable(context.Background(), testCatalog(), o)
			if err != nil {
				t.Fatal(err)
			}
			planted := 0
			for i := range table {
				if k := &table[i]; !k.OK() {
					t.Errorf("%s on %s: killed by %q at seed %d of %d, %d hits, control %s", k.Mutant, k.Place(), k.By, k.First, k.Budget, k.Hits, k.Control)
				} else if !k.Benign && k.NotHere == "" {
					planted++
				}
			}
			if planted < 16 {
				t.Errorf("%d planted bugs killed, want at least 16", planted)
			}
			var text strings.Builder
			if err := WriteKillTable(&text, table); err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + text.String())
		})
	}
}

// The committed kill table names every mutant there is.
func TestKillTableIsCommitted(t *testing.T) {
	b, err := os.ReadFile("docs/kill-table.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants() {
		if !strings.Contains(string(b), "| "+m.Name+" |") {
			t.Errorf("docs/kill-table.md does not name %s; make it again with go run ./ci/kills", m.Name)
		}
	}
}
