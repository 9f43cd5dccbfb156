package heap_test

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
)

// counted counts what is made bytes of, or of bytes.
type counted[V comparable] struct {
	tables.Namespace[V]
	n *atomic.Int64
}

func (c counted[V]) Append(b []byte, v V) []byte {
	c.n.Add(1)
	return c.Namespace.Append(b, v)
}

func (c counted[V]) Decode(b []byte) (V, error) {
	c.n.Add(1)
	return c.Namespace.Decode(b)
}

// State on the heap is made bytes of when a snapshot is read, and never before; elsewhere at every turn.
func TestNoCodecIsCalledBeforeASnapshot(t *testing.T) {
	for name, b := range every.Backend() {
		s, err := b.Open(backends.Options{Groups: backends.Groups{Last: 15}})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var n atomic.Int64
		scope := &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(16)}
		word := counted[uint64]{tables.Uint64{}, &n}
		value, err1 := tables.OpenValue(scope, "value", word, word)
		list, err2 := tables.OpenList(scope, "list", word, word)
		fields, err3 := tables.OpenMap(scope, "map", word, word, word)
		timers, err4 := tables.OpenTimers(scope, "timers", word)
		mortal, err5 := tables.OpenValueTTL(scope, "mortal", word, word, tables.TTL{Life: time.Second})
		if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := scope.Batch([]uint64{1, 2, 3}, func(i int) {
				v, _ := value.Get(1)
				value.Set(1, v+1)
				list.Add(1, v)
				list.Each(1, func(uint64) bool { return true })
				fields.Set(1, v, v)
				fields.Get(1, v)
				fields.Each(1, func(uint64, uint64) bool { return true })
				timers.Register(int64(v), 1)
				mortal.Get(1)
				mortal.Set(1, v)
			}); err != nil {
				t.Fatal(err)
			}
			s.Begin()
			timers.Pop(0, make([]backends.Timer[uint64, uint64], 0, 8))
			if err := s.End(); err != nil {
				t.Fatal(err)
			}
		}
		before := n.Load()
		if (before == 0) != (name == "heap") {
			t.Errorf("%s: codecs were called %d times before a snapshot; want never on the heap alone", name, before)
		}
		f, err := s.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if n.Store(0); name != "heap" {
			continue
		}
		for g := range 16 {
			if err := f.Each(g, func(*backends.Entry) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if n.Load() == 0 {
			t.Error("no codec was called for a snapshot that was read: nothing was counted")
		}
	}
}

func TestBackend(t *testing.T) {
	backendtest.Run(t, func(t *testing.T, o backends.Options) backends.Store {
		s, err := heap.Backend{}.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// A snapshot that was closed is copied for no more: what is changed afterwards is the object that is there, and timers stay where they are.
func TestClosedSnapshotCostsNothing(t *testing.T) {
	s, err := heap.Backend{}.Open(backends.Options{Groups: backends.Groups{Last: 15}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	scope := &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(16)}
	list, err1 := tables.OpenValue(scope, "list", tables.None{}, tables.Uint64s{})
	timers, err2 := tables.OpenTimers(scope, "timers", tables.None{})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	var none backends.Void
	batch := func(f func()) {
		t.Helper()
		if err := scope.Batch([]uint64{1}, func(int) { f() }); err != nil {
			t.Fatal(err)
		}
	}
	place := func() (at *uint64) {
		batch(func() { v, _ := list.Get(none); at = &v[0] })
		return at
	}
	written := func() int { // bytes that some more timers take
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		batch(func() {
			for at := range int64(100) {
				timers.Register(at*1000+1, none)
				timers.Delete(at*1000+1, none)
			}
		})
		runtime.ReadMemStats(&after)
		return int(after.TotalAlloc - before.TotalAlloc)
	}
	batch(func() {
		list.Set(none, []uint64{1})
		for at := range int64(100_000) {
			timers.Register(at*1000, none)
		}
	})
	first, free := place(), written()
	open, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	open.Close()
	if again, n := place(), written(); again != first || n > free+10_000 {
		t.Errorf("after Close the value is copied: %v, and a hundred timers take %d bytes, want false and about %d", again != first, n, free)
	}
	if open, err = s.Snapshot(); err != nil {
		t.Fatal(err)
	}
	if again, n := place(), written(); again == first || n < 10*free+10_000 {
		t.Errorf("under a snapshot the value is copied: %v, and a hundred timers take %d bytes, want true and much more than %d", again != first, n, free)
	}
	open.Close()
}
