package tables

import (
	"encoding/binary"
	"fmt"

	"github.com/weirbench/weir/backends"
)

// The bytes of signed numbers are Java's, as Flink writes them: two's complement, the most significant byte first. So where the user keys of a map come
// in the order of their bytes, those below zero come behind all others, as on Flink.

// Int64s is keys of 64 bits with a sign, in that many key groups: the group is that of a Java long.
func Int64s(groups int) KeyType[int64] { return int64s{reducer: newReducer(groups)} }

// Int32s is keys of 32 bits with a sign, in that many key groups: the group is that of a Java int.
func Int32s(groups int) KeyType[int32] { return int32s{reducer: newReducer(groups)} }

// Bools is keys that are true or false, in that many key groups, of which they are in two at most: the group is that of a Java boolean.
func Bools(groups int) KeyType[bool] { return bools{reducer: newReducer(groups)} }

type int64s struct {
	Int64
	reducer
}

func (t int64s) Mark(dst []backends.Key[int64], src []int64) {
	for i, k := range src[:len(dst)] {
		dst[i] = backends.Key[int64]{K: k, Hash: t.Hash(k), Group: t.group(backends.JavaHashLong(k))}
	}
}

type int32s struct {
	Int32
	reducer
}

func (t int32s) Mark(dst []backends.Key[int32], src []int32) {
	for i, k := range src[:len(dst)] {
		dst[i] = backends.Key[int32]{K: k, Hash: t.Hash(k), Group: t.group(backends.JavaHashInt(k))}
	}
}

type bools struct {
	Bool
	reducer
}

func (t bools) Mark(dst []backends.Key[bool], src []bool) {
	for i, k := range src[:len(dst)] {
		dst[i] = backends.Key[bool]{K: k, Hash: t.Hash(k), Group: t.group(backends.JavaHashBool(k))}
	}
}

// plain is what codecs have in common whose values share nothing.
type plain[T any] struct{}

// Shares is false.
func (plain[T]) Shares() bool { return false }

// Copy is v.
func (plain[T]) Copy(v T) T { return v }

// Int64 is eight bytes.
type Int64 struct{ plain[int64] }

// Append appends eight bytes.
func (Int64) Append(b []byte, v int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(v)) }

// Decode wants eight bytes.
func (Int64) Decode(b []byte) (int64, error) {
	v, err := Uint64{}.Decode(b)
	return int64(v), err
}

// Width is 8.
func (Int64) Width() int { return 8 }

// Hash makes it a Namespace.
func (Int64) Hash(v int64) uint32 { return Mix(uint64(v)) }

// Int32 is four bytes.
type Int32 struct{ plain[int32] }

// Append appends four bytes.
func (Int32) Append(b []byte, v int32) []byte { return binary.BigEndian.AppendUint32(b, uint32(v)) }

// Decode wants four bytes.
func (Int32) Decode(b []byte) (int32, error) {
	if len(b) != 4 {
		return 0, fmt.Errorf("corrupt: %d bytes, want 4", len(b))
	}
	return int32(binary.BigEndian.Uint32(b)), nil
}

// Width is 4.
func (Int32) Width() int { return 4 }

// Hash makes it a Namespace.
func (Int32) Hash(v int32) uint32 { return Mix(uint64(uint32(v))) }

// Bool is one byte, 1 for true.
type Bool struct{ plain[bool] }

// Append appends one byte.
func (Bool) Append(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// Decode wants a byte that is 0 or 1.
func (Bool) Decode(b []byte) (bool, error) {
	if len(b) != 1 || b[0] > 1 {
		return false, fmt.Errorf("corrupt: %x, want 00 or 01", b)
	}
	return b[0] == 1, nil
}

// Width is 1.
func (Bool) Width() int { return 1 }

// Hash makes it a Namespace.
func (c Bool) Hash(v bool) uint32 { return hashBytes(c.Append(nil, v)) }
