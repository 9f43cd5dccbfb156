package backends_test

import (
	"bytes"
	"testing"

	"github.com/weirbench/weir/backends"
)

// Stores look for times in whatever is stored. They neither fail nor find what is not there, and what has expired is gone at the first look.
func FuzzExpiry(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x07value"), int64(5), int64(12), false, int8(-1))
	f.Add([]byte("\x09\x00\x00\x00\x00\x00\x00\x00\x07v\x09\x00\x00\x00\x00\x00\x00\x00\x08w"), int64(5), int64(12), true, int8(-1))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), int64(1), int64(-1), true, int8(-1))
	f.Add(make([]byte, 33), int64(1), int64(1), true, int8(16))
	f.Fuzz(func(t *testing.T, v []byte, life, now int64, list bool, width int8) {
		x := backends.Expiry{LifeUs: max(life, 1), List: list, Width: max(int(width), -1)}
		if x.Width >= 0 {
			x.Width += 8 // no element is shorter than its time
		}
		n := 0
		x.Times(v, func(at []byte) { n += len(at) })
		if n > len(v) {
			t.Errorf("times of %d bytes are in %d", n, len(v))
		}
		alive, some := x.Alive(bytes.Clone(v), now)
		if len(alive) > len(v) {
			t.Errorf("alive are %d bytes of %d", len(alive), len(v))
		}
		if again, still := x.Alive(bytes.Clone(alive), now); some && (!still || !bytes.Equal(again, alive)) {
			t.Errorf("alive of %x is %x, and of that %x", v, alive, again)
		}
	})
}
