package linearizability

import "slices"

// A frontier follows all orders of a partition at once: it holds every state that some order of what has returned may have led to, and
// for each state which of the open operations took effect already. It is how the states at a cut are learned, and how a story knows what
// would have been right. It is exact as long as it is not lost.
type frontier[S comparable, O any] struct {
	model *model[S, O]
	open  []*call[O] // called and not returned; nil: a free slot
	at    []config[S]
	lost  bool // there were too many ways, or too many operations at once
	done  []config[S]
	next  [2]S
}

// A config is one way things may stand.
type config[S comparable] struct {
	state S
	took  uint64 // bit i: open[i] took effect
}

const configsMax = 4096

func newFrontier[S comparable, O any](m *model[S, O], init []S) *frontier[S, O] {
	f := &frontier[S, O]{model: m}
	for _, s := range init {
		f.at = append(f.at, config[S]{state: s})
	}
	return f
}

// An edge is the call or the return of an operation.
type edge struct {
	ticket int64
	back   bool
	place  int // in the calls
}

func edges[O any](calls []call[O]) []edge {
	es := make([]edge, 0, 2*len(calls))
	for i := range calls {
		es = append(es, edge{calls[i].from, false, i}, edge{calls[i].to, true, i})
	}
	slices.SortStableFunc(es, func(a, b edge) int {
		switch {
		case a.ticket != b.ticket:
			return int(a.ticket - b.ticket)
		case a.back == b.back:
			return 0
		case a.back:
			return 1
		}
		return -1
	})
	return es
}

func (f *frontier[S, O]) call(c *call[O]) {
	if slot := slices.Index(f.open, nil); slot >= 0 {
		f.open[slot] = c
	} else if len(f.open) < 64 {
		f.open = append(f.open, c)
	} else {
		f.lost = true
	}
}

// back keeps the ways in which c took effect by now, and tells whether there are any. When there are none the frontier stays as it was.
func (f *frontier[S, O]) back(c *call[O]) bool {
	slot := slices.Index(f.open, c)
	if f.lost || slot < 0 {
		return true
	}
	bit := uint64(1) << slot
	all := f.closure(func(x config[S]) bool { return x.took&bit != 0 })
	f.done = f.done[:0]
	for _, x := range all {
		if x.took&bit != 0 {
			x.took &^= bit
			if !slices.Contains(f.done, x) {
				f.done = append(f.done, x)
			}
		}
	}
	if len(f.done) == 0 && !f.lost {
		return false
	}
	f.at, f.done = f.done, f.at
	f.open[slot] = nil
	return true
}

// closure is every way that can be reached by letting open operations take effect; ways for which enough is true are not followed further.
func (f *frontier[S, O]) closure(enough func(config[S]) bool) []config[S] {
	all := slices.Clone(f.at)
	for i := 0; i < len(all) && !f.lost; i++ {
		if enough(all[i]) {
			continue
		}
		for slot, c := range f.open {
			if c == nil || all[i].took&(1<<slot) != 0 {
				continue
			}
			n := f.model.step(&all[i].state, &c.op, &f.next)
			for _, s := range f.next[:n] {
				if x := (config[S]{s, all[i].took | 1<<slot}); !slices.Contains(all, x) {
					all = append(all, x)
				}
			}
		}
		f.lost = len(all) > configsMax
	}
	return all
}

// quiet tells whether nothing is in flight.
func (f *frontier[S, O]) quiet() bool {
	return !slices.ContainsFunc(f.open, func(c *call[O]) bool { return c != nil })
}

// states are those possible when nothing is in flight.
func (f *frontier[S, O]) states() []S {
	out := make([]S, len(f.at))
	for i := range f.at {
		out[i] = f.at[i].state
	}
	return out
}

// cut divides a partition into pieces of at most about max operations, at tickets where nothing is in flight, preferring none: what may
// be at a cut begins the next piece, so the pieces have an order exactly when the whole has. When no state is left the piece has no order, and
// what was called later is dropped. ok is false when a piece is longer than hard.
func cut[S comparable, O any](p partition[S, O], max, hard int) (pieces []partition[S, O], ok bool) {
	if len(p.calls) <= max {
		return []partition[S, O]{p}, true
	}
	f := newFrontier(p.model, p.init)
	begin, called := 0, 0
	for _, e := range edges(p.calls) {
		c := &p.calls[e.place]
		if !e.back {
			f.call(c)
			called++
			continue
		}
		if !f.back(c) {
			break
		}
		if called-begin >= max*3/4 && !f.lost && f.quiet() {
			pieces = append(pieces, partition[S, O]{p.model, p.init, p.calls[begin:called]})
			p.init, begin = f.states(), called
		}
	}
	pieces = append(pieces, partition[S, O]{p.model, p.init, p.calls[begin:called]})
	for i := range pieces {
		if len(pieces[i].calls) > hard {
			return nil, false
		}
	}
	return pieces, true
}
