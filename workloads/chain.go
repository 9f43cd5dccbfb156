package workloads

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weirbench/weir/engine"
)

// A Chain is what a key knows of one source partition: how many of its records it saw, and the hash chain over them.
type Chain struct{ N, H uint64 }

// see is the chain with one record more.
func (c Chain) see(id engine.ID) Chain { return Chain{c.N + 1, Link(c.H, id)} }

// chains is the codec of a Chain: 16 bytes.
type chains struct{}

const chainWidth = 16

func (chains) Append(b []byte, c Chain) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, c.N), c.H)
}

func (chains) Decode(b []byte) (Chain, error) {
	if len(b) != chainWidth {
		return Chain{}, fmt.Errorf("corrupt: a chain of %d bytes, want %d", len(b), chainWidth)
	}
	return Chain{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}, nil
}

func (chains) Width() int         { return chainWidth }
func (chains) Shares() bool       { return false }
func (chains) Copy(c Chain) Chain { return c }

// showChain reads a value that begins with a Chain, in the states that have one; what stands behind it is only counted.
func showChain(state string, value []byte) string {
	if state != countState && state != seenState && state != seenSecondState && state != latestState && state != flightChains || len(value) < chainWidth {
		return ""
	}
	c, err := chains{}.Decode(value[:chainWidth])
	if err != nil {
		return ""
	}
	words := fmt.Sprintf("records %d, chain %016x", c.N, c.H)
	if rest := len(value) - chainWidth; rest > 0 {
		words += fmt.Sprintf(", %d bytes more", rest)
	}
	return words
}

// Row is what a job emits of a record: its name, and its key's chain of the record's own partition after it.
type Row struct {
	ID engine.ID
	Chain
}

// rows is a transaction: a byte that says so, then for every row its key, how far its offset is from the last of its partition together
// with the partition, the count (all of these uvarints, the distance zigzag) and the chain in eight bytes.
type rows[K comparable] struct {
	b    []byte
	last [64]int64 // by partition
	key  func(b []byte, k K) []byte
}

const rowsMark = 0xC1

func (t *rows[K]) Add(in *engine.Rows[K, Row]) {
	for i := range in.Vals {
		t.put(in.Keys[i].K, &in.Vals[i])
	}
}

func (t *rows[K]) put(k K, r *Row) {
	b := t.b
	if len(b) == 0 {
		b = append(b, rowsMark)
	}
	b = t.key(b, k)
	part, off := r.ID.Part()&63, r.ID.Offset()
	step := off - t.last[part]
	t.last[part] = off
	b = binary.AppendUvarint(b, uint64(step<<1^step>>63)<<6|uint64(part))
	b = binary.AppendUvarint(b, r.N)
	t.b = binary.BigEndian.AppendUint64(b, r.H)
}

// Seal gives the rows away. The next transaction will probably be as long.
func (t *rows[K]) Seal() []byte {
	if len(t.b) == 0 {
		return nil
	}
	b := t.b
	t.b, t.last = make([]byte, 0, len(b)+len(b)/8), [64]int64{}
	return b
}

var errRows = errors.New("corrupt: these bytes are no transaction")

// readRows yields what rows wrote. key cuts a key off, and returns nil when it cannot.
func readRows(b []byte, key func(b []byte) (name string, rest []byte), yield func(id engine.ID, key string, n int64, h uint64)) error {
	if len(b) == 0 || b[0] != rowsMark {
		return errRows
	}
	var last [64]int64
	for b = b[1:]; len(b) > 0; {
		name, rest := key(b)
		if rest == nil {
			return errRows
		}
		word, w := binary.Uvarint(rest)
		if w <= 0 {
			return errRows
		}
		n, v := binary.Uvarint(rest[w:])
		if v <= 0 || len(rest) < w+v+8 {
			return errRows
		}
		part, zig := int(word&63), word>>6
		last[part] += int64(zig>>1) ^ -int64(zig&1)
		if last[part] < 0 || last[part] >= 1<<40 {
			return errRows
		}
		yield(engine.MakeID(part, last[part]), name, int64(n), binary.BigEndian.Uint64(rest[w+v:]))
		b = rest[w+v+8:]
	}
	return nil
}

// mix spreads 64 bits over 64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// asked is the key number that a reader asks for: that of some record, so that keys are read as often as they are written.
func (in *Input) asked(seed uint64, reader int, nth int64) int32 {
	at := int64(mix(seed^mix(uint64(reader)<<32^uint64(nth)+0x9E3779B97F4A7C15)) % uint64(in.Records()))
	for i := range in.Parts {
		if n := int64(len(in.Parts[i].Key)); at >= n {
			at -= n
		} else {
			return in.Parts[i].Key[at]
		}
	}
	panic("workloads: more records than there are")
}
