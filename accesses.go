package weir

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// StateAccesses are what a job asked of one of its states in one run, what was applied again after a recovery included. A call of the operator
// counts once, whatever the backend does to answer it.
type StateAccesses struct {
	State string `json:"state"`
	Kind  string `json:"kind"` // value, list, map, timers
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
	states []tables.Accesses
	last   map[[2]int64]tables.Census // by epoch and machine
	made   int64                      // records that were given to operators, again too
	fired  []int64                    // timers, by bin of binMicros
}

func (a *accesses) add(m *engine.Moment, c *tables.Census) {
	if a.last == nil {
		a.last = map[[2]int64]tables.Census{}
	}
	who := [2]int64{m.Epoch, int64(m.Machine)}
	last := a.last[who]
	a.made += c.Records - last.Records
	last.Records = c.Records
	for i := range c.States {
		s := &c.States[i]
		if i >= len(last.States) {
			last.States = append(last.States, tables.Accesses{State: s.State, Kind: s.Kind})
		}
		sum := a.of(s)
		for k := range s.N {
			n := s.N[k] - last.States[i].N[k]
			sum.N[k] += n
			if tables.AccessKind(k) == tables.Fired && n > 0 {
				a.fire(m.At, n)
			}
		}
		last.States[i].N = s.N
	}
	a.last[who] = last
}

func (a *accesses) of(s *tables.Accesses) *tables.Accesses {
	for i := range a.states {
		if a.states[i].State == s.State {
			return &a.states[i]
		}
	}
	a.states = append(a.states, tables.Accesses{State: s.State, Kind: s.Kind})
	return &a.states[len(a.states)-1]
}

func (a *accesses) fire(at, n int64) {
	for bin := int(at / binMicros); bin >= len(a.fired); {
		a.fired = append(a.fired, 0)
	}
	a.fired[at/binMicros] += n
}

// results are the states that were asked for anything.
func (a *accesses) results() (all []StateAccesses) {
	kinds := map[backends.Kind]string{backends.ValueKind: "value", backends.ListKind: "list", backends.MapKind: "map", backends.TimerKind: "timers"}
	for i := range a.states {
		s := StateAccesses{State: a.states[i].State, Kind: kinds[a.states[i].Kind], N: map[string]int64{}}
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
