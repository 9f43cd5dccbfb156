package workloads

import (
	"encoding/binary"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// ContinuousJoin is the join that knows no window, Gadget's. Of the first input the last record of a key stands, until another replaces it or the
// key is finished. One of the second is paired with what stands when it comes, or waits for the next of the first. Which of the two a record
// is of, and whether it finishes its key, is drawn. Each pair comes out as a pane, from the offset of the first to that of the second.
func ContinuousJoin() Workload {
	params := append(keyParams("10k", "1M"),
		share("finishes", "0.1", "this share of the records finishes its key: what stands and what waits is forgotten"),
	)
	return drawn("continuous-join", "records of two inputs paired by key, without a window, until the key is finished", params, func(v *values, d Draws, o Options) (*Job, error) {
		j := &continuousJob{countJob{draws: d, size: chainWidth, groups: o.Groups}, v.share("finishes")}
		return j.job(), nil
	})
}

type continuousJob struct {
	countJob
	finishing float64
}

// What a record is: the first two as side says.
const (
	stands = iota
	joins
	finishes
)

func (j *continuousJob) what(id engine.ID) int {
	if unit(mix(uint64(id)^0xF1A)) < j.finishing {
		return finishes
	}
	return side(id)
}

// standingState is the record of the first input that stands, and waitingState those of the second that wait.
const standingState = "standing"

func (j *continuousJob) job() *Job {
	in := j.input()
	log := func(part int) engine.Log[uint64, backends.Void] { return countLog{&in.Parts[part]} }
	job := toldJob(&j.countJob, in, log, func() engine.Operator[uint64, backends.Void, Told] {
		return &continuousOp{counting: counting{job: &j.countJob}, join: j}
	})
	job.Fold = func() Fold { return newContinuousFold(j, in) }
	job.Panes, job.Late, job.Aside = toldPanes(len(in.Keys)), toldLate, append(job.Aside, panesState)
	job.Windows = func(offsets []int64) ([]Pane, []engine.ID) { return j.batch(in, offsets), nil }
	return job
}

type continuousOp struct {
	engine.Untimed[uint64, Told]
	counting
	join     *continuousJob
	standing tables.Value[backends.Void, uint64]
	waiting  tables.List[backends.Void, uint64]
	told     tables.Value[backends.Void, uint64] // pairs of a key
}

func (o *continuousOp) Open(s *tables.Scope[uint64]) (err error) {
	if err = o.open(s); err != nil {
		return err
	}
	if o.standing, err = tables.OpenValue(s, standingState, tables.None{}, tables.Uint64{}); err != nil {
		return err
	}
	if o.waiting, err = tables.OpenList(s, waitingState, tables.None{}, tables.Uint64{}); err != nil {
		return err
	}
	o.told, err = tables.OpenValue(s, panesState, tables.None{}, tables.Uint64{})
	return err
}

func (o *continuousOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Told]) {
	out.Emit(Told{Row: Row{id, o.count(id)}})
	none := backends.Void{}
	switch o.join.what(id) {
	case finishes:
		o.standing.Clear(none)
		o.waiting.Clear(none)
	case stands:
		n, _ := o.told.Get(none)
		before := n
		o.waiting.Each(none, func(b uint64) bool {
			n++
			out.Emit(paired(n, id, engine.ID(b)))
			return true
		})
		if n > before {
			o.waiting.Clear(none)
			o.told.Set(none, n)
		}
		o.standing.Set(none, uint64(id))
	case joins:
		a, ok := o.standing.Get(none)
		if !ok {
			o.waiting.Add(none, uint64(id))
			return
		}
		n, _ := o.told.Get(none)
		o.told.Set(none, n+1)
		out.Emit(paired(n+1, engine.ID(a), id))
	}
}

func (o *continuousOp) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }

// paired is the nth pair of a key, told.
func paired(n uint64, a, b engine.ID) Told {
	return Told{What: aPane, Row: Row{engine.ID(n), Chain{}.pair(uint64(a), uint64(b))}, A: a.Offset(), B: b.Offset()}
}

// batch pairs the records of each key from all of them at once: with the last of the first input before it, or else with the first behind it, of
// those between the same two that finish the key.
func (j *continuousJob) batch(in *Input, offsets []int64) (panes []Pane) {
	of := make([][]engine.ID, len(in.Keys)) // the records of a key are of one partition
	for p := range in.Parts {
		x := &in.Parts[p]
		for off := range min(offsets[p], int64(len(x.Key))) {
			of[x.Key[off]] = append(of[x.Key[off]], engine.MakeID(p, off))
		}
	}
	for k, ids := range of {
		for i, b := range ids {
			if j.what(b) != joins {
				continue
			}
			if a, ok := j.partner(ids, i); ok {
				panes = append(panes, Pane{Key: int32(k), Start: a.Offset(), End: b.Offset(), N: 1, Sum: Chain{}.pair(uint64(a), uint64(b)).H})
			}
		}
	}
	return panes
}

func (j *continuousJob) partner(ids []engine.ID, i int) (engine.ID, bool) {
	for _, step := range []int{-1, 1} {
		for at := i + step; at >= 0 && at < len(ids) && j.what(ids[at]) != finishes; at += step {
			if j.what(ids[at]) == stands {
				return ids[at], true
			}
		}
	}
	return 0, false
}

// continuousFold knows what stands and what waits of every key.
type continuousFold struct {
	*countFold
	job      *continuousJob
	standing []int64 // names, -1: nothing
	waiting  [][]engine.ID
	told     []uint64
}

func newContinuousFold(j *continuousJob, in *Input) *continuousFold {
	n := len(in.Keys)
	f := &continuousFold{countFold: newCountFold(&j.countJob, in), job: j, standing: make([]int64, n), waiting: make([][]engine.ID, n), told: make([]uint64, n)}
	for k := range f.standing {
		f.standing[k] = -1
	}
	return f
}

func (f *continuousFold) To(offsets, marks []int64) {
	if isBack(f.at, offsets) {
		*f = *newContinuousFold(f.job, f.in)
	}
	eachFrom(f.at, offsets, func(p int, off int64) { f.see(f.in.Parts[p].Key[off], engine.MakeID(p, off)) })
	f.countFold.To(offsets, marks)
}

func (f *continuousFold) see(k int32, id engine.ID) {
	switch f.job.what(id) {
	case finishes:
		f.standing[k], f.waiting[k] = -1, nil
	case stands:
		f.told[k] += uint64(len(f.waiting[k]))
		f.standing[k], f.waiting[k] = int64(id), nil
	case joins:
		if f.standing[k] < 0 {
			f.waiting[k] = append(f.waiting[k], id)
		} else {
			f.told[k]++
		}
	}
}

func (f *continuousFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k, c := range f.heads {
		if c.N == 0 {
			continue
		}
		e.Group = int(f.in.Group[k])
		e.Key = numbers(e.Key[:0], int64(k))
		e.State, e.Value = seenState, chains{}.Append(e.Value[:0], c)
		yield(e)
		if f.standing[k] >= 0 {
			e.State, e.Value = standingState, numbers(e.Value[:0], f.standing[k])
			yield(e)
		}
		if f.told[k] > 0 {
			e.State, e.Value = panesState, numbers(e.Value[:0], int64(f.told[k]))
			yield(e)
		}
		if len(f.waiting[k]) > 0 {
			e.State, e.Value = waitingState, e.Value[:0]
			for _, id := range f.waiting[k] {
				e.Value = binary.BigEndian.AppendUint64(e.Value, uint64(id))
			}
			yield(e)
		}
	}
}
