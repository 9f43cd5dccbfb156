package kv_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

var places = []backends.TimerPlace{backends.TimersInStore, backends.TimersOnHeap, backends.TimersPinned}

// A store with its timers on the heap is a backend as any other.
func TestHeapTimersBackend(t *testing.T) {
	for _, place := range places[1:] {
		t.Run(string(place), func(t *testing.T) {
			backendtest.Run(t, func(t *testing.T, o backends.Options) backends.Store {
				return kv.Open(backendtest.NewPlain(), o.Groups, kv.Options{Timers: place})
			})
		})
	}
}

// counted is a namespace that counts how often it is written.
type counted struct {
	tables.Uint64
	n *atomic.Int64
}

func (c counted) Append(b []byte, v uint64) []byte {
	c.n.Add(1)
	return c.Uint64.Append(b, v)
}

type rung struct {
	store  backends.Store
	scope  *tables.Scope[uint64]
	timers tables.Timers[uint64, uint64]
	count  tables.Value[backends.Void, uint64]
}

func ring(t *testing.T, s backends.Store, n *atomic.Int64) *rung {
	t.Helper()
	r := &rung{store: s, scope: &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(16)}}
	var err1, err2 error
	r.timers, err1 = tables.OpenTimers(r.scope, "alarms", counted{n: n})
	r.count, err2 = tables.OpenValue(r.scope, "count", tables.None{}, tables.Uint64{})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	t.Cleanup(func() { s.Close() })
	return r
}

// batch registers a timer of every key at a time, and counts.
func (r *rung) batch(t *testing.T, at int64, keys int) {
	t.Helper()
	all := make([]uint64, keys)
	for i := range all {
		all[i] = uint64(i)
	}
	r.scope.Fill(all)
	r.store.Begin()
	for i := range all {
		r.scope.Keys.At = i
		r.timers.Register(at, uint64(i)%3)
		r.count.Set(backends.Void{}, uint64(at))
	}
	if err := r.store.End(); err != nil {
		t.Fatal(err)
	}
}

func (r *rung) snapshot(t *testing.T) backends.Snapshot {
	t.Helper()
	f, err := r.store.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Timers on the heap beside a store over bytes are written in the synchronous half of a snapshot: each of them, as on Flink. Those in the store
// are not, and neither are those that are only pinned.
func TestHeapTimersAreWrittenWhileTheTaskWaits(t *testing.T) {
	for _, n := range []int{100, 1000} {
		for place, want := range map[backends.TimerPlace]int64{backends.TimersInStore: 0, backends.TimersOnHeap: int64(n), backends.TimersPinned: 0} {
			var written atomic.Int64
			r := ring(t, kv.Open(backendtest.NewPlain(), backends.Groups{Last: 15}, kv.Options{Timers: place}), &written)
			r.batch(t, 50, n)
			before := written.Load()
			f := r.snapshot(t)
			if got := written.Load() - before; got != want {
				t.Errorf("%d timers, place %q: Snapshot wrote %d of them, want %d", n, place, got, want)
			}
			f.Close()
		}
	}
}

func entriesOf(t *testing.T, f backends.Snapshot) (all []string) {
	t.Helper()
	for g := range 16 {
		if err := f.Each(g, func(e *backends.Entry) error {
			all = append(all, fmt.Sprintf("%d %s %x %x", e.Group, e.State, e.Key, e.Value))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

// A snapshot of any place for timers restores into any other, and into the heap, entry by entry; and it holds what there was.
func TestHeapTimersRestoreAnywhere(t *testing.T) {
	open := func(place backends.TimerPlace) backends.Store {
		return kv.Open(backendtest.NewPlain(), backends.Groups{Last: 15}, kv.Options{Timers: place})
	}
	onHeap := func(backends.TimerPlace) backends.Store {
		s, _ := heap.Backend{}.Open(backends.Options{Groups: backends.Groups{Last: 15}})
		return s
	}
	for _, from := range places {
		for to, name := range append(slices.Clone(places), "the heap backend") {
			var n atomic.Int64
			r := ring(t, open(from), &n)
			r.batch(t, 50, 40)
			f := r.snapshot(t)
			r.batch(t, 60, 40) // behind it
			want := entriesOf(t, f)
			into := open
			if to == len(places) {
				into = onHeap
			}
			back := ring(t, into(name), &n)
			for g := range 16 {
				if err := f.Each(g, back.store.Restore); err != nil {
					t.Fatal(err)
				}
			}
			f.Close()
			back.store.Begin()
			if err := back.store.End(); err != nil {
				t.Fatal(err)
			}
			again := back.snapshot(t)
			if got := entriesOf(t, again); !slices.Equal(got, want) || len(want) != 80 {
				t.Errorf("%q into %q: %d entries, want the %d that there were", from, name, len(got), len(want))
			}
			again.Close()
			back.store.Begin()
			if due := back.timers.Pop(59, room(100)); len(due) != 40 {
				t.Errorf("%q into %q: %d timers are due, want 40", from, name, len(due))
			}
			if err := back.store.End(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func room(n int) []backends.Timer[uint64, uint64] {
	return make([]backends.Timer[uint64, uint64], 0, n)
}
