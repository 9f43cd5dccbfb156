package tables

import (
	"encoding/binary"
	"errors"

	"github.com/weirbench/weir/backends"
)

// The bytes of an entry's key are parts, each of which tells where it ends, so that no key is the beginning of another and a key with
// its namespace is a range. The last part, the user key of a map, is all the rest.

var errShort = errors.New("corrupt: a part is cut short")

// KeyPrefix appends what the keys of all value and map entries of k begin with.
func KeyPrefix[K comparable](b []byte, t KeyType[K], k K) []byte { return appendPart(b, t, k) }

// parts are the codecs of a key and its namespace, as codecs: to make one of a KeyType at every access would cost a search each time.
type parts[K, N comparable] struct {
	key   backends.Codec[K]
	ns    backends.Codec[N]
	fixed bool // every key has as many bytes, every namespace none
}

func newParts[K, N comparable](s *Scope[K], ns Namespace[N]) parts[K, N] {
	return parts[K, N]{s.Codec, ns, s.Codec.Width() >= 0 && ns.Width() == 0}
}

func (p *parts[K, N]) append(b []byte, k K, ns N) []byte {
	if p.fixed {
		return p.key.Append(b, k)
	}
	return appendPart(appendPart(b, p.key, k), p.ns, ns)
}

// appendPart appends a value that others follow: with its length before it, unless all have the same.
func appendPart[T any](b []byte, c backends.Codec[T], v T) []byte {
	if c.Width() >= 0 {
		return c.Append(b, v)
	}
	at := len(b)
	b = c.Append(append(b, 0), v)
	n := len(b) - at - 1
	if n < 0x80 {
		b[at] = byte(n)
		return b
	}
	var size [binary.MaxVarintLen64]byte
	w := binary.PutUvarint(size[:], uint64(n))
	b = append(b, size[:w-1]...) // room, then the value moves up
	copy(b[at+w:], b[at+1:at+1+n])
	copy(b[at:], size[:w])
	return b
}

// cutPart is the reverse: the value, and what follows it.
func cutPart[T any](b []byte, c backends.Codec[T]) (v T, rest []byte, err error) {
	n := c.Width()
	if n < 0 {
		u, w := binary.Uvarint(b)
		if w <= 0 || u > uint64(len(b)-w) {
			return v, nil, errShort
		}
		b, n = b[w:], int(u)
	}
	if n > len(b) {
		return v, nil, errShort
	}
	v, err = c.Decode(b[:n])
	return v, b[n:], err
}

func cutKey[K comparable](s *Scope[K], b []byte) (backends.Key[K], []byte, error) {
	k, rest, err := cutPart(b, s.Codec)
	if err != nil {
		return backends.Key[K]{}, nil, err
	}
	return s.mark(k), rest, nil
}

// appendOrdered and cutOrdered write a signed number so that bytes compare as the numbers do.
func appendOrdered(b []byte, at int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(at)^1<<63)
}

func cutOrdered(b []byte) (int64, []byte, error) {
	if len(b) < 8 {
		return 0, nil, errShort
	}
	return int64(binary.BigEndian.Uint64(b) ^ 1<<63), b[8:], nil
}
