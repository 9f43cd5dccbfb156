package sim

import (
	"github.com/weirbench/weir/engine"
)

// A flight is an operation that its machine issued and that has not ended.
type flight struct {
	op      engine.Op
	stage   actionKind // launch, encode, apply or finish: what comes next
	due     int64      // when it may take effect
	fate    engine.FateKind
	late    int64 // of OpLate: how long after its error it takes effect
	payload []byte
	res     engine.Result
}

func (w *world) fly(op *engine.Op) *flight {
	if n := len(w.free); n > 0 {
		f := w.free[n-1]
		w.free = w.free[:n-1]
		f.op = *op
		return f
	}
	return &flight{op: *op, stage: launch}
}

// drop ends a flight and keeps its memory.
func (w *world) drop(f *flight) {
	*f = flight{stage: launch, payload: f.payload[:0]}
	w.free = append(w.free, f)
}

// launch begins an operation: its point is passed, and its fate is known from here on.
func (w *world) launch(n *node, i int) {
	f := n.flights[i]
	w.moment = engine.Moment{From: w.ticket(), To: w.ticket(), At: w.now, Epoch: n.a.epoch, Machine: n.index, Role: n.role()}
	if f.op.At != engine.NoPoint {
		w.note[0] = engine.Note{Point: f.op.At, Ckpt: f.op.Ckpt}
		w.moment.Notes = w.note[:]
	}
	strikes := w.tell()
	if w.moment.Lost {
		n.flights = append(n.flights[:i], n.flights[i+1:]...)
		w.drop(f)
	} else {
		w.decide(f)
	}
	if len(strikes) > 0 {
		w.strike(strikes, n.a.epoch, n.role())
	}
}

// decide draws the fate of an operation that begins. Storage is asked even when the injector has decided, so that a fault moves no
// answers.
func (w *world) decide(f *flight) {
	fate := w.Inject.Op(&w.moment, &f.op)
	chaos := w.Chaos.draw(w.ch, f.op.Verb)
	if fate.Do == engine.OpFine && fate.Delay == 0 {
		fate = chaos
	}
	if fate.Do != engine.OpFine && !f.op.Verb.Writes() {
		fate.Do = engine.OpFailed
	}
	f.fate, f.late, f.due = fate.Do, max(1, fate.Late), w.now+fate.Delay
	w.res.Fates[f.fate]++
	if fate.Delay > 0 {
		w.res.Slow++
	}
	w.mix(uint64(f.fate)<<56 ^ uint64(fate.Delay)<<28 ^ uint64(fate.Late))
	f.stage = apply
	switch body := f.op.Body.(type) {
	case nil:
	case engine.Bytes:
		f.payload = append(f.payload, body...)
	default:
		f.stage = encode
	}
}

// draw asks lane Store what becomes of an operation.
func (c *Chaos) draw(ch *Choices, v engine.Verb) engine.Fate {
	var may [5]engine.FateKind // what an answer from 1 on means; OpFine: slow
	n := 0
	add := func(ok bool, k engine.FateKind) {
		if ok {
			may[n] = k
			n++
		}
	}
	add(c.Slow, engine.OpFine)
	add(c.Fail, engine.OpFailed)
	if v.Writes() {
		add(c.Ambiguous, engine.OpApplied)
		add(c.Late, engine.OpLate)
		add(c.Torn && v != engine.Delete, engine.OpTorn)
	}
	pick := ch.Pick(Store, n+1)
	if pick == 0 {
		return engine.Fate{}
	}
	fate := engine.Fate{Do: may[pick-1], Delay: 1 + int64(ch.Pick(Store, SlowMax))}
	if fate.Do == engine.OpLate {
		fate.Late = 1 + int64(ch.Pick(Store, LateMax))
	}
	return fate
}

// encode makes a piece of the body: the asynchronous half of a snapshot, while its machine has gone on.
func (w *world) encode(f *flight) {
	more, err := f.piece()
	w.mix(uint64(len(f.payload)))
	switch {
	case err != nil:
		f.res = engine.Result{Tag: f.op.Tag, Verb: f.op.Verb, Name: f.op.Name, Body: f.op.Body, Err: err}
		f.stage = finish
	case !more:
		f.stage = apply
	}
}

func (f *flight) piece() (more bool, err error) {
	f.payload, more, err = engine.EncodePiece(f.op.Body, f.payload)
	return more, err
}

// apply lets an operation happen, or fail to.
func (w *world) apply(f *flight) {
	late := false
	f.res, late = engine.Befall(w.Blobs, &f.op, f.payload, f.fate)
	w.mixResult(f)
	f.stage = finish
	if late {
		o := w.fly(&f.op)
		o.op.Body = nil
		o.payload = append(o.payload, f.payload...)
		o.due = w.now + f.late
		w.orphans = append(w.orphans, o)
	}
}

// orphan decides about an operation whose machine died: by lane Store it never happens, or it does, up to OrphanMax later. Its body is
// finished at once, for with its attempt the store goes.
func (w *world) orphan(f *flight) {
	if f.stage == finish || !f.op.Verb.Writes() || f.fate == engine.OpFailed {
		w.drop(f)
		return
	}
	d := w.ch.Pick(Store, OrphanMax)
	if w.mix(uint64(d)); d == 0 || !f.complete() {
		w.drop(f)
		return
	}
	if f.fate != engine.OpTorn {
		f.fate = engine.OpFine
	}
	f.op.Body = nil
	f.due = max(f.due, w.now+int64(d))
	w.orphans = append(w.orphans, f)
}

// complete makes what is left of the body, and tells whether that went well.
func (f *flight) complete() bool {
	if f.stage == apply || f.op.Body == nil {
		return true
	}
	for {
		if more, err := f.piece(); err != nil || !more {
			return err == nil
		}
	}
}

// adopt lets an orphan take effect.
func (w *world) adopt(i int) {
	f := w.orphans[i]
	w.orphans = append(w.orphans[:i], w.orphans[i+1:]...)
	f.res, _ = engine.Befall(w.Blobs, &f.op, f.payload, f.fate)
	w.res.Orphans++
	w.mixResult(f)
	w.drop(f)
}
