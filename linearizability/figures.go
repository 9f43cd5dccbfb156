package linearizability

import (
	"cmp"
	"fmt"
	"slices"
)

// stepsMax bounds the steps of Fig A and the boxes of Fig B.
const (
	stepsMax = 400
	boxesMax = 24
)

// value is the count of the key over time: as acknowledged, up to the dilemma, which is marked.
func (k *keyed) value(p *keyPart, d *dilemma[keyState, keyOp]) []Step {
	var steps []Step
	add := func(c *call[keyOp], n int32, what, label string) {
		op := &k.Ops[c.place]
		steps = append(steps, Step{Ticket: c.to, At: op.At, N: int64(n), What: what, Bad: c == d.call, Label: label})
	}
	cur := int32(0)
	held := map[int32]int32{}
	calls := make([]*call[keyOp], 0, len(p.calls))
	for i := range p.calls {
		if c := &p.calls[i]; c.from <= d.call.to {
			calls = append(calls, c)
		}
	}
	slices.SortStableFunc(calls, func(a, b *call[keyOp]) int { return cmp.Compare(a.to, b.to) })
	for _, c := range calls {
		if c.to > d.call.to {
			continue
		}
		switch c.op.kind {
		case Apply:
			if !c.op.unknown {
				cur = c.op.last
			}
			add(c, cur, "apply", "")
		case Read:
			add(c, c.op.n, "read", "")
		case Snap:
			held[c.op.ckpt] = cur
		case Commit:
			add(c, held[c.op.ckpt], "checkpoint", fmt.Sprintf("chk-%d", c.op.ckpt))
		case Recover:
			cur = held[c.op.ckpt]
			add(c, cur, "restore", fmt.Sprintf("chk-%d", c.op.ckpt))
		}
	}
	steps = append(steps, k.faults(d.call.to)...)
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.Ticket, b.Ticket) })
	for i := range steps {
		if steps[i].What == "fault" && i > 0 {
			steps[i].N = steps[i-1].N
		}
	}
	return steps[max(0, len(steps)-stepsMax):]
}

func (k *keyed) faults(until int64) (steps []Step) {
	for i := range k.Strikes {
		if s := &k.Strikes[i]; s.Struck > 0 && s.Call <= until {
			steps = append(steps, Step{Ticket: s.Call, At: s.At, What: "fault", Label: s.Text})
		}
	}
	return steps
}

// lanes are the last operations that have an order, with their places in it, those open beside them, and the one without a place.
func (k *keyed) lanes(order []*call[keyOp], d *dilemma[keyState, keyOp]) []LaneOp {
	var lanes []LaneOp
	placed := len(order)
	for i, c := range order[max(0, placed-boxesMax):] {
		if c.place != d.call.place {
			lanes = append(lanes, k.box(c, max(0, placed-boxesMax)+i+1))
		}
	}
	bad := k.box(d.call, 0)
	bad.Bad = true
	return append(lanes, bad)
}

func (k *keyed) box(c *call[keyOp], order int) LaneOp {
	lane := "coordinator"
	switch c.op.kind {
	case Apply:
		lane = "source"
	case Read:
		lane = "reader"
	}
	return LaneOp{Lane: lane, Label: sayKeyOp(&c.op), Attempt: int64(c.op.epoch), Call: c.from, Return: c.to, At: k.Ops[c.place].At,
		Order: order, Unknown: c.op.unknown}
}
