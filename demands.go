package weir

import (
	"slices"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

// demands is what a plan asks of a run of the cell, and without which a verdict would say nothing: every fault that it does not call a maybe
// strikes; when one of them ends an attempt, another is restored, and when it strikes where something is under way, that stays open;
// checkpoints complete; and where clients read, they are answered, behind the last recovery too.
func (c *Cell) demands(records int64) linearizability.Demands {
	d := linearizability.Demands{Readers: c.Readers, Records: records, Checks: c.Checks, Checkpoints: 1}
	for i := range c.Faults {
		f := &c.Faults[i]
		if f.Maybe {
			continue
		}
		d.Faults++
		if f.Do == "kill" || f.Do == "zombie" {
			d.Recoveries = 1 // several that strike close together are one
			d.Unacked = d.Unacked || leavesOpen(f)
		}
	}
	return d
}

// leavesOpen tells whether a fault surely leaves an operation without an answer: it strikes whoever put a manifest, or takes away the step
// in which something was to be told.
func leavesOpen(f *faults.Spec) bool {
	if f.Do != "kill" {
		return false
	}
	who, aimed := engine.ParseRole(f.Target)
	switch {
	case f.At == engine.AtManifest:
		return true
	case !f.Lost:
		return false
	case f.At == engine.AtSynced:
		return aimed && who.Kind == engine.TaskRole
	}
	return slices.Contains([]engine.Point{engine.AtTriggered, engine.AtCompleted, engine.AtNotified}, f.At)
}

// overlapSnaps is how many snapshots a simulated run takes before one of them is expected to have a read under way. A live run is not asked
// for that: how long its snapshots take is the machine's affair.
const overlapSnaps = 12
