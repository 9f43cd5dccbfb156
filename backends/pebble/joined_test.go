package pebble

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/weirbench/weir/backends"
)

// Pieces are joined in the order in which they came, from whichever end they are told, and what was made of others meanwhile stays as it is.
func TestPiecesAreJoined(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	piece := func() []byte {
		b := make([]byte, r.IntN(1<<r.IntN(12)))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	type made struct{ got, want []byte }
	var all []made
	merger := newMerger()
	for range 500 {
		first := piece()
		m, err := merger.Merge(nil, first)
		if err != nil {
			t.Fatal(err)
		}
		want, older := bytes.Clone(first), r.IntN(2) == 0
		for range r.IntN(30) {
			p := piece()
			if older {
				err, want = m.MergeOlder(p), append(bytes.Clone(p), want...)
			} else {
				err, want = m.MergeNewer(p), append(want, p...)
			}
			if err != nil {
				t.Fatal(err)
			}
			clear(p) // it is the caller's
		}
		got, c, err := m.Finish(true)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("joined %d bytes as %x, want %x", len(want), got, want)
		}
		if r.IntN(3) == 0 {
			c.Close()
		} else {
			all = append(all, made{got, want})
		}
	}
	for _, x := range all {
		if !bytes.Equal(x.got, x.want) {
			t.Fatal("what was joined has changed before it was closed")
		}
	}
}

// To put a list together takes memory as its length, not as that times the number of its pieces. With Pebble's own merger, which copies all that it
// has for each older piece, two thousand pieces took a thousand times the list.
func TestJoiningIsLinear(t *testing.T) {
	const pieces, size = 2000, 200
	db, err := OpenDB(backends.Options{MemoryBytes: 64 << 20}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var want []byte
	for i := range pieces {
		p := fmt.Appendf(nil, "%*d", size, i)
		want = append(want, p...)
		if err := db.db.Merge([]byte("list"), p, pebble.NoSync); err != nil {
			t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, ok, err := db.Get([]byte("list"), nil)
	runtime.ReadMemStats(&after)
	if err != nil || !ok || !bytes.Equal(got, want) {
		t.Fatalf("a list of %d bytes, %v, %v; want the %d that were merged", len(got), ok, err, len(want))
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 10*pieces*size {
		t.Errorf("a list of %d bytes took %d, want ten times its length at most", pieces*size, took)
	}
}
