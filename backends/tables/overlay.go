package tables

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/weirbench/weir/backends"
)

// overlay is the write-back table of a batch, or of several when the host lets it keep more: the encoded keys that were asked for, each once,
// and what became of them. It knows bytes; the typed tables keep the decoded values beside it, by the same index.
type overlay struct {
	host   backends.CodedHost
	prefix []byte
	keys   backends.Rows
	state  []uint8
	index  []uint64 // open addressing, see tagged. What is of another batch is free
	inside int      // so many keys are in the index: none, or all once there are more than few
	batch  uint64   // its number, of 16 bits
	order  []int32  // scratch
	sorted []int32  // what the last fetch asked for, ascending
	heads  []head   // scratch
	ask    backends.Rows
	got    backends.Rows
	asked  int // keys before this were fetched

	most int         // bytes of a key
	over int         // bytes of the last one that was tooLong
	long func(n int) // panics: the current key has so many
}

func newOverlay[K comparable](name string, s *Scope[K], h backends.CodedHost, prefix []byte) overlay {
	most := keyMax(h)
	return overlay{host: h, prefix: prefix, batch: 1, most: most, long: func(n int) { panic(keyTooLarge(name, keyText(s.Keys.Cur().K), n, most)) }}
}

const (
	known   = 1 << iota // the value, or its absence, was read or written
	present             // it has a value
	dirty               // it was written
)

func (o *overlay) reset() {
	o.keys.Reset()
	o.inside, o.state, o.sorted, o.asked = 0, o.state[:0], o.sorted[:0], 0
	if o.batch++; uint16(o.batch) == 0 { // the tags begin again, at 1: 0 is what was never written
		clear(o.index)
		o.batch = 1
	}
}

// begin starts a key; the caller appends to it and gives it to intern.
func (o *overlay) begin(group uint16) []byte { return o.lead(o.keys.Data, group) }

// lead appends what all keys of a group begin with.
func (o *overlay) lead(b []byte, group uint16) []byte {
	return binary.BigEndian.AppendUint16(append(b, o.prefix...), group)
}

const few = 4 // keys that are compared one by one, which is quicker than an index

// tooLong is the place of a key that is over the limit. Whoever interns keys before it is their turn goes on; to use it is the mistake.
const tooLong = -1

// own is the place of the current key, which was interned just now.
func (o *overlay) own(i int) int {
	if i == tooLong {
		o.long(o.over)
	}
	return i
}

// intern finds the key that was appended to keys.Data, or keeps it, or answers with tooLong.
func (o *overlay) intern(data []byte) (i int, isNew bool) {
	key, n := data[len(o.keys.Data):], len(o.state)
	switch {
	case len(key) > o.most:
		o.over = len(key)
		return tooLong, false
	case n >= few:
		o.room(1)
		return o.seat(data, hashBytes(key))
	}
	for i := range n {
		if bytes.Equal(o.keys.At(i), key) {
			return i, false
		}
	}
	return o.keep(data), true
}

// seat is intern with the hash of the key, where the index has room.
func (o *overlay) seat(data []byte, h uint32) (i int, isNew bool) {
	at, i := o.probe(h, data[len(o.keys.Data):])
	if i >= 0 {
		return i, false
	}
	o.index[at] = o.tagged(h, len(o.state))
	o.inside++
	return o.keep(data), true
}

func (o *overlay) keep(data []byte) (i int) {
	o.keys.Data = data
	o.keys.Close()
	o.state = append(o.state, 0)
	return len(o.state) - 1
}

// tagged is what the index says of a key: the batch's number, the upper half of the hash, and the place in keys.
func (o *overlay) tagged(h uint32, i int) uint64 { return o.batch<<48 | uint64(h>>16)<<32 | uint64(i) }

// room puts all keys in the index, and makes it large enough for some more.
func (o *overlay) room(more int) {
	n := len(o.state)
	if o.inside == n && 2*(n+more) <= len(o.index) {
		return
	}
	size := max(64, len(o.index))
	for size < 2*(n+more) {
		size *= 2
	}
	if size > len(o.index) {
		o.index = make([]uint64, size)
	}
	for i := range o.state {
		h := hashBytes(o.keys.At(i))
		if at, j := o.probe(h, o.keys.At(i)); j < 0 {
			o.index[at] = o.tagged(h, i)
		}
	}
	o.inside = n
}

// probe returns the place of a key in the index, and in keys or -1.
func (o *overlay) probe(h uint32, key []byte) (at, i int) {
	mask, want := len(o.index)-1, o.tagged(h, 0)>>32
	for at = int(h) & mask; o.index[at]>>48 == o.batch; at = (at + 1) & mask {
		if e := o.index[at]; e>>32 == want && bytes.Equal(o.keys.At(int(uint32(e))), key) {
			return at, int(uint32(e))
		}
	}
	return at, -1
}

// fetch reads every key that is not known, in one call, and hands the values to put.
func (o *overlay) fetch(put func(i int, v []byte)) {
	o.sorted = o.sorted[:0]
	for i := o.asked; i < len(o.state); i++ {
		if o.state[i]&known == 0 {
			o.sorted = append(o.sorted, int32(i))
		}
	}
	o.asked = len(o.state)
	o.sort(o.sorted)
	o.read(o.sorted, put)
}

// read reads keys, which are distinct and in order, and hands the values to put. One alone is asked for without a copy.
func (o *overlay) read(places []int32, put func(i int, v []byte)) {
	switch len(places) {
	case 0:
		return
	case 1:
		o.readOne(int(places[0]), put)
		return
	}
	o.ask.Reset()
	o.got.Reset()
	for _, i := range places {
		o.ask.Add(o.keys.At(int(i)))
	}
	if err := o.host.Fetch(&o.ask, &o.got); err != nil {
		o.host.Fail(err)
		return
	}
	for n, i := range places {
		if o.got.Has(n) {
			put(int(i), o.got.At(n))
			o.state[i] |= present
		}
		o.state[i] |= known
	}
}

func (o *overlay) readOne(i int, put func(i int, v []byte)) {
	v, ok, err := o.host.Get(o.keys.At(i), o.got.Data[:0])
	if err != nil {
		o.host.Fail(err)
		return
	}
	if o.got.Data = v; ok {
		put(i, v)
		o.state[i] |= present
	}
	o.state[i] |= known
}

// pieceBytes is how many bytes of writes go to the store at once. It copies them while they are in the processor's cache: a batch that appends 800 bytes
// to each of a thousand lists is a tenth faster in pieces than as one (BenchmarkOperations, listAddAll).
const pieceBytes = 64 << 10

// applyLong hands b to the store, and empties it, when it is long enough.
func (o *overlay) applyLong(b *backends.Batch) {
	if b.Size() >= pieceBytes {
		o.apply(b)
	}
}

// apply hands b to the store, and empties it.
func (o *overlay) apply(b *backends.Batch) {
	if err := o.host.Apply(b); err != nil {
		o.host.Fail(err)
	}
	b.Reset()
}

// written returns the keys with a prefix that were written, in ascending order. The slice is scratch.
func (o *overlay) written(prefix []byte) []int32 {
	o.order = o.order[:0]
	if len(o.sorted) == len(o.state) { // one fetch asked for all
		for _, i := range o.sorted {
			if o.state[i]&dirty != 0 && bytes.HasPrefix(o.keys.At(int(i)), prefix) {
				o.order = append(o.order, i)
			}
		}
		return o.order
	}
	for i, s := range o.state {
		if s&dirty != 0 && bytes.HasPrefix(o.keys.At(i), prefix) {
			o.order = append(o.order, int32(i))
		}
	}
	o.sort(o.order)
	return o.order
}

// head is the first bytes of a key behind the state's prefix, as a number, which decides most comparisons.
type head struct {
	first uint64
	i     int32
}

// sort puts places in the order of their keys.
func (o *overlay) sort(order []int32) {
	if len(order) < 2 {
		return
	}
	o.heads = o.heads[:0]
	for _, i := range order {
		o.heads = append(o.heads, head{first(o.keys.At(int(i))[len(o.prefix):]), i})
	}
	slices.SortFunc(o.heads, func(a, b head) int {
		switch {
		case a.first < b.first:
			return -1
		case a.first > b.first:
			return 1
		}
		return bytes.Compare(o.keys.At(int(a.i)), o.keys.At(int(b.i)))
	})
	for n := range o.heads {
		order[n] = o.heads[n].i
	}
}

func first(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	var padded [8]byte
	copy(padded[:], b)
	return binary.BigEndian.Uint64(padded[:])
}
