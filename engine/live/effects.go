package live

import (
	"slices"
	"time"

	"github.com/weirbench/weir/engine"
)

// effects does what the machine wants.
func (r *runner) effects() {
	fx := &r.fx
	for _, s := range fx.Sends {
		c := r.out[s.Chan]
		c.n.Add(1)
		c.to.mu.Lock()
		c.push(s.Batch)
		c.to.signal()
		c.to.mu.Unlock()
	}
	for i := range fx.Ops {
		r.launch(fx.Ops[i])
	}
	for _, m := range fx.Tells {
		to := r.a.rs[m.To]
		to.mu.Lock()
		to.mail = append(to.mail, m)
		to.signal()
		to.mu.Unlock()
	}
	if fx.Wake != 0 {
		r.alarm(fx.Wake)
	}
}

// push is for who holds the reader's mu. A list that is never found empty is moved to its beginning before it grows.
func (c *channel) push(b *engine.Batch) {
	if len(c.list) == cap(c.list) && c.head > 0 {
		n := copy(c.list, c.list[c.head:])
		clear(c.list[n:])
		c.list, c.head = c.list[:n], 0
	}
	c.list = append(c.list, b)
}

// alarm sets the one alarm of the machine.
func (r *runner) alarm(at int64) {
	r.mu.Lock()
	r.wake, r.due = at, false
	r.mu.Unlock()
	d := time.Until(r.a.run.begin.Add(time.Duration(at) * time.Microsecond))
	if r.timer == nil {
		r.timer = time.AfterFunc(d, r.ring)
	} else {
		r.timer.Reset(d)
	}
}

// ring is called when the timer fires. What was set before and has been set again since is not meant.
func (r *runner) ring() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wake != 0 && r.wake <= r.a.run.now() {
		r.wake, r.due = 0, true
		r.signal()
	}
}

// launch begins an operation: its point is passed, its fate is known from here on, and it goes on by itself.
func (r *runner) launch(op engine.Op) {
	run := r.a.run
	var fate engine.Fate
	if run.watched && (op.At != engine.NoPoint || run.Inject != nil) {
		m := &r.moment
		*m = engine.Moment{From: run.tickets.Add(1), To: run.tickets.Add(1), At: run.now(), Epoch: r.a.epoch, Machine: r.index, Role: r.role}
		if op.At != engine.NoPoint {
			r.note[0] = engine.Note{Point: op.At, Ckpt: op.Ckpt}
			m.Notes = r.note[:]
		}
		if r.strikes = run.tell(m, r.strikes); m.Lost {
			return
		}
		if run.Inject != nil {
			run.injecting.Lock()
			fate = run.Inject.Op(m, &op)
			run.injecting.Unlock()
		}
	}
	r.a.ops.Add(1)
	run.ops.Go(func() { r.operate(op, fate) })
}

// operate is an operation's goroutine. It may outlive the machine, and the attempt.
func (r *runner) operate(op engine.Op, fate engine.Fate) {
	run := r.a.run
	payload, err := r.encode(&op)
	r.a.ops.Done()
	switch {
	case err != nil:
		r.finish(engine.Result{Tag: op.Tag, Verb: op.Verb, Name: op.Name, Body: op.Body, Err: err})
		return
	case payload == nil, !run.pause(fate.Delay, run.quit):
		return // its machine is gone, or the run is over
	}
	res, late := engine.Befall(run.Blobs, &op, payload, fate.Do)
	r.finish(res)
	if late && run.pause(fate.Late, run.ctx.Done()) {
		engine.Apply(run.Blobs, &op, payload)
	}
	r.mu.Lock()
	if cap(payload) > cap(r.spare) {
		r.spare = payload
	}
	r.mu.Unlock()
}

// encode makes the payload, piece by piece: nil when its machine was stopped meanwhile, for nobody wants it then.
func (r *runner) encode(op *engine.Op) ([]byte, error) {
	if op.Body == nil {
		return []byte{}, nil
	}
	r.mu.Lock()
	b := r.spare[:0]
	r.spare = nil
	r.mu.Unlock()
	for more := true; more; {
		if r.gone() {
			return nil, nil
		}
		var err error
		if b, more, err = engine.EncodePiece(op.Body, b); err != nil {
			return nil, err
		}
	}
	return slices.Grow(b, sealRoom), nil
}

// sealRoom is left behind a payload, so that sealing it does not copy it.
const sealRoom = 16

// pause waits for microseconds, and tells whether nothing cut it short.
func (r *run) pause(us int64, cut <-chan struct{}) bool {
	if us <= 0 {
		return true
	}
	t := time.NewTimer(time.Duration(us) * time.Microsecond)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-cut:
		return false
	}
}

// finish gives a result to the machine.
func (r *runner) finish(res engine.Result) {
	r.mu.Lock()
	r.done = append(r.done, res)
	r.signal()
	r.mu.Unlock()
}
