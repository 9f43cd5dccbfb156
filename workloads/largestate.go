package workloads

import (
	"encoding/binary"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// LargeState is the job whose state is large: a value of so many bytes for every key. The first records write each key once; of those that
// follow some look into the value, some write it anew without looking, and the others look and write. What a key saw is in a small state beside it.
func LargeState() Workload {
	params := append(append(keyParams("1M", "3M"), sizeParams("value", "100", "a value")...),
		share("reads", "0.5", "this share of the records behind the first of each key reads the value and writes none"),
		share("updates", "0", "this share of them writes the value without reading it; the others do both"),
	)
	return drawn("large-state", "a value for each of many keys: filled once, then read and written", params, func(v *values, d Draws, o Options) (*Job, error) {
		d.Fill = d.Law != fileLaw
		j := &largeJob{countJob{draws: d, size: chainWidth, timed: true, groups: o.Groups}, v.sizing("value"), v.share("reads"), v.share("updates")}
		if err := v.checkShares("reads", "updates"); err != nil {
			return nil, err
		}
		return j.job(), nil
	})
}

type largeJob struct {
	countJob
	sizing
	reading, updating float64
}

// What a record does to the value of its key.
const (
	readsValue = iota
	updatesValue
	readsAndWrites
)

// does is what a key's nth record does.
func (j *largeJob) does(key, n uint64) int {
	switch u := unit(mix(key<<32 ^ n)); {
	case n > 1 && u < j.reading:
		return readsValue
	case u < j.reading+j.updating:
		return updatesValue
	}
	return readsAndWrites
}

// The states of the job.
const (
	seenState  = "seen"
	largeState = "value"
)

func (j *largeJob) job() *Job {
	in := j.input()
	job := rowJob(&j.countJob, in, func() engine.Operator[uint64, backends.Void, Row] {
		return &largeOp{counting: counting{job: &j.countJob}, large: j}
	})
	job.Fold = func() Fold { return newLargeFold(j, in) }
	return job
}

type largeOp struct {
	engine.Untimed[uint64, Row]
	counting
	large *largeJob
	value tables.Value[backends.Void, Padded]
	want  []byte
}

func (o *largeOp) Open(s *tables.Scope[uint64]) (err error) {
	if err = o.open(s); err == nil {
		o.value, err = tables.OpenValue(s, largeState, tables.None{}, o.large.codec())
	}
	return err
}

func (o *largeOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Row]) {
	none := backends.Void{}
	row := Row{id, o.count(id)}
	key := o.keys.Cur().K
	what := o.large.does(key, row.N)
	var v Padded
	var ok bool
	if what != updatesValue {
		v, ok = o.value.Get(none)
	}
	if what == readsValue {
		if !ok || !v.sound(&o.want) { // a row that nobody expects
			row.H = ^row.H
		}
		out.Emit(row)
		return
	}
	o.value.Set(none, o.large.write(v, key, row.Chain))
	out.Emit(row)
}

func (o *largeOp) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }

// largeFold knows besides the chain of each key what it was when the value was written last.
type largeFold struct {
	*countFold
	job   *largeJob
	wrote []Chain
}

func newLargeFold(j *largeJob, in *Input) *largeFold {
	return &largeFold{newCountFold(&j.countJob, in), j, make([]Chain, len(in.Keys))}
}

func (f *largeFold) To(offsets, marks []int64) {
	if isBack(f.at, offsets) {
		*f = *newLargeFold(f.job, f.in)
	}
	eachFrom(f.at, offsets, func(p int, off int64) {
		x := &f.in.Parts[p]
		if k, c := x.Key[off], (Chain{uint64(x.N[off]), x.H[off]}); f.job.does(uint64(k), c.N) != readsValue {
			f.wrote[k] = c
		}
	})
	f.countFold.To(offsets, marks)
}

func (f *largeFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k, c := range f.heads {
		if c.N == 0 {
			continue
		}
		e.Group = int(f.in.Group[k])
		e.Key = binary.BigEndian.AppendUint64(e.Key[:0], uint64(k))
		e.State, e.Value = seenState, chains{}.Append(e.Value[:0], c)
		yield(e)
		e.State, e.Value = largeState, f.job.append(e.Value[:0], uint64(k), f.wrote[k])
		yield(e)
	}
}
