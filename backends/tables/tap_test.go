package tables_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
)

// tapped is a wrapper as a change log is one: without a type parameter it sees every write.
type tapped struct {
	backends.Store
	state map[string]string
}

func (s *tapped) Open(d backends.Desc) (backends.Table, error) {
	t, err := s.Store.Open(d)
	if err != nil {
		return nil, err
	}
	return d.Tap(t, func(e *backends.Entry, op backends.Op) {
		switch key := entryKey(e); op {
		case backends.OpDelete:
			delete(s.state, key)
		case backends.OpMerge:
			s.state[key] += string(e.Value)
		default:
			s.state[key] = string(e.Value)
		}
	}), nil
}

func entryKey(e *backends.Entry) string { return fmt.Sprintf("%d %s %x", e.Group, e.State, e.Key) }

// Whoever replays what a tap told has what the store has.
func TestTapTellsEveryWrite(t *testing.T) {
	inner, err := heap.Backend{}.Open(backends.Options{Groups: backends.Groups{Last: 127}})
	if err != nil {
		t.Fatal(err)
	}
	s := &tapped{inner, map[string]string{}}
	sc := &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}
	value, err1 := tables.OpenValue(sc, "value", tables.Uint64{}, tables.Uint64s{})
	sets, err2 := tables.OpenMap(sc, "map", tables.None{}, tables.String{}, tables.Uint64{})
	timers, err3 := tables.OpenTimers(sc, "timers", tables.None{})
	list, err4 := tables.OpenList(sc, "list", tables.None{}, tables.String{})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	none := backends.Void{}
	for round := range uint64(4) {
		sc.Fill([]uint64{1, 2, 3, 4, 5, 6, 7, 8})
		s.Begin()
		for i := range sc.Keys.Batch {
			sc.Keys.At = i
			for u := range uint64(5) {
				value.Set(u, []uint64{round, u})
				sets.Set(none, fmt.Sprint(u), round)
				timers.Register(int64(round*100+u), none)
			}
			value.Clear(round)
			tables.UpdatesOf(sc, value).Update([]uint64{round, 2, 7, round}, func(i int, v []uint64, _ bool) []uint64 { return append(v, uint64(i)) })
			switch list.Add(none, "a"); uint64(i) % 4 {
			case 0:
				list.Set(none, []string{"b", fmt.Sprint(round)})
			case 1:
				list.AddAll(none, []string{"", "c"})
				list.AddAll(none, nil)
			case round:
				list.Clear(none)
			}
			sets.Remove(none, fmt.Sprint(round))
			timers.Delete(int64(round*100+2), none)
			if i == 3 {
				sets.Clear(none)
			}
		}
		timers.Pop(int64(round*100), make([]backends.Timer[uint64, backends.Void], 0, 9))
		if err := s.End(); err != nil {
			t.Fatal(err)
		}
		if got, want := s.state, contents(t, s); !maps.Equal(got, want) {
			t.Fatalf("round %d: the tap was told of %d entries, the store has %d, and they differ", round, len(got), len(want))
		}
	}
}

func contents(t *testing.T, s backends.Store) map[string]string {
	t.Helper()
	f, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]string{}
	for g := range f.Groups().Len() {
		if err := f.Each(g, func(e *backends.Entry) error {
			all[entryKey(e)] = string(bytes.Clone(e.Value))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
