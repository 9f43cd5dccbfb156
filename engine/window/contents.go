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
	open(s *tables.Scope[K]) error
	// add puts a record in. kept tells whether the namespace is known to have held something before.
	add(ns Window, v V, at int64) (kept bool)
	// fire gives the contents, if there are any, to the function.
	fire(ns Window, c *Context, p *Pane[K, R])
	clear(ns Window)
	// merge moves what some namespaces hold into one.
	merge(into Window, from []Window)
	// over tells the function that a window is over.
	over(p *Pane[K, R])
	// want says that record i of the batch will be added to some namespaces.
	want(i int, to []Window)
}

// folded keeps an accumulator.
type folded[K comparable, V, Acc, Out, R any] struct {
	fold[V, Acc, Out]
	f     Function[K, Out, R]
	codec backends.Codec[Acc]
	acc   tables.Value[Window, Acc]

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

func (x *folded[K, V, Acc, Out, R]) open(s *tables.Scope[K]) (err error) {
	if x.acc, err = tables.OpenValue(s, contentsState, Namespace{}, x.codec); err != nil {
		return err
	}
	return x.f.Open(s)
}

func (x *folded[K, V, Acc, Out, R]) add(ns Window, v V, _ int64) bool {
	acc, ok := x.acc.Get(ns)
	switch {
	case !ok:
		acc = x.fold.first(v)
	case x.forgets():
	default:
		acc = x.fold.more(acc, v)
	}
	x.acc.Set(ns, acc)
	return ok
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

func (x *folded[K, V, Acc, Out, R]) want(i int, to []Window) {
	for _, ns := range to {
		x.acc.Want(i, ns)
	}
}
