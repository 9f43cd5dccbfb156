package window

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// What windows store is read back from storage. What a codec takes it writes as what it takes for the same.
func FuzzCodecs(f *testing.F) {
	f.Add(Namespace{}.Append(nil, Window{10, 20}))
	f.Add(sessionCodec{}.Append(nil, []session{{Window{1, 2}, Window{3, 4}}}))
	f.Add(elements[string]{tables.String{}}.Append(nil, Element[string]{"record", 7}))
	f.Add(many[string]{tables.String{}}.Append(nil, []string{"a", ""}))
	f.Add(Sides[uint64, string]{tables.Uint64{}, tables.String{}}.Append(nil, Second[uint64]("b")))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		takes(t, b, Namespace{})
		takes(t, b, sessionCodec{})
		takes(t, b, elements[string]{tables.String{}})
		takes(t, b, elements[uint64]{tables.Uint64{}})
		takes(t, b, many[string]{tables.String{}})
		takes(t, b, many[uint64]{tables.Uint64{}})
		takes(t, b, Sides[uint64, string]{tables.Uint64{}, tables.String{}})
	})
}

func takes[T any](t *testing.T, b []byte, c backends.Codec[T]) {
	t.Helper()
	v, err := c.Decode(b)
	if err != nil {
		return
	}
	first := c.Append(nil, v)
	again, err := c.Decode(first)
	if second := c.Append(nil, again); err != nil || string(second) != string(first) || c.Width() >= 0 && len(first) != c.Width() {
		t.Errorf("%T takes %x, writes %x and takes that for %x, %v", c, b, first, second, err)
	}
}
