package engine

import (
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine/state"
)

// How a task takes part in a checkpoint: barriers, the synchronous half of a snapshot, its upload and the Ack.

// A pin is a snapshot whose asynchronous half is under way.
type pin struct {
	ckpt  int64
	snap  backends.Snapshot
	body  *stateBody
	held  []state.Share // the operator state
	tries int
}

func (t *Keyed[K, R]) barrier(ch int, id int64, fx *Effects) error {
	if id == 0 {
		return nil
	}
	first, last := t.in.barrier(ch, id)
	if first {
		fx.Note(AtBarrier, id)
	}
	if !last {
		return nil
	}
	t.out.port.flush(fx, NoMark, id)
	if t.in.low != EndOfTime && t.bug("write-after-cut") {
		t.late = id
		return nil
	}
	return t.snapshot(id, fx)
}

// snapshot is the synchronous half. The asynchronous one is the operation's Body.
func (t *Keyed[K, R]) snapshot(id int64, fx *Effects) error {
	held, err := t.Held()
	if err != nil {
		return fmt.Errorf("snapshot for checkpoint %d: %w", id, err)
	}
	s, err := t.pinned()
	if err != nil {
		return fmt.Errorf("snapshot for checkpoint %d: %w", id, err)
	}
	fx.Note(AtSynced, id)
	if t.Scope.Census != nil {
		t.census(fx)
	}
	t.pins = append(t.pins, pin{ckpt: id, snap: s, held: held})
	t.upload(&t.pins[len(t.pins)-1], fx)
	return nil
}

// Held captures the operator state as a checkpoint does between two batches. It is copied in the synchronous half, as Flink does.
func (t *Keyed[K, R]) Held() ([]state.Share, error) {
	if t.held == nil {
		return nil, nil
	}
	if err := t.holder.Snapshot(); err != nil {
		return nil, err
	}
	return t.held.Capture(), nil
}

func (t *Keyed[K, R]) upload(p *pin, fx *Effects) {
	p.body = newStateBody(p.snap, false, t.Spec.Volatile, t.ledger)
	if t.bug("extra-files") { // benign: a file more that nobody reads
		fx.Do(Op{Verb: Put, Name: fmt.Sprintf("extra/%d-%d-%d", t.Epoch, p.ckpt, t.Index), Body: Bytes("nothing"), Tag: -2})
	}
	fx.Do(Op{Verb: Put, Name: fmt.Sprintf("state/%d-%d-%d", t.Epoch, p.ckpt, t.Index), Body: p.body, Tag: p.ckpt, At: AtUploading, Ckpt: p.ckpt})
}

// uploadTries is how often a part of a checkpoint is put before the task declines the checkpoint.
const uploadTries = 3

func (t *Keyed[K, R]) uploaded(r *Result, fx *Effects) {
	for i := range t.pins {
		p := &t.pins[i]
		if p.ckpt != r.Tag {
			continue
		}
		if p.tries++; r.Err != nil && p.tries < uploadTries {
			t.upload(p, fx)
			return
		}
		if r.Err != nil {
			t.tell(fx, Decline, t.Coord, p.ckpt, []byte(r.Err.Error()))
		} else {
			if t.held != nil && t.bug("operator-state-not-copied") {
				p.held = t.held.Capture()
			}
			part := p.body.part
			part.Name, part.Operator, part.States = r.Name, t.Spec.Operator, t.states()
			part.hold(p.held)
			fx.Note(AtUploaded, p.ckpt)
			if t.Spec.Track {
				fx.Fact(Fact{Kind: Snapped, Ckpt: p.ckpt, Digest: part.whole(t.Role.Index), Pos: part.Entries, Armed: p.body.armed})
			}
			t.tell(fx, Ack, t.Coord, p.ckpt, []byte(part.String()))
		}
		p.snap.Close() // here, for it is the store's goroutine
		t.pins = append(t.pins[:i], t.pins[i+1:]...)
		return
	}
}
