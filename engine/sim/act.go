package sim

import (
	"fmt"
	"math"

	"github.com/weirbench/weir/engine"
)

// An action is something that can happen: an event for a machine, or a piece of an operation.
type action struct {
	kind actionKind
	i    int // mail, flight or input
}

type actionKind uint8

const (
	start  actionKind = iota
	mail              // the first message of a sender
	launch            // an operation begins
	encode            // a piece of its body is made
	apply             // it takes effect
	finish            // its machine is told
	wake
	data
	poll
)

const never = math.MaxInt64

// gather counts everything that may happen now. What a machine can do is listed again only when something about it changed.
func (w *world) gather() (total int) {
	for _, n := range w.nodes {
		if n.stale || n.until <= w.now {
			n.list(w.now, w.Capacity)
		}
		total += len(n.acts)
	}
	for _, f := range w.orphans {
		if f.due <= w.now {
			total++
		}
	}
	return total
}

func (n *node) list(now int64, capacity int) {
	n.acts, n.stale, n.until = n.acts[:0], false, never
	if !n.started {
		n.acts = append(n.acts, action{start, 0})
		return
	}
	for i := range n.mail {
		if n.firstOf(i) {
			n.acts = append(n.acts, action{mail, i})
		}
	}
	for i, f := range n.flights {
		if kind := f.stage; kind != apply || f.due <= now {
			n.acts = append(n.acts, action{kind, i})
		} else {
			n.until = min(n.until, f.due)
		}
	}
	if !n.room(capacity) {
		return
	}
	if n.wake != 0 {
		if n.wake <= now {
			n.acts = append(n.acts, action{wake, 0})
		} else {
			n.until = min(n.until, n.wake)
		}
	}
	for c, q := range n.in {
		if len(q.list) > 0 && n.takes>>c&1 != 0 {
			n.acts = append(n.acts, action{data, c})
		}
	}
	if n.takes&engine.MayPoll != 0 {
		n.acts = append(n.acts, action{poll, 0})
	}
}

// firstOf tells whether message i is the first of its sender: between two machines messages keep their order.
func (n *node) firstOf(i int) bool {
	for j := range i {
		if n.mail[j].From == n.mail[i].From {
			return false
		}
	}
	return true
}

// act carries out the pick-th of what gather counted, beginning with what the last machine could go on with.
func (w *world) act(pick int) {
	for k := range w.nodes {
		i := w.last + k
		if i >= len(w.nodes) {
			i -= len(w.nodes)
		}
		n := w.nodes[i]
		if pick < len(n.acts) {
			w.last = i
			w.do(n, n.acts[pick])
			return
		}
		pick -= len(n.acts)
	}
	for i, f := range w.orphans {
		if f.due > w.now {
			continue
		}
		if pick == 0 {
			w.adopt(i)
			return
		}
		pick--
	}
}

func (w *world) do(n *node, a action) {
	n.stale = true
	w.mix(uint64(n.a.epoch)<<32 | uint64(n.index)<<16 | uint64(a.kind)<<8 | uint64(a.i))
	ev := &w.ev
	*ev = engine.Event{Now: w.now}
	switch a.kind {
	case launch:
		w.launch(n, a.i)
		return
	case encode:
		w.encode(n.flights[a.i])
		return
	case apply:
		w.apply(n.flights[a.i])
		return
	case start:
		n.started = true
	case mail:
		ev.Kind, ev.Msg = engine.Tell, n.mail[a.i]
		n.mail = append(n.mail[:a.i], n.mail[a.i+1:]...)
		w.mix(uint64(ev.Msg.Kind)<<48 | uint64(ev.Msg.From)<<32 | uint64(ev.Msg.Ckpt))
	case finish:
		f := n.flights[a.i]
		ev.Kind, ev.Res = engine.Done, f.res
		n.flights = append(n.flights[:a.i], n.flights[a.i+1:]...)
		w.drop(f)
	case wake:
		ev.Kind, n.wake = engine.Wake, 0
	case data:
		ev.Kind, ev.Chan, ev.Batch = engine.Data, a.i, n.in[a.i].pop(w.Capacity)
		w.mix(uint64(ev.Batch.Cols.Len()))
		w.mix(uint64(ev.Batch.Mark))
		w.mix(uint64(ev.Batch.Barrier))
	case poll:
		ev.Kind = engine.Poll
	}
	w.step(n)
}

// step gives w.ev to a machine, and does what the machine wants.
func (w *world) step(n *node) {
	ev, fx := &w.ev, &n.fx
	rows := 0
	if ev.Batch != nil {
		rows = ev.Batch.Cols.Len()
	}
	fx.Reset()
	from := w.ticket()
	engine.Take(n.m, ev, fx)
	w.moment = engine.Moment{From: from, To: w.ticket(), At: w.now, Epoch: n.a.epoch, Machine: n.index, Role: n.role(), Notes: fx.Notes, Facts: fx.Facts, Rows: rows}
	n.takes = fx.Takes
	w.mix(uint64(fx.Takes) ^ uint64(fx.Wake)<<1)
	strikes := w.tell()
	lost := w.moment.Lost
	if !lost {
		w.effects(n)
	}
	if b := ev.Batch; b != nil && !fx.Passed(b) {
		b.Cols.Poison()
		b.Free()
	}
	if !lost {
		w.outcome(n)
	}
	if len(strikes) > 0 && !w.ended {
		w.strike(strikes, n.a.epoch, n.role())
	}
}

func (w *world) effects(n *node) {
	fx := &n.fx
	for _, s := range fx.Sends {
		n.out[s.Chan].push(s.Batch)
	}
	for i := range fx.Ops {
		n.flights = append(n.flights, w.fly(&fx.Ops[i]))
	}
	for i := range fx.Tells {
		if to := n.a.nodes[fx.Tells[i].To]; to != nil {
			to.mail = append(to.mail, fx.Tells[i])
			to.stale = true
		}
	}
	if fx.Wake != 0 {
		n.wake = fx.Wake
	}
}

// outcome deals with the end of the job, and of the machine.
func (w *world) outcome(n *node) {
	fx, a := &n.fx, n.a
	if fx.Over {
		if w.sup.Over(a.epoch) {
			w.res.Over, w.ended = true, true
		} else {
			w.stop(a, true)
		}
		return
	}
	if fx.Err == nil {
		return
	}
	w.mix(0xdead)
	err := fmt.Errorf("%s: %w", n.role(), fx.Err)
	w.kill(n, true)
	if w.sup.Failed(a.epoch, err, w.now) {
		w.stop(a, true)
	}
}

// jump moves the clock to the next time at which something may happen.
func (w *world) jump() bool {
	next := int64(never)
	see := func(t int64) {
		if t > w.now {
			next = min(next, t)
		}
	}
	see(w.sup.Alarm())
	if w.sup.Lives() {
		see(w.Inject.Alarm())
	}
	for _, n := range w.nodes {
		see(n.until)
	}
	for _, f := range w.orphans {
		see(f.due)
	}
	if next == never {
		return false
	}
	w.now = next
	return true
}
