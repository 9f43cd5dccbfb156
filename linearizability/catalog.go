package linearizability

import (
	"context"
	"fmt"
	"slices"
)

// judgeCatalog is the check checkpoint-catalog: model L-B over all that was done to the catalog and seen of it.
func judgeCatalog(ctx context.Context, v *View, o Options) Verdict {
	if !o.Porcupine {
		return notApplicable("porcupine was not asked to search")
	}
	if len(v.lives) == 0 {
		return undecided(0, "no attempt was recorded")
	}
	first := catalogState{epoch: v.lives[0].Epoch, pos: -1, retained: int32(v.Retained)}
	whole := partition[catalogState, catalogOp]{catalogModel(), []catalogState{first}, v.catalogCalls()}
	judged := int64(len(whole.calls))
	if judged == 0 {
		if v.Demands.Checkpoints == 0 {
			return notApplicable("no checkpoint was demanded, and none was taken")
		}
		return undecided(0, "nothing was done to the catalog")
	}
	pieces, ok := cut(whole, o.OpsMax, opsHard)
	if !ok {
		return undecided(judged, "%d operations overlap too much to be cut", judged)
	}
	bad, unknown := searchAll(ctx, pieces, o)
	switch {
	case bad >= 0:
		return v.misused(ctx, &pieces[bad], judged, o)
	case unknown > 0:
		return undecided(judged, "porcupine did not decide %d of %d pieces in %v", unknown, len(pieces), o.Timeout)
	}
	return pass(judged, "%d operations on the catalog have an order, %s", judged, plural(v.completed(), "checkpoint completed", "checkpoints completed"))
}

// catalogCalls are the operations of the model. Of reads and notices that say the same thing within an attempt only the outermost are
// kept: between them nothing else can have been the newest, so the others have a place whenever those have.
func (v *View) catalogCalls() []call[catalogOp] {
	var calls []call[catalogOp]
	for _, kind := range [...]Kind{Trigger, Commit, Abort, TakeOver, Recover} {
		for _, i := range v.by[kind] {
			op := &v.Ops[i]
			from, to, unknown, ok := v.span(op)
			if !ok || unknown && kind != Commit && kind != TakeOver {
				continue
			}
			l := v.life(op.Attempt)
			calls = append(calls, call[catalogOp]{from: from, to: to, client: int32(op.Client), place: i, op: catalogOp{kind: kind, unknown: unknown,
				reason: l.reason != "", claims: len(v.by[TakeOver]) == 0, epoch: op.Attempt, ckpt: op.Ckpt, pos: op.Pos, kept: op.Kept}})
		}
	}
	for _, i := range v.by[Delete] { // to ask for it is enough to be wrong, whatever became of it
		op := &v.Ops[i]
		calls = append(calls, call[catalogOp]{from: op.Call, to: max(op.Call, op.Return), client: int32(op.Client), place: i,
			op: catalogOp{kind: Delete, epoch: op.Attempt, ckpt: op.Ckpt, pos: op.Pos}})
	}
	calls = v.outermost(calls, Read)
	calls = v.outermost(calls, Notify)
	sortCalls(calls)
	return calls
}

func (v *View) outermost(calls []call[catalogOp], kind Kind) []call[catalogOp] {
	type group struct {
		ckpt, epoch int64
		first, last int32 // the one that returned first, and the one that was called last
	}
	var groups []group
	for _, i := range v.by[kind] {
		op := &v.Ops[i]
		if !known(op) || op.Ckpt == 0 {
			continue
		}
		at := slices.IndexFunc(groups, func(g group) bool { return g.ckpt == op.Ckpt && g.epoch == op.Attempt })
		if at < 0 {
			groups = append(groups, group{op.Ckpt, op.Attempt, i, i})
			continue
		}
		g := &groups[at]
		if op.Return < v.Ops[g.first].Return {
			g.first = i
		}
		if op.Call > v.Ops[g.last].Call {
			g.last = i
		}
	}
	add := func(i int32) {
		op := &v.Ops[i]
		calls = append(calls, call[catalogOp]{from: op.Call, to: max(op.Call, op.Return), client: int32(op.Client), place: i,
			op: catalogOp{kind: kind, epoch: op.Attempt, ckpt: op.Ckpt}})
	}
	for _, g := range groups {
		add(g.first)
		if g.last != g.first {
			add(g.last)
		}
	}
	return calls
}

// forgets tells whether a commit is wrong in what it keeps alone.
func (v *View) forgets(op *catalogOp, states []catalogState) bool {
	silent := *op
	silent.kept = nil
	return slices.ContainsFunc(states, func(s catalogState) bool { return s.take(&silent) })
}

// misused tells of the operation that the catalog should have refused.
func (v *View) misused(ctx context.Context, piece *partition[catalogState, catalogOp], judged int64, o Options) Verdict {
	d := solve(piece)
	op := &d.call.op
	var newest []string
	for i := range d.states {
		newest = append(newest, fmt.Sprintf("checkpoint %d", d.states[i].committed))
		for _, m := range d.states[i].maybe {
			if m.ckpt != 0 {
				newest = append(newest, fmt.Sprintf("checkpoint %d", m.ckpt))
			}
		}
	}
	s := Story{Want: either(newest), Got: fmt.Sprintf("checkpoint %d", op.ckpt), WantNote: "what may be the newest at this moment"}
	switch op.kind {
	case Trigger:
		s.Title = fmt.Sprintf("Checkpoint %d was triggered though its number does not ascend", op.ckpt)
		s.Want = "a number above " + s.Want
	case Commit:
		s.Title = fmt.Sprintf("Attempt %d committed checkpoint %d, which the catalog should have refused", op.epoch, op.ckpt)
		s.Want, s.Got, s.WantNote = "refused", fmt.Sprintf("entry %d", op.pos), ""
		if v.forgets(op, d.states) {
			s.Title = fmt.Sprintf("Attempt %d committed checkpoint %d and does not keep what is to be kept", op.epoch, op.ckpt)
			s.Want, s.Got = fmt.Sprintf("the last %d", v.Retained), fmt.Sprintf("checkpoints %v", op.kept)
		}
	case Delete:
		s.Title = fmt.Sprintf("Files of checkpoint %d were deleted, and the checkpoint is kept", op.ckpt)
		s.Want, s.Got, s.WantNote = "they stay", "deleted", ""
	case Abort:
		s.Title = fmt.Sprintf("Checkpoint %d was aborted after it was committed", op.ckpt)
		s.Want, s.Got, s.WantNote = "no abort", "aborted", ""
	case TakeOver, Recover:
		s.Title = fmt.Sprintf("Attempt %d restored checkpoint %d, which was not the one to restore", op.epoch, op.ckpt)
	case Read:
		s.Title = fmt.Sprintf("A read was answered from checkpoint %d, which was not the newest", op.ckpt)
	default:
		s.Title = fmt.Sprintf("Checkpoint %d was announced and is not committed", op.ckpt)
	}
	s.Say = fmt.Sprintf("Attempt %d: %s. No order of the operations on the catalog allows it.", op.epoch, sayCatalogOp(op))
	order, page := draw(ctx, piece, d.called, o)
	verdict := fail(judged, s, places(order, d.call)...)
	verdict.Page = page
	return verdict
}
