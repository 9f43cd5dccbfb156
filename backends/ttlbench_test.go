package backends_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
	"github.com/weirbench/weir/backends/tables"
)

// BenchmarkTTL is what a TTL costs: operations of state with one beside the same without, in turn, round by round, 2^16 calls each in batches of
// 1024 over 1e5 keys. Names are those of Flink's TTL benchmarks: of every round about 3% of the keys expire, or none do.
//
//	go test -run '^$' -bench TTL -benchtime 1x -benchmem ./backends | benchstat -col /ttl -
func BenchmarkTTL(b *testing.B) {
	type named struct {
		name    string
		backend backends.Backend
	}
	all := []named{{"heap", heap.Backend{}}, {"pebble", pebble.Backend{}}}
	if found := rocksdb.Found(); found.Compiled {
		name := "rocksdb"
		if found.Debug { // on a library with asserts the figures are not RocksDB's
			name = "rocksdb-debug"
		}
		all = append(all, named{name, rocksdb.Backend{}})
	}
	for _, x := range all {
		b.Run("backend="+x.name, func(b *testing.B) {
			for _, kind := range ttlKinds() { // stores of one kind at a time: a collector walks all that there are
				benchTTL(b, x.backend, kind)
			}
		})
	}
}

func benchTTL(b *testing.B, backend backends.Backend, kind ttlKind) {
	const rounds, calls = 9, 1 << 16
	var runs []*ttlRun
	for _, w := range ttlWays() {
		s, err := backend.Open(backends.Options{Groups: backends.Groups{Last: 127}, Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		runs = append(runs, newTTLRun(b, s, w, kind))
	}
	for _, op := range kind.ops {
		for round := range rounds {
			for _, r := range runs {
				b.Run(fmt.Sprintf("op=%s/round=%02d/ttl=%s", op.name, round, r.way.name), func(b *testing.B) {
					for b.Loop() {
						r.calls(op.do, calls)
					}
					b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N*calls), "ns/call")
				})
			}
		}
	}
}

// A ttlWay is a TTL, and how much later every round is, in microseconds.
type ttlWay struct {
	name string
	ttl  tables.TTL
	step int64
}

func ttlWays() []ttlWay {
	const life = time.Second
	read, quiet := tables.TTL{Life: life, Update: tables.OnReadAndWrite}, tables.TTL{Life: life, Cleanup: tables.Cleanup{NoBackground: true}}
	return []ttlWay{
		{"none", tables.TTL{}, 30_000},
		{"NeverExpired,OnCreateAndWrite", tables.TTL{Life: life}, 0},
		{"NeverExpired,OnCreateAndWrite,NoBackground", quiet, 0},
		{"NeverExpired,OnReadAndWrite", read, 1},
		{"Expire3PercentPerIteration,OnCreateAndWrite", tables.TTL{Life: life}, 30_000},
	}
}

// A ttlKind is a kind of state: how it is opened and filled, and what is done with it.
type ttlKind struct {
	open func(r *ttlRun) error
	fill func(r *ttlRun, n uint64)
	ops  []ttlOp
}

type ttlOp struct {
	name string
	do   func(r *ttlRun, n uint64)
}

func ttlKinds() []ttlKind {
	none := backends.Void{}
	return []ttlKind{
		{func(r *ttlRun) (err error) {
			r.value, err = tables.OpenValueTTL(r.Scope, "value", tables.None{}, tables.Uint64{}, r.way.ttl)
			return err
		}, func(r *ttlRun, n uint64) { r.value.Set(none, n) }, []ttlOp{
			{"valueGet", func(r *ttlRun, n uint64) { v, _ := r.value.Get(none); r.read += v }},
			{"valueUpdate", func(r *ttlRun, n uint64) { r.value.Set(none, n) }},
		}},
		{func(r *ttlRun) (err error) {
			r.list, err = tables.OpenListTTL(r.Scope, "list", tables.None{}, tables.Uint64{}, r.way.ttl)
			return err
		}, func(r *ttlRun, n uint64) { r.list.Add(none, n) }, []ttlOp{
			{"listGetAndIterate", func(r *ttlRun, n uint64) { r.list.Each(none, func(v uint64) bool { r.read += v; return true }) }},
			{"listUpdate", func(r *ttlRun, n uint64) { r.one[0] = n; r.list.Set(none, r.one[:]) }},
			{"listAppend", func(r *ttlRun, n uint64) { r.list.Add(none, n) }},
		}},
		{func(r *ttlRun) (err error) {
			r.sets, err = tables.OpenMapTTL(r.Scope, "map", tables.None{}, tables.Uint64{}, tables.Uint64{}, r.way.ttl)
			return err
		}, func(r *ttlRun, n uint64) {
			for u := range uint64(10) {
				r.sets.Set(none, u, n)
			}
		}, []ttlOp{
			{"mapGet", func(r *ttlRun, n uint64) { v, _ := r.sets.Get(none, n%10); r.read += v }},
			{"mapUpdate", func(r *ttlRun, n uint64) { r.sets.Set(none, n%10, n) }},
			{"mapEntries", func(r *ttlRun, n uint64) {
				r.sets.Each(none, func(u, v uint64) bool { r.read += u + v; return true })
			}},
		}},
	}
}

type ttlRun struct {
	b   *testing.B
	way ttlWay
	*tables.Scope[uint64]
	value tables.Value[backends.Void, uint64]
	list  tables.List[backends.Void, uint64]
	sets  tables.Map[backends.Void, uint64, uint64]
	turn  []uint64
	at    int
	read  uint64
	one   [1]uint64
}

func newTTLRun(b *testing.B, s backends.Store, w ttlWay, kind ttlKind) *ttlRun {
	const keys, life = 100_000, int64(time.Second / time.Microsecond)
	r := &ttlRun{b: b, way: w, Scope: &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}}
	if err := kind.open(r); err != nil {
		b.Fatal(err)
	}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(keys) {
		r.turn = append(r.turn, uint64(i)*0x9E3779B97F4A7C15)
	}
	for part := range int64(33) { // one after the other over a life, so that they expire so
		if r.Keys.Now = 0; w.step > 1 {
			r.Keys.Now = part*life/33 - life
		}
		r.calls(kind.fill, keys/33+1)
	}
	if c, ok := s.(interface{ Compact() error }); ok {
		if err := c.Compact(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			b.Fatal(err)
		}
	}
	return r
}

// calls makes so many, each of the next key, in batches.
func (r *ttlRun) calls(do func(*ttlRun, uint64), n int) {
	r.Keys.Now += r.way.step
	for n > 0 {
		if r.at == len(r.turn) {
			r.at = 0
		}
		some := min(n, 1024, len(r.turn)-r.at)
		r.Fill(r.turn[r.at : r.at+some])
		r.at, n = r.at+some, n-some
		r.Store.Begin()
		for i := range some {
			r.Keys.At = i
			do(r, uint64(r.at+i))
		}
		if err := r.Store.End(); err != nil {
			r.b.Fatal(err)
		}
	}
}
