package tables

import (
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
)

// codedList keeps a list as its elements' bytes, one behind the other, so that to add an element is to append its bytes: a Merge, for which
// nothing is read. A list is read when somebody looks into it, and then what was added in this batch follows what is stored. A short list
// that was read and added to is stored whole, so that the next look finds one piece: BenchmarkAppend says what each way costs.
type codedList[K, N comparable, V any] struct {
	overlay
	reading[N]
	d      *ListDesc[K, N, V]
	keys   *backends.Keys[K]
	list   [][]byte // by key: all bytes where the list is known, else what was added
	size   int      // bytes of all lists, about
	stored []int    // so many bytes of list are stored already
	wanted []int32
	auto   bool
	of     []int32 // by record, when there are no namespaces
	max    int     // bytes of a list that is set or read
	lone   lone
	put    func(i int, b []byte) // what was stored

	keeps     bool           // over the ends of batches
	unwritten int            // bytes
	out       backends.Batch // scratch
}

// replaced marks a list of which nothing that is stored counts any more.
const replaced = 1 << 7

// Where a list was read anyway, to store it whole is faster than a Merge (BenchmarkAppend). Beyond so many bytes it would fill the memtable all the same.
const wholeList = 3072

func newCodedList[K, N comparable, V any](d *ListDesc[K, N, V], h backends.CodedHost, prefix []byte) *codedList[K, N, V] {
	t := &codedList[K, N, V]{overlay: newOverlay(d.name, d.scope, h, prefix), reading: reading[N]{name: d.name}, d: d, keys: d.scope.Keys, auto: isVoid[N](), max: bytesMax(h), lone: newLone(h), keeps: h.Keeps()}
	t.lone.may = t.lone.may && t.auto
	t.put = t.follow
	return t
}

func (t *codedList[K, N, V]) End() int {
	t.of, t.wanted, t.lone.is = t.of[:0], t.wanted[:0], false
	return len(t.state) + t.size/keptBytes // a long list counts for many keys
}
func (t *codedList[K, N, V]) Restored() {}

func (t *codedList[K, N, V]) Want(i int, ns N) {
	if t.lone.takes(len(t.keys.Batch)) {
		return
	}
	at := t.intern(&t.keys.Batch[i], ns)
	if at != tooLong && t.state[at]&known == 0 {
		t.wanted = append(t.wanted, int32(at))
	}
}

func (t *codedList[K, N, V]) intern(k *backends.Key[K], ns N) int {
	i, isNew := t.overlay.intern(t.d.parts.append(t.begin(k.Group), k.K, ns))
	if isNew {
		t.room()
	}
	return i
}

// room makes room for the list of a key that is new.
func (t *codedList[K, N, V]) room() {
	if n := len(t.list); n < cap(t.list) {
		t.list = t.list[:n+1] // with the memory that was there
		t.list[n] = t.list[n][:0]
	} else {
		t.list = append(t.list, nil)
	}
	t.stored = append(t.stored, 0)
}

func (t *codedList[K, N, V]) at(ns N) int {
	if uint(t.keys.At) < uint(len(t.of)) && t.of[t.keys.At] != tooLong {
		return int(t.of[t.keys.At])
	}
	k := t.keys.Cur()
	if !t.auto {
		return t.own(t.intern(k, ns))
	}
	if t.lone.settle(&t.overlay) {
		t.room()
		if t.of = append(t.of, 0); t.lone.ok {
			t.follow(0, t.lone.val)
		}
		return 0
	}
	for i := len(t.of); i < len(t.keys.Batch); i++ {
		t.of = append(t.of, int32(t.intern(&t.keys.Batch[i], ns)))
	}
	return t.own(t.intern(k, ns))
}

func (t *codedList[K, N, V]) Add(ns N, v V) {
	t.d.refuseNil(v)
	t.refuse(ns)
	i := t.at(ns)
	t.grown(i, appendPart(t.list[i], t.d.v, v))
}

func (t *codedList[K, N, V]) AddAll(ns N, vs []V) {
	t.d.refuseNils(vs)
	if len(vs) > 0 {
		t.refuse(ns)
		i := t.at(ns)
		t.grown(i, t.d.encode(t.list[i], vs...))
	}
}

// grown takes a list that was appended to. One that is longer than our encoding can stays as it was; a lower limit of the host is not looked at.
func (t *codedList[K, N, V]) grown(i int, b []byte) {
	if len(b) > backends.ValueBytesMax {
		panic(tooLarge(t.d.name, storedKey(t.d.scope, &t.overlay, i), len(b), backends.ValueBytesMax))
	}
	more := len(b) - len(t.list[i])
	t.size += more
	t.list[i] = b
	t.state[i] |= present | dirty
	if t.unwritten += more; t.unwritten > spillBytes && !t.keeps {
		t.spill()
	}
}

// spillBytes makes a piece, with the keys.
const spillBytes = pieceBytes - pieceBytes/8

// spill writes what was added since it was last called, in the middle of a batch, while it is in the processor's cache.
func (t *codedList[K, N, V]) spill() {
	for _, i := range t.written(nil) {
		t.writeBack(&t.out, int(i))
		t.applyLong(&t.out)
		if t.state[i]&known != 0 { // it stays for who looks again
			t.stored[i] = len(t.list[i])
			t.state[i] &^= dirty | replaced
		} else {
			t.size -= len(t.list[i])
			t.list[i], t.state[i] = t.list[i][:0], 0
		}
	}
	if t.unwritten = 0; t.out.Len() > 0 {
		t.apply(&t.out)
	}
}

func (t *codedList[K, N, V]) Set(ns N, vs []V) {
	t.d.refuseNils(vs)
	t.refuse(ns)
	i := t.at(ns)
	old := len(t.list[i])
	all := t.d.encode(t.list[i], vs...) // behind what is there, which stays if it must
	b := all[old:]
	if len(b) > t.max {
		panic(tooLarge(t.d.name, storedKey(t.d.scope, &t.overlay, i), len(b), t.max))
	}
	t.unwritten += old
	t.stored[i] = 0
	t.state[i] |= known | replaced
	if t.grown(i, all[:copy(all, b)]); len(vs) == 0 {
		t.state[i] &^= present
	}
}

func (t *codedList[K, N, V]) Clear(ns N) {
	t.refuse(ns)
	i := t.at(ns)
	t.list[i], t.stored[i] = t.list[i][:0], 0
	t.state[i] = known | dirty | replaced
}

func (t *codedList[K, N, V]) Each(ns N, yield func(V) bool) {
	rest := t.bytesOf(ns)
	if len(rest) > t.max {
		panic(tooLarge(t.d.name, keyText(t.keys.Cur().K), len(rest), t.max))
	}
	if len(rest) == 0 {
		return
	}
	t.begins(ns)
	defer t.ends()
	for len(rest) > 0 {
		v, next, err := cutPart(rest, t.d.v)
		if err != nil {
			t.host.Fail(fmt.Errorf("read state %s: %w", t.d.name, err))
			return
		}
		if !yield(v) {
			return
		}
		rest = next
	}
}

// bytesOf are the elements of a list.
func (t *codedList[K, N, V]) bytesOf(ns N) []byte {
	if len(t.state) == 0 && t.lone.takes(len(t.keys.Batch)) {
		return t.bytesAlone(ns)
	}
	i := t.at(ns)
	if t.state[i]&known == 0 {
		t.look(i)
	}
	return t.list[i]
}

// bytesAlone is bytesOf for a record that comes alone while nothing is kept.
func (t *codedList[K, N, V]) bytesAlone(ns N) []byte {
	if !t.lone.is {
		k := t.keys.Cur()
		t.lone.look(&t.overlay, t.d.parts.append(t.begin(k.Group), k.K, ns))
	}
	if !t.lone.ok {
		return nil
	}
	return t.lone.val
}

// look reads list i and those that were announced, in one call.
func (t *codedList[K, N, V]) look(i int) {
	t.wanted = append(t.wanted, int32(i))
	ask := t.order[:0]
	for _, w := range t.wanted {
		if t.state[w]&known == 0 {
			ask = append(ask, w)
		}
	}
	t.sort(ask)
	ask = slices.Compact(ask)
	t.wanted, t.order = t.wanted[:0], ask
	t.read(ask, t.put)
}

// follow puts what is stored before what was added.
func (t *codedList[K, N, V]) follow(i int, b []byte) {
	added := t.list[i]
	if len(added)+len(b) > backends.ValueBytesMax {
		panic(tooLarge(t.d.name, storedKey(t.d.scope, &t.overlay, i), len(added)+len(b), backends.ValueBytesMax))
	}
	all := append(added, b...)
	copy(all[len(b):], all[:len(added)])
	copy(all, b)
	t.list[i], t.stored[i] = all, len(b)
	t.size += len(b)
}

// Flush stores what was added behind what is stored, and in its place what was set.
func (t *codedList[K, N, V]) Flush(b *backends.Batch) {
	if len(t.state) == 1 {
		if t.state[0]&dirty != 0 {
			t.writeBack(b, 0)
		}
	} else {
		for _, i := range t.written(nil) {
			t.writeBack(b, int(i))
			t.applyLong(b)
		}
	}
	for i := range t.list {
		if cap(t.list[i]) > keptBytes {
			t.list[i] = nil
		}
	}
	t.list, t.stored, t.size, t.unwritten = t.list[:0], t.stored[:0], 0, 0
	t.reset()
}

func (t *codedList[K, N, V]) writeBack(b *backends.Batch, i int) {
	key, list := t.overlay.keys.At(i), t.list[i]
	switch s := t.state[i]; {
	case s&present == 0:
		b.Delete(key)
	case s&replaced != 0, s&known != 0 && len(list) <= min(wholeList, t.max):
		b.Set(key, list)
	default:
		b.Merge(key, list[t.stored[i]:])
	}
}
