package linearizability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Model L-E is one timer across checkpoints and recoveries: absent or armed. It is model L-A with another thing to count: cur is 1 while the
// timer is armed, and what one step of its task did to it is one operation, from what it was to what it is then. A snapshot, a commit and a
// recovery are what they are of a key.

// What a step does to a timer that was absent is keyOp.first, and to one that was armed keyOp.last: what it is then, or that it cannot be.
const (
	absent     int32 = 0
	armed      int32 = 1
	impossible int32 = -1
)

// newAlarm does nothing to a timer yet.
func newAlarm(epoch int64, unknown bool) keyOp {
	return keyOp{kind: Alarm, epoch: int32(epoch), unknown: unknown, first: absent, last: armed}
}

// then puts what becomes of the timer behind what the step did before. keyOp.n keeps what it was, for people, two bits each.
func (o *keyOp) then(what AlarmWhat) {
	after := func(was int32) int32 {
		switch {
		case was == impossible || what == Fired && was == absent:
			return impossible
		case what == Registered:
			return armed
		}
		return absent
	}
	o.first, o.last = after(o.first), after(o.last)
	if o.n < 1<<28 {
		o.n = o.n<<2 | int32(what+1)
	}
}

// ended is the end of the input: no timer of event time is armed behind it.
func (o *keyOp) ended() { o.first, o.last, o.n = absent, impossible, int32(alarmWhats)+1 }

func timerModel(falls bool) *model[keyState, keyOp] {
	m := keyModel(ExactlyOnce, falls)
	ofKeys := m.step
	m.step = func(s *keyState, o *keyOp, next *[2]keyState) int {
		if o.kind != Alarm {
			return ofKeys(s, o, next)
		}
		next[0] = *s
		if o.epoch < s.epoch {
			return 1
		}
		to := o.first
		if s.cur == armed {
			to = o.last
		}
		if o.epoch > s.epoch || to == impossible {
			return one(o.unknown)
		}
		if o.unknown && to != s.cur {
			next[1] = *s
			next[1].cur = to
			return 2
		}
		next[0].cur = to
		return 1
	}
	m.sayOp, m.sayState = sayTimerOp, sayTimerState
	return m
}

func sayTimerOp(o *keyOp) string {
	if o.kind != Alarm {
		return sayKeyOp(o)
	}
	var said []string
	for n := o.n; n > 0; n >>= 2 {
		said = append(said, [...]string{"", "register", "delete", "fire"}[n&3])
	}
	slices.Reverse(said)
	text := strings.Join(said, ", ")
	if o.n == int32(alarmWhats)+1 {
		text = "end of the input"
	}
	if o.unknown {
		text += " ?"
	}
	return text
}

func sayTimerState(s *keyState) string {
	is := func(n int32) string { return [...]string{"absent", "armed"}[n&1] }
	var b strings.Builder
	fmt.Fprintf(&b, "%s, attempt %d, chk-%d committed", is(s.cur), s.epoch, s.committed)
	for i := range s.snaps {
		if x := &s.snaps[i]; x.status != unused && x.ckpt >= s.committed {
			fmt.Fprintf(&b, ", chk-%d: %s%s", x.ckpt, is(x.n), [...]string{"", " pending", " perhaps", ""}[x.status])
		}
	}
	return b.String()
}

// timersOps bounds the operations of all timers that are searched together.
const timersOps = 20_000

// searchTimers is model L-E for every timer, or as many as the options allow: those that were armed when an attempt ended come first.
func (v *View) searchTimers(ctx context.Context, r *replay, said string, o Options) Verdict {
	if n := v.remembered(); n > snapsMax {
		return undecided(r.judged, "%d checkpoints would have to be remembered at once, of each timer; the model remembers %d", n, snapsMax)
	}
	all, of := v.timerParts(min(timersOps, o.OpsTotal), o.OpsMax)
	pieces := make([]partition[keyState, keyOp], len(all))
	for i := range all {
		pieces[i] = all[i].partition
	}
	bad, unknown := searchAll(ctx, pieces, o)
	switch {
	case bad >= 0:
		return v.timerViolation(ctx, &all[bad], r.judged, o)
	case unknown > 0:
		return undecided(r.judged, "porcupine did not decide %d of %d timers in %v", unknown, len(all), o.Timeout)
	case len(all) < of:
		return pass(r.judged, "%s; porcupine found an order for %d of %d timers", said, len(all), of)
	}
	return pass(r.judged, "%s; porcupine found an order for each of %s", said, plural(len(all), "timer", "timers"))
}

// A timerPart is the partition of one timer.
type timerPart struct {
	AlarmEvent
	fatal bool // it lived when an attempt ended
	partition[keyState, keyOp]
}

// timerParts takes the history apart by timer. A timer with more operations than most is not searched.
func (v *View) timerParts(total, most int) (parts []timerPart, of int) {
	at := map[timer]int{}
	for _, i := range v.by[Alarm] {
		op := &v.Ops[i]
		from, to, unknown, ok := v.span(op)
		if !ok {
			continue
		}
		for k := range op.Alarms {
			e := &op.Alarms[k]
			x := timer{e.ID, e.At}
			n, is := at[x]
			if !is {
				n = len(parts)
				at[x] = n
				parts = append(parts, timerPart{AlarmEvent: *e})
			}
			p := &parts[n]
			if last := len(p.calls) - 1; last < 0 || p.calls[last].place != i {
				p.calls = append(p.calls, call[keyOp]{from: from, to: to, client: int32(op.Client), place: i, op: newAlarm(op.Attempt, unknown)})
			}
			p.calls[len(p.calls)-1].op.then(e.What)
			p.fatal = p.fatal || p.calls[0].op.epoch != int32(op.Attempt)
		}
	}
	of = len(parts)
	slices.SortStableFunc(parts, func(a, b timerPart) int {
		return cmp.Or(toInt(b.fatal)-toInt(a.fatal), cmp.Compare(a.ID, b.ID), cmp.Compare(a.At, b.At))
	})
	return v.framed(parts, total, most), of
}

// framed adds to the timers what concerns them all: snapshots, commits, recoveries, and the end.
func (v *View) framed(parts []timerPart, total, most int) []timerPart {
	f := newFrames(v)
	m := timerModel(slices.ContainsFunc(v.lives, func(l life) bool { return l.reason != "" }))
	init := []keyState{newKeyState(int32(v.lives[0].Epoch))}
	last := &v.lives[len(v.lives)-1]
	kept := parts[:0]
	for _, p := range parts {
		var frame []call[keyOp]
		if p.Key >= 0 && int(p.Key) < len(v.Truth.Group) {
			frame = f.of(v.Truth.Group[p.Key])
		}
		n := len(p.calls) + len(frame) + 1
		if n > most || n > total {
			continue
		}
		total -= n
		p.calls = append(p.calls, frame...)
		if v.End == "" && v.Final != nil && last.Fence == 0 && last.recovers(v) && !p.Processing {
			end := call[keyOp]{from: v.end, to: v.end, place: p.calls[0].place, op: newAlarm(last.Epoch, false)}
			end.op.ended()
			p.calls = append(p.calls, end)
		}
		sortCalls(p.calls)
		p.model, p.init = m, init
		kept = append(kept, p)
	}
	return kept
}

// recovers tells whether an attempt is known to have begun: the first, or one that was restored.
func (l *life) recovers(v *View) bool { return l.Epoch == v.lives[0].Epoch || l.recovered >= 0 }

// timerViolation makes the verdict of a timer that has no order.
func (v *View) timerViolation(ctx context.Context, p *timerPart, judged int64, o Options) Verdict {
	d := solve(&p.partition)
	order, page := draw(ctx, &p.partition, d.called, o)
	var want []string
	for i := range d.states {
		want = append(want, sayTimerState(&d.states[i]))
	}
	verdict := fail(judged, Story{
		Title: fmt.Sprintf("No order explains the %s", v.called(&p.AlarmEvent)),
		Say: fmt.Sprintf("In attempt %d its task came to: %s. What was acknowledged of the timer before does not lead there, whatever the order.",
			d.call.op.epoch, sayTimerOp(&d.call.op)),
		Want: "what can follow " + either(want), Got: sayTimerOp(&d.call.op),
	}, places(order, d.call)...)
	verdict.Page = page
	return verdict
}
