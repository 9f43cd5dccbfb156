package weir

import (
	"testing"

	"github.com/weirbench/weir/engine"
)

// A phase begins when the last source enters it; one that comes back after a recovery changes nothing.
func TestStretches(t *testing.T) {
	var s stretches
	s.begin([]engine.Phase{{Name: "fill"}, {Name: "fault"}, {Name: "measure"}}, 2)
	s.enter(0, 0, 0)
	s.applied(5) // nobody measures what is read before all are in a phase
	s.enter(1, 0, 1_000_000)
	s.applied(100)
	s.enter(0, 1, 2_000_000)
	s.enter(0, 2, 2_000_000)
	s.applied(10)
	s.enter(1, 1, 3_000_000)
	s.enter(1, 2, 3_000_000)
	s.applied(60)
	s.down(500_000)
	s.enter(0, 0, 4_000_000)
	s.applied(40)
	s.enter(0, 3, 5_000_000)
	s.enter(1, 3, 5_500_000)
	s.applied(7)
	want := []Stretch{{"fill", 1, 3, 110, 0}, {"fault", 3, 3, 0, 0}, {"measure", 3, 5.5, 100, .5}}
	for i := range want {
		if i >= len(s.all) || s.all[i] != want[i] {
			t.Fatalf("stretches %+v, want %+v", s.all, want)
		}
	}
	if rate, ok := measured(s.all); !ok || rate != 50 {
		t.Errorf("measured %v, %v; want 50 records a second", rate, ok)
	}
	if _, ok := measured(s.all[:2]); ok {
		t.Errorf("a rate was measured though nothing was to be")
	}
	var cell samples
	if cell.add(&Evidence{Rate: []int64{100}, Busy: 2, Stretches: []Stretch{{"fill", 0, 1.95, 100, 0}, {"measure", 1.95, 2, 0, 0}}}); len(cell.rate) != 0 {
		t.Errorf("rates %v of a phase in which nothing was seen to be read; want none", cell.rate)
	}
}

// A fault phase is a fault that strikes where the phase begins; a simulation, which has no phases, has not that fault either.
func TestFaultPhase(t *testing.T) {
	src := "workload: {type: count}\nphases: [{phase: fill, records: 10k}, {phase: fault, do: kill, target: all}, {phase: drain}]\n"
	c := planOf(t, src, nil, PlanOptions{}).Cells[0]
	if len(c.Phases) != 3 || len(c.Faults) != 1 || c.Faults[0].At != engine.AtInputPhase || c.Faults[0].Checkpoint != 1 {
		t.Errorf("phases %+v, faults %+v; want a fault at phase 1", c.Phases, c.Faults)
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
