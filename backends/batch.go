package backends

import "encoding/binary"

// A Batch is a list of writes, applied in order and together. Its bytes are the write batch format that LevelDB, RocksDB and Pebble share:
// they take Repr as it is, or without its header. Other stores use Each. The zero Batch is empty.
type Batch struct {
	data  []byte
	count uint32
}

// An Op is what one write of a Batch does. The numbers are those of the write batch format.
type Op byte

// The ops of a Batch.
const (
	OpDelete      Op = 0
	OpSet         Op = 1
	OpMerge       Op = 2  // append to what is there
	OpDeleteRange Op = 15 // [key, value)
)

// BatchHeaderBytes is how much of Repr is in front of the writes: eight bytes of sequence number, which the store fills in, and the count.
const BatchHeaderBytes = 12

// Reset empties b and keeps its memory.
func (b *Batch) Reset() { b.data, b.count = b.data[:0], 0 }

// Len is the number of writes.
func (b *Batch) Len() int { return int(b.count) }

// Size is the number of bytes of Repr.
func (b *Batch) Size() int { return len(b.data) }

// Set makes v the value of k. Like all writes it copies what it is given.
func (b *Batch) Set(k, v []byte) { b.add(OpSet, k); b.bytes(v) }

// Merge appends v to the value of k.
func (b *Batch) Merge(k, v []byte) { b.add(OpMerge, k); b.bytes(v) }

// Delete removes k.
func (b *Batch) Delete(k []byte) { b.add(OpDelete, k) }

// DeleteRange removes the keys from lo up to, not including, hi.
func (b *Batch) DeleteRange(lo, hi []byte) { b.add(OpDeleteRange, lo); b.bytes(hi) }

func (b *Batch) bytes(v []byte) { b.data = append(binary.AppendUvarint(b.data, uint64(len(v))), v...) }

func (b *Batch) add(op Op, k []byte) {
	if len(b.data) == 0 {
		b.data = append(b.data, make([]byte, BatchHeaderBytes)...)
	}
	b.count++
	b.data = append(b.data, byte(op))
	b.bytes(k)
}

// Repr is the batch's bytes, valid until the next call.
func (b *Batch) Repr() []byte {
	if len(b.data) == 0 {
		b.data = append(b.data, make([]byte, BatchHeaderBytes)...)
	}
	binary.LittleEndian.PutUint32(b.data[8:], b.count)
	return b.data
}

// Each yields the writes in order; v is nil for a delete. The slices are the batch's.
func (b *Batch) Each(yield func(op Op, k, v []byte)) {
	next := func(d []byte) (row, rest []byte) {
		n, w := binary.Uvarint(d)
		return d[w : w+int(n)], d[w+int(n):]
	}
	for d := b.data[min(BatchHeaderBytes, len(b.data)):]; len(d) > 0; {
		op := Op(d[0])
		var k, v []byte
		k, d = next(d[1:])
		if op != OpDelete {
			v, d = next(d)
		}
		yield(op, k, v)
	}
}
