package backendtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

// Bench measures the operations of keyed state one by one. Their names, and the state that they find, are those of Flink's own benchmarks
// (flink-benchmarks, org.apache.flink.state.benchmark): for every key a value, a list of one element or a map of ten entries, numbers of 64
// bits all, in one sorted level if the store can be compacted. open is called for each with an empty folder, and fails b if it cannot.
//
//	BenchmarkState/valueUpdate/keys=100000/batch=1024
//
// An iteration is one call, with what it takes to make its key current; in a batch of one it is also a Begin and an End. Where Flink counts
// entries (mapKeys, mapValues, mapEntries, mapIterator) an iteration is a map of ten. A store that grows with every call is made anew,
// outside of the time, when all keys had their turn. With -short there are a thousand keys.
func Bench(b *testing.B, open func(b *testing.B, o backends.Options) backends.Store) {
	keys := 100_000
	if testing.Short() {
		keys = 1000
	}
	for i, o := range stateOps() {
		b.Run(o.name, func(b *testing.B) {
			for _, batch := range []int{1, 1024} {
				b.Run(fmt.Sprintf("keys=%d/batch=%d", keys, batch), func(b *testing.B) {
					r := newStateRun(b, o, keys, batch, func() backends.Store {
						return open(b, backends.Options{Groups: backends.Groups{Last: allGroups - 1}, Dir: b.TempDir()})
					})
					r.pause, r.resume = b.StopTimer, b.StartTimer
					if i == 0 && batch == 1 && r.missing != nil {
						b.Logf("missing: %v; its files lie as they were written", r.missing)
					}
					b.ReportAllocs()
					for b.Loop() {
						r.call()
					}
					r.end()
				})
			}
		})
	}
}

// A stateOp is an operation on the state of the current key.
type stateOp struct {
	name  string
	kind  backends.Kind
	fresh bool // its keys have no state yet
	grows bool // a call does not leave as much as it found
	do    func(s *stateRun, n uint64)
}

const (
	benchEntries  = 10  // of a map
	benchElements = 100 // that listAddAll adds
)

func stateOps() []stateOp { return slices.Concat(valueOps(), listOps(), mapOps()) }

func valueOps() []stateOp {
	return []stateOp{
		{"valueUpdate", backends.ValueKind, false, false, func(s *stateRun, n uint64) { s.value.Set(void{}, n) }},
		{"valueAdd", backends.ValueKind, true, true, func(s *stateRun, n uint64) { s.value.Set(void{}, n) }},
		{"valueGet", backends.ValueKind, false, false, func(s *stateRun, n uint64) { v, _ := s.value.Get(void{}); s.read += v }},
	}
}

func listOps() []stateOp {
	one := func(s *stateRun, n uint64) []uint64 { s.some[0] = n; return s.some[:1] }
	return []stateOp{
		{"listUpdate", backends.ListKind, false, false, func(s *stateRun, n uint64) { s.list.Set(void{}, one(s, n)) }},
		{"listAdd", backends.ListKind, true, true, func(s *stateRun, n uint64) { s.list.Set(void{}, one(s, n)) }},
		{"listAppend", backends.ListKind, false, true, func(s *stateRun, n uint64) { s.list.Add(void{}, n) }},
		{"listGet", backends.ListKind, false, false, func(s *stateRun, n uint64) {
			s.list.Each(void{}, func(v uint64) bool { s.read += v; return false })
		}},
		{"listGetAndIterate", backends.ListKind, false, false, func(s *stateRun, n uint64) {
			s.list.Each(void{}, func(v uint64) bool { s.read += v; return true })
		}},
		{"listAddAll", backends.ListKind, false, true, func(s *stateRun, n uint64) { s.list.AddAll(void{}, s.some) }},
	}
}

func mapOps() []stateOp {
	return []stateOp{
		{"mapUpdate", backends.MapKind, false, false, func(s *stateRun, n uint64) { s.entries.Set(void{}, n%benchEntries, n) }},
		{"mapAdd", backends.MapKind, true, true, func(s *stateRun, n uint64) { s.entries.Set(void{}, n%benchEntries, n) }},
		{"mapGet", backends.MapKind, false, false, func(s *stateRun, n uint64) { v, _ := s.entries.Get(void{}, n%benchEntries); s.read += v }},
		{"mapContains", backends.MapKind, false, false, func(s *stateRun, n uint64) { // of every second one, as there
			if _, ok := s.entries.Get(void{}, n%benchEntries*2); ok {
				s.read++
			}
		}},
		{"mapIsEmpty", backends.MapKind, false, false, func(s *stateRun, n uint64) {
			s.entries.Each(void{}, func(uint64, uint64) bool { s.read++; return false })
		}},
		{"mapKeys", backends.MapKind, false, false, func(s *stateRun, n uint64) {
			s.entries.Each(void{}, func(u, _ uint64) bool { s.read += u; return true })
		}},
		{"mapValues", backends.MapKind, false, false, func(s *stateRun, n uint64) {
			s.entries.Each(void{}, func(_, v uint64) bool { s.read += v; return true })
		}},
		{"mapEntries", backends.MapKind, false, false, func(s *stateRun, n uint64) {
			s.entries.Each(void{}, func(u, v uint64) bool { s.read += u + v; return true })
		}},
		{"mapIterator", backends.MapKind, false, false, func(s *stateRun, n uint64) { // the one walk that there is: as mapEntries
			s.entries.Each(void{}, func(u, v uint64) bool { s.read += u + v; return true })
		}},
		{"mapRemove", backends.MapKind, false, true, func(s *stateRun, n uint64) { s.entries.Remove(void{}, n%benchEntries) }},
		{"mapPutAll", backends.MapKind, false, false, func(s *stateRun, n uint64) {
			for u := range uint64(benchEntries) {
				s.entries.Set(void{}, u, n)
			}
		}},
	}
}

// stateRun is an operation over a store, call by call.
type stateRun struct {
	tb    testing.TB
	op    stateOp
	batch int
	open  func() backends.Store
	turn  []uint64 // the keys of the calls, in their order
	at    int
	left  int    // calls until the end of the batch
	read  uint64 // so that what is read is of use
	some  []uint64

	pause, resume func()
	missing       error // compaction

	*tables.Scope[uint64]
	value   tables.Value[void, uint64]
	list    tables.List[void, uint64]
	entries tables.Map[void, uint64, uint64]
}

func newStateRun(tb testing.TB, op stateOp, keys, batch int, open func() backends.Store) *stateRun {
	s := &stateRun{tb: tb, op: op, batch: batch, open: open, pause: func() {}, resume: func() {}}
	for n := range benchElements {
		s.some = append(s.some, uint64(n))
	}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(keys) {
		if op.fresh {
			i += keys
		}
		s.turn = append(s.turn, spread(i))
	}
	s.fill(keys)
	tb.Cleanup(func() { s.Store.Close() })
	return s
}

// fill makes a store with state for every key.
func (s *stateRun) fill(keys int) {
	s.Scope = &tables.Scope[uint64]{Store: s.open(), Keys: new(backends.Keys[uint64]), Codec: tables.Longs(allGroups)}
	var err error
	switch s.op.kind {
	case backends.ValueKind:
		s.value, err = tables.OpenValue(s.Scope, "value", tables.None{}, tables.Uint64{})
	case backends.ListKind:
		s.list, err = tables.OpenList(s.Scope, "list", tables.None{}, tables.Uint64{})
	case backends.MapKind:
		s.entries, err = tables.OpenMap(s.Scope, "map", tables.None{}, tables.Uint64{}, tables.Uint64{})
	}
	s.must(err)
	all := make([]uint64, keys)
	for i := range all {
		all[i] = spread(i)
	}
	for from := 0; from < keys; from += 1024 {
		s.Fill(all[from:min(from+1024, keys)])
		s.Store.Begin()
		for i := range s.Keys.Batch {
			s.Keys.At = i
			switch s.op.kind {
			case backends.ValueKind:
				s.value.Set(void{}, uint64(i))
			case backends.ListKind:
				s.list.Add(void{}, uint64(i))
			case backends.MapKind:
				for u := range uint64(benchEntries) {
					s.entries.Set(void{}, u, uint64(i))
				}
			}
		}
		s.must(s.Store.End())
	}
	if c, ok := s.Store.(kv.Compacter); ok {
		if s.missing = c.Compact(); !errors.Is(s.missing, errors.ErrUnsupported) {
			s.must(s.missing)
		}
	}
}

func (s *stateRun) must(err error) {
	if err != nil {
		s.tb.Fatal(err)
	}
}

// call makes one call.
func (s *stateRun) call() {
	if s.left == 0 {
		s.begin()
	}
	s.op.do(s, uint64(s.at))
	s.at++
	s.Keys.At++
	if s.left--; s.left == 0 {
		s.must(s.Store.End())
	}
}

func (s *stateRun) begin() {
	if s.at == len(s.turn) {
		if s.at = 0; s.op.grows {
			s.pause()
			s.must(s.Store.Close())
			s.fill(len(s.turn))
			s.resume()
		}
	}
	s.left = min(s.batch, len(s.turn)-s.at)
	s.Fill(s.turn[s.at : s.at+s.left])
	s.Store.Begin()
}

// end ends a batch in the middle.
func (s *stateRun) end() {
	if s.left > 0 {
		s.left = 0
		s.must(s.Store.End())
	}
}

// spread makes keys that are far apart.
func spread(rank int) uint64 { return uint64(rank) * 0x9E3779B97F4A7C15 }
