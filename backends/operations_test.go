package backends_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

// An operation is one call of state under the name that Flink's own benchmarks give it, and the same without weir: on a Go structure, and on
// a database. What one leaves behind the others would, so all ways do the same work; what they read is compared.
type operation struct {
	name  string
	kind  backends.Kind
	fresh bool // its keys have no state yet
	many  bool // a call writes many entries
	weir  func(s *states, n uint64)
	plain func(p *plain, k, n uint64)
	raw   func(r *raw, k, n uint64) error
}

const (
	opEntries  = 1_000_000 // of every state
	opMap      = 10        // entries of one map
	opElements = 100       // that listAddAll adds
	heapCalls  = 1 << 18
	lsmCalls   = 1 << 15 // of a round: enough for flushes and compactions to fall into each
)

// states is what operations of weir work on.
type states struct {
	*counting
	value   tables.Value[backends.Void, uint64]
	list    tables.List[backends.Void, uint64]
	entries tables.Map[backends.Void, uint64, uint64]
	some    []uint64
	read    uint64

	sum, sumAll func(v uint64) bool // of a list's elements: the first, all
}

// newStates opens one state, and fills it: a value, a list of one element or a map of ten entries for every key.
func newStates(b *testing.B, store backends.Store, err error, kind backends.Kind) *states {
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	sc := &tables.Scope[uint64]{Store: store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(allGroups)}
	s := &states{counting: &counting{b: b, Scope: sc}, some: make([]uint64, opElements)}
	s.sum = func(v uint64) bool { s.read += v; return false }
	s.sumAll = func(v uint64) bool { s.read += v; return true }
	switch kind {
	case backends.ValueKind:
		s.value, err = tables.OpenValue(sc, "value", tables.None{}, tables.Uint64{})
	case backends.ListKind:
		s.list, err = tables.OpenList(sc, "list", tables.None{}, tables.Uint64{})
	default:
		s.entries, err = tables.OpenMap(sc, "map", tables.None{}, tables.Uint64{}, tables.Uint64{})
	}
	if err != nil {
		b.Fatal(err)
	}
	s.calls(keysWith(kind).all(), 1024, func(s *states, n uint64) {
		switch kind {
		case backends.ValueKind:
			s.value.Set(backends.Void{}, n)
		case backends.ListKind:
			s.list.Add(backends.Void{}, n)
		default:
			for u := range uint64(opMap) {
				s.entries.Set(backends.Void{}, u, n)
			}
		}
	})
	s.settle()
	return s
}

// announces tells whether a batch of many records begins, which is when an operator says what they will ask for.
func (s *states) announces() bool { return s.Keys.At == 0 && len(s.Keys.Batch) > 1 }

// keysWith are the keys that have a state of a kind, as many as make a million entries.
func keysWith(kind backends.Kind) keysOf {
	if kind == backends.MapKind {
		return keysOf{"", opEntries / opMap, false}
	}
	return keysOf{"", opEntries, false}
}

// calls makes one call for each key, in batches as the engine does.
func (s *states) calls(recs []uint64, batch int, do func(s *states, n uint64)) {
	for n := uint64(0); len(recs) > 0; {
		some := recs[:min(batch, len(recs))]
		s.Fill(some)
		s.Store.Begin()
		for i := range some {
			s.Keys.At = i
			do(s, n)
			n++
		}
		if err := s.Store.End(); err != nil {
			s.b.Fatal(err)
		}
		recs = recs[len(some):]
	}
}

// plain is what a program without a state backend would have.
type plain struct {
	value   map[uint64]uint64
	list    map[uint64][]uint64
	entries map[uint64]map[uint64]uint64
	some    []uint64
	read    uint64
}

func newPlain(kind backends.Kind) *plain {
	p := &plain{some: make([]uint64, opElements)}
	all := keysWith(kind).all()
	switch kind {
	case backends.ValueKind:
		p.value = map[uint64]uint64{}
	case backends.ListKind:
		p.list = map[uint64][]uint64{}
	default:
		p.entries = map[uint64]map[uint64]uint64{}
	}
	for i, k := range all {
		switch kind {
		case backends.ValueKind:
			p.value[k] = uint64(i)
		case backends.ListKind:
			p.list[k] = append(p.list[k], uint64(i))
		default:
			for u := range uint64(opMap) {
				p.put(k, u, uint64(i))
			}
		}
	}
	return p
}

func (p *plain) put(k, u, v uint64) {
	m := p.entries[k]
	if m == nil {
		m = map[uint64]uint64{}
		p.entries[k] = m
	}
	m[u] = v
}

func (p *plain) remove(k, u uint64) {
	m := p.entries[k]
	if delete(m, u); len(m) == 0 {
		delete(p.entries, k)
	}
}

// BenchmarkOperations is every operation of state on every backend, a million entries in each state, beside its bare loop: on the heap a Go
// map, a map of slices or a map of maps, on uniform keys; in an ordered store the call of the database beneath that does the same, on keys
// that repeat as a zipfian of 0.99. Operations of one kind of state share a store, those that only look come first, and in an ordered store
// the bare loop works on the very database that weir's state is in.
//
//	go test -run '^$' -bench '^BenchmarkOperations$' -benchtime 1x ./backends | go run ./ci/bounds Operations
func BenchmarkOperations(b *testing.B) {
	kinds := []backends.Kind{backends.ValueKind, backends.ListKind, backends.MapKind}
	b.Run("backend=heap", func(b *testing.B) {
		for _, kind := range kinds {
			operateLive(b, kind)
		}
	})
	for _, d := range databases() {
		b.Run("backend="+d.name, func(b *testing.B) {
			for _, kind := range kinds {
				operateOrdered(b, kind, d)
			}
		})
	}
}

func operateLive(b *testing.B, kind backends.Kind) {
	store, err := heap.Backend{}.Open(backends.Options{Groups: everyGroup()})
	s, p := newStates(b, store, err, kind), newPlain(kind)
	bare := opWay{"loop=bare", &p.read, func(o *operation, recs []uint64) {
		for i, k := range recs {
			o.plain(p, k, uint64(i))
		}
	}}
	for _, o := range operationsOn(kind) {
		b.Run("op="+o.name, func(b *testing.B) {
			opTurns(b, &o, 5, heapCalls, keysOf{"uniform", keysWith(kind).n, false}, []opWay{bare, s.way(1024)})
		})
	}
}

func operateOrdered(b *testing.B, kind backends.Kind, d database) {
	o, err := d.open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	s, r := newStates(b, kv.Open(o.DB, everyGroup(), kv.Options{}), nil, kind), newRaw(o)
	bare := opWay{"loop=bare", &r.read, func(o *operation, recs []uint64) {
		for i, k := range recs {
			if err := o.raw(r, k, uint64(i)); err != nil {
				b.Fatal(err)
			}
		}
	}}
	for _, op := range operationsOn(kind) {
		if err := o.Compact(); err != nil { // what the operation before left to be done is not this one's
			b.Fatal(err)
		}
		b.Run("op="+op.name, func(b *testing.B) {
			opTurns(b, &op, 25, lsmCalls, keysOf{"hot", keysWith(kind).n, true}, []opWay{bare, s.way(1), s.way(1024)})
		})
	}
}

// An opWay is one way to make calls; what it read adds up behind read.
type opWay struct {
	name string
	read *uint64
	run  func(o *operation, recs []uint64)
}

func (s *states) way(batch int) opWay {
	return opWay{fmt.Sprintf("batch=%d", batch), &s.read, func(o *operation, recs []uint64) { s.calls(recs, batch, o.weir) }}
}

// opTurns runs all ways on the same keys, round by round and in turns within a round, and takes the time of each. Where keys must be new, each way
// has its own. The first round warms up.
func opTurns(b *testing.B, o *operation, rounds, calls int, l keysOf, ways []opWay) {
	if o.many { // it writes ten entries or 800 bytes, and fills a memtable in fewer
		calls /= 4
	}
	recs, keys, next := l.draw(calls*(rounds+1)), l.name, l.n
	if o.fresh {
		keys = "new"
	}
	for round := range rounds + 1 {
		took, read := make([]time.Duration, len(ways)), make([]uint64, len(ways))
		for at, some := range turns(recs[round*calls:][:calls], max(calls/16, 1024), len(ways), round) {
			for i := 0; o.fresh && i < len(some); i++ {
				some[i] = keyOf(next)
				next++
			}
			w := ways[at]
			before, begun := *w.read, time.Now()
			w.run(o, some)
			took[at] += time.Since(begun)
			read[at] += *w.read - before
		}
		for at, w := range ways {
			if read[at] != read[0] {
				b.Fatalf("%s, %s: what was read adds up to %d, and as %s to %d", o.name, w.name, read[at], ways[0].name, read[0])
			}
			if round > 0 {
				b.Run(fmt.Sprintf("keys=%s/round=%02d/%s", keys, round-1, w.name), func(b *testing.B) {
					b.ReportMetric(float64(calls)/took[at].Seconds(), "calls/s")
					b.ReportMetric(0, "ns/op") // not shown: of what was measured before, this is no iteration
				})
			}
		}
	}
}
