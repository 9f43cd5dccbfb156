package backends_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

// BenchmarkAppend is what the choice of how an ordered store appends to a list rests on: by a merge, for which nothing is read, or by
// reading the list and writing all of it again. Lists have so many elements of eight bytes at first, one gets another with each call, at
// random, and is looked at never or every time; who rewrites has then read it already. Each way has a database of its own, which
// lies in one sorted level at the beginning. Beside the two is what weir's list does, which chooses, one record at a time. No bound.
//
//	scripts/bench.sh Append
func BenchmarkAppend(b *testing.B) {
	for _, d := range databases() {
		for _, lists := range []struct{ n, elements int }{{100_000, 1}, {100_000, 16}, {10_000, 256}, {2_000, 2048}} {
			for _, look := range []string{"never", "always"} {
				name := fmt.Sprintf("backend=%s/elements=%d/look=%s", d.name, lists.elements, look)
				b.Run(name, func(b *testing.B) { appendOrdered(b, d, lists.n, lists.elements, look == "always") })
			}
		}
	}
}

const appends = 1 << 14 // of one round

func appendOrdered(b *testing.B, d database, n, elements int, look bool) {
	rewriting, merging := listsIn(b, d, n, elements), listsIn(b, d, n, elements)
	ours := tableOfLists(b, d, n, elements)
	recs := keysOf{"", n, false}.draw(appends * 8)
	var list, element []byte
	var seen int
	element = make([]byte, 8)
	inTurn(b, 0, 9, appends, recs, []way{
		{name: "by=rewrite", run: func(recs []uint64) {
			for i, k := range recs {
				binary.BigEndian.PutUint64(element, uint64(i))
				key := rawKey(k)
				_, err := rewriting.look(key, func(v []byte) { list = append(append(list[:0], v...), element...) })
				if err == nil {
					err = rewriting.set(key, list)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}},
		{name: "by=merge", run: func(recs []uint64) {
			for i, k := range recs {
				binary.BigEndian.PutUint64(element, uint64(i))
				key := rawKey(k)
				err := merging.merge(key, element)
				if err == nil && look {
					_, err = merging.look(key, func(v []byte) { seen = len(v) })
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}},
		{name: "by=tables", run: func(recs []uint64) {
			ours.calls(recs, 1, func(s *states, n uint64) {
				if s.list.Add(backends.Void{}, n); look {
					s.list.Each(backends.Void{}, func(uint64) bool { return true })
				}
			})
		}},
	})
	if look && seen < 8*(elements+1) {
		b.Fatalf("the last list that was looked at has %d bytes, and should have more than %d", seen, 8*elements)
	}
}

// listsIn is a database that holds lists under the keys of keysOf.
func listsIn(b *testing.B, d database, n, elements int) opened {
	o, err := d.open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { o.Close() })
	list := make([]byte, 8*elements)
	for _, k := range (keysOf{"", n, false}).all() {
		if err := o.set(rawKey(k), list); err != nil {
			b.Fatal(err)
		}
	}
	if err := o.Compact(); err != nil {
		b.Fatal(err)
	}
	return o
}

// rawKey is a key as the tables write it, without a namespace.
func rawKey(k uint64) []byte {
	group := backends.KeyGroup(backends.JavaHashLong(int64(k)), allGroups)
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint16(nil, uint16(group)), k)
}

// tableOfLists is the same as weir's list state.
func tableOfLists(b *testing.B, d database, n, elements int) *states {
	o, err := d.open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	sc := &tables.Scope[uint64]{Store: kv.Open(o.DB, everyGroup(), kv.Options{}), Keys: new(backends.Keys[uint64]), Codec: tables.Longs(allGroups)}
	b.Cleanup(func() { sc.Store.Close() })
	s := &states{counting: &counting{b: b, Scope: sc}}
	if s.list, err = tables.OpenList(sc, "list", tables.None{}, tables.Uint64{}); err != nil {
		b.Fatal(err)
	}
	list := make([]uint64, elements)
	s.calls(keysOf{"", n, false}.all(), 1024, func(s *states, _ uint64) { s.list.Set(backends.Void{}, list) })
	s.settle()
	if err := o.Compact(); err != nil {
		b.Fatal(err)
	}
	return s
}
