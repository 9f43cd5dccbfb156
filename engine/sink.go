package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weirbench/weir/backends"
)

// A Txn gathers the rows of a transaction.
type Txn[K comparable, R any] interface {
	Add(*Rows[K, R])
	Seal() []byte // the transaction's bytes, now the caller's; nil when it has no rows. A new one begins
}

// A Sink writes rows once. At a barrier it seals its transaction and stores it where no reader looks; once the checkpoint is in the
// catalog it publishes it with PutNew under a name that depends on where the transaction came from alone, so that publishing again,
// in whatever attempt, changes nothing.
//
// Its state is every transaction that may still be unpublished: of this checkpoint, and of aborted ones before it.
type Sink[K comparable, R any] struct {
	Common
	Txn   Txn[K, R]
	in    inputs
	list  []*txn
	acks  []int64
	top   int64 // the newest completed checkpoint
	final bool  // top is the last there will be
	ended bool
	gone  bool       // Finished was told
	kept  Rows[K, R] // a planted bug
}

func (t *Sink[K, R]) Step(ev *Event, fx *Effects) {
	switch ev.Kind {
	case Start:
		t.in.init(t.Inputs, t.Spec.AtLeastOnce)
	case Data:
		t.data(ev.Batch, ev.Chan, fx)
	case Tell:
		t.told(&ev.Msg, fx)
	case Done:
		t.done(&ev.Res, fx)
	}
	fx.Takes = t.in.takes()
}

func (t *Sink[K, R]) data(b *Batch, ch int, fx *Effects) {
	rows := b.Cols.(*Rows[K, R])
	switch {
	case len(rows.Keys) > 0 && t.bug("sink-keeps-batch"): // reads a batch in the step after its own
		t.Txn.Add(&t.kept)
		if t.kept = *rows; b.Barrier != 0 {
			t.Txn.Add(rows)
			t.kept = Rows[K, R]{}
		}
	case len(rows.Keys) > 0:
		t.Txn.Add(rows)
	}
	if b.Mark != NoMark && t.in.mark(ch, b.Mark) && t.in.low == EndOfTime && !t.ended {
		t.ended = true
		fx.Note(AtInputEnd, 0)
	}
	if b.Barrier == 0 {
		return
	}
	first, last := t.in.barrier(ch, b.Barrier)
	if first {
		fx.Note(AtBarrier, b.Barrier)
	}
	if last {
		t.precommit(b.Barrier, fx)
	}
}

func (t *Sink[K, R]) precommit(ckpt int64, fx *Effects) {
	fx.Note(AtSynced, ckpt)
	if len(t.kept.Keys) > 0 {
		t.Txn.Add(&t.kept)
		t.kept = Rows[K, R]{}
	}
	if data := t.Txn.Seal(); data != nil {
		x := &txn{ckpt: ckpt, epoch: t.Epoch, sink: t.Role.Index, data: data}
		t.list = append(t.list, x)
		t.store(x, fx)
	}
	t.acks = append(t.acks, ckpt)
	t.ackStored(fx)
}

func (t *Sink[K, R]) store(x *txn, fx *Effects) {
	fx.Do(Op{Verb: Put, Name: fmt.Sprintf("txn/%d-%d-%d", x.epoch, x.ckpt, t.Index), Body: Bytes(x.data), Tag: x.ckpt, At: AtUploading, Ckpt: x.ckpt})
}

// ackStored acks the checkpoints whose transactions are all stored.
func (t *Sink[K, R]) ackStored(fx *Effects) {
	for len(t.acks) > 0 {
		var part strings.Builder
		part.WriteString("txns")
		for _, x := range t.list {
			if x.ckpt <= t.acks[0] {
				if x.name == "" {
					return
				}
				part.WriteString(" " + x.line(t.Role.Index))
			}
		}
		t.tell(fx, Ack, t.Coord, t.acks[0], []byte(part.String()))
		t.acks = t.acks[1:]
	}
}

func (t *Sink[K, R]) told(m *Msg, fx *Effects) {
	switch m.Kind {
	case Restore:
		if err := t.restore(m); err != nil {
			fx.Fail(fmt.Errorf("restore %s from checkpoint %d: %w", t.Role, m.Ckpt, err))
			return
		}
		t.tell(fx, Fetched, t.Coord, m.Ckpt, nil)
	case Load:
		t.top = m.Ckpt
		t.publish(fx)
		t.tell(fx, Restored, t.Coord, m.Ckpt, nil)
	case Complete:
		fx.Note(AtNotified, m.Ckpt)
		t.top = max(t.top, m.Ckpt)
		t.final = t.final || len(m.State) > 0
		t.publish(fx)
		t.finish(fx)
	case Abort:
		t.in.abort(m.Ckpt)
		if t.bug("sink-forgets-aborted") { // takes the transaction of an aborted checkpoint for aborted
			t.list = slices.DeleteFunc(t.list, func(x *txn) bool { return x.ckpt == m.Ckpt })
		}
	}
}

func (t *Sink[K, R]) restore(m *Msg) error {
	t.list = t.list[:0]
	for i, s := range strings.Fields(string(m.State)) {
		if i == 0 {
			continue // "txns"
		}
		x, err := parseTxn(s, t.Role.Index)
		if err != nil {
			return err
		}
		t.list = append(t.list, x)
	}
	return nil
}

// publish covers notifications that were lost: everything up to the newest completed checkpoint.
func (t *Sink[K, R]) publish(fx *Effects) {
	for _, x := range t.list {
		if x.ckpt <= t.top && x.name != "" && !x.publishing {
			x.publishing = true
			t.put(x, fx)
		}
	}
}

func (t *Sink[K, R]) put(x *txn, fx *Effects) {
	epoch := x.epoch
	if t.bug("sink-commits-twice") {
		epoch = t.Epoch
	}
	x.out = OutputName(x.sink, x.ckpt, epoch)
	if t.Spec.Track {
		fx.Fact(Fact{Kind: Publishing, Ckpt: x.ckpt, Text: x.out})
	}
	fx.Do(Op{Verb: PutNew, Name: x.out, Body: Bytes(x.name), Tag: -x.ckpt})
}

// OutputName is where readers of the output find the name of a transaction: of a sink, of the checkpoint and the attempt it came from.
func OutputName(sink int, ckpt, epoch int64) string {
	return fmt.Sprintf("out/%d/%08d-%d", sink, ckpt, epoch)
}

func (t *Sink[K, R]) done(r *Result, fx *Effects) {
	for _, x := range t.list {
		switch {
		case r.Tag == x.ckpt && x.name == "" && r.Verb == Put:
			t.stored(x, r, fx)
			return
		case r.Verb == PutNew && r.Name == x.out:
			t.published(x, r, fx)
			return
		}
	}
}

func (t *Sink[K, R]) stored(x *txn, r *Result, fx *Effects) {
	if r.Err != nil { // the rows are in no other place: never given up
		t.again(x, r.Err, fx, t.store)
		return
	}
	x.name, x.data, x.tries = r.Name, nil, 0
	fx.Note(AtUploaded, x.ckpt)
	t.ackStored(fx)
	t.publish(fx)
}

func (t *Sink[K, R]) published(x *txn, r *Result, fx *Effects) {
	if r.Err != nil && !errors.Is(r.Err, backends.ErrExists) {
		t.again(x, r.Err, fx, t.put)
		return
	}
	fx.Note(AtPublished, x.ckpt)
	t.list = slices.DeleteFunc(t.list, func(y *txn) bool { return y == x })
	t.finish(fx)
}

func (t *Sink[K, R]) again(x *txn, err error, fx *Effects, try func(*txn, *Effects)) {
	if x.tries++; x.tries >= storageTries {
		fx.Fail(fmt.Errorf("%s, output of checkpoint %d: %w", t.Role, x.ckpt, err))
		return
	}
	try(x, fx)
}

func (t *Sink[K, R]) finish(fx *Effects) {
	if t.final && len(t.list) == 0 && !t.gone {
		t.gone = true // once: the coordinator counts sinks
		t.tell(fx, Finished, t.Coord, t.top, nil)
	}
}
