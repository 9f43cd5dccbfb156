package linearizability

import (
	"context"
	"fmt"
	"slices"
)

// judgeFencing is the check fencing (P10). A takeover ends what an attempt may commit, publish and claim; the recovery that follows ends
// what it may answer. Publishing again what its successor restored changes nothing and is harmless, and so is publishing what had been
// committed before.
func judgeFencing(_ context.Context, v *View, _ Options) Verdict {
	if len(v.lives) < 2 {
		if v.Demands.Recoveries > 0 {
			return undecided(0, "no second attempt ever started")
		}
		return notApplicable("there was one attempt, and nobody to fence off")
	}
	if bad, found := v.undead(); found {
		return bad
	}
	var judged int64
	for _, kind := range [...]Kind{Commit, TakeOver, Publish, Read} {
		for _, i := range v.by[kind] {
			op := &v.Ops[i]
			l := v.life(op.Attempt)
			if l == nil {
				return fail(judged, Story{
					Title: fmt.Sprintf("Attempt %d acted, and no such attempt was started", op.Attempt),
					Say:   "An operation carries an epoch that the run never gave.",
					Want:  "an epoch of the run", Got: fmt.Sprint(op.Attempt),
				}, int(i))
			}
			if !known(op) {
				continue
			}
			judged++
			if what := v.trespass(l, op); what != "" {
				return fail(judged, Story{
					Title: fmt.Sprintf("Attempt %d %s after another had taken over", l.Epoch, what),
					Say: fmt.Sprintf("Attempt %d was replaced (%s) and lived on. What it did after the takeover had an effect, and should have been refused.",
						l.Epoch, first(l.Why, "the reason was not recorded")),
					Want: "no effect", Got: what,
				}, int(i), v.usurper(l))
			}
		}
	}
	return pass(judged, "%d operations of %d attempts, none with an effect behind its fence", judged, len(v.lives))
}

// undead finds an operation of an attempt that was declared dead, that nobody let live on, and that acts behind its fence all the same.
func (v *View) undead() (Verdict, bool) {
	for i := range v.Ops {
		op := &v.Ops[i]
		if l := v.life(op.Attempt); l != nil && !l.Zombie && l.Fence != 0 && op.Call > l.Fence {
			return fail(int64(i+1), Story{
				Title: fmt.Sprintf("Attempt %d was not stopped", l.Epoch),
				Say: fmt.Sprintf("Attempt %d was replaced (%s), and its machines should have been stopped before the next one began. One of them went on: %s.",
					l.Epoch, first(l.Why, "the reason was not recorded"), op.Kind),
				Want: "no operation behind its fence", Got: op.Kind.String(),
			}, i), true
		}
	}
	return Verdict{}, false
}

// trespass says what an operation did that its attempt no longer might, "" when it might.
func (v *View) trespass(l *life, op *Op) string {
	late := l.took != 0 && op.Call > l.took
	switch {
	case op.Kind == Commit && late:
		return fmt.Sprintf("committed checkpoint %d", op.Ckpt)
	case op.Kind == TakeOver && late:
		return "claimed the catalog"
	case op.Kind == Publish && late && op.Ckpt > v.inherited(l) && !v.owed(op.Ckpt, l.took):
		return fmt.Sprintf("published checkpoint %d", op.Ckpt)
	case op.Kind == Read && op.Ckpt == 0 && l.over != 0 && op.Call > l.over:
		return fmt.Sprintf("answered for key %s", v.name(op.Key))
	}
	return ""
}

// owed tells whether a checkpoint was committed before a takeover: its output is due, whoever publishes it.
func (v *View) owed(ckpt, took int64) bool {
	return slices.ContainsFunc(v.by[Commit], func(i int32) bool {
		op := &v.Ops[i]
		return op.Ckpt == ckpt && known(op) && op.Call <= took
	})
}

// usurper is the place of the operation that ended an attempt's rights.
func (v *View) usurper(l *life) int {
	for i := range v.lives {
		for _, place := range [...]int{v.lives[i].tookOver, v.lives[i].recovered} {
			if place >= 0 && v.lives[i].Epoch > l.Epoch && (v.Ops[place].Return == l.took || v.Ops[place].Return == l.over) {
				return place
			}
		}
	}
	return 0
}

// inherited is the newest checkpoint that the attempts after l restored when they took over.
func (v *View) inherited(l *life) int64 {
	newest := int64(0)
	for i := range v.lives {
		if n := &v.lives[i]; n.Epoch > l.Epoch {
			for _, place := range [...]int{n.tookOver, n.recovered} {
				if place >= 0 {
					newest = max(newest, v.Ops[place].Ckpt)
				}
			}
		}
	}
	return newest
}
