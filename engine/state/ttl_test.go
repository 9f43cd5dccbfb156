package state_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// A mortal is one of each kind of state whose values live for a second.
type mortal struct {
	task
	ttl tables.TTL
}

func openTTL(t *testing.T, b backends.Backend, ttl tables.TTL) *mortal {
	t.Helper()
	s, err := b.Open(backends.Options{Groups: backends.Groups{Last: 127}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	k := &mortal{task{Scope: &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}}, ttl}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	k.worst, err = state.OpenReducingTTL(k.Scope, "worst", tables.Uint64{}, func(a, b uint64) uint64 { return max(a, b) }, ttl)
	must(err)
	k.mean, err = state.OpenAggregatingTTL(k.Scope, "mean", tables.Uint64s{}, average(), ttl)
	must(err)
	k.visits, err = state.OpenListTTL(k.Scope, "visits", tables.String{}, ttl)
	must(err)
	k.by, err = state.OpenMapTTL(k.Scope, "by", tables.String{}, tables.Uint64{}, ttl)
	must(err)
	k.current, err = state.OpenValueTTL(k.Scope, "current", tables.Uint64{}, ttl)
	must(err)
	return k
}

// at runs f for key 1 at that many milliseconds.
func (k *mortal) at(t *testing.T, ms int64, f func()) {
	t.Helper()
	k.Keys.Now = ms * 1000
	k.batch(t, []uint64{1}, func(int) { f() })
}

// holds is everything that key 1 has, read in one way.
func (k *mortal) holds() string {
	worst, hasWorst := k.worst.Get()
	mean, _ := k.mean.Get()
	var visits, by []string
	k.visits.Each(func(v string) bool { visits = append(visits, v); return true })
	k.by.Each(func(u string, v uint64) bool { by = append(by, fmt.Sprint(u, v)); return true })
	slices.Sort(by)
	current, hasCurrent := k.current.Get()
	return fmt.Sprintf("%d %v, %s, %v, %v, %d %v", worst, hasWorst, mean, visits, by, current, hasCurrent)
}

func TestTTL(t *testing.T) {
	for name, b := range every.Backend() {
		for _, c := range []struct {
			name          string
			ttl           tables.TTL
			later, latest string // 500 ms after the second addition, and a second after it
		}{
			{"standard", tables.TTL{}, "5 true, 5/1, [b], [b2], 0 false", "0 false, , [], [], 0 false"},
			{"reading renews", tables.TTL{Update: tables.OnReadAndWrite}, "5 true, 5/1, [b], [b2], 0 false", "5 true, 5/1, [b], [b2], 0 false"},
			{"shown once", tables.TTL{Visible: tables.ReturnExpiredIfNotCleanedUp, Cleanup: tables.Cleanup{NoBackground: true}},
				"9 true, 14/2, [a b], [a1 b2], 7 true", "9 true, 14/2, [b], [b2], 0 false"},
		} {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				c.ttl.Life = time.Second
				k := openTTL(t, b, c.ttl)
				k.at(t, 0, func() {
					k.worst.Add(9)
					k.mean.Add(9)
					k.visits.Add("a")
					k.by.Set("a", 1)
					k.current.Set(7)
				})
				k.at(t, 1000, func() { // the first ones are over
					k.worst.Add(5)
					k.mean.Add(5)
					k.visits.Add("b")
					k.by.Set("b", 2)
				})
				k.at(t, 1500, func() {
					if got := k.holds(); got != c.later {
						t.Errorf("at 1500 ms: %s, want %s", got, c.later)
					}
				})
				k.at(t, 2000, func() {
					if got := k.holds(); got != c.latest {
						t.Errorf("at 2000 ms: %s, want %s", got, c.latest)
					}
				})
				k.at(t, 9000, func() {
					k.holds()
					if got := k.holds(); got != "0 false, , [], [], 0 false" {
						t.Errorf("at the end: %s, want nothing", got)
					}
				})
			})
		}
	}
}

// A life of zero is none: bytes are those of state without a TTL, and nothing expires.
func TestZeroTTLIsNone(t *testing.T) {
	each(t, func(t *testing.T, k *task) {
		fill := func(k *task) []string {
			k.batch(t, []uint64{1}, func(int) {
				k.worst.Add(9)
				k.mean.Add(9)
				k.visits.Add("a")
				k.by.Set("a", 1)
				k.current.Set(7)
			})
			s, err := k.Store.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			return contents(t, s)
		}
		zero := openTTL(t, heap.Backend{}, tables.TTL{Update: tables.OnReadAndWrite})
		if got, want := fill(&zero.task), fill(k); !slices.Equal(got, want) {
			t.Errorf("entries %q, want %q", got, want)
		}
		zero.at(t, 1<<40, func() {
			if got := zero.holds(); got != "9 true, 9/1, [a], [a1], 7 true" {
				t.Errorf("much later: %s, want what was written", got)
			}
		})
	})
}

// Empty reads: what is over goes, and where it may be seen it is an entry for the last time.
func TestEmptyDeletesWhatIsOver(t *testing.T) {
	for name, b := range every.Backend() {
		t.Run(name, func(t *testing.T) {
			for visible, want := range map[tables.Visible]string{tables.NeverReturnExpired: "[true true true]", tables.ReturnExpiredIfNotCleanedUp: "[false false true]"} {
				k := openTTL(t, b, tables.TTL{Life: time.Second, Visible: visible, Cleanup: tables.Cleanup{NoBackground: true}})
				k.at(t, 0, func() { k.by.Set("a", 1); k.by.Set("b", 2) })
				k.at(t, 1000, func() {
					if got := fmt.Sprint([]bool{k.by.Empty(), k.by.Empty(), k.by.Empty()}); got != want {
						t.Errorf("Empty three times with the visibility %d: %s, want %s", visible, got, want)
					}
				})
				s, err := k.Store.Snapshot()
				if err != nil {
					t.Fatal(err)
				}
				if left := contents(t, s); len(left) != 0 {
					t.Errorf("left: %v, want nothing", left)
				}
				s.Close()
			}
		})
	}
}
