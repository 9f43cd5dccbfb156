package linearizability

import (
	"cmp"
	"maps"
	"slices"
)

// A toyAlarms is the timers of one task of the toy, and what it knows of event time.
type toyAlarms struct {
	armed map[timer]AlarmEvent
	marks []int64 // by partition
	low   int64
}

func (s *toySize) newAlarms() *toyAlarms {
	return &toyAlarms{armed: map[timer]AlarmEvent{}, marks: slices.Repeat([]int64{noMark}, s.parts), low: noMark}
}

func (t *toyAlarms) sum() *Armed {
	a := &Armed{N: int64(len(t.armed))}
	for x := range t.armed {
		a.Sum += alarmSum(x)
	}
	return a
}

// timeOf is the event time of a record; it ascends within a partition.
func timeOf(id ID) int64 { return id.Offset()*10 + 10 }

// markAt is the watermark of a source at an offset.
func (w *toy) markAt(p int, offset int64) int64 {
	switch {
	case !w.timed || offset == 0:
		return noMark
	case offset == int64(len(w.h.Truth.Parts[p].Key)):
		return endOfTime
	}
	return offset*10 - 1
}

// say records the watermark of a source. It takes no ticket of its own.
func (a *toyAttempt) say(p int) {
	if mark := a.markAt(p, a.offsets[p]); mark != noMark {
		a.h.Ops = append(a.h.Ops, Op{Kind: Mark, Attempt: a.epoch, Client: int(a.epoch)*100 + 30 + p, Call: a.ticket, Return: a.ticket, Task: p, Pos: a.offsets[p],
			Mark: mark, Text: "source/" + string(rune('0'+p))})
	}
}

// tell records an operation of a task in the step of another.
func (a *toyAttempt) tell(t int, op Op, call, back int64) {
	op.Attempt, op.Client, op.Task, op.Call, op.Return, op.At = a.epoch, int(a.epoch)*100+10+t, t, call, back, back*10
	a.h.Ops = append(a.h.Ops, op)
}

// ring registers and deletes timers for a batch, in the step of its Apply.
func (a *toyAttempt) ring(t int, ids []ID, call, back int64) {
	if !a.timed {
		return
	}
	var told []AlarmEvent
	al := a.alarms[t]
	for _, id := range ids {
		h := chain(7, id)
		key := a.h.Truth.Parts[id.Part()].Key[id.Offset()]
		if h%4 == 0 {
			if old, ok := al.first(key); ok {
				old.What = Deleted
				told = append(told, old)
				delete(al.armed, timer{old.ID, old.At})
			}
		}
		if h%3 == 0 {
			e := AlarmEvent{ID: chain(uint64(key), ID(h%3)), At: timeOf(id) + 3 + int64(h%80), Key: key, What: Registered}
			told = append(told, e)
			al.armed[timer{e.ID, e.At}] = e
		}
	}
	if len(told) > 0 {
		a.tell(t, Op{Kind: Alarm, Mark: al.low, Alarms: told}, call, back)
	}
}

// first is the earliest timer of a key.
func (t *toyAlarms) first(key int32) (e AlarmEvent, ok bool) {
	for _, x := range t.sorted() {
		if t.armed[x].Key == key {
			return t.armed[x], true
		}
	}
	return e, false
}

func (t *toyAlarms) sorted() []timer {
	return slices.SortedFunc(maps.Keys(t.armed), func(a, b timer) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
}

// advance takes the watermark of an input, and fires.
func (a *toyAttempt) advance(t, p int, mark, call, back int64) {
	al := a.alarms[t]
	if mark <= al.marks[p] {
		return
	}
	al.marks[p] = mark
	low := slices.Min(al.marks)
	if low <= al.low {
		return
	}
	al.low = low
	a.tell(t, Op{Kind: Mark, Mark: low, Text: "task/" + string(rune('0'+t))}, call, back)
	var told []AlarmEvent
	for all := al.sorted(); len(all) > 0 && all[0].at <= low; all = al.sorted() {
		e := al.armed[all[0]]
		delete(al.armed, all[0])
		e.What = Fired
		told = append(told, e)
		if e.At%5 == 0 { // its callback registers another, which may be due at once
			e.At, e.What = e.At+7, Registered
			al.armed[timer{e.ID, e.At}] = e
			told = append(told, e)
		}
	}
	if len(told) > 0 {
		a.tell(t, Op{Kind: Alarm, Mark: low, Alarms: told}, call, back)
	}
}
