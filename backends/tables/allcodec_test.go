package tables

import (
	"bytes"
	"testing"

	"github.com/weirbench/weir/backends"
)

// plainLongs is Uint64 without AppendAll.
type plainLongs struct{ backends.Codec[uint64] }

// A codec that appends many at once writes the bytes that it writes one by one, behind what is there.
func TestAppendAllIsAppend(t *testing.T) {
	sc := &Scope[uint64]{Keys: new(backends.Keys[uint64]), Codec: Longs(128)}
	fast := newListDesc(sc, "list", Namespace[backends.Void](None{}), backends.Codec[uint64](Uint64{}))
	slow := newListDesc(sc, "list", Namespace[backends.Void](None{}), backends.Codec[uint64](plainLongs{Uint64{}}))
	if fast.all == nil || slow.all != nil {
		t.Fatalf("the way of many at once is taken: %v and %v, want true and false", fast.all != nil, slow.all != nil)
	}
	for _, vs := range [][]uint64{nil, {1}, {1, 1<<64 - 1}, {0, 2, 3, 1 << 40, 5}} {
		got, want := fast.encode([]byte("before"), vs...), slow.encode([]byte("before"), vs...)
		if !bytes.Equal(got, want) {
			t.Errorf("encode(%v) = %x, want %x", vs, got, want)
		}
	}
}
