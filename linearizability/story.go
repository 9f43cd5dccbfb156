package linearizability

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// violation makes the verdict of a piece that has no order.
func (k *keyed) violation(ctx context.Context, p *keyPart, piece *partition[keyState, keyOp], judged int64, o Options) Verdict {
	d := solve(piece)
	s := k.tell(p, &d)
	order, page := draw(ctx, piece, d.called, o)
	s.Value = k.value(p, &d)
	s.Lanes = k.lanes(order, &d)
	verdict := fail(judged, s, places(order, d.call)...)
	verdict.Page = page
	return verdict
}

// tell says it in words.
func (k *keyed) tell(p *keyPart, d *dilemma[keyState, keyOp]) Story {
	c, key := d.call, k.name(p.key)
	switch c.op.kind {
	case Apply:
		return k.tellApply(p, d, key)
	case Recover:
		var want []string
		for i := range d.states {
			for _, x := range d.states[i].snaps {
				if x.status == committed && x.ckpt == d.states[i].committed || x.status == perhaps {
					want = append(want, fmt.Sprintf("checkpoint %d", x.ckpt))
				}
			}
		}
		return Story{
			Title: fmt.Sprintf("Attempt %d restored checkpoint %d, which was not the one to restore", c.op.epoch, c.op.ckpt),
			Say:   k.struck(c.op.epoch) + fmt.Sprintf(" It started from checkpoint %d, and gave no reason not to take the newest completed one.", c.op.ckpt),
			Want:  either(want), Got: fmt.Sprintf("checkpoint %d", c.op.ckpt),
		}
	case Commit:
		why := "Another attempt had taken over by then."
		if slices.ContainsFunc(d.states, func(s keyState) bool { return s.epoch == c.op.epoch }) {
			why = fmt.Sprintf("Its task had not captured key %s for it, or a newer one was committed.", key)
		}
		return Story{
			Title: fmt.Sprintf("Checkpoint %d was committed and should not have been", c.op.ckpt),
			Say:   fmt.Sprintf("Attempt %d committed checkpoint %d. %s", c.op.epoch, c.op.ckpt, why),
			Want:  "no commit", Got: fmt.Sprintf("checkpoint %d committed", c.op.ckpt),
		}
	}
	return k.tellRead(p, d, key)
}

func (k *keyed) tellApply(p *keyPart, d *dilemma[keyState, keyOp], key string) Story {
	c := d.call
	var want []string
	expected := int32(0)
	for i := range d.states {
		if s := &d.states[i]; s.epoch == c.op.epoch {
			want = append(want, fmt.Sprintf("record %d", s.last+1))
			expected = max(expected, s.last+1)
		}
	}
	s := Story{Want: either(want), Got: fmt.Sprintf("record %d", c.op.first)}
	said := fmt.Sprintf(" In attempt %d the task applied record %d of key %s%s", c.op.epoch, c.op.first, key, k.from(p))
	switch {
	case len(want) == 0:
		s.Title = fmt.Sprintf("Attempt %d applied records before it was restored", c.op.epoch)
		s.Want = "nothing"
		said += ", and no recovery of this attempt comes before."
	case c.op.broken:
		s.Title = fmt.Sprintf("Key %s got its records out of order", key)
		s.Got = "a gap, a repeat or another order"
		said = fmt.Sprintf(" In attempt %d the task applied records %d to %d of key %s%s in one batch, and they do not follow each other.",
			c.op.epoch, c.op.first, c.op.last, key, k.from(p))
	case c.op.first > expected:
		s.Title = fmt.Sprintf("Key %s lost %s", key, plural(int(c.op.first-expected), "record", "records"))
		said += fmt.Sprintf("; record %d was never applied.", expected)
	default:
		s.Title = fmt.Sprintf("Key %s counted a record twice", key)
		said += ", which it had counted before."
	}
	s.Say = strings.TrimSpace(k.struck(c.op.epoch) + said)
	return s
}

func (k *keyed) tellRead(p *keyPart, d *dilemma[keyState, keyOp], key string) Story {
	c := d.call
	var want []string
	least, most := int32(1<<30), int32(-1)
	same := false
	for i := range d.states {
		s := &d.states[i]
		if c.op.ckpt == 0 {
			want = append(want, fmt.Sprint(s.cur))
			least, most, same = min(least, s.cur), max(most, s.cur), same || s.cur == c.op.n
			continue
		}
		for _, x := range s.snaps {
			if x.status == committed && x.ckpt == s.committed || x.status == perhaps && x.ckpt > s.committed {
				want = append(want, fmt.Sprintf("%d from checkpoint %d", x.n, x.ckpt))
				least, most = min(least, x.n), max(most, x.n)
				same = same || x.n == c.op.n && x.ckpt == c.op.ckpt
			}
		}
	}
	s := Story{Want: either(want), Got: fmt.Sprint(c.op.n)}
	from := ""
	if c.op.ckpt != 0 {
		from = fmt.Sprintf(" from checkpoint %d", c.op.ckpt)
		s.Got += from
	}
	switch {
	case same && !c.op.fits:
		s.Title = fmt.Sprintf("Key %s has the right count of the wrong records", key)
		s.Want, s.Got = "the hash chain of the input", "another"
	case same:
		s.Title = fmt.Sprintf("An attempt that was replaced answered for key %s", key)
	case c.op.n < least:
		s.Title = fmt.Sprintf("Key %s went back in time", key)
	case c.op.n > most:
		s.Title = fmt.Sprintf("Key %s ran ahead of its records", key)
	default:
		s.Title = fmt.Sprintf("Key %s was read from the wrong checkpoint", key)
	}
	s.Say = k.struck(c.op.epoch) + k.held(d, key) + fmt.Sprintf(" A read%s in attempt %d returned the count %d of key %s%s. No order of the operations explains it.",
		from, c.op.epoch, c.op.n, key, k.from(p))
	s.WantNote = "every order of what was acknowledged by then leads to it"
	return s
}

// held says what the restored checkpoint holds of the key, when that is certain.
func (k *keyed) held(d *dilemma[keyState, keyOp], key string) string {
	l := k.life(int64(d.call.op.epoch))
	if l == nil || l.recovered < 0 || l == &k.lives[0] {
		return ""
	}
	said := ""
	for i := range d.states {
		x := d.states[i].find(int32(k.Ops[l.recovered].Ckpt))
		if x == nil {
			return ""
		}
		now := fmt.Sprintf(" That checkpoint held the count %d of key %s.", x.n, key)
		if said != "" && said != now {
			return ""
		}
		said = now
	}
	return said
}

// from names the source partition, when there are several.
func (k *keyed) from(p *keyPart) string {
	if k.stride == 1 {
		return ""
	}
	return fmt.Sprintf(" from source partition %d", p.part)
}

// struck says what happened to the attempt before an epoch.
func (k *keyed) struck(epoch int32) string {
	for i := 1; i < len(k.lives); i++ {
		l, before := &k.lives[i], &k.lives[i-1]
		if l.Epoch != int64(epoch) || before.Fence == 0 {
			continue
		}
		from := "and nothing was restored"
		if l.recovered >= 0 {
			from = fmt.Sprintf("and attempt %d was restored from checkpoint %d", epoch, k.Ops[l.recovered].Ckpt)
		}
		return fmt.Sprintf("Attempt %d ended (%s), %s.", before.Epoch, first(before.Why, "for a reason not recorded"), from)
	}
	return ""
}

// either joins what is possible, each thing once: "42 or 43".
func either(all []string) string {
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	all = slices.Compact(all)
	if n := len(all); n > 4 {
		all = append(all[:2:2], "…", all[n-1])
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, " or ")
}
