package workloadtest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
	"github.com/weirbench/weir/workloads"
)

// A rig runs the machines of one graph by hand: sources, one keyed task, one sink, one reader.
type rig struct {
	graph *engine.Graph
	store backends.Store
	parts int
	ended []bool
	marks []int64 // of the sources
	at    []int64 // their offsets
	fx    engine.Effects
	now   int64
	wake  int64  // when the task wants to be woken, 0: never
	rows  []byte // of the last transaction

	volatile []string // states that no fold yields
}

func newSpec(parts, batch int) (*engine.Spec, *backends.Store) {
	opened := new(backends.Store)
	return &engine.Spec{Sources: parts, Parallelism: 1, Groups: groups, Batch: batch, Track: true, Readers: 1, ReadEvery: 1,
		Open: func(_ int64, _ int, g backends.Groups) (s backends.Store, err error) {
			*opened, err = heap.Backend{}.Open(backends.Options{Groups: g})
			return *opened, err
		}}, opened
}

func newRig(job *workloads.Job, batch int) (*rig, error) {
	r := &rig{parts: len(job.Input.Parts), volatile: job.Volatile}
	spec, store := newSpec(r.parts, batch)
	var err error
	if r.graph, err = job.Build(spec, 1); err != nil {
		return nil, err
	}
	r.store, r.ended, r.marks, r.at = *store, make([]bool, r.parts), slices.Repeat([]int64{engine.NoMark}, r.parts), make([]int64, r.parts)
	for i := range r.parts + 3 {
		if err := r.step(i, engine.Event{Kind: engine.Start}); err != nil {
			return nil, err
		}
	}
	for _, kind := range []engine.MsgKind{engine.Restore, engine.Load} { // of nothing: the task's operator begins
		if err := r.step(r.task(), engine.Event{Kind: engine.Tell, Msg: engine.Msg{Kind: kind}}); err != nil {
			return nil, err
		}
	}
	for i := range r.parts + 1 { // sources and task
		if err := r.step(i, engine.Event{Kind: engine.Tell, Msg: engine.Msg{Kind: engine.Run}}); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *rig) task() int   { return r.parts }
func (r *rig) sink() int   { return r.parts + 1 }
func (r *rig) reader() int { return r.parts + 2 }

// step gives a machine an event. What it wants done is in r.fx.
func (r *rig) step(machine int, ev engine.Event) error {
	r.now++
	ev.Now = r.now
	r.fx.Reset()
	engine.Take(r.graph.Machines[machine], &ev, &r.fx)
	if r.fx.Err != nil {
		return fmt.Errorf("%s: %w", r.graph.Roles[machine], r.fx.Err)
	}
	return nil
}

// poll lets a source read a batch, nil at the end.
func (r *rig) poll(part int) (*engine.Batch, error) {
	if r.ended[part] {
		return nil, nil
	}
	err := r.step(part, engine.Event{Kind: engine.Poll})
	for ; err == nil && r.fx.Wake > 0; err = r.step(part, engine.Event{Kind: engine.Wake}) { // a silence: its end is all that matters here
		for _, s := range r.fx.Sends {
			s.Batch.Free()
		}
		r.now = r.fx.Wake - 1
	}
	if err != nil {
		return nil, err
	}
	if len(r.fx.Sends) != 1 {
		return nil, fmt.Errorf("source/%d sent %d batches for one task", part, len(r.fx.Sends))
	}
	b := r.fx.Sends[0].Batch
	r.ended[part], r.marks[part] = b.Mark == engine.EndOfTime, b.Mark
	r.at[part] += int64(b.Cols.Len())
	return b, nil
}

// feed gives a batch of a source to the task, which is woken before if it is time.
func (r *rig) feed(part int, b *engine.Batch) error {
	if r.wake != 0 && r.wake <= r.now {
		r.wake = 0
		if err := r.run(engine.Event{Kind: engine.Wake}); err != nil {
			return err
		}
	}
	return r.run(engine.Event{Kind: engine.Data, Chan: part, Batch: b})
}

// run gives an event to the task, and what that sends to the sink.
func (r *rig) run(ev engine.Event) error {
	b := ev.Batch
	if err := r.step(r.task(), ev); err != nil {
		return err
	}
	for {
		more := r.fx.Takes == engine.MayPoll
		if r.fx.Wake != 0 {
			r.wake = r.fx.Wake
		}
		out := append([]engine.Send(nil), r.fx.Sends...)
		if !r.fx.Passed(b) && b != nil {
			b.Free()
		}
		b = nil
		for _, s := range out {
			if err := r.collect(s.Batch); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
		if err := r.step(r.task(), engine.Event{Kind: engine.Poll}); err != nil {
			return err
		}
	}
}

func (r *rig) collect(b *engine.Batch) error {
	if err := r.step(r.sink(), engine.Event{Kind: engine.Data, Batch: b}); err != nil {
		return err
	}
	for i := range r.fx.Ops {
		if op := &r.fx.Ops[i]; op.At == engine.AtUploading {
			var err error
			if r.rows, err = engine.Encode(op, nil); err != nil {
				return err
			}
		}
	}
	if !r.fx.Passed(b) {
		b.Cols.Poison()
		b.Free()
	}
	return nil
}

// move lets a source read one batch and the task process it. It tells whether there was one.
func (r *rig) move(part int) (bool, error) {
	b, err := r.poll(part)
	if b == nil || err != nil {
		return false, err
	}
	return !r.ended[part], r.feed(part, b)
}

// seal ends the transaction with a barrier, and returns its bytes, nil when it has no rows.
func (r *rig) seal(ckpt int64) ([]byte, error) {
	r.rows = nil
	for p := range r.parts {
		if err := r.step(p, engine.Event{Kind: engine.Tell, Msg: engine.Msg{Kind: engine.Trigger, Ckpt: ckpt}}); err != nil {
			return nil, err
		}
		if err := r.feed(p, r.fx.Sends[0].Batch); err != nil {
			return nil, err
		}
	}
	return r.rows, nil
}

// digest is that of the store and of the operator state, with its entries by what they are called.
func (r *rig) digest() (d engine.Digest, all map[string]string, err error) {
	snap, err := r.store.Snapshot()
	if err != nil {
		return d, nil, err
	}
	defer snap.Close()
	all = map[string]string{}
	for g := range groups {
		err := snap.Each(g, func(e *backends.Entry) error {
			if slices.Contains(r.volatile, e.State) {
				return nil
			}
			d.Add(e)
			all[title(e)] = string(e.Value)
			return nil
		})
		if err != nil {
			return d, nil, err
		}
	}
	held, err := r.graph.Machines[r.task()].(interface{ Held() ([]state.Share, error) }).Held()
	for i := range held {
		held[i].Each(func(e *backends.Entry) {
			d.Add(e)
			all[title(e)] = string(e.Value)
		})
	}
	return d, all, err
}

func title(e *backends.Entry) string {
	return fmt.Sprintf("state %s, group %d, key %x", e.State, e.Group, e.Key)
}

// ask lets the reader ask the task for a key, and returns the key as it was encoded and what it was told.
func (r *rig) ask() (key []byte, got []engine.Cursor, err error) {
	for {
		if err := r.step(r.reader(), engine.Event{Kind: engine.Wake}); err != nil {
			return nil, nil, err
		}
		key = bytes.Clone(r.fx.Facts[0].Key)
		if len(r.fx.Tells) == 1 {
			break
		}
		if err := r.absent(); err != nil { // a committed read, of which there is none yet
			return nil, nil, err
		}
	}
	if err := r.step(r.task(), engine.Event{Kind: engine.Tell, Msg: r.fx.Tells[0]}); err != nil {
		return nil, nil, err
	}
	if err := r.step(r.reader(), engine.Event{Kind: engine.Tell, Msg: r.fx.Tells[0]}); err != nil {
		return nil, nil, err
	}
	if err := r.absent(); err != nil {
		return nil, nil, err
	}
	f := r.fx.Facts[0]
	if f.Kind != engine.Answered {
		return nil, nil, fmt.Errorf("the reader gave up: %s", f.Text)
	}
	return key, append(got, f.Cursors...), nil
}

// absent answers the reader's look at the catalog: nothing is there.
func (r *rig) absent() error {
	op := r.fx.Ops[0]
	return r.step(r.reader(), engine.Event{Kind: engine.Done, Res: engine.Result{Verb: op.Verb, Name: op.Name, Tag: op.Tag, Err: backends.ErrAbsent}})
}

func (r *rig) close() error { return r.graph.Close() }

// A record is one row of a batch, its types told apart by what they print.
type record struct {
	key, val string
	group    uint16
	time     int64
	timed    bool
	id       engine.ID
}

// recordsOf reads a batch whatever the types of its rows.
func recordsOf(b *engine.Batch) (all []record) {
	v := reflect.ValueOf(b.Cols).Elem()
	keys, vals := v.FieldByName("Keys"), v.FieldByName("Vals")
	times := v.FieldByName("Times").Interface().([]int64)
	ids := v.FieldByName("IDs").Interface().([]engine.ID)
	for i := range keys.Len() {
		k := keys.Index(i)
		x := record{key: fmt.Sprint(k.FieldByName("K")), group: uint16(k.FieldByName("Group").Uint()), val: fmt.Sprint(vals.Index(i)), id: ids[i]}
		if x.timed = len(times) > 0; x.timed {
			x.time = times[i]
		}
		all = append(all, x)
	}
	return all
}
