package tables

import (
	"encoding/binary"
	"errors"

	. "github.com/weirbench/weir/backends"
)

var errCorrupt = errors.New("corrupt")

// Uint64 is eight bytes, big-endian.
type Uint64 struct{}

func (Uint64) Append(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }
func (Uint64) Decode(b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, errCorrupt
	}
	return binary.BigEndian.Uint64(b), nil
}
func (Uint64) Width() int           { return 8 }
func (Uint64) Shares() bool         { return false }
func (Uint64) Copy(v uint64) uint64 { return v }
func (Uint64) Hash(v uint64) uint32 { return Mix(v) }

// None is the codec of Void.
type None struct{}

func (None) Append(b []byte, _ Void) []byte { return b }
func (None) Decode([]byte) (Void, error)    { return Void{}, nil }
func (None) Width() int                     { return 0 }
func (None) Shares() bool                   { return false }
func (None) Copy(v Void) Void               { return v }
func (None) Hash(Void) uint32               { return 0 }

// String is the bytes of a string.
type String struct{}

func (String) Append(b []byte, v string) []byte { return append(b, v...) }
func (String) Decode(b []byte) (string, error)  { return string(b), nil }
func (String) Width() int                       { return -1 }
func (String) Shares() bool                     { return false } // a string never changes
func (String) Copy(v string) string             { return v }

// Uint64s is a slice, the smallest value whose copies share memory.
type Uint64s struct{}

func (Uint64s) Append(b []byte, v []uint64) []byte {
	for _, x := range v {
		b = binary.BigEndian.AppendUint64(b, x)
	}
	return b
}
func (Uint64s) Decode(b []byte) ([]uint64, error) {
	v := make([]uint64, len(b)/8)
	for i := range v {
		v[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return v, nil
}
func (Uint64s) Width() int               { return -1 }
func (Uint64s) Shares() bool             { return true }
func (Uint64s) Copy(v []uint64) []uint64 { return append([]uint64(nil), v...) }

// appendPart appends a value that others follow: with its length before it, unless all have the same.
func appendPart[T any](b []byte, c Codec[T], v T) []byte {
	if c.Width() >= 0 {
		return c.Append(b, v)
	}
	at := len(b)
	b = c.Append(append(b, 0), v)
	if n := len(b) - at - 1; n < 0x80 {
		b[at] = byte(n)
		return b
	} else {
		body := append([]byte(nil), b[at+1:]...)
		return append(binary.AppendUvarint(b[:at], uint64(n)), body...)
	}
}

// cutPart is the reverse: the value, and what follows it.
func cutPart[T any](b []byte, c Codec[T]) (v T, rest []byte, err error) {
	n := c.Width()
	if n < 0 {
		u, w := binary.Uvarint(b)
		if w <= 0 || u > uint64(len(b)-w) {
			return v, nil, errCorrupt
		}
		b, n = b[w:], int(u)
	}
	if n > len(b) {
		return v, nil, errCorrupt
	}
	v, err = c.Decode(b[:n])
	return v, b[n:], err
}

// appendOrdered and cutOrdered write a signed number so that bytes compare as the numbers do.
func appendOrdered(b []byte, at int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(at)^1<<63)
}
func cutOrdered(b []byte) (int64, []byte, error) {
	if len(b) < 8 {
		return 0, nil, errCorrupt
	}
	return int64(binary.BigEndian.Uint64(b) ^ 1<<63), b[8:], nil
}
