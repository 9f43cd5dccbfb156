package linearizability

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
)

// judgeMarks is the check watermarks (P6): within an attempt the watermark of a source or task only rises; a source's is that of its
// checkpoint when it is restored, and a checkpoint's that of the source where it stood; and a task's is never ahead of what its sources said,
// nor, when it captures its state, behind it. An idle source does not count, nor one that was
// idle and is behind the task since.
func judgeMarks(_ context.Context, v *View, _ Options) Verdict {
	if !slices.ContainsFunc(v.by[Mark], func(i int32) bool { return v.Ops[i].Mark != endOfTime }) {
		return notApplicable("the job has no event time, or nobody told of its watermarks")
	}
	var judged int64
	for i := range v.lives {
		l := &v.lives[i]
		a := v.marksOf(l)
		for _, rule := range []func() (Story, []int, bool){a.rise, a.ahead, a.heldBack, a.resumed, a.captured} {
			if s, ops, bad := rule(); bad {
				return fail(judged+a.n, s, ops...)
			}
		}
		judged += a.n
	}
	return pass(judged, "%s, each a rise, none ahead of the sources", plural(int(judged), "watermark", "watermarks"))
}

// A marked is the watermarks of one attempt.
type marked struct {
	*View
	life    *life
	n       int64
	sources [][]int32 // by source: places of what it said
	tasks   map[int][]int32
}

func (v *View) marksOf(l *life) *marked {
	a := &marked{View: v, life: l, sources: make([][]int32, min(max(v.Parts, 0), 64)), tasks: map[int][]int32{}}
	for _, i := range v.by[Mark] {
		op := &v.Ops[i]
		if op.Attempt != l.Epoch || op.Return == 0 {
			continue
		}
		switch {
		case ofTask(op):
			a.tasks[op.Task] = append(a.tasks[op.Task], i)
		case op.Task >= 0 && op.Task < len(a.sources):
			a.sources[op.Task] = append(a.sources[op.Task], i)
		}
		a.n++
	}
	return a
}

// rise: nothing goes back. A source may say a watermark again.
func (a *marked) rise() (Story, []int, bool) {
	lists := slices.Clone(a.sources)
	for _, task := range slices.Sorted(maps.Keys(a.tasks)) {
		lists = append(lists, a.tasks[task])
	}
	for _, said := range lists {
		for at := 1; at < len(said); at++ {
			before, op := &a.Ops[said[at-1]], &a.Ops[said[at]]
			if op.Mark > before.Mark || op.Mark == before.Mark && !ofTask(op) {
				continue
			}
			return Story{
				Title: fmt.Sprintf("The watermark of %s went back", op.Text),
				Say:   fmt.Sprintf("In attempt %d it was %d, and then %d.", op.Attempt, before.Mark, op.Mark),
				Want:  fmt.Sprintf("above %d", before.Mark), Got: fmt.Sprint(op.Mark),
			}, []int{int(said[at]), int(said[at-1])}, true
		}
	}
	return Story{}, nil, false
}

// ahead: a task's watermark is at most the least of what its sources had said by then. One that had said that it is idle does not count until
// the task has a record from behind that, and the source has said a watermark there that is not behind the task's.
func (a *marked) ahead() (Story, []int, bool) {
	next := make([]int, len(a.sources))
	said := slices.Repeat([]int64{noMark}, len(a.sources))
	idle := a.rests()
	for _, i := range a.by[Mark] { // by their beginnings, so a source is heard no earlier than it spoke
		op := &a.Ops[i]
		if op.Attempt != a.life.Epoch || !ofTask(op) || op.Return == 0 {
			continue
		}
		low, slow := int64(math.MaxInt64), -1
		for p, all := range a.sources {
			for next[p] < len(all) && a.Ops[all[next[p]]].Call <= op.Return {
				said[p] = a.Ops[all[next[p]]].Mark
				next[p]++
			}
			if idle.holds(op.Task, p, op.Call, op.Return) {
				continue
			}
			if said[p] < low || slow < 0 {
				low, slow = said[p], p
			}
		}
		if slow >= 0 && op.Mark > low {
			ops := []int{int(i)}
			if n := next[slow]; n > 0 {
				ops = append(ops, int(a.sources[slow][n-1]))
			}
			return Story{
				Title: fmt.Sprintf("The watermark of %s is ahead of source/%d", op.Text, slow),
				Say:   fmt.Sprintf("In attempt %d it came to %d, when source/%d had said no more than %d.", op.Attempt, op.Mark, slow, low),
				Want:  fmt.Sprintf("at most %d", low), Got: fmt.Sprint(op.Mark),
			}, ops, true
		}
		idle.low[op.Task] = op.Mark
	}
	return Story{}, nil, false
}

// heldBack: a task that captures its state has come to what its sources had said in front of the barriers: the least of those that count, or, when
// all were idle, the greatest. At least once, one that was idle may be back by then, for nothing waits behind a barrier.
func (a *marked) heldBack() (Story, []int, bool) {
	for i := range a.Cuts {
		c := &a.Cuts[i]
		if c.Epoch != a.life.Epoch || len(c.Marks) == 0 {
			continue
		}
		for _, k := range a.by[Snap] {
			op := &a.Ops[k]
			if op.Ckpt != c.Ckpt || op.Attempt != c.Epoch || !known(op) {
				continue
			}
			got, ops := int64(noMark), []int{int(k)}
			for _, m := range a.tasks[op.Task] {
				if at := &a.Ops[m]; at.Call <= op.Return {
					got, ops = at.Mark, []int{int(k), int(m)}
				}
			}
			want := c.dueAt(got)
			if a.Mode == AtLeastOnce {
				want = slices.Min(c.Marks)
			}
			if got < want {
				return Story{
					Title: fmt.Sprintf("The watermark of task/%d is behind its sources", op.Task),
					Say:   fmt.Sprintf("When it captured its state for checkpoint %d, in attempt %d, every source that was not idle, nor behind the task since it was, had said %d or more before the barrier.", c.Ckpt, c.Epoch, want),
					Want:  fmt.Sprintf("%d or more", want), Got: fmt.Sprint(got),
				}, append(ops, a.commits(c)...), true
			}
		}
	}
	return Story{}, nil, false
}

// Due is the watermark that its tasks have come to, at least: the least of the sources that were not idle, or, when all were, the greatest.
func (c *Cut) Due() int64 { return c.dueAt(noMark) }

// dueAt is Due of a task that had come to a watermark. A source that was not idle and is behind that has been idle before: else the task would not
// be there. Such a one does not hold it.
func (c *Cut) dueAt(low int64) int64 {
	due, all, none := int64(endOfTime), true, true
	for p, mark := range c.Marks {
		if p < len(c.Idle) && c.Idle[p] {
			continue
		}
		if all = false; mark >= low {
			due, none = min(due, mark), false
		}
	}
	switch {
	case all:
		return slices.Max(c.Marks)
	case none:
		return low
	}
	return due
}

// resumed: a source goes on with the watermark that the checkpoint has, and says it before it reads on.
func (a *marked) resumed() (Story, []int, bool) {
	for _, i := range a.by[Rewind] {
		op := &a.Ops[i]
		c := a.cut(op.Ckpt, a.life.Epoch-1)
		if op.Attempt != a.life.Epoch || !known(op) || op.Ckpt == 0 || c == nil || op.Task < 0 || op.Task >= min(len(c.Marks), len(a.sources)) {
			continue
		}
		want, got, ops := c.Marks[op.Task], op.Mark, []int{int(i)}
		if got == want && want != noMark && len(a.sources[op.Task]) > 0 {
			first := a.sources[op.Task][0]
			got, ops = a.Ops[first].Mark, append(ops, int(first))
		}
		if got != want {
			return Story{
				Title: fmt.Sprintf("source/%d did not go on with the watermark of checkpoint %d", op.Task, op.Ckpt),
				Say:   fmt.Sprintf("Attempt %d was restored from it at offset %d. What the source said first should be what the checkpoint has.", op.Attempt, op.Pos),
				Want:  fmt.Sprint(want), Got: fmt.Sprint(got),
			}, append(ops, a.commits(c)...), true
		}
	}
	return Story{}, nil, false
}

// captured: a checkpoint has the watermark that each source had said where it stood.
func (a *marked) captured() (Story, []int, bool) {
	for i := range a.Cuts {
		c := &a.Cuts[i]
		if c.Epoch != a.life.Epoch || len(c.Marks) != len(c.Offsets) {
			continue
		}
		for p := range min(len(c.Marks), len(a.sources)) {
			for _, k := range a.sources[p] {
				op := &a.Ops[k]
				if op.Pos != c.Offsets[p] || op.Mark == c.Marks[p] || op.Mark == endOfTime {
					continue // it may have come to its end behind the barrier
				}
				if c.Marks[p] == endOfTime && a.saidBy(p, c.Offsets[p], endOfTime) {
					continue
				}
				return Story{
					Title: fmt.Sprintf("Checkpoint %d does not have the watermark of source/%d", c.Ckpt, p),
					Say:   fmt.Sprintf("In attempt %d the source stood at offset %d, and had said the watermark %d there.", c.Epoch, c.Offsets[p], op.Mark),
					Want:  fmt.Sprint(op.Mark), Got: fmt.Sprint(c.Marks[p]),
				}, append([]int{int(k)}, a.commits(c)...), true
			}
		}
	}
	return Story{}, nil, false
}

// saidBy tells whether a source said a watermark at an offset.
func (a *marked) saidBy(source int, offset, mark int64) bool {
	return slices.ContainsFunc(a.sources[source], func(i int32) bool { return a.Ops[i].Pos == offset && a.Ops[i].Mark == mark })
}
