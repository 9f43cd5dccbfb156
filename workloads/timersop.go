package workloads

import (
	"encoding/binary"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

type timersOp struct {
	job    *timersJob
	keys   *backends.Keys[uint64]
	latest tables.Value[backends.Void, Latest]
	fired  tables.Value[backends.Void, Chain]
	alarms *engine.TimerService[uint64, Alarm, Row]
}

func (o *timersOp) Open(s *tables.Scope[uint64]) (err error) {
	o.keys = s.Keys
	if o.latest, err = tables.OpenValue(s, latestState, tables.None{}, latestCodec{}); err != nil {
		return err
	}
	if o.fired, err = tables.OpenValue(s, firedState, tables.None{}, chains{}); err != nil {
		return err
	}
	o.alarms, err = engine.OpenTimers(s, alarmState, alarmCodec{}, o.onTimer)
	return err
}

func (o *timersOp) Timers() (event, processing engine.Timers[uint64, Row]) { return o.alarms, nil }

func (o *timersOp) Process(_ backends.Void, id engine.ID, at int64, out *engine.Out[uint64, Row]) {
	key := o.keys.Cur().K
	last, _ := o.latest.Get(backends.Void{})
	now := Latest{Row: Row{id, last.see(id)}}
	if o.job.callsOff(key, now.N) {
		if last.Due >= at { // it cannot have fired: no watermark is behind a record that comes
			o.alarms.Delete(last.Due, Alarm{last.Row, false})
			o.alarms.Delete(last.Due+guardAfter, Alarm{last.Row, true})
			out.Emit(last.Row)
		}
		out.Emit(now.Row)
	} else {
		now.Due = o.job.alarm(key, now.N, at)
		o.alarms.Register(now.Due, Alarm{now.Row, false})
		o.alarms.Register(now.Due+guardAfter, Alarm{now.Row, true})
	}
	o.latest.Set(backends.Void{}, now)
}

// onTimer emits the row that waited. One that comes too early says so by another chain, and the row of a guard is one too many.
func (o *timersOp) onTimer(at int64, a Alarm, out *engine.Out[uint64, Row]) {
	if out.Watermark() < at {
		a.H = ^a.H
	}
	out.Emit(a.Row)
	if a.Guard {
		return
	}
	o.alarms.Delete(at+guardAfter, Alarm{a.Row, true})
	n, _ := o.fired.Get(backends.Void{})
	o.fired.Set(backends.Void{}, n.ring(a.Row))
}

// ring adds an alarm to those that fired, whatever their order.
func (c Chain) ring(r Row) Chain { return Chain{c.N + 1, c.H + mix(r.H^r.N)} }

func (o *timersOp) Cursors(dst []engine.Cursor) []engine.Cursor {
	if l, ok := o.latest.Get(backends.Void{}); ok {
		dst = append(dst, o.job.cursor(o.keys.Cur().K, l.Chain))
	}
	return dst
}

// timersFold keeps the alarms of every key that are not due by the least watermark.
type timersFold struct {
	job *timersJob
	in  *Input
	cutAt
	latest []Latest
	fired  []Chain
	waits  [][]Latest // by key
	entry  backends.Entry
}

func newTimersFold(j *timersJob, in *Input) *timersFold {
	n := len(in.Keys)
	return &timersFold{job: j, in: in, cutAt: newCutAt(in), latest: make([]Latest, n), fired: make([]Chain, n), waits: make([][]Latest, n)}
}

func (f *timersFold) To(offsets, marks []int64) {
	if f.behind(offsets, marks) {
		*f = *newTimersFold(f.job, f.in)
	}
	low := f.forward(offsets, marks, f.see)
	for k := range f.waits {
		f.waits[k] = slices.DeleteFunc(f.waits[k], func(l Latest) bool {
			if l.Due <= low {
				f.fired[k] = f.fired[k].ring(l.Row)
			}
			return l.Due <= low
		})
	}
}

func (f *timersFold) see(p int, off int64) {
	x := &f.in.Parts[p]
	k := x.Key[off]
	now := Latest{Row: Row{engine.MakeID(p, off), Chain{uint64(x.N[off]), x.H[off]}}}
	at, last := f.job.at(f.in, p, off), f.latest[k]
	if !f.job.callsOff(uint64(k), now.N) {
		now.Due = f.job.alarm(uint64(k), now.N, at)
		f.waits[k] = append(f.waits[k], now)
	} else if last.Due >= at {
		f.waits[k] = slices.DeleteFunc(f.waits[k], func(l Latest) bool { return l.N == last.N })
	}
	f.latest[k] = now
}

func (f *timersFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k := range f.latest {
		if f.latest[k].N == 0 {
			continue
		}
		e.Group = int(f.in.Group[k])
		e.Key = binary.BigEndian.AppendUint64(e.Key[:0], uint64(k))
		e.State, e.Value = latestState, latestCodec{}.Append(e.Value[:0], f.latest[k])
		yield(e)
		if f.fired[k].N > 0 {
			e.State, e.Value = firedState, chains{}.Append(e.Value[:0], f.fired[k])
			yield(e)
		}
		e.State, e.Value = alarmState, e.Value[:0]
		for _, l := range f.waits[k] {
			for _, a := range []Alarm{{l.Row, false}, {l.Row, true}} {
				due := l.Due
				if a.Guard {
					due += guardAfter
				}
				e.Key = binary.BigEndian.AppendUint64(e.Key[:0], uint64(due)^1<<63) // so that bytes compare as times do
				e.Key = binary.BigEndian.AppendUint64(e.Key, uint64(k))
				e.Key = alarmCodec{}.Append(e.Key, a)
				yield(e)
			}
		}
	}
}
