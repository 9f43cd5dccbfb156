package backends_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/tables"
)

// A walk through a map gives what plain Go maps would, however many entries of other maps are kept beside it, written back or removed meanwhile.
func TestMapsAmongMany(t *testing.T) {
	for _, keep := range []int{0, 300, 2000, 1 << 20} {
		sc, entries := keptMap(t, keep)
		const keys = 200
		r, want, recs := rand.New(rand.NewPCG(1, uint64(keep))), [keys]map[uint64]uint64{}, make([]uint64, 64)
		for k := range want {
			want[k] = map[uint64]uint64{}
		}
		for batch := range 400 {
			for i := range recs {
				recs[i] = r.Uint64N(keys)
			}
			err := sc.Batch(recs, func(i int) {
				m, u, v := want[recs[i]], r.Uint64N(40), r.Uint64()
				switch op := r.IntN(20); {
				case op < 12:
					entries.Set(backends.Void{}, u, v)
					m[u] = v
				case op < 15:
					entries.Remove(backends.Void{}, u)
					delete(m, u)
				case op == 15:
					entries.Clear(backends.Void{})
					clear(m)
				default:
					got := map[uint64]uint64{}
					entries.Each(backends.Void{}, func(u, v uint64) bool { got[u] = v; return true })
					if !maps.Equal(got, m) {
						t.Fatalf("keep %d, batch %d: key %d has %v, want %v", keep, batch, recs[i], got, m)
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// keptMap opens a map over a Pebble store that keeps so many entries over the ends of batches.
func keptMap(t testing.TB, keep int) (*tables.Scope[uint64], tables.Map[backends.Void, uint64, uint64]) {
	store, err := pebble.Backend{InMemory: true, KV: kv.Options{Keep: keep}}.Open(backends.Options{Groups: everyGroup(), MemoryBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	sc := &tables.Scope[uint64]{Store: store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(allGroups)}
	entries, err := tables.OpenMap(sc, "map", tables.None{}, tables.Uint64{}, tables.Uint64{})
	if err != nil {
		t.Fatal(err)
	}
	return sc, entries
}

// BenchmarkWalksAmongMany is a walk through a map of ten entries while so many entries of all maps are kept.
func BenchmarkWalksAmongMany(b *testing.B) {
	for _, n := range []int{200, 2_000, 200_000} {
		b.Run(fmt.Sprintf("kept=%d", n), func(b *testing.B) {
			sc, entries := keptMap(b, 1<<20)
			walked := uint64(0)
			visit := func(k uint64, do func()) {
				if err := sc.Batch([]uint64{k}, func(int) { do() }); err != nil {
					b.Fatal(err)
				}
			}
			for k := range uint64(n / opMap) {
				visit(k, func() {
					for u := range uint64(opMap) {
						entries.Set(backends.Void{}, u, u)
					}
				})
			}
			for k := uint64(0); b.Loop(); k = (k + 1) % uint64(n/opMap) {
				visit(k, func() {
					entries.Each(backends.Void{}, func(_, v uint64) bool { walked++; return true })
				})
			}
			if walked == 0 || walked%opMap != 0 {
				b.Fatalf("walks went through %d entries", walked)
			}
		})
	}
}
