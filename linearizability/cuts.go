package linearizability

import (
	"context"
	"fmt"
	"strings"
)

func (d Digest) String() string { return fmt.Sprintf("%016x%016x", d[0], d[1]) }

// judgeCuts is the check consistent-cut (P2): every completed checkpoint is the fold of the input up to its offsets.
func judgeCuts(_ context.Context, v *View, _ Options) Verdict {
	switch {
	case v.Mode == AtLeastOnce:
		return notApplicable("at least once, a checkpoint may hold records behind its barrier")
	case len(v.Cuts) == 0 && v.Demands.Checkpoints == 0:
		return notApplicable("no checkpoint was demanded, and none was completed")
	case len(v.Cuts) == 0:
		return undecided(0, "no completed checkpoint could be looked into")
	}
	for i := range v.Cuts {
		c := &v.Cuts[i]
		if s, bad := v.wrongCut(c); bad {
			return fail(int64(i+1), s, v.commits(c)...)
		}
	}
	if n := v.completed(); len(v.Cuts) < v.Demands.Checkpoints {
		return undecided(int64(len(v.Cuts)), "%d of %d completed checkpoints could be looked into, the plan demands %d", len(v.Cuts), n, v.Demands.Checkpoints)
	}
	return pass(int64(len(v.Cuts)), "%s, each of them the input up to its offsets%s", plural(len(v.Cuts), "checkpoint", "checkpoints"), v.leftOut())
}

func (v *View) wrongCut(c *Cut) (Story, bool) {
	if v.Truth != nil {
		for p, off := range c.Offsets {
			if p >= len(v.Truth.Parts) || off < 0 || off > int64(len(v.Truth.Parts[p].Key)) {
				return Story{
					Title: fmt.Sprintf("Checkpoint %d names an offset that the input does not have", c.Ckpt),
					Say:   fmt.Sprintf("Its offset of source partition %d is %d.", p, off),
					Want:  "an offset of the input", Got: fmt.Sprint(off),
				}, true
			}
		}
	}
	if c.Got == c.Want && c.Diff == "" {
		return Story{}, false
	}
	return c.differs(Story{
		Title: fmt.Sprintf("Checkpoint %d is not one cut through the input", c.Ckpt),
		Say:   fmt.Sprintf("The checkpoint of attempt %d says that it holds the input up to the offsets %v. %s", c.Epoch, c.Offsets, c.Diff),
	}), true
}

// differs completes the story of a cut that is not the fold: with the first difference where one was found, else with the digests.
func (c *Cut) differs(s Story) Story {
	if s.Say = strings.TrimSpace(s.Say); c.Diff != "" {
		s.Say += "."
	}
	if s.Want, s.Got = c.Should, c.Saw; c.Should == "" {
		s.Want, s.Got = "entries with digest "+c.Want.String(), c.Got.String()
	}
	s.WantNote = "the fold of the input up to these offsets"
	return s
}

// commits are the operations that committed a cut.
func (v *View) commits(c *Cut) (places []int) {
	for _, i := range v.by[Commit] {
		if op := &v.Ops[i]; op.Ckpt == c.Ckpt && op.Attempt == c.Epoch {
			places = append(places, int(i))
		}
	}
	return places
}
