package engine

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strconv"

	"github.com/weirbench/weir/backends"
)

// A Digest is the sum modulo 2^128 of a hash of every entry, high half first. So it does not depend on the order of entries, on which task
// holds them, or on the backend.
type Digest [2]uint64

// Add adds one entry.
func (d *Digest) Add(e *backends.Entry) {
	hi, lo := uint64(e.Group)+1, uint64(0x9E3779B97F4A7C15)
	hi, lo = mixString(hi, lo, e.State)
	hi, lo = mixBytes(hi, lo, e.Key)
	hi, lo = mixBytes(hi, lo, e.Value)
	d.sum(hi, lo)
}

// Merge adds what another digest holds.
func (d *Digest) Merge(o Digest) { d.sum(o[0], o[1]) }

func (d *Digest) sum(hi, lo uint64) {
	var carry uint64
	d[1], carry = bits.Add64(d[1], lo, 0)
	d[0], _ = bits.Add64(d[0], hi, carry)
}

func (d Digest) String() string { return fmt.Sprintf("%016x%016x", d[0], d[1]) }

// ParseDigest reads what String wrote.
func ParseDigest(s string) (d Digest, err error) {
	if len(s) != 32 {
		return d, fmt.Errorf("digest %q: want 32 hexadecimal digits", s)
	}
	if d[0], err = strconv.ParseUint(s[:16], 16, 64); err == nil {
		d[1], err = strconv.ParseUint(s[16:], 16, 64)
	}
	return d, err
}

func mixString(hi, lo uint64, s string) (uint64, uint64) {
	hi, lo = round(hi, lo, uint64(len(s)))
	for ; len(s) >= 8; s = s[8:] {
		hi, lo = round(hi, lo, uint64(s[0])|uint64(s[1])<<8|uint64(s[2])<<16|uint64(s[3])<<24|uint64(s[4])<<32|uint64(s[5])<<40|uint64(s[6])<<48|uint64(s[7])<<56)
	}
	var tail uint64
	for i := range len(s) {
		tail |= uint64(s[i]) << (8 * i)
	}
	return round(hi, lo, tail)
}

func mixBytes(hi, lo uint64, b []byte) (uint64, uint64) {
	hi, lo = round(hi, lo, uint64(len(b)))
	for ; len(b) >= 8; b = b[8:] {
		hi, lo = round(hi, lo, binary.LittleEndian.Uint64(b))
	}
	var tail uint64
	for i, c := range b {
		tail |= uint64(c) << (8 * i)
	}
	return round(hi, lo, tail)
}

// round folds eight bytes into 128 bits: a wide multiplication and a shuffle, each of which can be undone, so nothing is lost between.
func round(hi, lo, x uint64) (uint64, uint64) {
	lo ^= x
	h, l := bits.Mul64(lo|1, 0xD6E8FEB86659FD93)
	return bits.RotateLeft64(hi, 23)*0xBF58476D1CE4E5B9 ^ h ^ x, l ^ hi ^ lo>>31
}
