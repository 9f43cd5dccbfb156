package linearizability

import (
	"context"
	"slices"
	"time"
)

// A dilemma is the first operation of a piece that has no place, and what would have had one.
type dilemma[S comparable, O any] struct {
	call   *call[O]
	states []S // all that were possible when it returned
	called int // how many operations had been called by then
}

// solve follows all orders of a piece to where none is left. When that is too much, the last operation stands for all.
func solve[S comparable, O any](p *partition[S, O]) dilemma[S, O] {
	f := newFrontier(p.model, p.init)
	called := 0
	for _, e := range edges(p.calls) {
		c := &p.calls[e.place]
		if !e.back {
			f.call(c)
			called++
			continue
		}
		if f.back(c) && !f.lost {
			continue
		}
		if f.lost {
			break
		}
		d := dilemma[S, O]{call: c, called: called}
		for _, x := range f.closure(func(config[S]) bool { return false }) {
			if !slices.Contains(d.states, x.state) {
				d.states = append(d.states, x.state)
			}
		}
		return d
	}
	return dilemma[S, O]{call: &p.calls[len(p.calls)-1], states: p.init, called: len(p.calls)}
}

// pictureOps is how many operations a picture shows at first; half of them when the page comes out too large, and half again. pictureHard
// is the longest history that is searched for a picture: what porcupine keeps for one grows with the square.
const (
	pictureOps  = 160
	pictureHard = 1000
)

// draw has porcupine search the surroundings of a dilemma, and answers the calls in the order that it found, and its page.
func draw[S comparable, O any](ctx context.Context, piece *partition[S, O], called int, o Options) (order []*call[O], page []byte) {
	for n := pictureOps; n >= 10 && page == nil && ctx.Err() == nil; n /= 2 {
		around := surroundings(piece, called, n)
		if len(around.calls) > pictureHard {
			break
		}
		var found []int
		found, page = picture(ctx, &around, min(o.Timeout, 20*time.Second), o.pageBytes)
		order = order[:0]
		for _, at := range found {
			order = append(order, &around.calls[at])
		}
	}
	return order, page
}

// surroundings is the shortest end of the called operations that has at least n and begins where nothing was in flight.
func surroundings[S comparable, O any](piece *partition[S, O], called, n int) partition[S, O] {
	all := piece.calls[:called]
	around := partition[S, O]{piece.model, piece.init, all}
	f := newFrontier(piece.model, piece.init)
	seen := 0
	for _, e := range edges(all) {
		c := &all[e.place]
		if !e.back {
			f.call(c)
			seen++
			continue
		}
		if !f.back(c) || f.lost || called-seen < n {
			break
		}
		if f.quiet() {
			around.init, around.calls = f.states(), all[seen:]
		}
	}
	return around
}

// places are those of the operations that a failure rests on: the one without a place first, then the last that have one.
func places[O any](order []*call[O], bad *call[O]) []int {
	at := []int{int(bad.place)}
	for _, c := range order[max(0, len(order)-boxesMax):] {
		if c.place != bad.place {
			at = append(at, int(c.place))
		}
	}
	return at
}
