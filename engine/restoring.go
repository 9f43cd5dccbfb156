package engine

import (
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine/state"
)

// load puts the fetched part into the store. Where a history is kept, a scan of the result follows, outside the timed phases.
func (t *Keyed[K, R]) load(ckpt int64, fx *Effects) error {
	if t.parts.data != nil {
		skip := -1
		if t.bug("restore-skips-group") {
			skip = -2
		}
		err := EachEntry(t.parts.part, t.parts.data, func(e *backends.Entry) error {
			if skip == -2 {
				skip = e.Group
			}
			if e.Group == skip || t.dropsTimer(e) {
				return nil
			}
			return t.Scope.Store.Restore(e)
		})
		if err != nil {
			return fmt.Errorf("restore checkpoint %d: %w", ckpt, err)
		}
		t.parts.data = nil
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
	s, err := t.Scope.Store.Snapshot()
	if err != nil {
		return fmt.Errorf("read back what was restored: %w", err)
	}
	t.pins = append(t.pins, pin{snap: s})
	fx.Do(Op{Verb: Scan, Body: newStateBody(s, true, t.Spec.Volatile, t.ledger), Tag: scanTag})
	return nil
}

// initialize gives the operator the state of its task, that of no key.
func (t *Keyed[K, R]) initialize(ckpt int64) error {
	if t.held == nil {
		return nil
	}
	if ckpt != 0 {
		dealt, err := state.ParseShares([]byte(t.parts.part.Held))
		if err != nil {
			return err
		}
		t.held.Restore(dealt)
	}
	err := t.Op.(Checkpointed).Initialize(t.held)
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
	return t.dropped == e.Group+1 && t.bug("restored-timers-dropped")
}

// restoring fetches a task's part and verifies it, before anything is loaded.
type restoring struct {
	ckpt  int64
	part  StatePart
	data  []byte
	held  []state.Share // the operator state as it was when the operator had been given it; kept where a history is
	tries int
}

func (x *restoring) begin(c *Common, m *Msg, fx *Effects) error {
	*x = restoring{ckpt: m.Ckpt}
	if m.State == nil {
		c.tell(fx, Fetched, c.Coord, m.Ckpt, nil)
		return nil
	}
	var err error
	if x.part, err = ParseStatePart(m.State); err != nil {
		return fmt.Errorf("restore checkpoint %d: %w", m.Ckpt, err)
	}
	x.get(fx)
	return nil
}

func (x *restoring) get(fx *Effects) {
	fx.Do(Op{Verb: Get, Name: x.part.Name, Tag: restoreTag, At: AtDownloading, Ckpt: x.ckpt})
}

// storageTries is how often an operation that must succeed is tried before its machine fails.
const storageTries = 10

func (x *restoring) fetched(c *Common, r *Result, fx *Effects) error {
	switch {
	case r.Name != x.part.Name:
		return nil // of a part that is not wanted any more
	case r.Err == nil:
		x.data = r.Data
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
