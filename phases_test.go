package weir

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
)

// Sources read ahead: a phase lasts until what was read in it is applied, and one that follows a fault begins with the crash. What comes back after
// a recovery changes nothing.
func TestStretches(t *testing.T) {
	var s stretches
	s.begin([]engine.Phase{{Name: "fill"}, {Name: "settle", Idle: true}, {Name: "measure"}, {Name: "fault", Idle: true}, {Name: "recover"}}, 2)
	s.enter(0, 0, 0, 0)
	s.applied(0, 5, 500_000)
	s.enter(1, 0, 0, 1_000_000)
	s.enter(0, 1, 60, 1_100_000)
	s.enter(1, 1, 40, 1_100_000)
	s.applied(0, 55, 2_000_000)
	s.applied(1, 40, 3_000_000)
	s.enter(0, 2, 60, 3_500_000)
	s.applied(0, 20, 3_500_000) // nobody measures what is read before all are in a phase
	s.enter(1, 2, 40, 4_000_000)
	s.applied(0, 100, 5_000_000)
	s.enter(0, 3, 170, 6_000_000)
	s.enter(0, 4, 170, 6_000_000)
	s.crashed(6_500_000) // before the other one had read its share
	s.rewound([]int64{60, 40})
	s.down(500_000)
	s.enter(0, 2, 60, 7_000_000)
	s.applied(0, 110, 7_500_000)
	s.enter(1, 3, 90, 8_000_000)
	s.enter(1, 4, 90, 8_000_000)
	s.applied(1, 50, 8_500_000)
	s.enter(0, 5, 200, 9_000_000)
	s.enter(1, 5, 100, 9_000_000)
	s.applied(0, 30, 9_500_000)
	s.applied(1, 10, 10_000_000)
	s.applied(1, 7, 11_000_000)
	want := []Stretch{{"fill", 0, 3, 100, 0}, {"settle", 3, 4, 0, 0}, {"measure", 4, 6.5, 100, 0}, {"fault", 6.5, 6.5, 0, 0}, {"recover", 6.5, 10, 200, .5}}
	if !slices.Equal(s.all, want) {
		t.Fatalf("stretches %+v, want %+v", s.all, want)
	}
	if rate, ok := measured(s.all); !ok || rate != 40 {
		t.Errorf("measured %v, %v; want 40 records a second", rate, ok)
	}
	if _, ok := measured(s.all[:2]); ok {
		t.Errorf("a rate was measured though nothing was to be")
	}
}

// A crash that no phase asks for is within the phase that it falls into.
func TestStretchesOfACrash(t *testing.T) {
	var s stretches
	s.begin([]engine.Phase{{Name: "fill"}, {Name: "settle", Idle: true}, {Name: "measure"}}, 1)
	s.crashed(0)
	s.enter(0, 0, 0, 0)
	s.enter(0, 1, 60, 1_000_000)
	s.applied(0, 50, 2_000_000)
	s.crashed(3_000_000)
	s.rewound([]int64{20})
	s.applied(0, 40, 4_000_000)
	s.enter(0, 2, 60, 5_000_000)
	s.crashed(6_000_000)
	s.rewound([]int64{60})
	s.applied(0, 40, 7_000_000)
	s.close(7_000_000)
	if want := []Stretch{{"fill", 0, 4, 90, 0}, {"settle", 4, 5, 0, 0}, {"measure", 5, 7, 40, 0}}; !slices.Equal(s.all, want) {
		t.Errorf("stretches %+v, want %+v", s.all, want)
	}
}

// A fault may strike when one source has read all of a short phase and the other has not begun it. It is measured behind the recovery then.
func TestStretchesOfAHastySource(t *testing.T) {
	var s stretches
	s.begin([]engine.Phase{{Name: "fill"}, {Name: "measure"}, {Name: "fault", Idle: true}, {Name: "recover"}}, 2)
	s.enter(0, 0, 0, 0)
	s.enter(1, 0, 0, 0)
	s.applied(0, 10, 1_000_000)
	for phase, from := range []int64{0, 10, 20, 20} {
		s.enter(0, phase, from, 1_000_000)
	}
	s.crashed(2_000_000)
	s.rewound([]int64{0, 0})
	s.applied(1, 10, 3_000_000)
	s.enter(1, 1, 10, 3_000_000)
	s.applied(0, 20, 4_000_000)
	s.applied(1, 5, 5_000_000)
	s.enter(1, 2, 20, 5_000_000)
	s.enter(1, 3, 20, 5_000_000)
	s.applied(1, 5, 6_000_000)
	s.close(6_000_000)
	if want := []Stretch{{"fill", 0, 4, 40, 0}, {"measure", 4, 6, 10, 0}, {"fault", 6, 6, 0, 0}, {"recover", 6, 6, 0, 0}}; !slices.Equal(s.all, want) {
		t.Errorf("stretches %+v, want %+v", s.all, want)
	}
}

// Where a plan says what is to be measured, the rate of anything else is no throughput; where it does not, all of the run is.
func TestThroughputOfPhases(t *testing.T) {
	for _, c := range []struct {
		all    []Stretch
		phased bool
		want   []float64
	}{
		{nil, false, []float64{50}},
		{[]Stretch{{"fill", 0, 2, 100, 0}}, false, []float64{50}},
		{[]Stretch{{"fill", 0, 2, 100, 0}}, true, nil},
		{[]Stretch{{"fill", 0, 1.5, 80, 0}, {"measure", 1.5, 2, 20, 0}}, true, []float64{40}},
		{[]Stretch{{"fill", 0, 1.95, 100, 0}, {"measure", 1.95, 2, 0, 0}}, true, nil},
	} {
		var cell samples
		if cell.add(&Evidence{Rate: []int64{100}, Busy: 2, Stretches: c.all}, c.phased); !slices.Equal(cell.rate, c.want) {
			t.Errorf("%+v: rates %v, want %v", c.all, cell.rate, c.want)
		}
	}
}

// A run that never came to what was to be measured is undecided, and stays so when it is judged again. What is read in a phase is booked in it,
// though sources are in the next one long before it is applied.
func TestMeasureIsDemanded(t *testing.T) {
	src := `
name: phased
config: {execution.checkpointing.interval: 20 ms}
workload: {type: count, keys: 100, records: 100k}
phases: [{phase: fill, records: 20k}, {phase: settle, checkpoints: 1}, {phase: measure, records: 50k}]
run: {repetitions: 1}
`
	c := testCatalog()
	r := ran(t, c, src, RunOptions{}, asIs)
	all := r.Cells[0].Stretches
	if r.Verdict != "pass" || len(all) != 3 || all[0].Records != 20_000 || all[1].Records != 0 || all[2].Records != 50_000 {
		t.Errorf("%s, phases %+v; want a pass, with 20000 records filled and 50000 measured: %+v", r.Verdict, all, r.Cells[0].Checks)
	}
	slow := strings.NewReplacer("records: 20k", "records: 20k, rate: 20k/s", "repetitions: 1", "repetitions: 1, duration: 100 ms").Replace(src)
	out := t.TempDir()
	r = ran(t, c, slow, RunOptions{Out: out}, asIs)
	again, err := Recheck(t.Context(), c, filepath.Join(out, r.Run))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Results{r, again} {
		cell := &r.Cells[0]
		i := slices.IndexFunc(cell.Checks, func(k CheckResult) bool { return k.Name == "phases" })
		if r.Exit != 11 || cell.Verdict != "undecided" || cell.Throughput.N > 0 || i < 0 || !strings.Contains(cell.Checks[i].Reason, "the run ended before all sources read in one") {
			t.Errorf("exit %d, %s, %d throughputs, %+v; want 11, undecided, none, and why", r.Exit, cell.Verdict, cell.Throughput.N, cell.Checks)
		}
	}
}

// A fault phase is a fault that strikes where the phase begins; a simulation, which has no phases, has not that fault either.
func TestFaultPhase(t *testing.T) {
	src := "workload: {type: count}\nphases: [{phase: fill, records: 10k}, {phase: fault, do: kill, target: all}, {phase: drain}]\n"
	c := planOf(t, src, nil, PlanOptions{}).Cells[0]
	if len(c.Phases) != 3 || len(c.Faults) != 1 || c.Faults[0].At != engine.AtInputPhase || c.Faults[0].Checkpoint != 1 {
		t.Errorf("phases %+v, faults %+v; want a fault at phase 1", c.Phases, c.Faults)
	}
	line := c.Faults[0].String()
	back, err := faults.ParseSpec(line)
	if line != "{at: phase 2, do: kill, target: all}" || err != nil || back.At != engine.AtInputPhase || back.Checkpoint != 1 {
		t.Errorf("its line is %q, which reads as %+v, %v; want the second phase", line, back, err)
	}
	if got, want := said(c.Faults[0]), "every machine was killed at phase 2, fault"; got != want {
		t.Errorf("in words it is %q, want %q", got, want)
	}
	if c.unphased(); len(c.Phases) != 0 || len(c.Faults) != 0 {
		t.Errorf("phases %+v, faults %+v are left", c.Phases, c.Faults)
	}
}

// A size replaces values, axes and lists of the file; what the command line says besides wins by its place.
func TestSizes(t *testing.T) {
	src := `workload: {type: count, keys: 5}
matrix: {parallelism.default: [1, 2]}
sizes:
  small: {workload.keys: 3, parallelism.default: 4, "phases": [{phase: drain}]}
  full: {workload: {keys: 7}}
`
	small := planOf(t, src, []string{"size=small"}, PlanOptions{})
	if len(small.Cells) != 1 || settingOf(&small.Cells[0], "workload.keys") != "3 (--set)" || small.Cells[0].Parallelism != 4 || len(small.Cells[0].Phases) != 1 {
		t.Errorf("small: %d cells, keys %s", len(small.Cells), settingOf(&small.Cells[0], "workload.keys"))
	}
	full := planOf(t, src, []string{"size=full", "workload.keys=8"}, PlanOptions{})
	if len(full.Cells) != 2 || settingOf(&full.Cells[0], "workload.keys") != "8 (--set)" {
		t.Errorf("full: %d cells, keys %s", len(full.Cells), settingOf(&full.Cells[0], "workload.keys"))
	}
}

// What a cell's parameters say of its records is what its workload has, or more: by that, phases are refused that want more.
func TestRecordsAreKnown(t *testing.T) {
	c := testCatalog()
	for _, w := range c.Workloads {
		cell := Cell{Workload: w.Name, Sources: 2, Groups: 16, Params: map[string]string{}}
		for _, p := range w.Params {
			cell.Params[p.Name] = p.Default
		}
		if _, ok := cell.Params["records"]; !ok {
			continue
		}
		cell.Params["records"] = "300"
		job, err := c.open(&cell, 1, nil)
		if err != nil {
			t.Errorf("%s: %v", w.Name, err)
		} else if n, most := job.Input.Records(), cell.records(); n > most || most > 300 {
			t.Errorf("%s: %d records, %d by its parameters; want no more", w.Name, n, most)
		}
	}
	flights := Cell{Params: map[string]string{"records": "1k", "passes": "3"}}
	if n := flights.records(); n != 3000 {
		t.Errorf("three passes of 1000 records are %d, want 3000", n)
	}
}
