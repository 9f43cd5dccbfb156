package tables

import (
	"encoding/binary"
	"math/bits"

	"github.com/weirbench/weir/backends"
)

// KeyType is everything about the keys of a job.
type KeyType[K comparable] interface {
	backends.Codec[K]
	// Mark makes dst the keys of src, which is as long. It is called once for a batch, so that its loop is compiled for K.
	Mark(dst []backends.Key[K], src []K)
}

// Longs is keys of 64 bits, in that many key groups: the group is that of a Java long.
func Longs(groups int) KeyType[uint64] { return longs{reducer: newReducer(groups)} }

type longs struct {
	Uint64
	reducer
}

func (t longs) Mark(dst []backends.Key[uint64], src []uint64) {
	if t.mask != 0 { // the usual case, without a call in its loop
		for i, k := range src[:len(dst)] {
			group := uint32(backends.Murmur(backends.JavaHashLong(int64(k)))) & t.mask
			dst[i] = backends.Key[uint64]{K: k, Hash: Mix(k), Group: uint16(group)}
		}
		return
	}
	for i, k := range src[:len(dst)] {
		dst[i] = backends.Key[uint64]{K: k, Hash: Mix(k), Group: t.group(backends.JavaHashLong(int64(k)))}
	}
}

// Strings is keys of text, in that many key groups: the group is that of a Java String.
func Strings(groups int) KeyType[string] { return texts{reducer: newReducer(groups)} }

type texts struct {
	String
	reducer
}

func (t texts) Mark(dst []backends.Key[string], src []string) {
	for i, k := range src[:len(dst)] {
		dst[i] = backends.Key[string]{K: k, Hash: hashText(k), Group: t.group(backends.JavaHashString(k))}
	}
}

// reducer is backends.KeyGroup for a fixed number of groups, by masking where that can be.
type reducer struct {
	groups uint32
	mask   uint32 // groups-1 when that is a power of two, else 0
}

func newReducer(groups int) reducer {
	if groups < 1 || groups > backends.GroupsMax {
		panic("tables: key groups must be 1 to 32768")
	}
	r := reducer{groups: uint32(groups)}
	if groups&(groups-1) == 0 {
		r.mask = uint32(groups - 1)
	}
	return r
}

func (r reducer) group(hash int32) uint16 {
	m := uint32(backends.Murmur(hash))
	if r.mask != 0 {
		return uint16(m & r.mask)
	}
	return uint16(m % r.groups)
}

// Mix makes the hash of tables from any 64 bits.
func Mix(x uint64) uint32 {
	hi, lo := bits.Mul64(x^0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
	return uint32((hi ^ lo) >> 16)
}

func hashBytes(b []byte) uint32 {
	h := uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		h = uint64(Mix(h^binary.LittleEndian.Uint64(b))) | h<<32
	}
	for _, c := range b {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return Mix(h)
}

// hashText is hashBytes of the bytes of s.
func hashText(s string) uint32 {
	h := uint64(len(s))
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		h = uint64(Mix(h^w)) | h<<32
	}
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return Mix(h)
}
