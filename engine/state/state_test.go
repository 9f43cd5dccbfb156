package state_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// A task is one of each kind of state over a store.
type task struct {
	*tables.Scope[uint64]
	worst   state.Reducing[uint64]
	mean    state.Aggregating[uint64, []uint64, string]
	visits  state.List[string]
	by      state.Map[string, uint64]
	current state.Value[uint64]
}

// average keeps a sum and a count, in a slice that is changed in place.
func average() state.Aggregate[uint64, []uint64, string] {
	return state.Aggregate[uint64, []uint64, string]{
		Create: func() []uint64 { return make([]uint64, 2) },
		Add:    func(acc []uint64, v uint64) []uint64 { acc[0] += v; acc[1]++; return acc },
		Result: func(acc []uint64) string { return fmt.Sprintf("%d/%d", acc[0], acc[1]) },
	}
}

func open(t *testing.T, b backends.Backend) *task {
	t.Helper()
	s, err := b.Open(backends.Options{Groups: backends.Groups{Last: 127}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	k := &task{Scope: &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	k.worst, err = state.OpenReducing(k.Scope, "worst", tables.Uint64{}, func(a, b uint64) uint64 { return max(a, b) })
	must(err)
	k.mean, err = state.OpenAggregating(k.Scope, "mean", tables.Uint64s{}, average())
	must(err)
	k.visits, err = state.OpenList(k.Scope, "visits", tables.String{})
	must(err)
	k.by, err = state.OpenMap(k.Scope, "by", tables.String{}, tables.Uint64{})
	must(err)
	k.current, err = state.OpenValue(k.Scope, "current", tables.Uint64{})
	must(err)
	return k
}

func (k *task) batch(t *testing.T, keys []uint64, f func(i int)) {
	t.Helper()
	k.Fill(keys)
	k.Store.Begin()
	for i := range keys {
		k.Keys.At = i
		f(i)
	}
	if err := k.Store.End(); err != nil {
		t.Fatal(err)
	}
}

func each(t *testing.T, f func(t *testing.T, k *task)) {
	for name, b := range every.Backend() {
		t.Run(name, func(t *testing.T) { f(t, open(t, b)) })
	}
}

// Nothing was added: nothing is there, of any kind; and so again after Clear.
func TestNothingIsThere(t *testing.T) {
	each(t, func(t *testing.T, k *task) {
		nothing := func(when string) {
			if v, ok := k.worst.Get(); ok {
				t.Errorf("%s: worst = %d, want nothing", when, v)
			}
			if v, ok := k.mean.Get(); ok {
				t.Errorf("%s: mean = %s, want nothing", when, v)
			}
			k.visits.Each(func(v string) bool { t.Errorf("%s: visit %q, want none", when, v); return true })
			if _, ok := k.by.Get("a"); ok || k.by.Has("a") || !k.by.Empty() {
				t.Errorf("%s: the map has an entry, want none", when)
			}
			if _, ok := k.current.Get(); ok {
				t.Errorf("%s: a value, want none", when)
			}
		}
		k.batch(t, []uint64{1, 2}, func(i int) {
			nothing("at first")
			if i == 0 {
				k.worst.Add(0)
				k.mean.Add(0)
				k.visits.Add("")
				k.by.Set("a", 0)
				k.current.Set(0)
			}
		})
		k.batch(t, []uint64{1, 2}, func(i int) {
			if i == 0 {
				if _, ok := k.worst.Get(); !ok || !k.by.Has("a") || k.by.Empty() {
					t.Error("a zero was added, and nothing is there")
				}
				k.worst.Clear()
				k.mean.Clear()
				k.visits.Clear()
				k.by.Clear()
				k.current.Clear()
			}
			nothing("after Clear")
		})
	})
}

// A list is replaced by Set, and Remove takes one entry out of a map.
func TestReplacedAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, k *task) {
		k.batch(t, []uint64{1, 2}, func(int) {
			k.visits.AddAll([]string{"a", "b"})
			k.by.Set("a", 1)
			k.by.Set("b", 2)
		})
		k.batch(t, []uint64{1}, func(int) {
			k.visits.Set([]string{"c", "d", "e"})
			k.by.Remove("a")
		})
		k.batch(t, []uint64{1, 2}, func(i int) {
			var visits []string
			k.visits.Each(func(v string) bool { visits = append(visits, v); return true })
			entries := map[string]uint64{}
			k.by.Each(func(u string, v uint64) bool { entries[u] = v; return true })
			want := []string{"[c d e] map[b:2]", "[a b] map[a:1 b:2]"}[i]
			if got := fmt.Sprint(visits, entries); got != want {
				t.Errorf("key %d has %s, want %s", i+1, got, want)
			}
			if i == 1 {
				k.visits.Set(nil)
				if k.visits.Each(func(v string) bool { t.Errorf("visit %q of a list that was set to nothing", v); return true }); k.by.Has("c") {
					t.Error("an entry that nobody set")
				}
			}
		})
	})
}

// What is added is folded, over batches, and a snapshot in between sees none of what comes later though accumulators change in place.
func TestFolds(t *testing.T) {
	each(t, func(t *testing.T, k *task) {
		add := func(vs ...uint64) {
			for _, v := range vs {
				k.batch(t, []uint64{1}, func(int) { k.worst.Add(v); k.mean.Add(v); k.visits.AddAll([]string{fmt.Sprint(v)}) })
			}
		}
		add(3, 9, 4)
		s, err := k.Store.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		before := contents(t, s)
		add(20, 1)
		if after := contents(t, s); !slices.Equal(before, after) {
			t.Errorf("the snapshot became %v, was %v", after, before)
		}
		k.batch(t, []uint64{1}, func(int) {
			worst, _ := k.worst.Get()
			mean, _ := k.mean.Get()
			var visits []string
			k.visits.Each(func(v string) bool { visits = append(visits, v); return true })
			if worst != 20 || mean != "37/5" || fmt.Sprint(visits) != "[3 9 4 20 1]" {
				t.Errorf("worst %d, mean %s, visits %v; want 20, 37/5, [3 9 4 20 1]", worst, mean, visits)
			}
		})
	})
}

func contents(t *testing.T, s backends.Snapshot) (all []string) {
	t.Helper()
	for g := range s.Groups().Len() {
		if err := s.Each(g, func(e *backends.Entry) error {
			all = append(all, fmt.Sprintf("%s %x=%x", e.State, e.Key, e.Value))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// On an ordered store text as a user key comes by its bytes; Flink's RocksDB has its length before it.
func TestOrderOfTextInAMap(t *testing.T) {
	for name, b := range every.Ordered(kv.Options{}) {
		k := open(t, b)
		order := func() (got []string) {
			k.by.Each(func(u string, _ uint64) bool { got = append(got, u); return true })
			return got
		}
		want := []string{"", "a", "aa", "b", "ba", "c"}
		k.batch(t, []uint64{1}, func(int) {
			for _, u := range []string{"c", "aa", "", "ba", "a", "b"} {
				k.by.Set(u, 1)
			}
			if got := order(); !slices.Equal(got, want) {
				t.Errorf("%s, in the batch: %q, want %q", name, got, want)
			}
		})
		k.batch(t, []uint64{1}, func(int) {
			if got := order(); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		})
	}
}
