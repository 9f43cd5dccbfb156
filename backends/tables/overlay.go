package tables

import (
	"bytes"
	"encoding/binary"
	"slices"

	. "github.com/weirbench/weir/backends"
)

// overlay is the write-back table of a batch, or of several when the host lets it keep more: the encoded keys that were asked for, each once, and what became of
// them. It knows bytes; the typed tables keep the decoded values beside it, by the same index.
type overlay struct {
	host   CodedHost
	prefix []byte
	keys   Rows
	hash   []uint32
	state  []uint8
	index  []uint64 // open addressing: the batch's number, then a place in keys. What is of another batch is free
	batch  uint64
	order  []int32 // scratch
	ask    Rows
	got    Rows
	asked  int // keys before this were fetched
}

const (
	known   = 1 << iota // the value, or its absence, was read or written
	present             // it has a value
	dirty               // it was written
)

func (o *overlay) reset() {
	o.keys.Reset()
	o.hash, o.state, o.asked = o.hash[:0], o.state[:0], 0
	o.batch++
}

// begin starts a key; the caller appends to it and gives it to intern.
func (o *overlay) begin(group uint16) []byte {
	return binary.BigEndian.AppendUint16(append(o.keys.Data, o.prefix...), group)
}

// intern finds the key that was appended to keys.Data, or keeps it.
func (o *overlay) intern(data []byte) (i int, isNew bool) {
	from := len(o.keys.Data)
	key := data[from:]
	h := hashBytes(key)
	if 2*len(o.hash) >= len(o.index) {
		o.index = make([]uint64, max(64, 2*len(o.index)))
		for i, h := range o.hash {
			at, _ := o.probe(h, o.keys.At(i))
			o.index[at] = o.batch<<32 | uint64(i)
		}
	}
	at, i := o.probe(h, key)
	if i >= 0 {
		return i, false
	}
	o.keys.Data = data
	o.keys.Close()
	o.hash = append(o.hash, h)
	o.state = append(o.state, 0)
	o.index[at] = o.batch<<32 | uint64(len(o.hash)-1)
	return len(o.hash) - 1, true
}

// probe returns the place of a key in the index, and in keys or -1.
func (o *overlay) probe(h uint32, key []byte) (at, i int) {
	mask := len(o.index) - 1
	for at = int(h) & mask; o.index[at]>>32 == o.batch&(1<<32-1); at = (at + 1) & mask {
		if i := int(uint32(o.index[at])); o.hash[i] == h && bytes.Equal(o.keys.At(i), key) {
			return at, i
		}
	}
	return at, -1
}

// fetch reads every key that is not known, in one call, and hands the values to put.
func (o *overlay) fetch(put func(i int, v []byte)) {
	o.order = o.order[:0]
	for i := o.asked; i < len(o.state); i++ {
		if o.state[i]&known == 0 {
			o.order = append(o.order, int32(i))
		}
	}
	o.asked = len(o.state)
	if len(o.order) == 0 {
		return
	}
	o.sort()
	o.ask.Reset()
	o.got.Reset()
	for _, i := range o.order {
		o.ask.Add(o.keys.At(int(i)))
	}
	if err := o.host.Fetch(&o.ask, &o.got); err != nil {
		o.host.Fail(err)
		return
	}
	for n, i := range o.order {
		o.state[i] |= known
		if o.got.Has(n) {
			o.state[i] |= present
			put(int(i), o.got.At(n))
		}
	}
}

// dirtyKeys returns the written keys in ascending order.
func (o *overlay) dirtyKeys() []int32 {
	o.order = o.order[:0]
	for i, s := range o.state {
		if s&dirty != 0 {
			o.order = append(o.order, int32(i))
		}
	}
	o.sort()
	return o.order
}

func (o *overlay) sort() {
	if len(o.order) > 1 {
		slices.SortFunc(o.order, func(a, b int32) int { return bytes.Compare(o.keys.At(int(a)), o.keys.At(int(b))) })
	}
}

// codedValue reads a batch's values at the first access and writes the changed ones at its end.
type codedValue[K, N comparable, V any] struct {
	overlay
	d    *valueDesc[K, N, V]
	keys *Keys[K]
	vals []V
	of   []int32 // by record, when there are no namespaces: the place of its key
	auto bool
	buf  []byte
	put  func(int, []byte)
}

func newCodedValue[K, N comparable, V any](d *valueDesc[K, N, V], h CodedHost, prefix []byte) *codedValue[K, N, V] {
	var ns N
	_, void := any(ns).(Void)
	t := &codedValue[K, N, V]{overlay: overlay{host: h, prefix: prefix, batch: 1}, d: d, keys: d.s.Keys, auto: void}
	t.put = func(i int, b []byte) {
		v, err := d.v.Decode(b)
		if err != nil {
			h.Fail(err)
		}
		t.vals[i] = v
	}
	return t
}

func (t *codedValue[K, N, V]) Begin()       { t.of = t.of[:0] }
func (t *codedValue[K, N, V]) End()         { t.of = t.of[:0] }
func (t *codedValue[K, N, V]) Pending() int { return len(t.state) }

func (t *codedValue[K, N, V]) Want(i int, ns N) { t.intern(&t.keys.Batch[i], ns) }
func (t *codedValue[K, N, V]) Restored()        {}

func (t *codedValue[K, N, V]) intern(k *Key[K], ns N) int {
	i, isNew := t.overlay.intern(appendPart(appendPart(t.begin(k.Group), t.d.s.Codec, k.K), t.d.ns, ns))
	if isNew {
		var zero V
		t.vals = append(t.vals, zero)
	}
	return i
}

// at is the place of the current key. All records' keys are interned at the first access of a batch.
func (t *codedValue[K, N, V]) at(ns N) int {
	if t.auto {
		if len(t.of) == 0 {
			for i := range t.keys.Batch {
				t.of = append(t.of, int32(t.intern(&t.keys.Batch[i], ns)))
			}
		}
		return int(t.of[t.keys.At])
	}
	return t.intern(t.keys.Cur(), ns)
}

func (t *codedValue[K, N, V]) Get(ns N) (v V, ok bool) {
	i := t.at(ns)
	if t.state[i]&known == 0 {
		t.fetch(t.put)
	}
	return t.vals[i], t.state[i]&present != 0
}

func (t *codedValue[K, N, V]) Set(ns N, v V) {
	i := t.at(ns)
	t.vals[i] = v
	t.state[i] = known | present | dirty
}

func (t *codedValue[K, N, V]) Clear(ns N) {
	i := t.at(ns)
	var zero V
	t.vals[i] = zero
	t.state[i] = known | dirty
}

func (t *codedValue[K, N, V]) Flush(b *Batch) {
	for _, i := range t.dirtyKeys() {
		if t.state[i]&present == 0 {
			b.Delete(t.overlay.keys.At(int(i)))
			continue
		}
		t.buf = t.d.v.Append(t.buf[:0], t.vals[i])
		b.Set(t.overlay.keys.At(int(i)), t.buf)
	}
	t.reset()
	clear(t.vals)
	t.vals = t.vals[:0]
}

// codedMap is the same with the user's key behind. Each merges what is stored with what the batch has written.
type codedMap[K, N, U comparable, V any] struct {
	overlay
	d     *mapDesc[K, N, U, V]
	keys  *Keys[K]
	vals  []V
	buf   []byte
	rows  Rows
	wrote int // the keys that Each must look at are before this in order
	put   func(int, []byte)
}

func newCodedMap[K, N, U comparable, V any](d *mapDesc[K, N, U, V], h CodedHost, prefix []byte) *codedMap[K, N, U, V] {
	t := &codedMap[K, N, U, V]{overlay: overlay{host: h, prefix: prefix, batch: 1}, d: d, keys: d.s.Keys}
	t.put = func(i int, b []byte) {
		v, err := d.v.Decode(b)
		if err != nil {
			h.Fail(err)
		}
		t.vals[i] = v
	}
	return t
}

func (t *codedMap[K, N, U, V]) Begin()       {}
func (t *codedMap[K, N, U, V]) End()         {}
func (t *codedMap[K, N, U, V]) Pending() int { return len(t.state) }
func (t *codedMap[K, N, U, V]) Restored()    {}

func (t *codedMap[K, N, U, V]) of(ns N) []byte {
	k := t.keys.Cur()
	return appendPart(appendPart(t.begin(k.Group), t.d.s.Codec, k.K), t.d.ns, ns)
}

func (t *codedMap[K, N, U, V]) at(ns N, u U) int { return t.intern(t.d.u.Append(t.of(ns), u)) }

func (t *codedMap[K, N, U, V]) intern(data []byte) int {
	i, isNew := t.overlay.intern(data)
	if isNew {
		var zero V
		t.vals = append(t.vals, zero)
	}
	return i
}

func (t *codedMap[K, N, U, V]) Get(ns N, u U) (v V, ok bool) {
	i := t.at(ns, u)
	if t.state[i]&known == 0 {
		t.fetch(t.put)
	}
	return t.vals[i], t.state[i]&present != 0
}

func (t *codedMap[K, N, U, V]) Set(ns N, u U, v V) {
	i := t.at(ns, u)
	t.vals[i], t.state[i] = v, known|present|dirty
}

func (t *codedMap[K, N, U, V]) Remove(ns N, u U) { t.removeAt(t.at(ns, u)) }

func (t *codedMap[K, N, U, V]) removeAt(i int) {
	var zero V
	t.vals[i], t.state[i] = zero, known|dirty
}

func (t *codedMap[K, N, U, V]) Clear(ns N) {
	var us []U
	t.Each(ns, func(u U, _ V) bool { us = append(us, u); return true })
	for _, u := range us {
		t.Remove(ns, u)
	}
}

// Each walks two ascending lists, the stored rows and the batch's own keys of this prefix; the batch's win.
func (t *codedMap[K, N, U, V]) Each(ns N, yield func(U, V) bool) {
	data := t.of(ns)
	prefix := append([]byte(nil), data[len(t.overlay.keys.Data):]...)
	var own []int32
	for _, i := range t.dirtyKeys() {
		if bytes.HasPrefix(t.overlay.keys.At(int(i)), prefix) {
			own = append(own, i)
		}
	}
	give := func(key []byte, v V) bool {
		u, err := t.d.u.Decode(key[len(prefix):])
		if err != nil {
			t.host.Fail(err)
			return false
		}
		return yield(u, v)
	}
	giveOwn := func() bool {
		i := own[0]
		own = own[1:]
		return t.state[i]&present == 0 || give(t.overlay.keys.At(int(i)), t.vals[i])
	}
	const block = 256
	for from := prefix; ; {
		t.rows.Reset()
		if err := t.host.Scan(prefix, from, block, &t.rows); err != nil {
			t.host.Fail(err)
			return
		}
		for r := 0; r < t.rows.Len(); r += 2 {
			key := t.rows.At(r)
			for len(own) > 0 && bytes.Compare(t.overlay.keys.At(int(own[0])), key) < 0 {
				if !giveOwn() {
					return
				}
			}
			if len(own) > 0 && bytes.Equal(t.overlay.keys.At(int(own[0])), key) {
				if !giveOwn() {
					return
				}
				continue
			}
			v, err := t.d.v.Decode(t.rows.At(r + 1))
			if err != nil {
				t.host.Fail(err)
				return
			}
			if !give(key, v) {
				return
			}
		}
		if t.rows.Len() < 2*block {
			break
		}
		from = append(append([]byte(nil), t.rows.At(t.rows.Len()-2)...), 0)
	}
	for len(own) > 0 {
		if !giveOwn() {
			return
		}
	}
}

func (t *codedMap[K, N, U, V]) Flush(b *Batch) {
	for _, i := range t.dirtyKeys() {
		if t.state[i]&present == 0 {
			b.Delete(t.overlay.keys.At(int(i)))
			continue
		}
		t.buf = t.d.v.Append(t.buf[:0], t.vals[i])
		b.Set(t.overlay.keys.At(int(i)), t.buf)
	}
	t.reset()
	clear(t.vals)
	t.vals = t.vals[:0]
}
