package engine

import (
	"slices"

	"github.com/weirbench/weir/engine/state"
)

// deal answers the parts of a checkpoint with the operator state in them dealt out again. A part that cannot be read stays as it is: its
// task will say so.
func (c *Coordinator) deal(parts [][]byte) [][]byte {
	tasks := c.tasks - c.sources - c.sinks
	all, held, some := make([]StatePart, tasks), make([][]state.Share, tasks), false
	for i := range all {
		var err error
		if all[i], err = ParseStatePart(parts[c.sources+i]); err != nil {
			return parts
		}
		if held[i], err = state.ParseShares([]byte(all[i].Held)); err != nil {
			return parts
		}
		some = some || len(held[i]) > 0
	}
	if !some {
		return parts
	}
	dealt := c.dealt(held)
	parts = slices.Clone(parts)
	for i := range all {
		all[i].Held = string(state.AppendShares(nil, dealt[i]))
		parts[c.sources+i] = []byte(all[i].String())
	}
	return parts
}

// dealt deals, or is a planted bug: it takes a union list for one to be split.
func (c *Coordinator) dealt(held [][]state.Share) [][]state.Share {
	if c.Spec.Planted == nil {
		return state.Deal(held, len(held))
	}
	var unions []string
	for _, shares := range held {
		for i := range shares {
			if s := &shares[i]; s.Mode == state.Union && c.bug("union-list-split") {
				s.Mode, unions = state.Split, append(unions, s.Name)
			}
		}
	}
	dealt := state.Deal(held, len(held))
	for _, shares := range dealt {
		for i := range shares {
			if slices.Contains(unions, shares[i].Name) {
				shares[i].Mode = state.Union
			}
		}
	}
	c.misdeal(dealt)
	return dealt
}

// misdeal is planted bugs.
func (c *Coordinator) misdeal(dealt [][]state.Share) {
	lost := false
	for task, shares := range dealt {
		for i := range shares {
			s := &shares[i]
			n := len(s.Elements)
			switch {
			case n == 0:
			case s.Mode == state.Split && !lost && c.bug("split-element-lost"):
				s.Elements, lost = s.Elements[:n-1], true
			case s.Mode == state.Broadcast && task > 0 && c.bug("broadcast-on-first-task"):
				s.Elements = nil
			}
		}
	}
	for i := range dealt[0] {
		if dealt[0][i].Mode != state.Split {
			continue
		}
		for task := 1; task < len(dealt); task++ {
			if a, b := &dealt[task-1][i], &dealt[task][i]; len(a.Elements)+len(b.Elements) > 0 && c.bug("split-list-dealt-again") {
				a.Elements, b.Elements = b.Elements, a.Elements
			}
		}
	}
}
