package window

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
)

// A rig runs an operator in the engine's own task, without sources and sinks: records, watermarks and the clock come from the test.
type rig[V, R any] struct {
	testing.TB
	task  engine.Machine
	fx    engine.Effects
	store backends.Store
	keys  tables.KeyType[uint64]
	rows  engine.Rows[uint64, V]
	now   int64
	wake  int64
	out   func(k uint64, r R)
}

const groups = 128

func newRig[V, R any](t testing.TB, b backends.Backend, op engine.Operator[uint64, V, R], out func(k uint64, r R)) *rig[V, R] {
	t.Helper()
	return newRigAt(t, 0, b, op, out)
}

// newRigAt begins at a time of the clock, with what a store held.
func newRigAt[V, R any](t testing.TB, now int64, b backends.Backend, op engine.Operator[uint64, V, R], out func(k uint64, r R), restore ...backends.Entry) *rig[V, R] {
	t.Helper()
	return newRigWith(t, now, b, op, out, nil, restore...)
}

// newRigWith begins with what a task held of operator state, too; nil: it begins without a checkpoint.
func newRigWith[V, R any](t testing.TB, now int64, b backends.Backend, op engine.Operator[uint64, V, R], out func(k uint64, r R), held []state.Share, restore ...backends.Entry) *rig[V, R] {
	t.Helper()
	r := &rig[V, R]{TB: t, keys: tables.Longs(groups), now: now, out: out}
	spec := &engine.Spec{Sources: 1, Parallelism: 1, Groups: groups, Open: func(_ int64, _ int, g backends.Groups) (s backends.Store, err error) {
		r.store, err = b.Open(backends.Options{Groups: g, Dir: t.TempDir()})
		return r.store, err
	}}
	g, err := engine.Build(spec, 1, engine.Parts[uint64, V, R]{
		Key: r.keys,
		Log: func(int) engine.Log[uint64, V] { return nil },
		Op:  func() engine.Operator[uint64, V, R] { return op },
		Txn: func() engine.Txn[uint64, R] { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	r.task = g.Machines[g.Find(engine.Role{Kind: engine.TaskRole})]
	r.step(&engine.Event{Kind: engine.Start})
	for i := range restore {
		if err := r.store.Restore(&restore[i]); err != nil {
			t.Fatal(err)
		}
	}
	r.load(held)
	r.step(&engine.Event{Kind: engine.Tell, Msg: engine.Msg{Kind: engine.Run}})
	return r
}

// load restores a checkpoint whose state file is empty, so that nothing but operator state comes of it, or none.
func (r *rig[V, R]) load(held []state.Share) {
	ckpt := int64(0)
	if held != nil {
		ckpt = 1
		part := engine.StatePart{Name: "state/1-1-0", Groups: backends.Groups{Last: groups - 1}, Held: string(state.AppendShares(nil, held))}
		r.step(&engine.Event{Kind: engine.Tell, Msg: engine.Msg{Kind: engine.Restore, Ckpt: ckpt, State: []byte(part.String())}})
		get := r.fx.Ops[0]
		r.step(&engine.Event{Kind: engine.Done, Res: engine.Result{Verb: get.Verb, Name: get.Name, Tag: get.Tag}})
	}
	r.step(&engine.Event{Kind: engine.Tell, Msg: engine.Msg{Kind: engine.Load, Ckpt: ckpt}})
}

// held is the operator state of the task, as a checkpoint would capture it now.
func (r *rig[V, R]) held() []state.Share {
	all, err := r.task.(interface{ Held() ([]state.Share, error) }).Held()
	if err != nil {
		r.Fatal(err)
	}
	return all
}

// step steps the task, and polls it as long as it wants to be.
func (r *rig[V, R]) step(ev *engine.Event) {
	for {
		ev.Now = r.now
		r.fx.Reset()
		r.task.Step(ev, &r.fx)
		if r.fx.Err != nil {
			r.Fatal(r.fx.Err)
		}
		if r.fx.Wake != 0 {
			r.wake = r.fx.Wake
		}
		for _, s := range r.fx.Sends {
			rows := s.Batch.Cols.(*engine.Rows[uint64, R])
			for i := range rows.Keys {
				r.out(rows.Keys[i].K, rows.Vals[i])
			}
			s.Batch.Free()
		}
		if r.fx.Takes&engine.MayPoll == 0 {
			return
		}
		ev = &engine.Event{Kind: engine.Poll}
	}
}

// add adds a record to the batch that mark or send sends.
func (r *rig[V, R]) add(key uint64, v V, at int64) {
	r.rows.Keys = append(r.rows.Keys, backends.Key[uint64]{})
	r.keys.Mark(r.rows.Keys[len(r.rows.Keys)-1:], []uint64{key})
	r.rows.Vals, r.rows.Times = append(r.rows.Vals, v), append(r.rows.Times, at)
}

// send sends the batch, and behind it a watermark unless that is engine.NoMark.
func (r *rig[V, R]) send(mark int64) {
	r.step(&engine.Event{Kind: engine.Data, Batch: &engine.Batch{Cols: &r.rows, Mark: mark}})
	r.rows.Reset()
}

// clock moves processing time.
func (r *rig[V, R]) clock(now int64) {
	for r.wake != 0 && r.wake <= now {
		r.now, r.wake = max(r.now, r.wake), 0
		r.step(&engine.Event{Kind: engine.Wake})
	}
	r.now = max(r.now, now)
}

// entries are what the store holds.
func (r *rig[V, R]) entries() (all []backends.Entry) {
	s, err := r.store.Snapshot()
	if err != nil {
		r.Fatal(err)
	}
	defer s.Close()
	for g := range groups {
		if err := s.Each(g, func(e *backends.Entry) error {
			c := *e
			c.Key, c.Value = append([]byte(nil), e.Key...), append([]byte(nil), e.Value...)
			all = append(all, c)
			return nil
		}); err != nil {
			r.Fatal(err)
		}
	}
	return all
}
