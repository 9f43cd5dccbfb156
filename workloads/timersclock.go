package workloads

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// clockOp is many-timers by the clock. When an alarm fires no input says, so neither does the fold; which records there were, it does. Whether
// every timer fired once the rows say: what is still pending when the input ends, a timer of event time lets go then, which an alarm that fires
// deletes. So a job is over with its input, as Flink's, and every record has come out once.
type clockOp struct {
	counting
	timers  *timersJob
	pending tables.Value[backends.Void, Latest] // the alarm of the key's last record, as long as it has not fired
	alarms  *engine.TimerService[uint64, Alarm, Row]
	ends    *engine.TimerService[uint64, Latest, Row]
}

// The states of the job by the clock, beside those that it has in common with others.
const (
	pendingState = "pending"
	endsState    = "ends"
)

// inputEnds is when all that is pending comes out: no watermark but the last comes so far.
const inputEnds = engine.EndOfTime - 1

// byTheClock is the job whose timers are of processing time. What of it depends on the clock is in no digest.
func (j *timersJob) byTheClock(in *Input, parts engine.Parts[uint64, backends.Void, Row]) *Job {
	parts.Cursors = nil
	parts.Op = func() engine.Operator[uint64, backends.Void, Row] {
		return &clockOp{counting: counting{job: &j.countJob}, timers: j}
	}
	job := jobOf(&j.countJob, in, parts)
	job.Fold = func() Fold { return &seenFold{newCountFold(&j.countJob, in)} }
	job.Volatile, job.Aside = []string{pendingState, alarmState, endsState}, []string{seenState, endsState}
	return job
}

func (o *clockOp) Open(s *tables.Scope[uint64]) (err error) {
	if err = o.open(s); err != nil {
		return err
	}
	if o.pending, err = tables.OpenValue(s, pendingState, tables.None{}, latestCodec{}); err != nil {
		return err
	}
	if o.alarms, err = engine.OpenTimers(s, alarmState, alarmCodec{}, o.onAlarm); err != nil {
		return err
	}
	o.ends, err = engine.OpenTimers(s, endsState, latestCodec{}, o.onEnd)
	return err
}

func (o *clockOp) Timers() (event, processing engine.Timers[uint64, Row]) { return o.ends, o.alarms }

func (o *clockOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Row]) {
	key, now := o.keys.Cur().K, Latest{Row: Row{id, o.count(id)}}
	if o.timers.callsOff(key, now.N) {
		if last, ok := o.pending.Get(backends.Void{}); ok {
			o.silence(last)
			o.ends.Delete(inputEnds, last)
			o.pending.Clear(backends.Void{})
			out.Emit(last.Row)
		}
		out.Emit(now.Row)
		return
	}
	now.Due = o.timers.alarm(key, now.N, out.Now())
	o.alarms.Register(now.Due, Alarm{now.Row, false})
	o.alarms.Register(now.Due+guardAfter, Alarm{now.Row, true})
	o.ends.Register(inputEnds, now)
	o.pending.Set(backends.Void{}, now)
}

// onAlarm emits the row that waited. One that comes too early, in its own microsecond or before, says so by another chain, and the row of a guard is
// one too many.
func (o *clockOp) onAlarm(at int64, a Alarm, out *engine.Out[uint64, Row]) {
	row := a.Row
	if out.Now() <= at {
		row.H = ^row.H
	}
	out.Emit(row)
	if a.Guard {
		return
	}
	o.alarms.Delete(at+guardAfter, Alarm{a.Row, true})
	o.ends.Delete(inputEnds, Latest{a.Row, at})
	o.forget(a.Row)
}

// onEnd emits a row whose alarm the end of the input has come before.
func (o *clockOp) onEnd(_ int64, l Latest, out *engine.Out[uint64, Row]) {
	out.Emit(l.Row)
	o.silence(l)
	o.forget(l.Row)
}

// silence deletes an alarm and its guard.
func (o *clockOp) silence(l Latest) {
	o.alarms.Delete(l.Due, Alarm{l.Row, false})
	o.alarms.Delete(l.Due+guardAfter, Alarm{l.Row, true})
}

// forget is told that a record's row has come out.
func (o *clockOp) forget(r Row) {
	if last, ok := o.pending.Get(backends.Void{}); ok && last.ID == r.ID {
		o.pending.Clear(backends.Void{})
	}
}

func (o *clockOp) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }
