package window

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// contentsState is the state of what windows hold.
const contentsState = "window-contents"

// contents is what windows hold, each in a namespace, and what becomes of it.
type contents[K comparable, V, R any] interface {
	open(s *tables.Scope[K], ns tables.Namespace[Window]) error
	// add puts a record into some namespaces, and appends to kept of each whether it is known to have held something before.
	add(to []Window, v V, at int64, kept []bool) []bool
	// fire gives the contents, if there are any, to the function.
	fire(ns Window, c *Context, p *Pane[K, R])
	clear(ns Window)
	// merge moves what some namespaces hold into one.
	merge(into Window, from []Window)
	// over tells the function that a window is over.
	over(p *Pane[K, R])
}

// folded keeps an accumulator.
type folded[K comparable, V, Acc, Out, R any] struct {
	fold[V, Acc, Out]
	f     Function[K, Out, R]
	codec backends.Codec[Acc]
	acc   tables.Value[Window, Acc]
	all   tables.Updates[Window, Acc] // the same

	v    V // that comes
	kept []bool
	put  func(i int, acc Acc, ok bool) Acc

	planted *engine.Planted
	found   int // records that found an accumulator, for a planted bug
}

// Carry plants a bug that sits in folding.
func (x *folded[K, V, Acc, Out, R]) Carry(p *engine.Planted) { x.planted = p }

// forgets is a planted bug: what was folded is not what is kept, of every seventh record.
func (x *folded[K, V, Acc, Out, R]) forgets() bool {
	if x.planted == nil {
		return false
	}
	x.found++
	return x.found%7 == 0 && x.planted.Is("reducing-forgets-one")
}

// fold is how records become an accumulator, and that what is told.
type fold[V, Acc, Out any] struct {
	first  func(v V) Acc // of a window that held nothing
	more   func(acc Acc, v V) Acc
	merge  func(a, b Acc) Acc
	result func(acc Acc) Out
	none   func() Acc // of a window whose records were all evicted; nil: it tells nothing
}

func (x *folded[K, V, Acc, Out, R]) open(s *tables.Scope[K], ns tables.Namespace[Window]) (err error) {
	if x.acc, err = tables.OpenValue(s, contentsState, ns, x.codec); err != nil {
		return err
	}
	x.all, x.put = tables.UpdatesOf(s, x.acc), x.putIn
	return x.f.Open(s)
}

func (x *folded[K, V, Acc, Out, R]) add(to []Window, v V, _ int64, kept []bool) []bool {
	x.v, x.kept = v, kept
	x.all.Update(to, x.put)
	return x.kept
}

// putIn is what an accumulator becomes.
func (x *folded[K, V, Acc, Out, R]) putIn(_ int, acc Acc, ok bool) Acc {
	x.kept = append(x.kept, ok)
	switch {
	case !ok:
		return x.fold.first(x.v)
	case x.forgets():
		return acc
	}
	return x.fold.more(acc, x.v)
}

func (x *folded[K, V, Acc, Out, R]) fire(ns Window, _ *Context, p *Pane[K, R]) {
	if acc, ok := x.acc.Get(ns); ok {
		x.f.Process(p, x.result(acc))
	}
}

func (x *folded[K, V, Acc, Out, R]) clear(ns Window) { x.acc.Clear(ns) }

func (x *folded[K, V, Acc, Out, R]) merge(into Window, from []Window) {
	sum, held := x.acc.Get(into)
	for _, ns := range from {
		acc, ok := x.acc.Get(ns)
		if !ok {
			continue
		}
		x.acc.Clear(ns)
		if held {
			acc = x.fold.merge(sum, acc)
		}
		sum, held = acc, true
		x.acc.Set(into, sum)
	}
}

func (x *folded[K, V, Acc, Out, R]) over(p *Pane[K, R]) { x.f.Clear(p) }
