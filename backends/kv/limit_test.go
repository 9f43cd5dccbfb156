package kv_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

// The limits of Flink's RocksDB backend, at a MiB.
func TestLimited(t *testing.T) {
	for _, keep := range []int{0, 500} {
		backendtest.RunLimited(t, 1<<20, func(t *testing.T, o backends.Options) backends.Store {
			return kv.Open(backendtest.NewPlain(), o.Groups, kv.Options{BytesMax: 1 << 20, Keep: keep})
		})
	}
}

// A record whose key is over the limit is refused when it uses state of whatever kind, at once and by name. The others of its batch are not, though
// a table looks up the keys of all at the first access.
func TestLongKeyOfARecord(t *testing.T) {
	const most = 256
	long := strings.Repeat("k", most)
	for _, batch := range [][]string{{long}, {"a", long, "b"}} {
		for _, keep := range []int{0, 500} {
			s := &tables.Scope[string]{Store: kv.Open(backendtest.NewPlain(), backends.Groups{Last: 15}, kv.Options{BytesMax: most, Keep: keep}),
				Keys: new(backends.Keys[string]), Codec: tables.Strings(16)}
			uses := usesOf(t, s)
			err := s.Batch(batch, func(i int) {
				for what, use := range uses {
					err := refusal(use)
					switch text := strings.Repeat("k", 32); {
					case batch[i] != long && err != nil:
						t.Errorf("%s of %q is refused: %v", what, batch[i], err)
					case batch[i] == long && (err == nil || !strings.Contains(err.Error(), ` of key "`+text+`"…: a key of 26`)):
						t.Errorf("%s = %v, want a *backends.UsageError of the key, and its size", what, err)
					}
				}
			})
			if err == nil {
				_, err = s.Store.Snapshot()
			}
			if err != nil {
				t.Errorf("the store is dead: %v", err)
			}
		}
	}
}

// usesOf are ways to use a state of the current key.
func usesOf(t *testing.T, s *tables.Scope[string]) map[string]func() {
	t.Helper()
	none := tables.None{}
	value, err1 := tables.OpenValue(s, "value", none, tables.Uint64{})
	window, err2 := tables.OpenValue(s, "window", tables.Uint64{}, tables.Uint64{})
	list, err3 := tables.OpenList(s, "list", none, tables.Uint64{})
	lists, err4 := tables.OpenList(s, "lists", tables.Uint64{}, tables.Uint64{})
	set, err5 := tables.OpenMap(s, "map", none, tables.Uint64{}, tables.Uint64{})
	timers, err6 := tables.OpenTimers(s, "timers", none)
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	void := backends.Void{}
	return map[string]func(){
		"Get of a value": func() { value.Get(void) }, "Set of a value": func() { value.Set(void, 1) }, "Clear of a value": func() { value.Clear(void) },
		"Get with a namespace": func() { window.Get(5) }, "Set with a namespace": func() { window.Set(5, 1) },
		"Add to a list": func() { list.Add(void, 1) }, "Set of a list": func() { list.Set(void, []uint64{1}) },
		"Each of a list": func() { list.Each(void, func(uint64) bool { return true }) }, "Add with a namespace": func() { lists.Add(5, 1) },
		"Get of an entry": func() { set.Get(void, 1) }, "Set of an entry": func() { set.Set(void, 1, 1) },
		"Each of a map":    func() { set.Each(void, func(_, _ uint64) bool { return true }) },
		"Clear of a map":   func() { set.Clear(void) },
		"Register a timer": func() { timers.Register(1, void) }, "Delete a timer": func() { timers.Delete(1, void) },
	}
}

// refusal is the mistake that an access is.
func refusal(use func()) (err *backends.UsageError) {
	defer func() {
		if p := recover(); p != nil {
			err = p.(*backends.UsageError)
		}
	}()
	use()
	return nil
}
