package sim

import (
	"fmt"
	"slices"

	"github.com/weirbench/weir/engine"
)

// An attempt is a graph of which machines live.
type attempt struct {
	epoch int64
	graph *engine.Graph
	nodes []*node // by machine; nil: dead
	alive int
}

// A node is a machine with all that is on its way to it.
type node struct {
	a       *attempt
	index   int
	m       engine.Machine
	fx      engine.Effects
	takes   engine.Mask
	started bool
	in      []*queue // by input
	out     []*queue // by output
	mail    []engine.Msg
	flights []*flight
	wake    int64 // 0: none

	acts  []action // what it can do now
	stale bool     // acts must be listed again,
	until int64    // and when the time is this
}

// A queue is the batches of a channel.
type queue struct {
	list     []*engine.Batch
	from, to *node
}

func newAttempt(epoch int64, g *engine.Graph) *attempt {
	n := len(g.Machines)
	a := &attempt{epoch: epoch, graph: g, nodes: make([]*node, n), alive: n}
	all, queues := make([]node, n), make([]queue, len(g.Chans))
	for i, m := range g.Machines {
		all[i] = node{a: a, index: i, m: m, stale: true}
		a.nodes[i] = &all[i]
	}
	for i, c := range g.Chans {
		q := &queues[i]
		q.from, q.to = &all[c.From], &all[c.To]
		place(&q.from.out, c.Out, q)
		place(&q.to.in, c.In, q)
	}
	return a
}

func place(list *[]*queue, i int, q *queue) {
	for len(*list) <= i {
		*list = append(*list, nil)
	}
	(*list)[i] = q
}

func (n *node) role() engine.Role { return n.a.graph.Roles[n.index] }

func (n *node) room(capacity int) bool {
	for _, q := range n.out {
		if len(q.list) >= capacity {
			return false
		}
	}
	return true
}

// push gives a batch to the reader.
func (q *queue) push(b *engine.Batch) {
	if q.list = append(q.list, b); len(q.list) == 1 {
		q.to.stale = true
	}
}

// pop takes the first batch.
func (q *queue) pop(capacity int) *engine.Batch {
	b := q.list[0]
	if len(q.list) == capacity {
		q.from.stale = true // there is room now
	}
	q.list = append(q.list[:0], q.list[1:]...)
	return b
}

// stop kills every machine of an attempt.
func (w *world) stop(a *attempt, orphans bool) {
	for _, n := range a.nodes {
		if n != nil {
			w.kill(n, orphans)
		}
	}
}

// kill takes a machine away. With orphans, what it had under way is lost or happens later: nobody can know. With the last machine the
// attempt is closed.
func (w *world) kill(n *node, orphans bool) {
	for _, f := range n.flights {
		if orphans {
			w.orphan(f)
		} else {
			w.drop(f)
		}
	}
	n.flights = nil
	i := slices.Index(w.nodes, n)
	w.nodes, w.last = slices.Delete(w.nodes, i, i+1), 0
	a := n.a
	a.nodes[n.index] = nil
	if a.alive--; a.alive > 0 {
		return
	}
	w.attempts = slices.DeleteFunc(w.attempts, func(x *attempt) bool { return x == a })
	if a.graph.Close == nil {
		return
	}
	if err := a.graph.Close(); err != nil && w.closing == nil {
		w.closing = fmt.Errorf("close attempt %d: %w", a.epoch, err)
	}
}
