package tables

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
)

func ttlScope(t *testing.T) *Scope[uint64] {
	t.Helper()
	s, err := heap.Backend{}.Open(backends.Options{Groups: backends.Groups{Last: 127}})
	if err != nil {
		t.Fatal(err)
	}
	return &Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: Longs(128)}
}

// A TTL that makes no sense is refused when the state is opened.
func TestTTLIsChecked(t *testing.T) {
	s := ttlScope(t)
	for i, ttl := range []TTL{
		{Life: -time.Second},
		{Life: 1500 * time.Nanosecond},
		{Life: time.Second, Update: 2},
		{Life: time.Second, Visible: 2},
		{Life: time.Second, Cleanup: Cleanup{Incremental: Incremental{Size: -1}}},
		{Life: time.Second, Cleanup: Cleanup{Compaction: Compaction{QueryTimeAfter: -1}}},
		{Life: time.Second, Cleanup: Cleanup{Scan: Scan{Size: -1}}},
	} {
		name := fmt.Sprint("state ", i)
		if _, err := OpenValueTTL(s, name, None{}, Uint64{}, ttl); err == nil {
			t.Errorf("a value state was opened with %+v", ttl)
		}
		if _, err := OpenListTTL(s, name, None{}, Uint64{}, ttl); err == nil {
			t.Errorf("a list state was opened with %+v", ttl)
		}
		if _, err := OpenMapTTL(s, name, None{}, Uint64{}, Uint64{}, ttl); err == nil {
			t.Errorf("a map state was opened with %+v", ttl)
		}
	}
}

// What a Cleanup says, or by default: 5 entries of a live table for each access, 1 in a scan, and the time again after 1000 in a compaction.
func TestCleanupIsMeasured(t *testing.T) {
	for _, c := range []struct {
		Cleanup
		access, records, scan, ask int // live entries for one access, and for ten records beside it
	}{
		{Cleanup{}, 5, 0, 1, 1000},
		{Cleanup{Incremental: Incremental{EveryRecord: true}}, 5, 50, 1, 1000},
		{Cleanup{Incremental: Incremental{Size: 3, EveryRecord: true}, Scan: Scan{Size: 7}, Compaction: Compaction{QueryTimeAfter: 9}}, 3, 30, 7, 9},
		{Cleanup{NoBackground: true, Incremental: Incremental{Size: 3, EveryRecord: true}, Scan: Scan{Size: 7}, Compaction: Compaction{QueryTimeAfter: 9}}, 0, 0, 0, 0},
	} {
		m := newMortality(TTL{Life: time.Second, Cleanup: c.Cleanup}, new(int64))
		m.seen = 1
		if got, want := m.due(10), c.access+c.records; got != want {
			t.Errorf("%+v: an access and ten records are worth a look at %d live entries, want %d", c.Cleanup, got, want)
		}
		if got := m.due(0); got != 0 {
			t.Errorf("%+v: nothing is worth a look at %d live entries, want none", c.Cleanup, got)
		}
		if m.Scan != c.scan || m.AskAfter != c.ask {
			t.Errorf("%+v: a scan looks at %d and a compaction asks after %d, want %d and %d", c.Cleanup, m.Scan, m.AskAfter, c.scan, c.ask)
		}
	}
}

type pointer struct{ Uint64 }

func (pointer) Append(b []byte, v *uint64) []byte    { return Uint64{}.Append(b, *v) }
func (pointer) Decode(b []byte) (v *uint64, _ error) { return v, nil }
func (pointer) Shares() bool                         { return true }
func (pointer) Copy(v *uint64) *uint64               { return v }

// A list whose elements expire takes no nil either.
func TestNilInAListWithTTL(t *testing.T) {
	s := ttlScope(t)
	l, err := OpenListTTL(s, "list", None{}, backends.Codec[*uint64](pointer{}), TTL{Life: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s.Fill([]uint64{1})
	s.Store.Begin()
	for name, give := range map[string]func(){
		"Add":    func() { l.Add(backends.Void{}, nil) },
		"AddAll": func() { l.AddAll(backends.Void{}, []*uint64{new(uint64), nil}) },
		"Set":    func() { l.Set(backends.Void{}, []*uint64{nil}) },
	} {
		func() {
			defer func() {
				var usage *backends.UsageError
				if err, _ := recover().(error); !errors.As(err, &usage) || usage.State != "list" {
					t.Errorf("%s of nil panics with %v, want a *backends.UsageError", name, err)
				}
			}()
			give()
		}()
	}
	l.Each(backends.Void{}, func(*uint64) bool { t.Error("the list has an element, want none"); return true })
}

// A sweep comes by every entry in one round, whatever grew, was frozen or removed before; and it takes no more steps than it is given.
func TestSweepComesByEverything(t *testing.T) {
	for _, groups := range []int{1, 7, 128} {
		sweepAll(t, groups, 20_000, func(k uint64) uint32 { return Mix(k) })
		sweepAll(t, groups, 3_000, func(k uint64) uint32 { return uint32(k%2) << 31 }) // segments stand in line
	}
}

func sweepAll(t *testing.T, groups, n int, hash func(uint64) uint32) {
	var table cow[uint64, backends.Void, int]
	group := func(k uint64) uint16 { return uint16(k / 2 % uint64(groups)) }
	table.init(backends.Groups{Last: groups - 1}, func(k uint64, _ backends.Void) uint32 { return hash(k) }, false, nil)
	r := rand.New(rand.NewPCG(1, uint64(groups)))
	seen, given, spent := map[uint64]bool{}, 0, 0
	w := sweep[uint64, backends.Void, int]{t: &table, look: func(g uint16, s *slot[uint64, backends.Void, int], steps int) (int, bool) {
		if g != group(s.key) {
			t.Fatalf("key %d is shown in group %d, want %d", s.key, g, group(s.key))
		}
		if spent++; steps < 1 {
			t.Fatalf("shown with %d steps left", steps)
		}
		seen[s.key] = true
		if s.val == 1 {
			table.remove(g, hash(s.key), s.key, s.ns)
			return 1, false
		}
		return 1, true
	}}
	for k := range uint64(n) {
		s, _ := table.put(group(k), hash(k), k, backends.Void{}, true)
		s.val = r.IntN(2)
		if k%1000 == 0 {
			defer table.freeze().Release()
		}
		w.run(2)
		given += 2
	}
	if spent > given {
		t.Errorf("%d groups: %d entries were shown in %d steps", groups, spent, given)
	}
	for range 2 { // from wherever it stands to its end, and round again
		clear(seen)
		w.run(table.n + len(table.dir) + n/segMax + 1)
	}
	lines := 0
	for _, first := range table.dir {
		for g := first; g != nil; g = g.next {
			for i := g.from(0); i >= 0; i = g.from(i + 1) {
				if s := &g.slots[i]; s.val == 1 || !seen[s.key] {
					t.Fatalf("%d groups: key %d is there with %d, shown: %v", groups, s.key, s.val, seen[s.key])
				}
			}
			if g != first {
				lines++
			}
		}
	}
	if n < 20_000 && groups == 1 && lines == 0 {
		t.Errorf("no segments stand in line: nothing was tried")
	}
	left := table.n
	spent = 0
	if w.run(10); spent > 10 || table.n != left {
		t.Errorf("%d groups: ten steps showed %d entries", groups, spent)
	}
}

// Without entries a sweep does nothing, and with one it comes to an end.
func TestSweepOfLittle(t *testing.T) {
	var table cow[uint64, backends.Void, int]
	table.init(backends.Groups{First: 3, Last: 9}, func(k uint64, _ backends.Void) uint32 { return uint32(k) }, false, nil)
	shown := 0
	w := sweep[uint64, backends.Void, int]{t: &table, look: func(uint16, *slot[uint64, backends.Void, int], int) (int, bool) { shown++; return 1, true }}
	w.run(100)
	table.put(5, 77, 77, backends.Void{}, true)
	if w.run(100); shown < 10 || shown > 15 {
		t.Errorf("of 7 groups with one entry a hundred steps showed it %d times, want one of eight", shown)
	}
	table.remove(5, 77, 77, backends.Void{})
	shown = 0
	if w.run(100); shown != 0 {
		t.Errorf("an empty table showed %d entries", shown)
	}
}
