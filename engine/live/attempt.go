package live

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirbench/weir/engine"
)

// An attempt is a graph whose machines run.
type attempt struct {
	run     *run
	epoch   int64
	graph   *engine.Graph
	rs      []*runner
	stopped atomic.Bool
	wg      sync.WaitGroup // runners
	ops     sync.WaitGroup // operations that may still need their body
}

func newAttempt(r *run, epoch int64, g *engine.Graph) *attempt {
	a := &attempt{run: r, epoch: epoch, graph: g}
	for i, m := range g.Machines {
		x := &runner{a: a, m: m, index: i, role: g.Roles[i]}
		x.cond.L = &x.mu
		a.rs = append(a.rs, x)
	}
	for _, c := range g.Chans {
		ch := &channel{from: a.rs[c.From], to: a.rs[c.To], in: c.In}
		place(&ch.from.out, c.Out, ch)
		place(&ch.to.in, c.In, ch)
	}
	return a
}

func place(list *[]*channel, i int, c *channel) {
	for len(*list) <= i {
		*list = append(*list, nil)
	}
	(*list)[i] = c
}

func (a *attempt) start() {
	for _, x := range a.rs {
		a.wg.Go(x.run)
	}
}

// halt makes every machine's goroutine end after its step, and tells whether that was news.
func (a *attempt) halt() bool {
	if a.stopped.Swap(true) {
		return false
	}
	for _, x := range a.rs {
		x.wakeUp()
	}
	return true
}

// stop halts an attempt and waits until none of its machines is stepped. Its graph is closed behind its operations.
func (r *run) stop(a *attempt) {
	i := slices.Index(r.attempts, a)
	if i < 0 {
		return // it was stopped before
	}
	r.attempts = slices.Delete(r.attempts, i, i+1)
	a.halt()
	a.wg.Wait()
	for _, x := range a.rs {
		r.res.Steps += x.steps
	}
	if a.graph.Close == nil {
		return
	}
	r.ops.Go(func() {
		a.ops.Wait()
		if err := a.graph.Close(); err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.closing == nil {
				r.closing = fmt.Errorf("close attempt %d: %w", a.epoch, err)
			}
		}
	})
}

// strike kills, and lets the supervisor know. by is who passed the point. Any goroutine may call it.
func (a *attempt) strike(k engine.Strike, by engine.Role) {
	k = k.Aim(by)
	switch k.Do {
	case engine.KillAll:
		if !a.halt() {
			return
		}
	case engine.Kill:
		if i := a.graph.Find(k.Target); i < 0 || a.stopped.Load() || !a.rs[i].kill() {
			return
		}
	}
	a.run.post(news{a: a, at: a.run.now(), strike: k})
}
