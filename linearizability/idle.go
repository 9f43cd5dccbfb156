package linearizability

// A rest is that of the sources of one attempt: when they said that they are idle, and what their tasks read since.
type rest struct {
	v     *View
	epoch int64
	said  [][]int32        // by source: where it said so
	read  map[[2]int]int64 // by task and source: behind the last record that the task has
	next  int              // of the applications: the first that is not in read
}

// rests looks for sources that were idle.
func (a *marked) rests() *rest {
	r := &rest{v: a.View, epoch: a.life.Epoch, said: make([][]int32, len(a.sources)), read: map[[2]int]int64{}}
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

// holds tells whether a source may be idle for a task, in a step from one ticket to another: it said so, and the task has no record from behind that.
// Questions come by the beginnings of the steps.
func (r *rest) holds(task, source int, call, back int64) bool {
	for all := r.v.by[Apply]; r.next < len(all) && r.v.Ops[all[r.next]].Call <= call; r.next++ {
		op := &r.v.Ops[all[r.next]]
		if op.Attempt != r.epoch {
			continue
		}
		for _, id := range op.IDs {
			at := [2]int{op.Task, id.Part()}
			r.read[at] = max(r.read[at], id.Offset()+1)
		}
	}
	pos := int64(-1)
	for _, i := range r.said[source] {
		if op := &r.v.Ops[i]; op.Call <= back {
			pos = op.Pos
		}
	}
	return pos >= 0 && r.read[[2]int{task, source}] <= pos
}
