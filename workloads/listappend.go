package workloads

import (
	"encoding/binary"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// ListAppend is the job of lists: every record appends an element to the list of its key, some look into it, and when it is full it is cleared.
func ListAppend() Workload {
	params := append(append(keyParams("10k", "1M"), sizeParams("element", "16", "an element")...),
		amount("length", "100", "elements of a list, at which it is cleared", 1, 1_000_000),
		share("reads", "0.1", "this share of the records looks into the list before it appends"),
	)
	return drawn("list-append", "a list for each key: appended to, looked into, and cleared when it is full", params, func(v *values, d Draws, o Options) (*Job, error) {
		j := &listJob{countJob{draws: d, size: chainWidth, timed: true, groups: o.Groups}, v.sizing("element"), uint64(v.amount("length")), v.share("reads")}
		return j.job(), nil
	})
}

type listJob struct {
	countJob
	sizing
	length uint64
	share  float64
}

// elementsState is the lists.
const elementsState = "elements"

// held is how many elements the list has when a key has seen n records.
func (j *listJob) held(n uint64) uint64 { return n % j.length }

func (j *listJob) looks(key, n uint64) bool { return unit(mix(key<<32^n^0x115)) < j.share }

func (j *listJob) job() *Job {
	in := j.input()
	job := rowJob(&j.countJob, in, func() engine.Operator[uint64, backends.Void, Row] {
		return &listOp{counting: counting{job: &j.countJob}, list: j}
	})
	job.Fold = func() Fold { return newListFold(j, in) }
	return job
}

type listOp struct {
	engine.Untimed[uint64, Row]
	counting
	list  *listJob
	state tables.List[backends.Void, Padded]
	want  []byte
}

func (o *listOp) Open(s *tables.Scope[uint64]) (err error) {
	if err = o.open(s); err == nil {
		o.state, err = tables.OpenList(s, elementsState, tables.None{}, o.list.codec())
	}
	return err
}

func (o *listOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Row]) {
	none := backends.Void{}
	before, _ := o.seen.Get(none)
	row := Row{id, o.count(id)}
	if o.list.looks(o.keys.Cur().K, row.N) && !o.whole(before) { // a row that nobody expects
		row.H = ^row.H
	}
	if o.list.held(row.N) == 0 {
		o.state.Clear(none)
	} else {
		o.state.Add(none, o.list.write(Padded{}, o.keys.Cur().K, row.Chain))
	}
	out.Emit(row)
}

// whole tells whether the list holds the last records of a key whose chain is c, in their order.
func (o *listOp) whole(c Chain) bool {
	n, last, ok := uint64(0), Chain{}, true
	o.state.Each(backends.Void{}, func(v Padded) bool {
		ok = ok && v.sound(&o.want) && (n == 0 || v.N == last.N+1)
		n, last = n+1, v.Chain
		return ok
	})
	return ok && n == o.list.held(c.N) && (n == 0 || last == c)
}

func (o *listOp) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }

// listFold knows the elements of every list.
type listFold struct {
	*countFold
	job   *listJob
	lists [][]Chain
}

func newListFold(j *listJob, in *Input) *listFold {
	return &listFold{newCountFold(&j.countJob, in), j, make([][]Chain, len(in.Keys))}
}

func (f *listFold) To(offsets, marks []int64) {
	if isBack(f.at, offsets) {
		*f = *newListFold(f.job, f.in)
	}
	eachFrom(f.at, offsets, func(p int, off int64) {
		x := &f.in.Parts[p]
		k, c := x.Key[off], Chain{uint64(x.N[off]), x.H[off]}
		if f.lists[k] = append(f.lists[k], c); f.job.held(c.N) == 0 {
			f.lists[k] = f.lists[k][:0]
		}
	})
	f.countFold.To(offsets, marks)
}

func (f *listFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k, c := range f.heads {
		if c.N == 0 {
			continue
		}
		e.Group = int(f.in.Group[k])
		e.Key = binary.BigEndian.AppendUint64(e.Key[:0], uint64(k))
		e.State, e.Value = seenState, chains{}.Append(e.Value[:0], c)
		yield(e)
		if len(f.lists[k]) == 0 {
			continue
		}
		e.State, e.Value = elementsState, e.Value[:0]
		for _, c := range f.lists[k] {
			e.Value = f.job.appendElement(e.Value, uint64(k), c)
		}
		yield(e)
	}
}
