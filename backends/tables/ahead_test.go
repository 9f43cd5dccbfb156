package tables_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/tables"
)

// What a record wanted, and in which order, changes nothing: whether it then asks in that order or another, for less or for more, while
// entries come and go around it, and while snapshots share what it writes to.
func TestWantChangesNothing(t *testing.T) {
	for name, b := range map[string]backends.Backend{"live": heap.Backend{}, "coded": pebble.Backend{}} {
		t.Run(name+"/numbers", func(t *testing.T) {
			wanting(t, b, tables.Uint64{}, func(old, n uint64) uint64 { return old + n })
		})
		t.Run(name+"/slices", func(t *testing.T) {
			wanting(t, b, tables.Uint64s{}, func(old []uint64, n uint64) []uint64 {
				if len(old) > 2 {
					old[0] += n // in place
					return old
				}
				return append(old, n)
			})
		})
	}
}

type place struct{ k, ns uint64 }

// wanting works on few keys and namespaces, so that each is there often and often not; key 0 is what a free slot holds.
func wanting[V any](t *testing.T, b backends.Backend, codec backends.Codec[V], more func(V, uint64) V) {
	s, err := b.Open(backends.Options{Groups: backends.Groups{Last: 127}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sc := &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}
	v, err := tables.OpenValue(sc, "v", tables.Uint64{}, codec)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	want := map[place]string{} // codec's bytes
	type pin struct {
		backends.Snapshot
		want map[place]string
	}
	var pins []pin
	close := func(i int) {
		if got := placesOf(t, pins[i]); !maps.Equal(got, pins[i].want) {
			t.Fatalf("a snapshot holds %d entries that differ from the %d that there were when it was taken", len(got), len(pins[i].want))
		}
		pins[i].Close()
		pins = slices.Delete(pins, i, i+1)
	}
	for round := range 1000 {
		keys := make([]uint64, 1+r.IntN(8))
		for i := range keys {
			keys[i] = r.Uint64N(40)
		}
		sc.Fill(keys)
		s.Begin()
		for i, k := range keys {
			sc.Keys.At = i
			wanted := r.Perm(10)[:r.IntN(7)]
			for _, ns := range wanted {
				v.Want(i, uint64(ns))
			}
			asked := append(wanted, r.Perm(10)[:r.IntN(3)]...)
			if r.IntN(4) == 0 {
				r.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
			}
			for _, ns := range asked {
				p := place{k, uint64(ns)}
				if len(pins) > 0 && r.IntN(30) == 0 {
					close(r.IntN(len(pins)))
				}
				if r.IntN(5) == 0 { // without a look
					var v0 V
					now := more(v0, uint64(round))
					want[p] = string(codec.Append(nil, now))
					v.Set(p.ns, now)
					continue
				}
				old, ok := v.Get(p.ns)
				if got, is := string(codec.Append(nil, old)), want[p]; ok != (is != "") || ok && got != is {
					t.Fatalf("round %d: Get(%d) of key %d = %x, %v; want %x", round, ns, k, got, ok, is)
				}
				switch r.IntN(5) {
				case 0:
					v.Clear(p.ns)
					delete(want, p)
				case 1:
				default:
					now := more(old, uint64(round))
					want[p] = string(codec.Append(nil, now))
					v.Set(p.ns, now)
				}
			}
		}
		if err := s.End(); err != nil {
			t.Fatal(err)
		}
		if r.IntN(8) == 0 {
			f, err := s.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			pins = append(pins, pin{f, maps.Clone(want)})
		}
		if len(pins) > 2 || len(pins) > 0 && r.IntN(8) == 0 {
			close(r.IntN(len(pins)))
		}
	}
	for len(pins) > 0 {
		close(0)
	}
}

func placesOf(t *testing.T, s backends.Snapshot) map[place]string {
	got := map[place]string{}
	for g := range 128 {
		if err := s.Each(g, func(e *backends.Entry) error {
			k, err := tables.Uint64{}.Decode(e.Key[:8])
			if err != nil || len(e.Key) != 16 {
				return fmt.Errorf("a key %x, want sixteen bytes", e.Key)
			}
			ns, err := tables.Uint64{}.Decode(e.Key[8:])
			got[place{k, ns}] = string(e.Value)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return got
}
