package window

import (
	"fmt"
	"math"
)

// An Element is a record that a window keeps, with its time.
type Element[V any] struct {
	V  V
	At int64
}

// An Evictor takes records out of a window that fires, before the function sees them or after. What it takes out is gone from the window.
// A window with an evictor keeps its records, also where its function would be incremental.
type Evictor[V any] interface {
	// Before and After return those of es that stay, in their order. es is in the order in which they came; of sessions that merged, those
	// of the earlier window first. It may be overwritten.
	Before(c *Context, es []Element[V]) []Element[V]
	After(c *Context, es []Element[V]) []Element[V]
}

// KeepCount is an evictor that keeps the last n records. If after is set it does so behind the function.
func KeepCount[V any](n int64, after bool) Evictor[V] {
	x := evicts[V]{after: after, keep: func(es []Element[V]) []Element[V] {
		return es[max(0, int64(len(es))-n):]
	}}
	if n < 0 {
		x.wrong = fmt.Errorf("an evictor that keeps %d records; want 0 or more", n)
	}
	return x
}

// KeepTime is an evictor that keeps the records whose time is less than span before that of the latest. Where the first has no time it keeps all.
func KeepTime[V any](span int64, after bool) Evictor[V] {
	x := evicts[V]{after: after, keep: func(es []Element[V]) []Element[V] {
		if es[0].At == math.MinInt64 {
			return es
		}
		latest := es[0].At
		for i := range es {
			if es[i].At == math.MinInt64 {
				panic(usage("an evictor by time met a record without a time behind one that has one"))
			}
			latest = max(latest, es[i].At)
		}
		if latest < math.MinInt64+span {
			return es // nothing is so far before it
		}
		return keep(es, func(e *Element[V]) bool { return e.At > latest-span })
	}}
	if span <= 0 {
		x.wrong = fmt.Errorf("an evictor that keeps records for a span of %d; want more than 0", span)
	}
	return x
}

// KeepDelta is an evictor that evicts the records that differ from the last one by a threshold or more. What cannot be compared, NaN, stays.
func KeepDelta[V any](threshold float64, delta func(v, last V) float64, after bool) Evictor[V] {
	return evicts[V]{after: after, keep: func(es []Element[V]) []Element[V] {
		last := es[len(es)-1].V
		return keep(es, func(e *Element[V]) bool { return !(delta(e.V, last) >= threshold) })
	}}
}

// evicts is an evictor of which one side does nothing.
type evicts[V any] struct {
	after bool
	keep  func(es []Element[V]) []Element[V] // of at least one
	wrong error                              // in what it was made of
}

func (x evicts[V]) check() error { return x.wrong }

func (x evicts[V]) Before(_ *Context, es []Element[V]) []Element[V] { return x.at(!x.after, es) }
func (x evicts[V]) After(_ *Context, es []Element[V]) []Element[V]  { return x.at(x.after, es) }

func (x evicts[V]) at(now bool, es []Element[V]) []Element[V] {
	if !now || len(es) == 0 {
		return es
	}
	return x.keep(es)
}

func keep[V any](es []Element[V], stays func(*Element[V]) bool) []Element[V] {
	kept := es[:0]
	for i := range es {
		if stays(&es[i]) {
			kept = append(kept, es[i])
		}
	}
	return kept
}
