package tables_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
)

// Each call counts once for its state, and answers as without a census.
func TestCensusCounts(t *testing.T) {
	store, err := heap.Backend{}.Open(backends.Options{Groups: backends.Groups{Last: 127}})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := &tables.Scope[uint64]{Store: store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128), Census: new(tables.Census)}
	none := backends.Void{}
	value, err1 := tables.OpenValue(s, "value", tables.None{}, tables.Uint64{})
	list, err2 := tables.OpenList(s, "list", tables.None{}, tables.Uint64{})
	byKey, err3 := tables.OpenMap(s, "map", tables.None{}, tables.Uint64{}, tables.Uint64{})
	timers, err4 := tables.OpenTimers(s, "timers", tables.None{})
	mortal, err5 := tables.OpenValueTTL(s, "mortal", tables.None{}, tables.Uint64{}, tables.TTL{Life: 1000})
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Fill([]uint64{7})
	s.Store.Begin()
	if _, ok := value.Get(none); ok {
		t.Error("a value before any was set")
	}
	value.Set(none, 3)
	if v, ok := value.Get(none); !ok || v != 3 {
		t.Errorf("value %d %v, want 3", v, ok)
	}
	value.Clear(none)
	tables.UpdatesOf(s, value).Update([]backends.Void{none, none}, func(_ int, v uint64, _ bool) uint64 { return v + 1 })
	list.Add(none, 1)
	list.AddAll(none, []uint64{2, 3})
	sum := uint64(0)
	list.Each(none, func(v uint64) bool { sum += v; return true })
	if sum != 6 {
		t.Errorf("the list adds up to %d, want 6", sum)
	}
	list.Set(none, nil)
	byKey.Set(none, 1, 1)
	byKey.Get(none, 1)
	byKey.Get(none, 2)
	byKey.Each(none, func(uint64, uint64) bool { return true })
	byKey.Remove(none, 1)
	byKey.Clear(none)
	timers.Register(5, none)
	timers.Register(6, none)
	timers.Delete(6, none)
	if due := timers.Pop(9, make([]backends.Timer[uint64, backends.Void], 0, 4)); len(due) != 1 {
		t.Errorf("%d timers, want 1", len(due))
	}
	mortal.Set(none, 1)
	mortal.Get(none)
	if err := s.Store.End(); err != nil {
		t.Fatal(err)
	}
	want := map[string]map[tables.AccessKind]int64{
		"value":  {tables.Reads: 4, tables.Misses: 2, tables.Writes: 3, tables.Removals: 1}, // two of each in one call
		"list":   {tables.Adds: 3, tables.Scans: 1, tables.Writes: 1},
		"map":    {tables.Reads: 2, tables.Misses: 1, tables.Writes: 1, tables.Scans: 1, tables.Removals: 2},
		"timers": {tables.Registered: 2, tables.Deleted: 1, tables.Fired: 1},
		"mortal": {tables.Reads: 1, tables.Writes: 1},
	}
	if len(s.Census.States) != len(want) {
		t.Fatalf("%d states were counted, want %d", len(s.Census.States), len(want))
	}
	for _, a := range s.Census.States {
		for k, n := range a.N {
			if n != want[a.State][tables.AccessKind(k)] {
				t.Errorf("%s: %d %v, want %d", a.State, n, tables.AccessKind(k), want[a.State][tables.AccessKind(k)])
			}
		}
	}
}
