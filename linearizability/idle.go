package linearizability

import "slices"

// A rest is that of the sources of one attempt: when they said that they are idle, and what their tasks read since.
type rest struct {
	v       *View
	epoch   int64
	sources [][]int32        // by source: places of what it said
	said    [][]int32        // and of where it said that it is idle
	read    map[[2]int]int64 // by task and source: behind the last record that the task has
	counts  map[[2]int]int64 // by task and source: the last place where it was idle from which it has come up to the task
	low     map[int]int64    // by task: its watermark, as the caller has it
	next    int              // of the applications: the first that is not in read
}

// rests looks for sources that were idle.
func (a *marked) rests() *rest {
	r := &rest{v: a.View, epoch: a.life.Epoch, sources: a.sources, said: make([][]int32, len(a.sources)),
		read: map[[2]int]int64{}, counts: map[[2]int]int64{}, low: map[int]int64{}}
	some := false
	for p, all := range a.sources {
		for _, i := range all {
			if a.Ops[i].Idle {
				r.said[p], some = append(r.said[p], i), true
			}
		}
	}
	if !some {
		r.next = len(a.by[Apply]) // nobody needs to know
	}
	return r
}

// holds tells whether a source may not count for a task, in a step from one ticket to another: it said that it is idle, and the task has no record from
// behind that, or none that came with a watermark as great as the task's. Questions come by the beginnings of the steps.
func (r *rest) holds(task, source int, call, back int64) bool {
	for all := r.v.by[Apply]; r.next < len(all) && r.v.Ops[all[r.next]].Call <= call; r.next++ {
		if op := &r.v.Ops[all[r.next]]; op.Attempt == r.epoch {
			r.apply(op)
		}
	}
	pos, at := r.idleAt(source, func(op *Op) bool { return op.Call <= back }), [2]int{task, source}
	return pos >= 0 && (r.read[at] <= pos || r.counts[at] <= pos)
}

// apply takes note of what a task has read, and of the watermark that came with it.
func (r *rest) apply(op *Op) {
	for _, id := range op.IDs {
		at := [2]int{op.Task, id.Part()}
		r.read[at] = max(r.read[at], id.Offset()+1)
	}
	if len(op.IDs) == 0 {
		return
	}
	p, last := op.IDs[0].Part(), op.IDs[len(op.IDs)-1].Offset() // a batch is of one source
	if p >= len(r.sources) {
		return
	}
	pos := r.idleAt(p, func(op *Op) bool { return op.Pos <= last })
	low, ok := r.low[op.Task]
	if !ok || pos >= 0 && r.with(p, last) >= low {
		r.counts[[2]int{op.Task, p}] = pos + 1
	}
}

// idleAt is the offset at which a source said last that it is idle, of what it said up to somewhere; -1: nowhere.
func (r *rest) idleAt(source int, upTo func(*Op) bool) int64 {
	said := r.said[source]
	n, _ := slices.BinarySearchFunc(said, true, func(i int32, _ bool) int {
		if upTo(&r.v.Ops[i]) {
			return -1
		}
		return 1
	})
	if n == 0 {
		return -1
	}
	return r.v.Ops[said[n-1]].Pos
}

// with is the watermark that came with the record of a source at an offset, as far as is known: a source without one says none.
func (r *rest) with(source int, offset int64) int64 {
	all := r.sources[source]
	n, _ := slices.BinarySearchFunc(all, offset, func(i int32, offset int64) int {
		if r.v.Ops[i].Pos <= offset {
			return -1
		}
		return 1
	})
	if n == len(all) || n > 0 && r.v.Ops[all[n-1]].Mark == noMark {
		return noMark
	}
	return r.v.Ops[all[n]].Mark
}
