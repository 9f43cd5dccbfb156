package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
	e "github.com/weirbench/weir/engine"
)

// timedNote notes by a timer of each key, far away.
func timedNote(s *tables.Scope[uint64]) (func(string), func() string, error) {
	t, err := tables.OpenTimers(s, "note", tables.None{})
	return func(string) { t.Register(1<<40, backends.Void{}) }, func() string {
		if _, some := t.Head(); some {
			return "a timer"
		}
		return ""
	}, err
}

// beside is a backend with its timers on the heap.
type beside struct{ backends.Backend }

func (b beside) Open(o backends.Options) (backends.Store, error) {
	o.Timers = backends.TimersOnHeap
	return b.Backend.Open(o)
}

// A checkpoint whose timers are in the store is refused where they would be beside it on the heap, unless that is asked for; the other way round, and
// from one backend to another, its timers are there.
func TestRestoreTimersInAnotherPlace(t *testing.T) {
	for name, b := range every.Ordered(kv.Options{}) {
		for what, c := range map[string]struct {
			from, to backends.Backend
			move     bool
			planted  string
			refused  bool
		}{
			"store to heap":             {b, beside{b}, false, "", true},
			"store to heap, unchecked":  {b, beside{b}, false, "moved-not-checked", false},
			"store to heap, as we can":  {b, beside{b}, true, "", false},
			"heap to store":             {beside{b}, b, false, "", false},
			"store to the heap backend": {b, heap.Backend{}, false, "", false},
			"as it was":                 {beside{b}, beside{b}, false, "", false},
		} {
			mem := blobs.NewMemory()
			if _, d := attempt(t, mem, c.from, spec(), 1, timedNote, 1<<20); !d.over {
				t.Fatal(name, what, d.err)
			}
			s := spec()
			s.MoveTimers, s.Planted = c.move, &e.Planted{Name: c.planted}
			notes, d := attempt(t, mem, c.to, s, 2, timedNote, 1<<20)
			var fatal *e.Fatal
			switch {
			case c.refused && (!errors.As(d.err, &fatal) || !strings.Contains(d.err.Error(), "the timers of state note are in the store there, and on the heap in this job")):
				t.Errorf("%s, %s: %v, want it refused", name, what, d.err)
			case !c.refused && (d.err != nil || notes[0] != "a timer"):
				t.Errorf("%s, %s: %v with %v, want a timer", name, what, d.err, notes)
			}
		}
	}
}
