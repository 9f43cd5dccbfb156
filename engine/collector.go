package engine

import (
	"fmt"
	"slices"
	"strings"
)

// The Collector is the only one that deletes, and only what the catalog says is not kept: the files of checkpoints that a newer one made
// superfluous, and of older attempts' checkpoints that never completed. It deletes one file at a time. What it cannot delete stays.
type Collector struct {
	Common
	queue []garbage
	busy  bool
	keep  []string // after List: state files that are referred to
}

type garbage struct {
	ckpt int64
	name string
}

const listTag = 1

func (c *Collector) Step(ev *Event, fx *Effects) {
	switch ev.Kind {
	case Tell:
		if ev.Msg.Kind == Collect {
			c.collect(&ev.Msg, fx)
		}
	case Done:
		c.done(&ev.Res, fx)
	}
}

// collect takes names to delete of a checkpoint, or, for checkpoint 0, the names to keep of all state files of older attempts.
func (c *Collector) collect(m *Msg, fx *Effects) {
	names := strings.Fields(string(m.State))
	if m.Ckpt == 0 {
		c.keep = names
		fx.Do(Op{Verb: List, Name: "state/", Tag: listTag})
		return
	}
	for _, n := range names {
		c.queue = append(c.queue, garbage{m.Ckpt, n})
	}
	c.next(fx)
}

func (c *Collector) next(fx *Effects) {
	if c.busy || len(c.queue) == 0 {
		return
	}
	c.busy = true
	g := c.queue[0]
	if c.Spec.Track {
		fx.Fact(Fact{Kind: Deleting, Ckpt: g.ckpt, Text: g.name})
	}
	fx.Do(Op{Verb: Delete, Name: g.name, At: AtDeleting, Ckpt: g.ckpt})
}

func (c *Collector) done(r *Result, fx *Effects) {
	if r.Tag == listTag {
		if r.Err == nil {
			c.orphans(string(r.Data))
			c.next(fx)
		}
		return
	}
	g := c.queue[0]
	c.queue, c.busy = c.queue[1:], false
	if r.Err == nil && c.Spec.Track {
		fx.Fact(Fact{Kind: Deleted, Ckpt: g.ckpt, Text: g.name})
	}
	c.next(fx)
}

// orphans queues the state files of attempts before this one that no kept checkpoint refers to. No such attempt can complete a
// checkpoint any more, so nobody will.
func (c *Collector) orphans(names string) {
	for _, n := range strings.Fields(names) {
		var epoch, ckpt int64
		if _, err := fmt.Sscanf(n, "state/%d-%d-", &epoch, &ckpt); err == nil && epoch < c.Epoch && !slices.Contains(c.keep, n) {
			c.queue = append(c.queue, garbage{ckpt, n})
		}
	}
	c.keep = nil
}
