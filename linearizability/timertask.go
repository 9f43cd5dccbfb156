package linearizability

import (
	"container/heap"
	"fmt"
	"math"
	"slices"
)

// endOfTime is the watermark behind the last record, noMark that of who has none.
const (
	endOfTime = math.MaxInt64
	noMark    = math.MinInt64
)

// A taskTimers is the timers of one task in one attempt.
type taskTimers struct {
	*replay
	life  *life
	task  int
	armed map[timer]heldTimer
	past  map[timer]fate // of timers that are not armed any more: what became of them
	due   [2]dueHeap     // by time: event, processing. What is not armed any more is still in it
	sum   Armed
	mark  int64 // the task's watermark
	since int   // and where it was told; -1: never
	marks int   // how many were told
	// ringing: timers may be firing at the watermark. What is registered then fires with them; what a record registers waits for the next.
	ringing bool
}

type fate struct {
	op    int
	fired bool
}

func newTask(r *replay, l *life, task int) *taskTimers {
	return &taskTimers{replay: r, life: l, task: task, armed: map[timer]heldTimer{}, past: map[timer]fate{}, mark: noMark, since: -1}
}

func (t *taskTimers) arm(h heldTimer) {
	if _, is := t.armed[h.timer]; is {
		return
	}
	t.armed[h.timer] = h
	t.sum.N++
	t.sum.Sum += alarmSum(h.timer)
	heap.Push(&t.due[toInt(h.Processing)], h.timer)
}

func (t *taskTimers) disarm(x timer, at fate) {
	if _, is := t.armed[x]; is {
		t.sum.N--
		t.sum.Sum -= alarmSum(x)
		delete(t.armed, x)
	}
	t.past[x] = at
}

// earliest is the timer of one kind of time that is due first.
func (t *taskTimers) earliest(processing bool) (heldTimer, bool) {
	h := &t.due[toInt(processing)]
	for len(*h) > 0 {
		if x, is := t.armed[(*h)[0]]; is {
			return x, true
		}
		heap.Pop(h)
	}
	return heldTimer{}, false
}

func (t *taskTimers) follow(steps []int32) (s Story, ops []int, bad bool) {
	for _, i := range steps {
		op := &t.Ops[i]
		t.judged++
		switch op.Kind {
		case Mark:
			if s, ops, bad = t.overdue(int(i)); bad {
				return s, ops, true
			}
			t.mark, t.since, t.ringing = op.Mark, int(i), true
			t.marks++
		case Alarm:
			s, ops, bad = t.alarms(op, int(i))
		case Apply:
			s, ops, bad = t.overdue(int(i))
			t.ringing = false
		case Snap:
			t.ringing = false
			if s, ops, bad = t.overdue(int(i)); !bad {
				s, ops, bad = t.snap(op, int(i))
			}
		case Reload:
			s, ops, bad = t.reload(op, int(i))
		}
		if bad {
			return s, ops, true
		}
	}
	return s, nil, false
}

// alarms follows what became of timers in one step.
func (t *taskTimers) alarms(op *Op, i int) (s Story, ops []int, bad bool) {
	seen := t.marks
	if t.ringing && !slices.ContainsFunc(op.Alarms, func(e AlarmEvent) bool { return e.Processing && e.What == Fired }) {
		seen--
	}
	for k := range op.Alarms {
		e := &op.Alarms[k]
		x := timer{e.ID, e.At}
		t.judged++
		t.processing = t.processing || e.Processing
		switch e.What {
		case Registered:
			t.arm(heldTimer{x, *e, i, seen})
		case Deleted:
			t.disarm(x, fate{op: i})
		case Fired:
			if s, ops, bad = t.wrong(op, e, i); bad {
				return s, ops, true
			}
			t.fired++
			t.disarm(x, fate{i, true})
		}
	}
	return s, nil, false
}

// wrong tells whether a timer should not have fired.
func (t *taskTimers) wrong(op *Op, e *AlarmEvent, i int) (Story, []int, bool) {
	h, armed := t.armed[timer{e.ID, e.At}]
	if !armed {
		s, ops := t.uncalled(e, i)
		return s, ops, true
	}
	due := e.At
	if e.Processing {
		due++ // a record of its instant comes before it
	}
	if due > op.Mark {
		return Story{
			Title: fmt.Sprintf("A %s fired early", t.called(e)),
			Say:   fmt.Sprintf("In attempt %d task %d fired it at %d.", t.life.Epoch, t.task, op.Mark),
			Want:  fmt.Sprintf("nothing before %d", due), Got: fmt.Sprintf("fired at %d", op.Mark),
		}, []int{i, h.place}, true
	}
	if first, ok := t.earliest(e.Processing); ok && first.at < e.At {
		return Story{
			Title: fmt.Sprintf("A %s fired before one that is due earlier", t.called(e)),
			Say:   fmt.Sprintf("In attempt %d task %d fired it at %d. The %s was there, and had not fired.", t.life.Epoch, t.task, op.Mark, t.called(&first.AlarmEvent)),
			Want:  fmt.Sprintf("the timer due at %d", first.at), Got: fmt.Sprintf("the timer due at %d", e.At),
		}, []int{i, first.place, h.place}, true
	}
	return Story{}, nil, false
}

// uncalled tells of a timer that fired and was not there.
func (t *taskTimers) uncalled(e *AlarmEvent, i int) (Story, []int) {
	was, ok := t.past[timer{e.ID, e.At}]
	s := Story{Want: "nothing", Got: "it fired"}
	who := fmt.Sprintf("In attempt %d task %d fired it.", t.life.Epoch, t.task)
	switch {
	case !ok:
		s.Title = fmt.Sprintf("A %s fired that nobody had registered", t.called(e))
		s.Say = who + " Neither was it registered in this attempt, nor did the checkpoint hold it that the attempt began with."
		return s, []int{i}
	case was.fired:
		s.Title = fmt.Sprintf("A %s fired twice", t.called(e))
		s.Say = who + " It had fired before, and was not registered again."
		s.Want, s.Got = "once", "twice"
	default:
		s.Title = fmt.Sprintf("A %s fired though it was deleted", t.called(e))
		s.Say = who + " It had been deleted before, and was not registered again."
	}
	return s, []int{i, was.op}
}

// overdue finds a timer of event time that should have fired: by i nothing more fires at the watermark that the task has.
func (t *taskTimers) overdue(i int) (Story, []int, bool) {
	h, ok := t.earliest(false)
	if t.since < 0 || !ok || h.at > t.mark || h.seen >= t.marks {
		return Story{}, nil, false
	}
	when := fmt.Sprintf("the watermark %d", t.mark)
	if t.mark == endOfTime {
		when = "the end of the input"
	}
	s, ops := t.unfired(&h, when, t.since, i)
	return s, ops, true
}

func (t *taskTimers) unfired(h *heldTimer, when string, ops ...int) (Story, []int) {
	return Story{
		Title: fmt.Sprintf("A %s never fired", t.called(&h.AlarmEvent)),
		Say:   fmt.Sprintf("In attempt %d task %d came to %s, went on behind it, and the timer was there and had not fired.", t.life.Epoch, t.task, when),
		Want:  "fired at " + when, Got: "not fired",
	}, append(ops, h.place)
}

// snap compares what a checkpoint holds with the timers that there are, and keeps them when a later attempt began with it.
func (t *taskTimers) snap(op *Op, i int) (Story, []int, bool) {
	if id := [2]int64{op.Ckpt, op.Attempt}; t.wanted[id] {
		t.parts[id]++
		for _, h := range t.armed {
			t.held[id] = append(t.held[id], h)
		}
	}
	if op.Armed == nil || *op.Armed == t.sum {
		return Story{}, nil, false
	}
	return Story{
		Title: fmt.Sprintf("Checkpoint %d does not hold the timers of task %d", op.Ckpt, t.task),
		Say:   fmt.Sprintf("In attempt %d the task had other timers registered when it was captured.", t.life.Epoch),
		Want:  t.sum.String(), Got: op.Armed.String(), WantNote: "a sum over the timers that were registered, and neither deleted nor fired",
	}, append([]int{i}, t.commitsOf(op.Ckpt, op.Attempt)...), true
}

// reload compares what an attempt was given with what the checkpoint held.
func (t *taskTimers) reload(op *Op, i int) (Story, []int, bool) {
	if op.Armed == nil || *op.Armed == t.sum || op.Ckpt != t.life.Restored {
		return Story{}, nil, false
	}
	return Story{
		Title: fmt.Sprintf("Task %d restored other timers than checkpoint %d held", t.task, op.Ckpt),
		Say:   fmt.Sprintf("Attempt %d restored it. Its timers are not those that were registered when it was captured.", t.life.Epoch),
		Want:  t.sum.String(), Got: op.Armed.String(), WantNote: "a sum over the timers that the checkpoint held",
	}, []int{i}, true
}

// end looks at what is left when the task has done its last step: where the input ended, nothing of event time.
func (t *taskTimers) end() (Story, []int, bool) {
	if t.life.Fence != 0 || t.End != "" || t.Final == nil {
		return Story{}, nil, false
	}
	h, ok := t.earliest(false)
	if !ok {
		return Story{}, nil, false
	}
	s, ops := t.unfired(&h, "the end of the input")
	return s, ops, true
}

func (a Armed) String() string { return fmt.Sprintf("%d timers, %016x", a.N, a.Sum) }

// alarmSum is what a timer adds to the Sum of an Armed: as the engine that told of it has it.
func alarmSum(t timer) uint64 {
	x := t.id ^ uint64(t.at)*0x9E3779B97F4A7C15
	x = (x ^ x>>32) * 0xD6E8FEB86659FD93
	return (x ^ x>>29) * 0xBF58476D1CE4E5B9
}

// commitsOf are the operations that committed a checkpoint of an attempt.
func (v *View) commitsOf(ckpt, epoch int64) []int { return v.commits(&Cut{Ckpt: ckpt, Epoch: epoch}) }

// A dueHeap has the earliest timer first.
type dueHeap []timer

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(timer)) }
func (h *dueHeap) Pop() any {
	n := len(*h) - 1
	x := (*h)[n]
	*h = (*h)[:n]
	return x
}
