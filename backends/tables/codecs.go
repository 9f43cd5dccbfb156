package tables

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
)

// Uint64 is eight bytes, the most significant first.
type Uint64 struct{}

// Append appends eight bytes.
func (Uint64) Append(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

// AppendAll appends eight bytes for each.
func (Uint64) AppendAll(b []byte, vs []uint64) []byte {
	b = slices.Grow(b, 8*len(vs))
	for _, v := range vs {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

// Decode wants eight bytes.
func (Uint64) Decode(b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, fmt.Errorf("corrupt: %d bytes, want 8", len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}

// Width is 8.
func (Uint64) Width() int { return 8 }

// Shares is false.
func (Uint64) Shares() bool { return false }

// Copy is v.
func (Uint64) Copy(v uint64) uint64 { return v }

// Hash makes it a Namespace.
func (Uint64) Hash(v uint64) uint32 { return Mix(v) }

// None is the codec of Void.
type None struct{}

// Append appends nothing.
func (None) Append(b []byte, _ backends.Void) []byte { return b }

// Decode wants nothing.
func (None) Decode([]byte) (backends.Void, error) { return backends.Void{}, nil }

// Width is 0.
func (None) Width() int { return 0 }

// Shares is false.
func (None) Shares() bool { return false }

// Copy is v.
func (None) Copy(v backends.Void) backends.Void { return v }

// Hash makes it a Namespace.
func (None) Hash(backends.Void) uint32 { return 0 }

// String is the bytes of a string.
type String struct{}

// Append appends the bytes.
func (String) Append(b []byte, v string) []byte { return append(b, v...) }

// Decode takes any bytes.
func (String) Decode(b []byte) (string, error) { return string(b), nil }

// Width is -1.
func (String) Width() int { return -1 }

// Shares is false: a string never changes.
func (String) Shares() bool { return false }

// Copy is v.
func (String) Copy(v string) string { return v }

// Hash makes it a Namespace.
func (String) Hash(v string) uint32 { return hashText(v) }

// Uint64s is a slice of Uint64, the smallest value whose copies share memory. Nil and empty are one value.
type Uint64s struct{}

// Append appends eight bytes for each.
func (Uint64s) Append(b []byte, v []uint64) []byte { return Uint64{}.AppendAll(b, v) }

// Decode wants a multiple of eight bytes.
func (Uint64s) Decode(b []byte) ([]uint64, error) {
	if len(b)%8 != 0 {
		return nil, fmt.Errorf("corrupt: %d bytes, want a multiple of 8", len(b))
	}
	v := make([]uint64, len(b)/8)
	for i := range v {
		v[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return v, nil
}

// Width is -1.
func (Uint64s) Width() int { return -1 }

// Shares is true.
func (Uint64s) Shares() bool { return true }

// Copy is a new slice.
func (Uint64s) Copy(v []uint64) []uint64 { return slices.Clone(v) }
