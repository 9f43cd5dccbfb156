package engine

import (
	"bytes"
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine/state"
)

// load puts the entries of the task's own key groups into the store. Where a history is kept, a scan of the result follows, outside the timed phases.
func (t *Keyed[K, R]) load(ckpt int64, fx *Effects) error {
	var alive *lives
	if t.Spec.Track {
		alive = t.lives()
	}
	skip := -1
	if len(t.parts.data) > 0 && t.bug("restore-skips-group") {
		skip = -2
	}
	for i, data := range t.parts.data {
		err := EachEntry(t.parts.parts[i], data, func(e *backends.Entry) error {
			if skip == -2 {
				skip = e.Group
			}
			if e.Group == skip || !t.own.Has(e.Group) || t.dropsTimer(e) || t.carries(e) {
				return nil
			}
			return t.Scope.Store.Restore(e)
		})
		if err != nil {
			return fmt.Errorf("restore checkpoint %d: %w", ckpt, err)
		}
		t.parts.data[i] = nil
		t.carried.states = t.carried.states.And(t.parts.parts[i].States)
	}
	if err := t.initialize(ckpt); err != nil {
		return fmt.Errorf("restore checkpoint %d: %w", ckpt, err)
	}
	if t.Epoch > 1 {
		fx.Note(AtRestored, ckpt)
	}
	if !t.Spec.Track || ckpt == 0 {
		t.tell(fx, Restored, t.Coord, ckpt, nil)
		return nil
	}
	s, err := t.pinned()
	if err != nil {
		return fmt.Errorf("read back what was restored: %w", err)
	}
	t.pins = append(t.pins, pin{snap: s})
	body := newStateBody(s, true, t.Spec.Volatile, t.ledger)
	body.lives = alive
	fx.Do(Op{Verb: Scan, Body: body, Tag: scanTag})
	return nil
}

// initialize gives the operator the state of its task, that of no key.
func (t *Keyed[K, R]) initialize(ckpt int64) error {
	if t.held == nil {
		return nil
	}
	if ckpt != 0 {
		dealt, err := state.ParseShares([]byte(t.parts.parts[0].Held))
		if err != nil {
			return err
		}
		t.held.Restore(dealt)
	}
	err := t.holder.Initialize(t.held)
	if err == nil && t.Spec.Track {
		t.parts.held, err = t.Held()
	}
	return err
}

// dropsTimer is a planted bug: the timers of the first key group that has any are not restored.
func (t *Keyed[K, R]) dropsTimer(e *backends.Entry) bool {
	if t.Spec.Planted == nil || !t.ledger.lists(e) {
		return false
	}
	if t.dropped == 0 {
		t.dropped = e.Group + 1
	}
	return t.dropped == e.Group+1 && t.bug(ofTime("restored-timers-dropped", t.ledger.byClock(e)))
}

// restoring fetches a task's parts and verifies them, before anything is loaded: its own, or, where there were more or fewer tasks, all that have
// some of its key groups. The first has its operator state.
type restoring struct {
	ckpt  int64
	parts []StatePart
	data  [][]byte      // of the first parts: those that are here
	held  []state.Share // the operator state as it was when the operator had been given it; kept where a history is
	tries int
}

// begin takes the parts that the task was given: those that have its own key groups, in their order.
func (x *restoring) begin(c *Common, own backends.Groups, m *Msg, fx *Effects) error {
	*x = restoring{ckpt: m.Ckpt}
	if m.State == nil {
		c.tell(fx, Fetched, c.Coord, m.Ckpt, nil)
		return nil
	}
	next := own.First
	for line := range bytes.SplitSeq(m.State, []byte("\n")) {
		part, err := ParseStatePart(line)
		if err != nil {
			return fmt.Errorf("restore checkpoint %d: %w", m.Ckpt, err)
		}
		if part.Groups.Has(next) {
			next = part.Groups.Last + 1
		}
		x.parts = append(x.parts, part)
	}
	if next <= own.Last {
		return fmt.Errorf("restore checkpoint %d: key group %d of %s is in none of %d parts", m.Ckpt, next, own, len(x.parts))
	}
	x.get(fx)
	return nil
}

func (x *restoring) get(fx *Effects) {
	fx.Do(Op{Verb: Get, Name: x.parts[len(x.data)].Name, Tag: restoreTag, At: AtDownloading, Ckpt: x.ckpt})
}

// storageTries is how often an operation that must succeed is tried before its machine fails.
const storageTries = 10

func (x *restoring) fetched(c *Common, r *Result, fx *Effects) error {
	switch {
	case len(x.data) == len(x.parts) || r.Name != x.parts[len(x.data)].Name:
		return nil // of a part that is not wanted any more
	case r.Err == nil:
		x.data = append(x.data, r.Data)
		if x.tries = 0; len(x.data) < len(x.parts) {
			x.get(fx)
			return nil
		}
		fx.Note(AtFetched, x.ckpt)
		c.tell(fx, Fetched, c.Coord, x.ckpt, nil)
	case lost(r.Err):
		c.tell(fx, Corrupt, c.Coord, x.ckpt, []byte(r.Err.Error()))
	default:
		if x.tries++; x.tries >= storageTries {
			return fmt.Errorf("restore checkpoint %d: %w", x.ckpt, r.Err)
		}
		x.get(fx)
	}
	return nil
}
