package tables_test

import (
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
)

// What a list yields may be changed in place if Set follows, also where a batch was looked up together, and a snapshot does not see it.
func TestListsOfABatchAreNotSharedWithSnapshots(t *testing.T) {
	s, err := heap.Backend{}.Open(backends.Options{Groups: backends.Groups{Last: 127}})
	if err != nil {
		t.Fatal(err)
	}
	sc := &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}
	list, err := tables.OpenList(sc, "list", tables.None{}, tables.Uint64s{})
	if err != nil {
		t.Fatal(err)
	}
	batch := func(do func(n uint64)) {
		sc.Fill([]uint64{1, 2, 3})
		s.Begin()
		for i := range sc.Keys.Batch {
			sc.Keys.At = i
			do(uint64(i))
		}
		if err := s.End(); err != nil {
			t.Fatal(err)
		}
	}
	none := backends.Void{}
	batch(func(n uint64) { list.Add(none, []uint64{n}) })
	before := lists(t, s)
	f, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	batch(func(uint64) {
		var all [][]uint64
		list.Each(none, func(v []uint64) bool { v[0] += 100; all = append(all, v); return true })
		list.Set(none, all)
	})
	if got := entriesOf(t, f); !slices.Equal(got, before) {
		t.Errorf("the snapshot holds %q, want %q", got, before)
	}
	f.Close()
	if got := lists(t, s); slices.Equal(got, before) {
		t.Errorf("the lists are %q, as before they were changed", got)
	}
}

func lists(t *testing.T, s backends.Store) []string {
	f, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return entriesOf(t, f)
}

func entriesOf(t *testing.T, s backends.Snapshot) (all []string) {
	for g := range 128 {
		if err := s.Each(g, func(e *backends.Entry) error {
			all = append(all, string(e.Key)+"="+string(e.Value))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
