package linearizability

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

func fromCheckpoint(h *History) func(*Op) bool {
	return func(op *Op) bool { return op.Kind == Read && op.Ckpt > 0 && known(op) }
}

func dirtyRead(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return fromCheckpoint(h)(op) && len(op.Cursors) > 0 && h.Mode == ExactlyOnce })
	if ok {
		shift(h, &h.Ops[i], h.Ops[i].Cursors[0].N+1)
	}
	return ok
}

func olderRead(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return fromCheckpoint(h)(op) && h.before(op) > 0 })
	if ok {
		h.Ops[i].Ckpt = h.before(&h.Ops[i])
	}
	return ok
}

// before is the checkpoint whose commit was followed by another's before the read began, 0 when there is none.
func (h *History) before(op *Op) int64 {
	for i := range h.Ops {
		c := &h.Ops[i]
		if c.Kind == Commit && known(c) && c.Ckpt < op.Ckpt && c.Attempt == op.Attempt {
			for k := range h.Ops {
				if d := &h.Ops[k]; d.Kind == Commit && known(d) && d.Attempt == op.Attempt && d.Ckpt > c.Ckpt && d.Return < op.Call {
					return c.Ckpt
				}
			}
		}
	}
	return 0
}

// insert adds an operation and keeps the order.
func (h *History) insert(op Op) {
	h.Ops = append(h.Ops, op)
	slices.SortStableFunc(h.Ops, func(a, b Op) int { return cmp.Compare(a.Call, b.Call) })
}

// spread makes room between tickets for more.
func (h *History) spread() {
	for i := range h.Ops {
		h.Ops[i].Call *= 10
		h.Ops[i].Return *= 10
	}
	for i := range h.Attempts {
		h.Attempts[i].Start *= 10
		h.Attempts[i].Fence *= 10
	}
	for i := range h.Strikes {
		h.Strikes[i].Call *= 10
	}
}

// replaced is the last recovery, and an attempt before it.
func replaced(h *History, rng *rand.Rand) (old int64, recovery int, ok bool) {
	recovery, ok = pick(h, rng, func(op *Op) bool { return op.Kind == Recover && known(op) })
	if !ok {
		return 0, 0, false
	}
	return h.Ops[recovery].Attempt - 1, recovery, true
}

func zombieRead(h *History, rng *rand.Rand) bool {
	old, at, ok := replaced(h, rng)
	if ok {
		h.spread()
		t := h.Ops[at].Return
		h.insert(Op{Kind: Read, Attempt: old, Client: 9999, Call: t + 1, Return: t + 2, Key: h.Truth.Parts[0].Key[0]})
	}
	return ok
}

func zombieCommit(h *History, rng *rand.Rand) bool {
	old, at, ok := replaced(h, rng)
	if ok {
		h.spread()
		h.insert(Op{Kind: Commit, Attempt: old, Client: 9999, Call: h.Ops[at].Return + 1, Return: h.Ops[at].Return + 2, Ckpt: 77, Pos: 1000})
	}
	return ok
}

func zombiePublish(h *History, rng *rand.Rand) bool {
	old, at, ok := replaced(h, rng)
	if ok {
		h.spread()
		h.insert(Op{Kind: Publish, Attempt: old, Client: 9999, Call: h.Ops[at].Return + 1, Return: h.Ops[at].Return + 2, Ckpt: 77, Text: "out/0/77"})
	}
	return ok
}

// restoreAs makes a recovery take another checkpoint, in all that was recorded of it.
func (h *History) restoreAs(epoch, ckpt int64) {
	for i := range h.Ops {
		if op := &h.Ops[i]; op.Attempt == epoch && (op.Kind == TakeOver || op.Kind == Recover || op.Kind == Reload || op.Kind == Rewind) {
			op.Ckpt, op.Text = ckpt, ""
		}
	}
}

func restoreAborted(h *History, rng *rand.Rand) bool {
	aborted := func(op *Op) int64 { // by the attempt before
		for i := range h.Ops {
			if a := &h.Ops[i]; a.Kind == Abort && a.Attempt == op.Attempt-1 && a.Ckpt > op.Ckpt && a.Return < op.Call {
				return a.Ckpt
			}
		}
		return 0
	}
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Recover && known(op) && aborted(op) != 0 })
	if ok {
		h.restoreAs(h.Ops[i].Attempt, aborted(&h.Ops[i]))
	}
	return ok
}

// restoreOlder: the checkpoint that a recovery restores was committed by the attempt right before it, with an answer.
func restoreOlder(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool {
		return op.Kind == Recover && known(op) && op.Text == "" && slices.ContainsFunc(h.Ops, func(c Op) bool {
			return c.Kind == Commit && known(&c) && c.Attempt == op.Attempt-1 && c.Ckpt == op.Ckpt && c.Return < op.Call
		})
	})
	if ok {
		h.restoreAs(h.Ops[i].Attempt, h.Ops[i].Ckpt-1)
	}
	return ok
}

func restoreMixed(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Reload && h.recovered(op.Attempt) })
	if ok {
		h.Ops[i].Ckpt--
	}
	return ok
}

func (h *History) recovered(epoch int64) bool {
	return slices.ContainsFunc(h.Ops, func(op Op) bool { return op.Kind == Recover && known(&op) && op.Attempt == epoch })
}

func rewindWrong(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Rewind && h.recovered(op.Attempt) })
	if ok {
		h.Ops[i].Pos++
	}
	return ok
}

func dropSnap(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool {
		owns := false
		for key, g := range h.Truth.Group {
			owns = owns || int(g)*h.Tasks/h.Groups == op.Task && slices.ContainsFunc(h.Truth.Parts, func(p Part) bool { return slices.Contains(p.Key, int32(key)) })
		}
		return owns && op.Kind == Snap && slices.ContainsFunc(h.Ops, func(c Op) bool {
			return c.Kind == Commit && known(&c) && c.Attempt == op.Attempt && c.Ckpt == op.Ckpt
		})
	})
	if ok {
		h.Ops = slices.Delete(h.Ops, i, i+1)
	}
	return ok
}

func repeatTrigger(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Trigger && op.Ckpt > 1 && op.Attempt == last(h) })
	if ok {
		h.Ops[i].Ckpt--
	}
	return ok && slices.ContainsFunc(h.Ops[:i], func(op Op) bool { return op.Kind == Trigger && op.Ckpt == h.Ops[i].Ckpt && op.Attempt == last(h) })
}

func samePlace(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Commit && known(op) && op.Attempt == last(h) })
	if ok {
		h.Ops[i].Pos--
	}
	return ok
}

func committedBy(h *History, rng *rand.Rand) (int, bool) {
	return pick(h, rng, func(op *Op) bool { return op.Kind == Commit && known(op) && op.Attempt == last(h) })
}

func abortCommitted(h *History, rng *rand.Rand) bool {
	i, ok := committedBy(h, rng)
	if ok {
		h.spread()
		c := h.Ops[i]
		h.insert(Op{Kind: Abort, Attempt: c.Attempt, Client: c.Client, Call: c.Return + 1, Return: c.Return + 2, Ckpt: c.Ckpt})
	}
	return ok
}

func earlyNotice(h *History, rng *rand.Rand) bool {
	i, ok := committedBy(h, rng)
	if ok {
		h.spread()
		c := h.Ops[i]
		h.insert(Op{Kind: Notify, Attempt: c.Attempt, Client: 9999, Call: c.Call - 2, Return: c.Call - 1, Ckpt: c.Ckpt})
	}
	return ok
}

func alterReload(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Reload })
	if ok {
		h.Ops[i].Digest[1]++
	}
	return ok
}

func alterCut(h *History, rng *rand.Rand) bool {
	if h.Mode != ExactlyOnce || len(h.Cuts) == 0 {
		return false
	}
	h.Cuts[rng.IntN(len(h.Cuts))].Got[0]++
	return true
}

func alterMark(h *History, rng *rand.Rand) bool {
	if h.Mode != ExactlyOnce || len(h.Cuts) == 0 {
		return false
	}
	h.Cuts[rng.IntN(len(h.Cuts))].Diff = "source/0 stands at offset 5 with watermark 3, the log says 4"
	return true
}

func alterFinal(h *History, _ *rand.Rand) bool {
	h.Final.Got[1] ^= 4
	return h.Mode == ExactlyOnce
}

func repeatTxn(h *History, rng *rand.Rand) bool {
	from := slices.IndexFunc(h.Output, func(t Txn) bool { return len(t.IDs) > 0 })
	if from < 0 || h.Mode != ExactlyOnce {
		return false
	}
	again := h.Output[from]
	again.Name += "-again"
	h.Output = append(h.Output, again)
	return true
}

func dropRow(h *History, rng *rand.Rand) bool {
	from := slices.IndexFunc(h.Output, func(t Txn) bool { return len(t.IDs) > 0 })
	if from < 0 || h.Mode != ExactlyOnce {
		return false
	}
	h.Output[from].IDs = slices.Clone(h.Output[from].IDs[1:])
	return true
}

func wrongRow(h *History, rng *rand.Rand) bool {
	t := &h.Output[rng.IntN(len(h.Output))]
	t.Wrong = append(t.Wrong, WrongRow{Want: "key k0, record 3", Got: "key k0, record 4"})
	return true
}

func abortedTxn(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Abort })
	if ok {
		again := slices.ContainsFunc(h.Ops, func(c Op) bool { return c.Kind == Commit && c.Ckpt == h.Ops[i].Ckpt })
		h.Output = append(h.Output, Txn{Ckpt: h.Ops[i].Ckpt, Name: "out/0/aborted", IDs: []ID{0}})
		return !again
	}
	return ok
}

func earlyPublish(h *History, rng *rand.Rand) bool {
	i, ok := committedBy(h, rng)
	if ok {
		h.spread()
		c := h.Ops[i]
		h.insert(Op{Kind: Publish, Attempt: c.Attempt, Client: 9999, Call: c.Call - 2, Return: c.Call - 1, Ckpt: c.Ckpt})
		ok = !slices.ContainsFunc(h.Ops, func(o Op) bool { return o.Kind == Commit && o.Ckpt == c.Ckpt && o.Attempt != c.Attempt })
	}
	return ok
}

func groupTwice(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Own && op.Task > 0 })
	if ok {
		h.Ops[i].Pos--
	}
	return ok
}

func groupNowhere(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Own && op.Attempt == last(h) })
	if ok {
		h.Ops[i].Pos++
	}
	return ok
}

func wrongTask(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, applied(h))
	if ok {
		h.Ops[i].Task = (h.Ops[i].Task + 1) % h.Tasks
	}
	return ok && h.Tasks > 1
}

func neverStruck(h *History, _ *rand.Rand) bool {
	if len(h.Strikes) == 0 || len(h.Attempts) < 2 || !slices.ContainsFunc(h.Ops, func(op Op) bool { return op.Kind == Reload }) || h.Mode != ExactlyOnce {
		return false
	}
	h.Strikes[0].Struck = 0
	return true
}

func dropReads(h *History, _ *rand.Rand) bool {
	h.Ops = slices.DeleteFunc(h.Ops, func(op Op) bool { return op.Kind == Read })
	h.Demands.Readers = 1
	return true
}

// undeadApply lets an attempt that was killed apply a batch after the next one was restored.
func undeadApply(h *History, rng *rand.Rand) bool {
	old, at, ok := replaced(h, rng)
	if ok = ok && !h.Attempts[old-1].Zombie && h.Attempts[old-1].Fence != 0; ok {
		h.spread()
		t := h.Ops[at].Return
		h.insert(Op{Kind: Apply, Attempt: old, Client: 9999, Call: t + 1, Return: t + 2, IDs: []ID{0}})
	}
	return ok
}

func dropLateReads(h *History, _ *rand.Rand) bool {
	v := NewView(h)
	n, late := v.recoveries()
	if n == 0 || late == 0 || !v.answered(late) {
		return false
	}
	h.Demands.Readers, h.Demands.Recoveries = 1, 1
	h.Ops = slices.DeleteFunc(h.Ops, func(op Op) bool { return op.Kind == Read && op.Call > late })
	return NewView(h).answered(0)
}

func nothingOpen(h *History, _ *rand.Rand) bool {
	h.Demands.Unacked = true
	return len(h.Attempts) > 1 && !NewView(h).unacked()
}

func dropBesideSnaps(h *History, _ *rand.Rand) bool {
	v := NewView(h)
	if !v.overlapped() {
		return false
	}
	h.Demands.Overlap = 1
	all := slices.Clone(h.Ops)
	h.Ops = slices.DeleteFunc(h.Ops, func(op Op) bool {
		return op.Kind == Read && slices.ContainsFunc(all, func(s Op) bool {
			return s.Kind == Snap && s.Attempt == op.Attempt && op.Call < s.Return && s.Call < op.Return
		})
	})
	return NewView(h).answered(0)
}

// deleteKept deletes the newest committed checkpoint, right after it was committed.
func deleteKept(h *History, rng *rand.Rand) bool {
	i, ok := committedBy(h, rng)
	if ok {
		h.spread()
		c := h.Ops[i]
		h.insert(Op{Kind: Delete, Attempt: c.Attempt, Client: 9999, Call: c.Return + 1, Return: c.Return + 2, Ckpt: c.Ckpt, Pos: c.Attempt})
	}
	return ok
}

// keeping is a commit, with an answer, that says that it keeps at least so many.
func committedKeeping(h *History, rng *rand.Rand, n int) (int, bool) {
	return pick(h, rng, func(op *Op) bool { return op.Kind == Commit && known(op) && op.Attempt == last(h) && len(op.Kept) >= n })
}

func forgetKept(h *History, rng *rand.Rand) bool {
	i, ok := committedKeeping(h, rng, 2)
	if ok {
		h.Ops[i].Kept = h.Ops[i].Kept[1:]
	}
	return ok
}

func keepTooMany(h *History, rng *rand.Rand) bool {
	i, ok := committedKeeping(h, rng, 2)
	if ok && h.Ops[i].Kept[0] > 1 {
		h.Ops[i].Kept = append([]int64{h.Ops[i].Kept[0] - 1}, h.Ops[i].Kept...)
		return true
	}
	return false
}

func keepStranger(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == TakeOver && known(op) && op.Text == "" && op.Ckpt > 1 })
	if ok {
		h.Ops[i].Kept = []int64{h.Ops[i].Ckpt, h.Ops[i].Ckpt + 50}
	}
	return ok
}
