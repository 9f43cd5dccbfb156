package window

import (
	"errors"
	"iter"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine/state"
)

// Reduce makes an operator whose windows keep one V each, into which all records are folded, and give it to f when they fire. merge must be
// associative; it may change and return old. The first record is kept as it is.
func Reduce[K comparable, V, R any](c Config[K, V, R], merge func(old, added V) V, f Function[K, V, R]) *Operator[K, V, R] {
	same := func(v V) V { return v }
	return incremental(c, c.Element, fold[V, V, V]{first: same, more: merge, merge: merge, result: same}, f)
}

// Aggregate makes an operator whose windows keep an accumulator each, and give what it means to f when they fire. agg needs Merge only where windows
// merge.
func Aggregate[K comparable, V, Acc, Out, R any](c Config[K, V, R], acc backends.Codec[Acc], agg state.Aggregate[V, Acc, Out], f Function[K, Out, R]) *Operator[K, V, R] {
	first := func(v V) Acc { return agg.Add(agg.Create(), v) }
	o := incremental(c, acc, fold[V, Acc, Out]{first: first, more: agg.Add, merge: agg.Merge, result: agg.Result, none: agg.Create}, f)
	if o.wrong == nil && agg.Merge == nil && c.Evictor == nil && c.Assigner != nil && c.Assigner.Merges() {
		o.wrong = errors.New("windows that merge; want an aggregate with Merge")
	}
	return o
}

// incremental folds every record as it comes or, with an evictor, those that are left.
func incremental[K comparable, V, Acc, Out, R any](c Config[K, V, R], codec backends.Codec[Acc], how fold[V, Acc, Out], f Function[K, Out, R]) *Operator[K, V, R] {
	if c.Evictor != nil {
		late := &folding[K, V, Acc, Out, R]{Function: f, fold: how}
		if c.Element != nil && c.Element.Shares() {
			late.copy = c.Element.Copy
		}
		return Process(c, late)
	}
	o := &Operator[K, V, R]{Config: c, f: f, held: &folded[K, V, Acc, Out, R]{fold: how, f: f, codec: codec}}
	if codec == nil {
		o.wrong = errNoCodec
	}
	return o
}

var errNoCodec = errors.New("what windows keep has no codec")

// Process makes an operator whose windows keep all records, and give them to f when they fire.
func Process[K comparable, V, R any](c Config[K, V, R], f Function[K, iter.Seq[V], R]) *Operator[K, V, R] {
	o := &Operator[K, V, R]{Config: c, f: f}
	if c.Element == nil {
		o.wrong = errNoCodec
	}
	if c.Evictor != nil {
		o.held = &evicting[K, V, R]{codec: c.Element, evictor: c.Evictor, f: f}
	} else {
		o.held = &listed[K, V, R]{codec: c.Element, f: f}
	}
	return o
}
