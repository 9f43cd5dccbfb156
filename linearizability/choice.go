package linearizability

import (
	"context"
	"fmt"
)

// judgeChoice is the check recovery-choice (P11).
func judgeChoice(_ context.Context, v *View, _ Options) Verdict {
	var judged int64
	var before []inheritance
	for i := range v.lives {
		l := &v.lives[i]
		at := l.tookOver
		if at < 0 {
			at = l.recovered
		}
		if at < 0 {
			continue
		}
		if i > 0 {
			judged++
		}
		if bad, found := v.wrongChoice(l, at, before); found {
			bad.Judged = judged
			return bad
		}
		if bad, found := v.mixed(l); found {
			bad.Judged = judged
			return bad
		}
		before = append(before, inheritance{l.Epoch, v.Ops[at].Ckpt})
	}
	if judged == 0 {
		if v.Demands.Recoveries > 0 {
			return undecided(0, "no attempt was restored")
		}
		return notApplicable("no recovery was demanded, and none happened")
	}
	return pass(judged, "%s, each from the newest completed checkpoint or with a reason", plural(int(judged), "recovery", "recoveries"))
}

// An inheritance is what an attempt took over: of what older ones did, nothing newer counts any more.
type inheritance struct{ epoch, ckpt int64 }

func counts(epoch, ckpt int64, before []inheritance) bool {
	for _, b := range before {
		if epoch < b.epoch && ckpt > b.ckpt {
			return false
		}
	}
	return true
}

// acknowledged is the newest checkpoint that somebody was told to be complete before a ticket.
func (v *View) acknowledged(epoch, ticket int64, before []inheritance) (ckpt int64, place int) {
	for _, kind := range [...]Kind{Commit, Notify, Read} {
		for _, i := range v.by[kind] {
			op := &v.Ops[i]
			if op.Call > ticket {
				break
			}
			if known(op) && op.Return <= ticket && op.Attempt < epoch && op.Ckpt > ckpt && counts(op.Attempt, op.Ckpt, before) {
				ckpt, place = op.Ckpt, int(i)
			}
		}
	}
	return ckpt, place
}

func (v *View) wrongChoice(l *life, at int, before []inheritance) (Verdict, bool) {
	op := &v.Ops[at]
	told, place := v.acknowledged(l.Epoch, op.Call, before)
	if op.Ckpt < told && l.reason == "" {
		return fail(0, Story{
			Title: fmt.Sprintf("Attempt %d went back to checkpoint %d though checkpoint %d was complete", l.Epoch, op.Ckpt, told),
			Say:   fmt.Sprintf("Checkpoint %d had been acknowledged before the takeover. The recovery gave no reason to pass it over.", told),
			Want:  fmt.Sprintf("checkpoint %d", told), Got: fmt.Sprintf("checkpoint %d", op.Ckpt),
		}, at, place), true
	}
	if op.Ckpt == 0 {
		return Verdict{}, false
	}
	owner := v.captor(op.Ckpt, l.Epoch, before)
	for _, i := range v.by[Abort] {
		if a := &v.Ops[i]; a.Ckpt == op.Ckpt && a.Attempt == owner && known(a) && a.Call < op.Return {
			return fail(0, Story{
				Title: fmt.Sprintf("Attempt %d restored checkpoint %d, which had been aborted", l.Epoch, op.Ckpt),
				Say:   fmt.Sprintf("Attempt %d had aborted it (%s).", owner, first(a.Text, "the reason was not recorded")),
				Want:  fmt.Sprintf("checkpoint %d", told), Got: fmt.Sprintf("checkpoint %d", op.Ckpt),
			}, at, int(i)), true
		}
	}
	if owner == 0 || !v.begunBefore(op.Ckpt, owner, op.Return) {
		return fail(0, Story{
			Title: fmt.Sprintf("Attempt %d restored checkpoint %d, which nobody had committed", l.Epoch, op.Ckpt),
			Say:   "No manifest of it had been put when the attempt took over.",
			Want:  fmt.Sprintf("checkpoint %d", told), Got: fmt.Sprintf("checkpoint %d", op.Ckpt),
		}, at), true
	}
	return Verdict{}, false
}

func (v *View) begunBefore(ckpt, epoch, ticket int64) bool {
	for _, i := range v.by[Commit] {
		if op := &v.Ops[i]; op.Ckpt == ckpt && op.Attempt == epoch && op.Outcome != Refused && op.Call < ticket {
			return true
		}
	}
	return false
}

// mixed finds a task or source that was restored from another checkpoint than the attempt, or not to where that one says.
func (v *View) mixed(l *life) (Verdict, bool) {
	if l.recovered < 0 {
		return Verdict{}, false
	}
	ckpt := v.Ops[l.recovered].Ckpt
	if l.tookOver >= 0 && v.Ops[l.tookOver].Ckpt != ckpt && l.reason == "" {
		return v.mixture(l, fmt.Sprintf("claimed checkpoint %d", v.Ops[l.tookOver].Ckpt), ckpt, l.tookOver), true
	}
	c := v.cut(ckpt, l.Epoch-1)
	for _, kind := range [...]Kind{Reload, Rewind} {
		var seen uint64 // of the last operation of each task; earlier ones may belong to a try that was given up
		for k := len(v.by[kind]) - 1; k >= 0; k-- {
			i := v.by[kind][k]
			op := &v.Ops[i]
			if op.Attempt != l.Epoch || !known(op) || op.Task < 0 || op.Task < 64 && seen&(1<<op.Task) != 0 {
				continue
			}
			if op.Task < 64 {
				seen |= 1 << op.Task
			}
			if op.Ckpt != ckpt {
				return v.mixture(l, fmt.Sprintf("%s %d was restored from checkpoint %d",
					map[Kind]string{Reload: "task", Rewind: "source"}[kind], op.Task, op.Ckpt), ckpt, int(i)), true
			}
			if kind == Rewind && c != nil && op.Task < len(c.Offsets) && c.Offsets[op.Task] != op.Pos {
				return fail(0, Story{
					Title: fmt.Sprintf("Source %d went on from an offset that is not in checkpoint %d", op.Task, ckpt),
					Say:   fmt.Sprintf("Attempt %d was restored from checkpoint %d.", l.Epoch, ckpt),
					Want:  fmt.Sprintf("offset %d", c.Offsets[op.Task]), Got: fmt.Sprintf("offset %d", op.Pos),
				}, int(i)), true
			}
		}
	}
	return Verdict{}, false
}

func (v *View) mixture(l *life, what string, ckpt int64, place int) Verdict {
	return fail(0, Story{
		Title: fmt.Sprintf("Attempt %d was not restored from one checkpoint", l.Epoch),
		Say:   fmt.Sprintf("It was restored from checkpoint %d, but %s.", ckpt, what),
		Want:  fmt.Sprintf("checkpoint %d everywhere", ckpt), Got: what,
	}, place, l.recovered)
}
