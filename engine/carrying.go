package engine

import (
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// What a checkpoint is restored into must fit, and where it does not there is one error that no restart can help.

// fits refuses parts of another operator, and states whose entries mean something else in this job.
func (t *Keyed[K, R]) fits(ckpt int64) error {
	for i := range t.parts.parts {
		p := &t.parts.parts[i]
		err, moved := t.Scope.Forms.Fit(p.States), t.Scope.Forms.Moved(p.States)
		switch {
		case p.Operator != t.Spec.Operator && !t.bug("operator-not-checked"):
			err = fmt.Errorf("it is of the operator %q, this job's is %q", p.Operator, t.Spec.Operator)
		case err != nil && t.bug("states-not-checked"):
			err = nil
		case err == nil && moved != nil && !t.Spec.MoveTimers && !t.bug("moved-not-checked"):
			err = moved
		}
		if err != nil {
			return &Fatal{fmt.Errorf("restore checkpoint %d: %s: %w", ckpt, p.Name, err)}
		}
	}
	return nil
}

// A carried is what was restored of states that the job does not have. It is in every snapshot of the task, as it was: a job that has them again
// finds them there, as in Flink. It is beside the store, in memory.
type carried struct {
	states  tables.Forms   // all that were restored
	groups  map[int][]byte // entries as those of a state file, by key group
	last    string         // the state of the entry before
	foreign bool           // the job does not have it
}

// carries tells whether the job does not have the state of an entry that is restored, and keeps the entry then.
func (t *Keyed[K, R]) carries(e *backends.Entry) bool {
	c := &t.carried
	if e.State != c.last {
		_, ours := t.Scope.Forms.Of(e.State)
		c.last, c.foreign = e.State, !ours
	}
	if c.foreign && !t.bug("unopened-state-dropped") {
		if c.groups == nil {
			c.groups = map[int][]byte{}
		}
		c.groups[e.Group] = appendEntry(c.groups[e.Group], e)
	}
	return c.foreign
}

// states are those of the task's snapshots.
func (t *Keyed[K, R]) states() tables.Forms { return t.Scope.Forms.And(t.carried.states) }

// pinned is a snapshot of all that the task has of keys.
func (t *Keyed[K, R]) pinned() (backends.Snapshot, error) {
	s, err := t.Scope.Store.Snapshot()
	if err != nil || t.carried.groups == nil {
		return s, err
	}
	return carrying{s, t.carried.groups}, nil
}

type carrying struct {
	backends.Snapshot
	groups map[int][]byte
}

func (s carrying) Each(group int, yield func(*backends.Entry) error) error {
	if err := s.Snapshot.Each(group, yield); err != nil {
		return err
	}
	return eachOfGroup(group, s.groups[group], yield)
}
