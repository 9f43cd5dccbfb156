package tables_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/tables"
)

// A record that comes alone sees what it wrote and what was there, whatever it looks at first, and so does the next record: on a store over bytes
// that looks a key up by itself as on live objects, and where keys are kept over batches.
func TestRecordsThatComeAlone(t *testing.T) {
	for _, keep := range []int{0, 3} {
		t.Run(fmt.Sprintf("keep=%d", keep), func(t *testing.T) {
			for seed := range uint64(20) {
				live, coded := alone(t, heap.Backend{}, seed), alone(t, pebble.Backend{InMemory: true, KV: kv.Options{Keep: keep}}, seed)
				for i := range live {
					if live[i] != coded[i] {
						t.Fatalf("seed %d, step %d: over bytes %s, on the heap %s", seed, i, coded[i], live[i])
					}
				}
			}
		})
	}
}

// alone makes a few calls for each of many records and answers what they said.
func alone(t *testing.T, b backends.Backend, seed uint64) (said []string) {
	store, err := b.Open(backends.Options{Groups: backends.Groups{Last: 15}})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := &tables.Scope[uint64]{Store: store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(16)}
	value, err := tables.OpenValue(s, "value", tables.None{}, tables.Uint64s{})
	if err != nil {
		t.Fatal(err)
	}
	list, err := tables.OpenList(s, "list", tables.None{}, tables.Uint64{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := tables.OpenMap(s, "map", tables.Uint64{}, tables.Uint64{}, tables.Uint64{})
	if err != nil {
		t.Fatal(err)
	}
	r, none := rand.New(rand.NewPCG(seed, 9)), backends.Void{}
	for n := range uint64(300) {
		err := s.Batch([]uint64{r.Uint64N(3)}, func(int) {
			for range 1 + r.IntN(4) {
				ns, u := r.Uint64N(2), r.Uint64N(2)
				switch r.IntN(12) {
				case 0, 1:
					v, ok := value.Get(none)
					said = append(said, fmt.Sprint("value ", v, ok))
				case 2:
					value.Set(none, []uint64{n})
				case 3:
					value.Clear(none)
				case 4, 5:
					var all []uint64
					list.Each(none, func(v uint64) bool { all = append(all, v); return true })
					said = append(said, fmt.Sprint("list ", all))
				case 6:
					list.Add(none, n)
				case 7:
					list.Clear(none)
				case 8, 9:
					v, ok := entries.Get(ns, u)
					said = append(said, fmt.Sprint("entry ", v, ok))
				case 10:
					entries.Set(ns, u, n)
				default:
					entries.Want(0, ns, u)
					entries.Remove(ns, u)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return said
}
