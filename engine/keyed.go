package engine

import (
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// Keyed runs an operator over a store: a subtask. Of which types its inputs are only its intakes know.
type Keyed[K comparable, R any] struct {
	Common
	Scope *tables.Scope[K]
	Op    Stateful[K, R]

	intakes []intake[K, R] // by channel
	second  Mask           // the channels of the second input; 0 where there is one

	own     backends.Groups
	out     Out[K, R]
	in      inputs
	event   Timers[K, R]
	proc    Timers[K, R]
	ledger  *ledger // nil: what becomes of timers is not told
	ran     bool    // the job runs: processing time counts
	until   int64   // processing timers of before this are due; 0: none is known to be
	tick    int64   // so long behind its time, one microsecond, a processing timer fires: none comes before a record of its instant
	armed   int64   // when Wake will come; 0: never
	firing  bool    // a watermark rose: timers first, then the barrier that came behind it, then other input
	behind  int64   // that barrier
	from    int     // and its input
	pins    []pin
	parts   restoring
	carried carried
	holder  Checkpointed    // the operator, or what it wraps; nil: it has no state beside that of keys
	held    *state.Operator // that state; nil without a holder
	reads   []Cursor
	asked   [1]backends.Key[K]
	late    int64 // a planted bug: the checkpoint whose snapshot is taken a batch too late
	seen    int64 // records, for planted bugs
	// dropped is a planted bug's: the key group whose timers are not restored, plus 1.
	dropped int
	counted int64 // when the census was told last
}

func (t *Keyed[K, R]) Step(ev *Event, fx *Effects) {
	var err error
	t.Scope.Keys.Now = ev.Now
	t.ledger.begin()
	switch ev.Kind {
	case Start:
		err = t.start(fx)
	case Data:
		err = t.data(ev.Batch, ev.Chan, fx)
	case Wake:
		t.until, t.armed = ev.Now, 0
		err = t.fire(fx)
	case Poll:
		err = t.fire(fx)
	case Tell:
		err = t.told(&ev.Msg, fx)
	case Done:
		err = t.done(&ev.Res, fx)
	}
	if err != nil {
		fx.Fail(err)
	}
	if t.Scope.Census != nil && ev.Now-t.counted >= censusEvery {
		t.census(fx)
	}
	if fx.Takes = t.in.takes(); t.firing || t.until != 0 {
		fx.Takes = MayPoll
	} else if t.proc != nil && t.ran {
		t.arm(fx)
	}
}

// censusEvery is the time between two tellings of the census, in microseconds.
const censusEvery = 50_000

func (t *Keyed[K, R]) census(fx *Effects) {
	t.counted = t.Scope.Keys.Now
	fx.Fact(Fact{Kind: Accessed, Census: t.Scope.Census})
}

// arm asks to be woken for the earliest timer of processing time. One of the end of time is never due.
func (t *Keyed[K, R]) arm(fx *Effects) {
	if at, ok := t.proc.Head(); ok && at < EndOfTime && (t.armed == 0 || at+t.tick < t.armed) {
		t.armed = max(at+t.tick, 1)
		fx.Wake = t.armed
	}
}

func (t *Keyed[K, R]) start(fx *Effects) error {
	t.in.init(t.Inputs, t.Spec.AtLeastOnce)
	t.in.unblock, t.in.planted, t.in.second = t.bug("unaligned-barrier"), t.Spec.Planted, t.second
	t.out.keys, t.out.codec = t.Scope.Keys, t.Scope.Codec
	if err := t.Op.Open(t.Scope); err != nil {
		return err
	}
	if t.Scope.Census != nil { // so that whoever watches knows where to look at any later moment of this task
		t.census(fx)
	}
	if c, ok := t.Op.(Carrier); ok {
		c.Carry(t.Spec.Planted)
	}
	if t.holder = checkpointed(t.Op); t.holder != nil {
		t.held = &state.Operator{Task: t.Role.Index, Tasks: t.Spec.Parallelism}
	}
	t.event, t.proc = t.Op.Timers()
	if t.tick = 1; t.bug("processing-window-ends-early") {
		t.tick = 0
	}
	t.plant(t.event, false)
	t.plant(t.proc, true)
	if t.ledger = newLedger(t.Spec); t.ledger != nil {
		fx.Fact(Fact{Kind: Owns, Groups: [2]int{t.own.First, t.own.Last}})
		t.watch(t.event, false)
		t.watch(t.proc, true)
	}
	return nil
}

// plant plants a bug in timers, if there are any.
func (t *Keyed[K, R]) plant(timers Timers[K, R], processing bool) {
	if timers == nil {
		return
	}
	if s, ok := timers.(interface{ plant(*Planted, bool) }); ok {
		s.plant(t.Spec.Planted, processing)
	}
}

// watch has timers told, if there are any.
func (t *Keyed[K, R]) watch(timers Timers[K, R], processing bool) {
	if timers == nil {
		return
	}
	if s, ok := timers.(watched); ok {
		s.watch(t.ledger, processing)
	}
}

func (t *Keyed[K, R]) data(b *Batch, ch int, fx *Effects) error {
	if b.Cols.Len() > 0 {
		t.in.wake(ch)
		if err := t.intakes[ch].take(t, b, fx); err != nil {
			return err
		}
	}
	if t.late != 0 {
		id := t.late
		t.late = 0
		if err := t.snapshot(id, fx); err != nil {
			return err
		}
	}
	if b.Mark != NoMark && t.in.mark(ch, b.Mark) || b.Idle && t.in.rest(ch) {
		if t.Spec.Track {
			fx.Fact(Fact{Kind: Reached, Mark: t.in.low})
		}
		t.firing, t.behind, t.from = true, b.Barrier, ch
		return t.fire(fx)
	}
	return t.barrier(ch, b.Barrier, fx)
}

// fire fires some of the timers that are due. As long as there may be more the task takes nothing but Poll, so a watermark that
// sets off a million windows is a thousand steps, each of which waits for room downstream.
func (t *Keyed[K, R]) fire(fx *Effects) error {
	if t.until != 0 {
		if more, err := t.run(t.proc, t.until-t.tick, t.until, fx); more || err != nil {
			return err
		}
		if t.until = 0; !t.firing {
			return nil
		}
	}
	if t.event != nil {
		if more, err := t.run(t.event, t.in.low, t.in.low, fx); more || err != nil {
			return err
		}
	}
	if op, ok := t.Op.(Reacher[K, R]); ok {
		if err := t.reach(op, fx); err != nil {
			return err
		}
	}
	t.firing = false
	t.out.port.flush(fx, t.in.low, 0)
	return t.barrier(t.from, t.behind, fx)
}

// reach tells the operator of the watermark.
func (t *Keyed[K, R]) reach(op Reacher[K, R], fx *Effects) error {
	t.Scope.Keys.Batch, t.out.mark = nil, t.in.low
	t.Scope.Store.Begin()
	op.Reach(t.in.low, &t.out)
	if err := t.Scope.Store.End(); err != nil {
		return err
	}
	t.out.port.flush(fx, NoMark, 0)
	return nil
}

// run fires timers in a batch of their own and sends what they emitted. They fire at a watermark, or at a time of the clock.
func (t *Keyed[K, R]) run(due Timers[K, R], until, at int64, fx *Effects) (more bool, err error) {
	t.out.mark = t.in.low
	t.Scope.Store.Begin()
	n := due.Fire(until, &t.out)
	if err := t.Scope.Store.End(); err != nil {
		return false, err
	}
	t.ledger.leave(at, fx)
	t.out.port.flush(fx, NoMark, 0)
	return n > 0, nil
}

func (t *Keyed[K, R]) told(m *Msg, fx *Effects) error {
	switch m.Kind {
	case Restore:
		if err := t.parts.begin(&t.Common, t.own, m, fx); err != nil {
			return err
		}
		return t.fits(m.Ckpt)
	case Load:
		return t.load(m.Ckpt, fx)
	case Run:
		t.ran = true
		t.Scope.Store.Begin() // what was restored is there from here on: its timers may be overdue
		return t.Scope.Store.End()
	case Complete:
		fx.Note(AtNotified, m.Ckpt)
	case Abort:
		t.in.abort(m.Ckpt)
	case Ask:
		return t.answer(m, fx)
	}
	return nil
}

// answer reads the state of one key, as a step between batches.
func (t *Keyed[K, R]) answer(m *Msg, fx *Effects) error {
	k, err := t.Scope.Codec.Decode(m.State)
	if err != nil {
		return fmt.Errorf("read of key %x: %w", m.State, err)
	}
	t.Scope.Codec.Mark(t.asked[:], []K{k}) // not Scope.Fill: the batch that Keys holds may be another machine's by now
	t.Scope.Keys.Batch, t.Scope.Keys.At = t.asked[:], 0
	t.Scope.Store.Begin()
	t.reads = t.Op.Cursors(t.reads[:0])
	if err := t.Scope.Store.End(); err != nil {
		return err
	}
	t.tell(fx, Answer, m.From, m.Ckpt, appendCursors(nil, t.reads))
	return nil
}

const (
	restoreTag = -1
	scanTag    = -3
)

func (t *Keyed[K, R]) done(r *Result, fx *Effects) error {
	switch {
	case r.Tag == restoreTag:
		return t.parts.fetched(&t.Common, r, fx)
	case r.Tag == scanTag:
		t.pins[0].snap.Close()
		t.pins = t.pins[:0]
		if r.Err != nil {
			return fmt.Errorf("read back what was restored: %w", r.Err)
		}
		body := r.Body.(*stateBody)
		body.part.hold(t.parts.held)
		fx.Note(AtVerified, t.parts.ckpt)
		fx.Fact(Fact{Kind: Reloaded, Ckpt: t.parts.ckpt, Digest: body.part.whole(t.Role.Index), Pos: body.part.Entries, Armed: body.armed, Lives: body.lives.told()})
		t.tell(fx, Restored, t.Coord, t.parts.ckpt, nil)
	default:
		t.uploaded(r, fx)
	}
	return nil
}
