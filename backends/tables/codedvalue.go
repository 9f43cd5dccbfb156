package tables

import "github.com/weirbench/weir/backends"

// codedValue reads a batch's values at the first access and writes the changed ones at its end.
type codedValue[K, N comparable, V any] struct {
	overlay
	cells[V]
	d    *ValueDesc[K, N, V]
	keys *backends.Keys[K]
	of   []int32 // by record, when there are no namespaces: the place of its key
	auto bool    // there are no namespaces
	lone lone

	ahead    ahead[N, int] // places
	together together
	places   []int // scratch, of Update
	more     func()
}

func newCodedValue[K, N comparable, V any](d *ValueDesc[K, N, V], h backends.CodedHost, prefix []byte) *codedValue[K, N, V] {
	t := &codedValue[K, N, V]{overlay: newOverlay(d.name, d.scope, h, prefix), d: d, keys: d.scope.Keys, auto: isVoid[N](), lone: newLone(h)}
	t.lone.may = t.lone.may && t.auto
	t.more = t.add
	t.cells.init(d.name, d.v, h, func(i int) string { return storedKey(d.scope, &t.overlay, i) })
	return t
}

func (t *codedValue[K, N, V]) End() int  { t.forget(); return len(t.state) }
func (t *codedValue[K, N, V]) Restored() {}

func (t *codedValue[K, N, V]) Want(i int, ns N) {
	if t.lone.takes(len(t.keys.Batch)) {
		return
	}
	if at := t.intern(&t.keys.Batch[i], ns); at != tooLong {
		t.ahead.want(i, ns, at)
	}
}

// forget forgets where records' keys are.
func (t *codedValue[K, N, V]) forget() {
	t.of, t.lone.is = t.of[:0], false
	t.ahead.forget()
}

func (t *codedValue[K, N, V]) intern(k *backends.Key[K], ns N) int {
	i, isNew := t.overlay.intern(t.d.parts.append(t.begin(k.Group), k.K, ns))
	if isNew {
		t.add()
	}
	return i
}

// at is the place of the current key. All records' keys are interned at the first access of a batch.
func (t *codedValue[K, N, V]) at(ns N) int {
	if uint(t.keys.At) < uint(len(t.of)) && t.of[t.keys.At] != tooLong {
		return int(t.of[t.keys.At])
	}
	k := t.keys.Cur()
	if !t.auto {
		if w := t.ahead.recall(t.keys.At, ns); w != nil {
			return w.x
		}
		i := t.own(t.intern(k, ns))
		t.ahead.ask(t.keys.At, ns, i)
		return i
	}
	if t.lone.settle(&t.overlay) {
		t.add()
		if t.of = append(t.of, 0); t.lone.ok {
			t.put(0, t.lone.val)
		}
		return 0
	}
	for i := len(t.of); i < len(t.keys.Batch); i++ {
		t.of = append(t.of, int32(t.intern(&t.keys.Batch[i], ns)))
	}
	return t.own(t.intern(k, ns))
}

// getAlone is Get for a record that comes alone while nothing is kept.
func (t *codedValue[K, N, V]) getAlone(ns N) (v V, ok bool) {
	if !t.lone.is {
		k := t.keys.Cur()
		t.lone.look(&t.overlay, t.d.parts.append(t.begin(k.Group), k.K, ns))
	}
	if !t.lone.ok {
		return v, false
	}
	return t.decode(t.lone.val), true
}

func (t *codedValue[K, N, V]) Get(ns N) (v V, ok bool) {
	if len(t.state) == 0 && t.lone.takes(len(t.keys.Batch)) {
		return t.getAlone(ns)
	}
	i := t.at(ns)
	if t.state[i]&known == 0 {
		t.fetch(t.put)
	}
	if t.state[i]&present == 0 {
		return v, false
	}
	return t.get(i), true
}

func (t *codedValue[K, N, V]) Set(ns N, v V) {
	i := t.at(ns)
	t.set(i, v)
	t.state[i] = known | present | dirty
}

func (t *codedValue[K, N, V]) Update(nss []N, f func(i int, v V, ok bool) V) {
	if t.auto { // all are one
		for i, ns := range nss {
			v, ok := t.Get(ns)
			t.Set(ns, f(i, v, ok))
		}
		return
	}
	k, keys := t.keys.Cur(), &t.together.keys
	keys.Reset()
	for _, ns := range nss {
		from := len(keys.Data)
		if keys.Data = t.d.parts.append(t.lead(keys.Data, k.Group), k.K, ns); len(keys.Data)-from > t.most {
			t.long(len(keys.Data) - from)
		}
		keys.Close()
	}
	t.places = t.internAll(&t.together, t.places[:0], t.more)
	for i, at := range t.places {
		if t.state[at]&known == 0 {
			t.fetch(t.put)
		}
		var v V
		ok := t.state[at]&present != 0
		if ok {
			v = t.get(at)
		}
		t.set(at, f(i, v, ok))
		t.state[at] = known | present | dirty
	}
}

func (t *codedValue[K, N, V]) Clear(ns N) {
	i := t.at(ns)
	t.drop(i)
	t.state[i] = known | dirty
}

func (t *codedValue[K, N, V]) Flush(b *backends.Batch) { flush(&t.overlay, &t.cells, b) }

// flush appends what was written to b, in ascending order, and forgets all.
func flush[V any](o *overlay, c *cells[V], b *backends.Batch) {
	if len(o.state) == 1 {
		if o.state[0]&dirty != 0 {
			writeBack(o, c, b, 0)
		}
	} else {
		for _, i := range o.written(nil) {
			writeBack(o, c, b, int(i))
			o.applyLong(b)
		}
	}
	o.reset()
	c.reset()
}

func writeBack[V any](o *overlay, c *cells[V], b *backends.Batch, i int) {
	if o.state[i]&present == 0 {
		b.Delete(o.keys.At(i))
	} else {
		b.Set(o.keys.At(i), c.bytes(i))
	}
}
