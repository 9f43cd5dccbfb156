package weir

import (
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// StateAccesses are what a job asked of one of its states in one run, what was applied again after a recovery included. A call of the operator
// counts once, whatever the backend does to answer it.
type StateAccesses struct {
	State string `json:"state"`
	Kind  string `json:"kind"` // value, list, map, timers
	// Aside: the job asks only so that it can be judged. It is not the work that the job stands for.
	Aside bool `json:"for_check,omitempty"`
	// N counts by what was asked: reads, of which misses found nothing, scans, writes, adds, removals; of timers registered, deleted, fired.
	N map[string]int64 `json:"n"`
}

// A SizeSample is the state as a completed checkpoint held it.
type SizeSample struct {
	At      float64 `json:"at_s"` // when it was triggered
	Entries int64   `json:"entries"`
	Bytes   int64   `json:"bytes"` // encoded, full
}

// accesses adds up what tasks tell of their states: each its own count since its attempt began.
type accesses struct {
	tally
	measured tally // of them those in the phases of the input that are to be measured
	tasks    map[[2]int64]*counted
	fired    []int64 // timers, by bin of binMicros
}

// counted is a task, by epoch and machine: where it counts, and what of that was added.
type counted struct {
	now  *tables.Census
	last tables.Census
}

type tally struct {
	states []tables.Accesses
	made   int64 // records that were given to operators, again too
}

// begin is told once of each task where it counts. Only in a step of the task that is observed is it known to stand still.
func (a *accesses) begin(m *engine.Moment, c *tables.Census) *counted {
	if a.tasks == nil {
		a.tasks = map[[2]int64]*counted{}
	}
	who := [2]int64{m.Epoch, int64(m.Machine)}
	t := a.tasks[who]
	if t == nil {
		t = &counted{now: c}
		a.tasks[who] = t
	}
	return t
}

// add takes what a task did since it was added last.
func (a *accesses) add(m *engine.Moment, t *counted, measuring bool) {
	sums := [2]*tally{&a.tally, nil}
	if measuring {
		sums[1] = &a.measured
	}
	for _, sum := range sums {
		if sum != nil {
			sum.made += t.now.Records - t.last.Records
		}
	}
	t.last.Records = t.now.Records
	for i := range t.now.States {
		s := &t.now.States[i]
		if i >= len(t.last.States) {
			t.last.States = append(t.last.States, tables.Accesses{})
		}
		last := &t.last.States[i]
		if s.N == last.N {
			continue
		}
		for _, sum := range sums {
			if sum != nil {
				sum.add(s, last)
			}
		}
		if n := s.N[tables.Fired] - last.N[tables.Fired]; n > 0 {
			a.fire(m.At, n)
		}
		last.N = s.N
	}
}

func (a *tally) add(s, last *tables.Accesses) {
	sum := a.of(s)
	for k := range s.N {
		sum.N[k] += s.N[k] - last.N[k]
	}
}

func (a *tally) of(s *tables.Accesses) *tables.Accesses {
	for i := range a.states {
		if a.states[i].State == s.State && a.states[i].Aside == s.Aside {
			return &a.states[i]
		}
	}
	a.states = append(a.states, tables.Accesses{State: s.State, Kind: s.Kind, Aside: s.Aside})
	return &a.states[len(a.states)-1]
}

func (a *accesses) fire(at, n int64) {
	for bin := int(at / binMicros); bin >= len(a.fired); {
		a.fired = append(a.fired, 0)
	}
	a.fired[at/binMicros] += n
}

// accessed is told by tasks at their start, at checkpoints, and now and then.
func (r *recorder) accessed(m *engine.Moment, c *tables.Census) {
	r.asked.add(m, r.asked.begin(m, c), r.measuring())
}

// worked looks at the count of a task that applied a batch, so that what it did in one phase of the input is not added to another.
func (r *recorder) worked(m *engine.Moment) {
	if len(r.input.phases) == 0 {
		return
	}
	if t := r.asked.tasks[[2]int64{m.Epoch, int64(m.Machine)}]; t != nil {
		r.asked.add(m, t, r.measuring())
	}
}

// measuring tells whether the run is in a phase of the input that is to be measured.
func (r *recorder) measuring() bool {
	k := len(r.input.all)
	return k > 0 && r.input.all[k-1].To < 0 && r.input.all[k-1].Name == measurePhase
}

// settleAccesses leaves those of the phases that are to be measured, where there are any, and marks the states that the job keeps for its judges.
func (r *recorder) settleAccesses(aside []string) {
	ev := r.ev
	if r.asked.measured.made > 0 {
		ev.Accesses, ev.Asking, ev.AskedIn = r.asked.measured.results(), r.asked.measured.made, measurePhase
	}
	for i := range ev.Accesses {
		s := &ev.Accesses[i]
		s.Aside = s.Aside || slices.Contains(aside, s.State)
	}
}

// results are the states that were asked for anything.
func (a *tally) results() (all []StateAccesses) {
	kinds := map[backends.Kind]string{backends.ValueKind: "value", backends.ListKind: "list", backends.MapKind: "map", backends.TimerKind: "timers"}
	for i := range a.states {
		s := StateAccesses{State: a.states[i].State, Kind: kinds[a.states[i].Kind], Aside: a.states[i].Aside, N: map[string]int64{}}
		for k, n := range a.states[i].N {
			if n != 0 {
				s.N[tables.AccessKind(k).String()] = n
			}
		}
		if len(s.N) > 0 {
			all = append(all, s)
		}
	}
	return all
}
