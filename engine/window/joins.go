package window

import (
	"iter"

	"github.com/weirbench/weir/backends/tables"
)

// CoGroup makes an operator whose windows keep the records of both inputs, and give them to f when they fire, each in the order in which they came.
// One of the two may be empty. The slices are valid during the call.
func CoGroup[K comparable, A, B, R any](c Config[K, Side[A, B], R], f func(p *Pane[K, R], as []A, bs []B)) *Operator[K, Side[A, B], R] {
	return Process(c, &grouping[K, A, B, R]{f: f})
}

// Join makes an operator that calls f for every pair of records of the two inputs that are in one window when it fires.
func Join[K comparable, A, B, R any](c Config[K, Side[A, B], R], f func(p *Pane[K, R], a A, b B)) *Operator[K, Side[A, B], R] {
	return CoGroup(c, func(p *Pane[K, R], as []A, bs []B) {
		for _, a := range as {
			for _, b := range bs {
				f(p, a, b)
			}
		}
	})
}

type grouping[K comparable, A, B, R any] struct {
	f  func(p *Pane[K, R], as []A, bs []B)
	as []A
	bs []B
}

func (g *grouping[K, A, B, R]) Open(*tables.Scope[K]) error { return nil }
func (g *grouping[K, A, B, R]) Clear(*Pane[K, R])           {}

func (g *grouping[K, A, B, R]) Process(p *Pane[K, R], all iter.Seq[Side[A, B]]) {
	for s := range all {
		if s.Second {
			g.bs = append(g.bs, s.B)
		} else {
			g.as = append(g.as, s.A)
		}
	}
	g.f(p, g.as, g.bs)
	clear(g.as)
	clear(g.bs)
	g.as, g.bs = g.as[:0], g.bs[:0]
}
