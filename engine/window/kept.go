package window

import (
	"encoding/binary"
	"errors"
	"iter"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// listed keeps the records.
type listed[K comparable, V, R any] struct {
	codec backends.Codec[V]
	f     Function[K, iter.Seq[V], R]
	list  tables.List[Window, V]
	got   tables.List[Window, V] // the same: who goes through what he got is counted once, as in Flink

	ns   Window // that fires
	all  iter.Seq[V]
	any  bool
	look func(V) bool
}

func (x *listed[K, V, R]) open(s *tables.Scope[K], ns tables.Namespace[Window]) (err error) {
	x.all = func(yield func(V) bool) { x.got.Each(x.ns, yield) }
	x.look = func(V) bool { x.any = true; return false }
	if x.list, err = tables.OpenList(s, contentsState, ns, x.codec); err != nil {
		return err
	}
	x.got = tables.Uncounted(x.list)
	return x.f.Open(s)
}

func (x *listed[K, V, R]) add(to []Window, v V, _ int64, kept []bool) []bool {
	for _, ns := range to {
		x.list.Add(ns, v)
		kept = append(kept, false) // to know it, the list would have to be read
	}
	return kept
}

func (x *listed[K, V, R]) fire(ns Window, _ *Context, p *Pane[K, R]) {
	x.ns, x.any = ns, false
	if x.list.Each(ns, x.look); x.any {
		x.f.Process(p, x.all)
	}
}

func (x *listed[K, V, R]) clear(ns Window) { x.list.Clear(ns) }

func (x *listed[K, V, R]) merge(into Window, from []Window) { concat(x.list, into, from) }
func (x *listed[K, V, R]) over(p *Pane[K, R])               { x.f.Clear(p) }

// concat puts some lists behind one.
func concat[V any](list tables.List[Window, V], into Window, from []Window) {
	var all []V
	for _, ns := range from {
		list.Each(ns, func(v V) bool { all = append(all, v); return true })
		list.Clear(ns)
	}
	list.AddAll(into, all)
}

// evicting keeps the records with their times, and those that an evictor leaves.
type evicting[K comparable, V, R any] struct {
	codec   backends.Codec[V]
	evictor Evictor[V]
	f       Function[K, iter.Seq[V], R]
	list    tables.List[Window, Element[V]]

	es   []Element[V] // of the window that fires
	load func(Element[V]) bool
	all  iter.Seq[V]
}

func (x *evicting[K, V, R]) open(s *tables.Scope[K], ns tables.Namespace[Window]) (err error) {
	x.load = func(e Element[V]) bool { x.es = append(x.es, e); return true }
	if x.list, err = tables.OpenList(s, contentsState, ns, elements[V]{x.codec}); err != nil {
		return err
	}
	return x.f.Open(s)
}

func (x *evicting[K, V, R]) add(to []Window, v V, at int64, kept []bool) []bool {
	for _, ns := range to {
		x.list.Add(ns, Element[V]{v, at})
		kept = append(kept, false)
	}
	return kept
}

func (x *evicting[K, V, R]) fire(ns Window, c *Context, p *Pane[K, R]) {
	x.es = x.es[:0]
	x.list.Each(ns, x.load)
	n := len(x.es)
	if n == 0 {
		return
	}
	es := x.evictor.Before(c, x.es)
	x.f.Process(p, func(yield func(V) bool) {
		for i := range es {
			if !yield(es[i].V) {
				return
			}
		}
	})
	if es = x.evictor.After(c, es); len(es) < n {
		x.list.Set(ns, es)
	}
	clear(x.es)
}

func (x *evicting[K, V, R]) clear(ns Window) { x.list.Clear(ns) }

func (x *evicting[K, V, R]) merge(into Window, from []Window) { concat(x.list, into, from) }
func (x *evicting[K, V, R]) over(p *Pane[K, R])               { x.f.Clear(p) }

// folding is an incremental function over records that are kept: it folds them when the window fires.
type folding[K comparable, V, Acc, Out, R any] struct {
	Function[K, Out, R] // Open and Clear
	fold                fold[V, Acc, Out]
	copy                func(V) V // nil: copies of V share no memory
}

// Unwrap is the function that it is made around.
func (x *folding[K, V, Acc, Out, R]) Unwrap() any { return x.Function }

func (x *folding[K, V, Acc, Out, R]) Process(p *Pane[K, R], vs iter.Seq[V]) {
	var acc Acc
	any := false
	for v := range vs {
		if any {
			acc = x.fold.more(acc, v)
			continue
		}
		if any = true; x.copy != nil {
			v = x.copy(v) // for what comes first may be folded into, and is the window's
		}
		acc = x.fold.first(v)
	}
	if !any {
		if x.fold.none == nil {
			return
		}
		acc = x.fold.none()
	}
	x.Function.Process(p, x.fold.result(acc))
}

// elements is the codec of an Element: its time in eight bytes, then the record.
type elements[V any] struct{ v backends.Codec[V] }

const timeWidth = 8

func (c elements[V]) CodecName() string { return "timed:" + tables.CodecName(c.v) }

func (c elements[V]) Append(b []byte, e Element[V]) []byte {
	return c.v.Append(binary.BigEndian.AppendUint64(b, uint64(e.At)), e.V)
}

func (c elements[V]) Decode(b []byte) (e Element[V], err error) {
	if len(b) < timeWidth {
		return e, errors.New("corrupt: a record without its time")
	}
	e.At = int64(binary.BigEndian.Uint64(b))
	e.V, err = c.v.Decode(b[timeWidth:])
	return e, err
}

func (c elements[V]) Width() int {
	if w := c.v.Width(); w >= 0 {
		return timeWidth + w
	}
	return -1
}

func (c elements[V]) Shares() bool                 { return c.v.Shares() }
func (c elements[V]) Copy(e Element[V]) Element[V] { return Element[V]{c.v.Copy(e.V), e.At} }
