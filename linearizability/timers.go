package linearizability

import (
	"context"
	"fmt"
	"slices"
)

// judgeTimers is the check timers (P3): along every attempt and the checkpoint that it was restored from, a timer that was registered and
// not deleted fires once, when its time has come and not before, in the order of time; and a checkpoint holds the timers that there are,
// and gives them back. Model L-E says the same of each timer by itself, and porcupine searches it.
func judgeTimers(ctx context.Context, v *View, o Options) Verdict {
	switch {
	case v.Timers == 0:
		return notApplicable("nobody told of timers in this run")
	case v.Truth == nil:
		return undecided(0, "the input is not known")
	case len(v.by[Alarm]) == 0:
		return notApplicable("the job registered no timer")
	}
	r := newReplay(v)
	for i := range v.lives {
		if s, ops, bad := r.attempt(&v.lives[i]); bad {
			return fail(r.judged, s, ops...)
		}
	}
	if r.lost != 0 {
		return undecided(r.judged, "what checkpoint %d held is not known, so neither which timers the attempt had that began with it", r.lost)
	}
	said := fmt.Sprintf("timers fired %s, each once and none early", plural(r.fired, "time", "times"))
	if v.Timers < 1 {
		said += fmt.Sprintf(" (recorded are those of %.2g of all keys)", v.Timers)
	}
	if r.processing {
		said += "; that one of processing time is overdue cannot be seen"
	}
	if !o.Porcupine {
		return pass(r.judged, "%s", said)
	}
	return v.searchTimers(ctx, r, said, o)
}

// A timer is what tells one from another.
type timer struct {
	id uint64
	at int64
}

// A replay follows the timers of one attempt after another.
type replay struct {
	*View
	wanted map[[2]int64]bool        // checkpoint and attempt: what later attempts were restored from
	held   map[[2]int64][]heldTimer // by checkpoint and attempt: of all tasks
	parts  map[[2]int64]int         // how many tasks are in held
	judged int64
	fired  int
	lost   int64 // a checkpoint of which not everything is known
	// processing: there are timers of processing time.
	processing bool
}

type heldTimer struct {
	timer
	AlarmEvent
	place int // in Ops: where it was registered
	seen  int // how many watermarks its task had come to by then
}

func newReplay(v *View) *replay {
	r := &replay{View: v, wanted: map[[2]int64]bool{}, held: map[[2]int64][]heldTimer{}, parts: map[[2]int64]int{}}
	for i := range v.lives {
		if from, ok := v.origin(&v.lives[i]); ok {
			r.wanted[from] = true
		}
	}
	return r
}

// origin is the checkpoint that an attempt was restored from, and the attempt that took it; ok is false when it began from nothing, or
// never began.
func (v *View) origin(l *life) (from [2]int64, ok bool) {
	if l.Restored <= 0 {
		return from, false
	}
	return [2]int64{l.Restored, v.captor(l.Restored, l.Epoch, nil)}, true
}

// attempt follows one attempt: each task by itself, for what it does is one after another.
func (r *replay) attempt(l *life) (s Story, ops []int, bad bool) {
	if l.Restored < 0 {
		return s, nil, false
	}
	var begin []heldTimer
	if from, ok := r.origin(l); ok {
		if r.parts[from] < r.tasksOf(from[1]) {
			r.lost = from[0]
			return s, nil, false
		}
		begin = r.held[from]
	}
	owners := r.owners(l)
	steps := r.steps(l)
	for task := range steps {
		t := newTask(r, l, task)
		for _, h := range begin {
			if r.ownedBy(owners, h.Key, task) {
				h.seen = 0
				t.arm(h)
			}
		}
		if s, ops, bad = t.follow(steps[task]); bad {
			return s, ops, true
		}
		if s, ops, bad = t.end(); bad {
			return s, ops, true
		}
	}
	return s, nil, false
}

// steps are the operations of an attempt's tasks that say something of timers, in the order in which each task took them: by their ends,
// for a snapshot begins with a barrier that other records come behind.
func (v *View) steps(l *life) [][]int32 {
	steps := make([][]int32, min(max(v.Tasks, 1), maxTasks))
	for _, k := range []Kind{Apply, Alarm, Mark, Snap, Reload} {
		for _, i := range v.by[k] {
			op := &v.Ops[i]
			if op.Attempt != l.Epoch || !known(op) || op.Task < 0 || op.Task >= maxTasks || k == Mark && !ofTask(op) {
				continue
			}
			for op.Task >= len(steps) {
				steps = append(steps, nil)
			}
			steps[op.Task] = append(steps[op.Task], i)
		}
	}
	for _, s := range steps {
		slices.SortFunc(s, func(a, b int32) int {
			x, y := &v.Ops[a], &v.Ops[b]
			switch {
			case x.Return != y.Return:
				return int(x.Return - y.Return)
			case (x.Kind == Snap) != (y.Kind == Snap): // at the end of its step
				return toInt(x.Kind == Snap) - toInt(y.Kind == Snap)
			}
			return int(a - b)
		})
	}
	return steps
}

// maxTasks bounds what a damaged history can ask for.
const maxTasks = 1 << 15

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ofTask tells whether a watermark is a task's and not a source's.
func ofTask(op *Op) bool { return len(op.Text) > 4 && op.Text[:4] == "task" }

// called names a timer for people.
func (v *View) called(e *AlarmEvent) string {
	of := ""
	if e.Processing {
		of = " of processing time"
	}
	who := "of a key that the input does not have"
	if e.Key >= 0 {
		who = "of key " + v.name(e.Key)
	}
	return fmt.Sprintf("timer%s %s, due at %d", of, who, e.At)
}
