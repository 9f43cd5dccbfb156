package kv_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

// sized is a database that notes how long the batches are that it is given.
type sized struct {
	kv.DB
	sizes []int
}

func (d *sized) Apply(b *backends.Batch) error {
	d.sizes = append(d.sizes, b.Size())
	return d.DB.Apply(b)
}

// What a batch of records writes goes to the database in pieces of 64 KiB at most and no more than one write on top, in the order in which
// it was written; and nothing goes there after a piece that it refuses.
func TestLongBatchesAreAppliedInPieces(t *testing.T) {
	const keys, most = 1000, 64<<10 + 900
	plain := backendtest.NewPlain()
	db := &sized{DB: plain}
	sc := &tables.Scope[uint64]{Store: kv.Open(db, backends.Groups{Last: 127}, kv.Options{}), Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}
	lists, err1 := tables.OpenList(sc, "lists", tables.None{}, tables.Uint64{})
	texts, err2 := tables.OpenValue(sc, "texts", tables.None{}, tables.String{})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	none, text, elements := backends.Void{}, string(make([]byte, 800)), make([]uint64, 100)
	write := func() error {
		recs := make([]uint64, keys)
		for i := range recs {
			recs[i] = uint64(i)
		}
		sc.Fill(recs)
		sc.Store.Begin()
		for i := range recs {
			sc.Keys.At = i
			elements[0] = uint64(i)
			lists.AddAll(none, elements)
			texts.Set(none, text[:i%len(text)])
		}
		return sc.Store.End()
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	if len(db.sizes) < 2*keys*400/most || slices.Max(db.sizes) > most {
		t.Errorf("the database got pieces of %d bytes; want at least %d of at most %d", db.sizes, 2*keys*400/most, most)
	}
	sc.Fill([]uint64{7, 999})
	sc.Store.Begin()
	for at, want := range []uint64{7, 999} {
		sc.Keys.At = at
		var got []uint64
		lists.Each(none, func(v uint64) bool { got = append(got, v); return true })
		if v, ok := texts.Get(none); len(got) != len(elements) || got[0] != want || !ok || len(v) != int(want)%len(text) {
			t.Errorf("key %d has a list of %d and a text of %d bytes, %v", want, len(got), len(v), ok)
		}
	}
	if err := sc.Store.End(); err != nil {
		t.Fatal(err)
	}

	refused, applied := errors.New("disk full"), 0
	plain.Fail = func(op string) error {
		if op != "apply" {
			return nil
		}
		if applied++; applied >= 3 {
			return refused
		}
		return nil
	}
	if err := write(); !errors.Is(err, refused) || applied != 3 {
		t.Errorf("End = %v after %d pieces; want %v after the third, and none behind it", err, applied, refused)
	}
}

// Lists that are written in the middle of a batch are what they would be at its end, whatever else the batch does with them before and after, also where
// the store keeps them over its end.
func TestListsWrittenWithinABatch(t *testing.T) {
	for _, keep := range []int{0, 200} {
		db := &sized{DB: backendtest.NewPlain()}
		sc := &tables.Scope[uint64]{Store: kv.Open(db, backends.Groups{Last: 127}, kv.Options{Keep: keep}), Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}
		lists, err := tables.OpenList(sc, "lists", tables.None{}, tables.Uint64{})
		if err != nil {
			t.Fatal(err)
		}
		r, want, none := rand.New(rand.NewPCG(1, 2)), map[uint64][]uint64{}, backends.Void{}
		some := func() []uint64 {
			vs := make([]uint64, r.IntN(600))
			for i := range vs {
				vs[i] = r.Uint64()
			}
			return vs
		}
		look := func(k uint64) {
			var got []uint64
			lists.Each(none, func(v uint64) bool { got = append(got, v); return true })
			if !slices.Equal(got, want[k]) {
				t.Fatalf("keep %d: key %d has %d elements, or others; want %d", keep, k, len(got), len(want[k]))
			}
		}
		for batch := range 60 {
			recs := make([]uint64, 1+r.IntN(200))
			for i := range recs {
				recs[i] = r.Uint64N(40)
			}
			err := sc.Batch(recs, func(i int) {
				switch k := recs[i]; r.IntN(20) {
				case 0:
					lists.Clear(none)
					delete(want, k)
				case 1, 2:
					vs := some()
					lists.Set(none, vs)
					want[k] = vs
				case 3, 4, 5:
					look(k)
				default:
					vs := some()
					lists.AddAll(none, vs)
					want[k] = append(want[k], vs...)
				}
			})
			if err != nil {
				t.Fatalf("keep %d, batch %d: %v", keep, batch, err)
			}
		}
		all := make([]uint64, 40)
		for i := range all {
			all[i] = uint64(i)
		}
		if err := sc.Batch(all, func(i int) { look(all[i]) }); err != nil {
			t.Fatal(err)
		}
		if keep == 0 && len(db.sizes) < 120 {
			t.Errorf("60 batches came in %d pieces; want twice as many at least", len(db.sizes))
		}
		sc.Store.Close()
	}
}
