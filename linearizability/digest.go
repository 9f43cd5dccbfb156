package linearizability

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
)

func (d *Digest) add(o Digest) {
	var carry uint64
	d[1], carry = bits.Add64(d[1], o[1], 0)
	d[0], _ = bits.Add64(d[0], o[0], carry)
}

// judgeDigest is the check digest (P7): what the tasks of an attempt hold after their recovery is what the checkpoint's tasks had captured,
// task by task when they are as many, else together; what of it has a TTL, as far as it was alive then; and the state at the end is the fold of the input.
func judgeDigest(_ context.Context, v *View, _ Options) Verdict {
	var judged int64
	for i := range v.lives {
		n, bad, found := v.reloaded(&v.lives[i])
		judged += n
		if !found {
			bad, found = v.lostAlive(&v.lives[i])
		}
		if found {
			bad.Judged = judged
			return bad
		}
	}
	if f := v.Final; f != nil && v.Mode == ExactlyOnce {
		judged++
		if f.Got != f.Want {
			return fail(judged, f.differs(Story{
				Title: "The state at the end is not that of the input",
				Say:   "The digest of all entries differs from that of the fold of the input. " + f.Diff,
			}), v.commits(f)...)
		}
	}
	recovered, _ := v.recoveries()
	switch {
	case v.untold() != 0:
		return undecided(judged, "not exercised: no task of attempt %d said what it restored", v.untold())
	case judged == 0 && recovered < v.Demands.Recoveries:
		return undecided(0, "no attempt was restored")
	case judged == 0:
		return notApplicable("no checkpoint was restored, and there is no state at the end to compare")
	}
	if len(v.by[Reload]) == 0 {
		return pass(judged, "the state at the end is that of the input; no checkpoint was restored%s", v.leftOut())
	}
	end := ""
	if v.Final != nil && v.Mode == ExactlyOnce {
		end = ", and the state at the end is that of the input"
	}
	return pass(judged, "%s restored as captured%s", plural(len(v.by[Reload]), "part", "parts"), end+v.leftOut())
}

// leftOut says which states no digest holds, and of which only what was alive.
func (v *View) leftOut() (text string) {
	var mortal []string
	var n int64
	for _, i := range v.by[Reload] {
		for _, x := range v.Ops[i].Lives {
			if n += x.Should.N; !slices.Contains(mortal, x.State) {
				mortal = append(mortal, x.State)
			}
		}
	}
	switch {
	case len(mortal) > 0 && n == 0:
		text = fmt.Sprintf("; of %s with a TTL nothing was alive", list(mortal))
	case len(mortal) > 0:
		text = fmt.Sprintf("; of %s with a TTL, the %s alive", list(mortal), plural(int(n), "entry that was", "entries that were"))
	}
	other := slices.DeleteFunc(slices.Clone(v.Volatile), func(s string) bool { return slices.Contains(mortal, s) })
	if len(other) > 0 {
		text += fmt.Sprintf("; without %s, which may lose entries at any time", list(other))
	}
	return text
}

// lostAlive looks for a state with a TTL of which an attempt restored something else than what was alive in the files of the checkpoint.
func (v *View) lostAlive(l *life) (bad Verdict, found bool) {
	for _, i := range v.by[Reload] {
		op := &v.Ops[i]
		if op.Attempt != l.Epoch || op.Outcome != Known {
			continue
		}
		for _, x := range op.Lives {
			if x.Should != x.Has {
				return fail(0, Story{
					Title: fmt.Sprintf("Task %d restored other entries of state %s than were alive in checkpoint %d", op.Task, x.State, op.Ckpt),
					Say: fmt.Sprintf("Attempt %d restored it. State %s has a TTL, and what was over by then may be gone; all else has to be what the files of the checkpoint hold.",
						op.Attempt, x.State),
					Want: x.Should.String(), Got: x.Has.String(),
				}, int(i)), true
			}
		}
	}
	return Verdict{}, false
}

func (a Alive) String() string {
	return plural(int(a.N), "entry", "entries") + " alive, with digest " + a.Digest.String()
}

// untold is an attempt that restored a checkpoint and whose tasks said nothing of it, 0: none.
func (v *View) untold() int64 {
	for i := range v.lives {
		l := &v.lives[i]
		told := func(i int32) bool { return v.Ops[i].Attempt == l.Epoch }
		if l.recovered >= 0 && v.Ops[l.recovered].Ckpt != 0 && !slices.ContainsFunc(v.by[Reload], told) {
			return l.Epoch
		}
	}
	return 0
}

// reloaded compares what an attempt restored with what was captured.
func (v *View) reloaded(l *life) (n int64, bad Verdict, found bool) {
	var got Digest
	var ops []int
	var owner int64 = -1
	complete := true
	for _, i := range v.by[Reload] {
		op := &v.Ops[i]
		if op.Attempt != l.Epoch || op.Outcome != Known || op.Ckpt == 0 {
			continue
		}
		if owner < 0 {
			owner = v.captor(op.Ckpt, l.Epoch, nil)
		}
		n++
		ops = append(ops, int(i))
		got.add(op.Digest)
		part, ok := v.captured(op.Ckpt, owner, op.Task)
		complete = complete && ok
		if ok && part != op.Digest && v.sameTasks(l.Epoch, owner) {
			return n, fail(0, Story{
				Title: fmt.Sprintf("Task %d restored something else than checkpoint %d", op.Task, op.Ckpt),
				Say:   fmt.Sprintf("Attempt %d restored it; attempt %d had captured it. The digests of the entries differ.", l.Epoch, owner),
				Want:  part.String(), Got: op.Digest.String(),
			}, int(i)), true
		}
	}
	if n == 0 || v.sameTasks(l.Epoch, owner) && complete {
		return n, Verdict{}, false
	}
	return v.reloadedWhole(l, n, got, owner, ops)
}

// reloadedWhole compares the sums over all tasks: after a rescaling the parts are others.
func (v *View) reloadedWhole(l *life, n int64, got Digest, owner int64, ops []int) (int64, Verdict, bool) {
	ckpt := v.Ops[ops[0]].Ckpt
	c := v.cut(ckpt, l.Epoch)
	if c == nil || len(ops) < v.tasksOf(l.Epoch) || c.Got == got {
		return n, Verdict{}, false
	}
	return n, fail(0, Story{
		Title: fmt.Sprintf("Attempt %d restored something else than checkpoint %d", l.Epoch, ckpt),
		Say:   fmt.Sprintf("The sum of what its %d tasks hold differs from what attempt %d had captured.", len(ops), owner),
		Want:  c.Got.String(), Got: got.String(),
	}, ops...), true
}

// captor is the attempt, before an epoch, whose commit of a checkpoint counts: the last that may have committed it, and that no takeover
// passed over. 0: none.
func (v *View) captor(ckpt, before int64, taken []inheritance) int64 {
	found := int64(0)
	for _, i := range v.by[Commit] {
		if op := &v.Ops[i]; op.Ckpt == ckpt && op.Attempt < before && op.Outcome != Refused && counts(op.Attempt, ckpt, taken) {
			found = max(found, op.Attempt)
		}
	}
	return found
}

// captured is the digest that a task's snapshot had.
func (v *View) captured(ckpt, epoch int64, task int) (Digest, bool) {
	for _, i := range v.by[Snap] {
		if op := &v.Ops[i]; op.Ckpt == ckpt && op.Attempt == epoch && op.Task == task && known(op) {
			return op.Digest, true
		}
	}
	return Digest{}, false
}

// tasksOf is how many tasks said that they own key groups.
func (v *View) tasksOf(epoch int64) (n int) {
	for _, i := range v.by[Own] {
		if v.Ops[i].Attempt == epoch {
			n = max(n, v.Ops[i].Task+1)
		}
	}
	if n == 0 {
		n = v.Tasks
	}
	return n
}

func (v *View) sameTasks(a, b int64) bool { return v.tasksOf(a) == v.tasksOf(b) }

// CompareFinal judges the cells of one plan together: when the same input has ended, all backends hold the same state.
func CompareFinal(cells []*History) Verdict {
	v := compareFinal(cells)
	v.Check = "digest"
	return v
}

func compareFinal(cells []*History) Verdict {
	if len(cells) < 2 {
		return notApplicable("there is no second cell to compare with")
	}
	ended := 0
	var base *Cut
	for i, h := range cells {
		f := h.Final
		if f == nil || h.Mode != ExactlyOnce {
			continue
		}
		ended++
		if base == nil {
			base = f
			continue
		}
		if f.Got != base.Got {
			return fail(int64(ended), Story{
				Title: "Two cells of one plan ended with different states",
				Say:   fmt.Sprintf("Cell %d and a cell before it read the same input to its end. Their digests differ.", i+1),
				Want:  base.Got.String(), Got: f.Got.String(),
			})
		}
	}
	if ended < 2 {
		return undecided(int64(ended), "%d of %d cells came to their end", ended, len(cells))
	}
	return pass(int64(ended), "%d cells ended with the same state", ended)
}

// CompareCuts judges runs of one plan on several backends together: checkpoints that are the same cut, of the same attempt at the same offsets,
// hold the same state. In a simulation one seed gives the same cuts on every backend.
func CompareCuts(cells []*History) Verdict {
	v := compareCuts(cells)
	v.Check = "digest"
	return v
}

func compareCuts(cells []*History) Verdict {
	var judged int64
	exact := 0
	seen := map[string]Digest{}
	for i, h := range cells {
		if h.Mode != ExactlyOnce {
			continue // a checkpoint may hold records behind its barrier
		}
		exact++
		for k := range h.Cuts {
			c := &h.Cuts[k]
			id := fmt.Sprint(c.Epoch, c.Ckpt, c.Offsets)
			want, known := seen[id]
			if !known {
				seen[id] = c.Got
				continue
			}
			if judged++; want != c.Got {
				return fail(judged, Story{
					Title: fmt.Sprintf("Checkpoint %d is not the same on two backends", c.Ckpt),
					Say: fmt.Sprintf("Cell %d and a cell before it took it at the same offsets, %v, in attempt %d. The digests of their entries differ.",
						i+1, c.Offsets, c.Epoch),
					Want: want.String(), Got: c.Got.String(),
				})
			}
		}
	}
	switch {
	case exact < 2:
		return notApplicable("there is no second cell to compare with")
	case judged == 0:
		return undecided(0, "no two of their checkpoints are one cut")
	}
	return pass(judged, "%s the same on every backend", plural(int(judged), "checkpoint is", "checkpoints are"))
}
