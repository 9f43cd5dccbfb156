package engine

import "errors"

// An intake takes the batches of one input of a task. It alone knows the type of the records there; what a task does besides is the same for all.
type intake[K comparable, R any] interface {
	take(t *Keyed[K, R], b *Batch, fx *Effects) error
}

// A processor is what an operator does with the records of one input.
type processor[K comparable, V, R any] interface {
	Process(v V, id ID, at int64, out *Out[K, R])
}

// firstOf and secondOf are what a Two does with the records of one input.
type firstOf[K comparable, A, B, R any] struct{ two Two[K, A, B, R] }

func (x firstOf[K, A, B, R]) Process(a A, id ID, at int64, out *Out[K, R]) {
	x.two.First(a, id, at, out)
}

type secondOf[K comparable, A, B, R any] struct{ two Two[K, A, B, R] }

func (x secondOf[K, A, B, R]) Process(b B, id ID, at int64, out *Out[K, R]) {
	x.two.Second(b, id, at, out)
}

// rowsOf is the intake of an input whose records are V.
type rowsOf[K comparable, V, R any] struct{ op processor[K, V, R] }

func (x rowsOf[K, V, R]) take(t *Keyed[K, R], b *Batch, fx *Effects) error {
	rows := b.Cols.(*Rows[K, V])
	if b.All {
		return x.hear(t, rows, fx)
	}
	return x.process(t, rows, fx)
}

// process runs a batch. What it emits, and what it tells, leaves only if End returned nil.
func (x rowsOf[K, V, R]) process(t *Keyed[K, R], rows *Rows[K, V], fx *Effects) error {
	keys, op, out := t.Scope.Keys, x.op, &t.out
	keys.Batch = rows.Keys
	if c := t.Scope.Census; c != nil {
		c.Records += int64(len(rows.Keys))
	}
	out.mark = t.in.low
	t.Scope.Store.Begin()
	switch {
	case t.Spec.Planted != nil:
		x.processPlanted(t, rows)
	case len(rows.IDs) == 0 && len(rows.Times) == 0:
		for i, v := range rows.Vals {
			keys.At = i
			op.Process(v, 0, NoTime, out)
		}
	case len(rows.Times) == 0:
		for i, v := range rows.Vals {
			keys.At = i
			op.Process(v, rows.IDs[i], NoTime, out)
		}
	case len(rows.IDs) == 0:
		for i, v := range rows.Vals {
			keys.At = i
			op.Process(v, 0, rows.Times[i], out)
		}
	default:
		for i, v := range rows.Vals {
			keys.At = i
			op.Process(v, rows.IDs[i], rows.Times[i], out)
		}
	}
	err := t.Scope.Store.End()
	if t.Spec.Track && len(rows.IDs) > 0 {
		f := Fact{Kind: Applied, IDs: rows.IDs}
		if err != nil {
			f.Kind, f.Text = Failed, err.Error()
		}
		fx.Fact(f)
	}
	if err != nil {
		return err
	}
	t.ledger.leave(t.in.low, fx)
	out.port.flush(fx, NoMark, 0)
	return nil
}

// hear runs a batch whose records all tasks have.
func (x rowsOf[K, V, R]) hear(t *Keyed[K, R], rows *Rows[K, V], fx *Effects) error {
	op, ok := x.op.(Hearer[K, V, R])
	if !ok {
		return errors.New("a record came that is for every task, and the operator is no Hearer")
	}
	t.Scope.Keys.Batch, t.out.mark = rows.Keys, t.in.low
	var mine []ID
	t.Scope.Store.Begin()
	for i, v := range rows.Vals {
		t.Scope.Keys.At = i
		own := t.own.Has(int(rows.Keys[i].Group))
		id := at(rows.IDs, i, 0)
		if op.Hear(v, id, at(rows.Times, i, NoTime), own, &t.out); own {
			mine = append(mine, id)
		}
	}
	if err := t.Scope.Store.End(); err != nil {
		return err
	}
	if t.Spec.Track && len(mine) > 0 {
		fx.Fact(Fact{Kind: Applied, IDs: mine})
	}
	t.out.port.flush(fx, NoMark, 0)
	return nil
}

// at is the i-th of a column, none where the job has no such column.
func at[T any](column []T, i int, none T) T {
	if i < len(column) {
		return column[i]
	}
	return none
}

// processPlanted is process in an attempt that carries a bug on purpose: those that go wrong record by record are here, off the steady path.
func (x rowsOf[K, V, R]) processPlanted(t *Keyed[K, R], rows *Rows[K, V]) {
	for i, v := range rows.Vals {
		t.Scope.Keys.At = i
		id, times := at(rows.IDs, i, 0), 1
		if t.seen++; t.seen%37 == 0 {
			if t.bug("lost-record") {
				times = 0
			}
			if t.bug("duplicated-record") {
				times = 2
			}
		}
		for range times {
			x.op.Process(v, id, at(rows.Times, i, NoTime), &t.out)
		}
	}
}
