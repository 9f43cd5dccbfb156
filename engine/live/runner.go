package live

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirbench/weir/engine"
)

// A runner is the goroutine of a machine. It waits in one place, for its own cond: whoever changes what it may be waiting for (input, room,
// mail, results, time, its end) signals that.
type runner struct {
	a       *attempt
	m       engine.Machine
	index   int
	role    engine.Role
	fx      engine.Effects
	ev      engine.Event
	moment  engine.Moment
	note    [1]engine.Note
	strikes []engine.Strike
	in      []*channel
	out     []*channel
	next    int // input to look at first
	steps   int64
	dead    atomic.Bool // it was killed
	timer   *time.Timer // of the one alarm

	mu      sync.Mutex
	cond    sync.Cond
	waiting bool
	mail    []engine.Msg
	done    []engine.Result
	wake    int64 // when the alarm goes off; 0: it is not set
	due     bool  // it went off
	spare   []byte
}

// A channel's list belongs to its reader's mu; its length may be looked at without.
type channel struct {
	from, to *runner
	in       int
	list     []*engine.Batch
	head     int
	n        atomic.Int32
}

// wakeUp lets r look again at what it waits for, after a change that its lock does not guard.
func (r *runner) wakeUp() {
	r.mu.Lock()
	r.signal()
	r.mu.Unlock()
}

// signal is for who holds mu.
func (r *runner) signal() {
	if r.waiting {
		r.cond.Signal()
	}
}

// kill lets the goroutine end after its step, and tells whether that was news.
func (r *runner) kill() bool {
	if r.dead.Swap(true) {
		return false
	}
	r.wakeUp()
	return true
}

// gone tells whether nothing that the machine does can be seen any more.
func (r *runner) gone() bool { return r.dead.Load() || r.a.stopped.Load() }

func (r *runner) run() {
	defer func() {
		if r.timer != nil {
			r.timer.Stop()
		}
	}()
	for r.ev.Kind = engine.Start; r.step() && r.wait(); {
	}
}

// step gives the event to the machine, does what it wants, and tells whether it lives on.
func (r *runner) step() bool {
	run := r.a.run
	ev, fx := &r.ev, &r.fx
	ev.Now = run.now()
	fx.Reset()
	lost := false
	if run.watched {
		lost = r.watch()
	} else {
		engine.Take(r.m, ev, fx)
	}
	r.steps++
	if !lost {
		r.effects()
	}
	if b := ev.Batch; b != nil {
		if !fx.Passed(b) {
			b.Free()
		}
		ev.Batch = nil
	}
	if ev.Kind == engine.Done {
		ev.Res = engine.Result{} // not to keep what it holds
	}
	lives := !lost && r.outcome()
	for _, k := range r.strikes {
		r.a.strike(k, r.role)
	}
	r.strikes = r.strikes[:0]
	return lives
}

// outcome reports the end of the job, or of the machine.
func (r *runner) outcome() bool {
	fx, run := &r.fx, r.a.run
	switch {
	case fx.Over:
		run.post(news{a: r.a, over: true, at: run.now()})
	case fx.Err != nil:
		run.post(news{a: r.a, err: fmt.Errorf("%s: %w", r.role, fx.Err), at: run.now()})
	default:
		return true
	}
	return false
}

// watch steps the machine between two tickets, and tells of it. lost: none of the effects may leave.
func (r *runner) watch() (lost bool) {
	run, fx := r.a.run, &r.fx
	rows := 0
	if r.ev.Batch != nil {
		rows = r.ev.Batch.Cols.Len()
	}
	from := run.tickets.Add(1)
	engine.Take(r.m, &r.ev, fx)
	to := run.tickets.Add(1)
	lost = r.dead.Load() // killed while it stepped
	if len(fx.Notes)+len(fx.Facts) == 0 {
		return lost
	}
	r.moment = engine.Moment{From: from, To: to, At: run.now(), Epoch: r.a.epoch, Machine: r.index, Role: r.role, Notes: fx.Notes, Facts: fx.Facts, Lost: lost, Rows: rows}
	r.strikes = run.tell(&r.moment, r.strikes)
	return r.moment.Lost
}

// wait finds the next event, and tells whether there is one.
func (r *runner) wait() bool {
	r.mu.Lock()
	for !r.gone() {
		switch {
		case len(r.mail) > 0:
			r.ev.Kind, r.ev.Msg = engine.Tell, r.mail[0]
			r.mail = slices.Delete(r.mail, 0, 1)
		case len(r.done) > 0:
			r.ev.Kind, r.ev.Res = engine.Done, r.done[0]
			r.done = slices.Delete(r.done, 0, 1)
		case !r.room():
			r.sleep()
			continue
		case r.due:
			r.ev.Kind, r.due = engine.Wake, false
		default:
			if c := r.input(); c != nil {
				r.ev.Kind, r.ev.Chan, r.ev.Batch = engine.Data, c.in, c.pop()
				n := c.n.Add(-1)
				r.mu.Unlock()
				if int(n) == r.a.run.Capacity/2 { // the writer may be asleep; it is woken for half a channel, not for each batch
					c.from.wakeUp()
				}
				return true
			}
			if r.fx.Takes&engine.MayPoll == 0 {
				r.sleep()
				continue
			}
			r.ev.Kind = engine.Poll
		}
		r.mu.Unlock()
		return true
	}
	r.mu.Unlock()
	return false
}

func (r *runner) sleep() {
	r.waiting = true
	r.cond.Wait()
	r.waiting = false
}

func (r *runner) room() bool {
	for _, c := range r.out {
		if int(c.n.Load()) >= r.a.run.Capacity {
			return false
		}
	}
	return true
}

// input is the next one that has a batch and is taken, in turn.
func (r *runner) input() *channel {
	for range r.in {
		c := r.in[r.next]
		if r.next++; r.next == len(r.in) {
			r.next = 0
		}
		if len(c.list) > c.head && r.fx.Takes>>c.in&1 != 0 {
			return c
		}
	}
	return nil
}

func (c *channel) pop() *engine.Batch {
	b := c.list[c.head]
	c.list[c.head] = nil
	if c.head++; c.head == len(c.list) {
		c.list, c.head = c.list[:0], 0
	}
	return b
}
