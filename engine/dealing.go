package engine

import (
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine/state"
)

// deal answers the parts of a checkpoint for the tasks of this attempt, which may be more or fewer than it had; the sources are the same. A task is
// given the part of every task that had some of its key groups, a part a line, and its share of the operator state in the first of them. With as
// many tasks as there were, a part that cannot be read stays as it is: its task will say so.
func (c *Coordinator) deal(parts [][]byte) ([][]byte, error) {
	tasks, had := c.sinks, (len(parts)-c.sources)/2
	if had < 1 || had != tasks && had > c.Spec.Groups || c.sources+2*had != len(parts) {
		return nil, fmt.Errorf("it has %d parts, which no number of tasks has beside %d sources", len(parts), c.sources)
	}
	all, held, some := make([]StatePart, had), make([][]state.Share, had), false
	for i := range all {
		var err error
		if all[i], err = ParseStatePart(parts[c.sources+i]); err == nil {
			held[i], err = state.ParseShares([]byte(all[i].Held))
		}
		switch {
		case err != nil && had == tasks:
			return parts, nil
		case err != nil:
			return nil, err
		}
		some = some || len(held[i]) > 0
	}
	if err := c.complete(all); err != nil {
		return nil, err
	}
	if !some && had == tasks {
		return parts, nil
	}
	dealt, given := c.dealt(held, tasks), slices.Clone(parts[:c.sources])
	for i := range tasks {
		given = append(given, c.partsOf(all, i, dealt[i]))
	}
	if had == tasks {
		return append(given, parts[c.sources+had:]...), nil
	}
	return append(given, dealTxns(parts[c.sources+had:], tasks)...), nil
}

// complete refuses parts that do not have every key group of the job once: how many there are cannot change while there is state, as in Flink.
func (c *Coordinator) complete(all []StatePart) error {
	next := 0
	for _, p := range all {
		if p.Groups.Len() == 0 {
			continue
		}
		if p.Groups.First != next {
			return fmt.Errorf("%s has key groups %s, it should begin with %d", p.Name, p.Groups, next)
		}
		next = p.Groups.Last + 1
	}
	if next != c.Spec.Groups {
		return fmt.Errorf("it was taken with %d key groups, the job has %d: that cannot change", next, c.Spec.Groups)
	}
	return nil
}

// partsOf are the parts for one task, a line each.
func (c *Coordinator) partsOf(all []StatePart, task int, held []state.Share) (lines []byte) {
	own := backends.Range(task, c.sinks, c.Spec.Groups)
	for _, p := range all {
		if p.Groups.Last < own.First || p.Groups.First > own.Last {
			continue
		}
		if p.Held = ""; lines == nil {
			p.Held = string(state.AppendShares(nil, held))
		} else {
			lines = append(lines, '\n')
		}
		lines = append(lines, p.String()...)
	}
	return lines
}

// dealt deals, or is a planted bug: it takes a union list for one to be split.
func (c *Coordinator) dealt(held [][]state.Share, tasks int) [][]state.Share {
	if c.Spec.Planted == nil {
		return state.Deal(held, tasks)
	}
	var unions []string
	for _, shares := range held {
		for i := range shares {
			if s := &shares[i]; s.Mode == state.Union && c.bug("union-list-split") {
				s.Mode, unions = state.Split, append(unions, s.Name)
			}
		}
	}
	dealt := state.Deal(held, tasks)
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
