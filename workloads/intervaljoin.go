package workloads

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/window"
)

// IntervalJoin is the job that pairs records of two inputs whose times are near. Which of the two a record is of is drawn. Each pair comes out as a
// pane: its window is from the time of the first to that of the second. With two source partitions or more each input has its own, with records of
// its own type; with one, its records are of both.
func IntervalJoin() Workload {
	params := append(append(keyParams("10k", "1M"), timeParams("0")...),
		measure(Millis, "before", "10k", "milliseconds that a record of the second input may be before its partner", 0, 1_000_000_000),
		measure(Millis, "after", "20k", "milliseconds that a record of the second input may be behind its partner", 0, 1_000_000_000),
	)
	return drawn("interval-join", "records of two inputs paired by key when their times are near", params, func(v *values, d Draws, o Options) (*Job, error) {
		dry := v.dries(&d)
		j := &intervalJob{dries: dry, countJob: countJob{draws: d, size: chainWidth, timed: true, groups: o.Groups}, times: v.timeline(o.Seed),
			before: v.amount("before") &^ 1, after: v.amount("after") &^ 1}
		if j.times.late > 0 && o.Parts > 1 {
			return nil, j.times.refuse(o.Parts)
		}
		return j.job(), nil
	})
}

type intervalJob struct {
	countJob
	dries
	times         timeline
	before, after int64 // even, so that no time to clean up is one of a watermark
}

func (j *intervalJob) job() *Job {
	in := j.input()
	log := func(part int) engine.Log[uint64, backends.Void] {
		return j.dries.log(in, part, &j.times)
	}
	job := toldJob(&j.countJob, in, log, func() engine.Operator[uint64, backends.Void, Told] { return newIntervalOp(j) })
	if j.apart() {
		job.Build, job.AnyOrder = j.two(in), true
	}
	job.Fold = func() Fold { return newIntervalFold(j, in) }
	job.Panes, job.Late, job.Aside = toldPanes(len(in.Keys)), toldLate, append(j.seenStates(), panesState)
	job.Windows = func(offsets []int64) ([]Pane, []engine.ID) { return j.batch(in, offsets) }
	return job
}

// A timedID is a record with its time.
type timedID struct {
	id engine.ID
	at int64
}

// timedIDs is the codec of a timedID: 16 bytes.
type timedIDs struct{}

func (timedIDs) Append(b []byte, x timedID) []byte { return numbers(b, int64(x.id), x.at) }

func (timedIDs) Decode(b []byte) (timedID, error) {
	if len(b) != 16 {
		return timedID{}, fmt.Errorf("corrupt: a record of %d bytes, want 16", len(b))
	}
	return timedID{engine.ID(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))}, nil
}

func (timedIDs) Width() int             { return 16 }
func (timedIDs) Shares() bool           { return false }
func (timedIDs) Copy(x timedID) timedID { return x }

type timedSide = window.Side[timedID, timedID]

// intervalOp counts every record, and gives it to the join.
type intervalOp struct {
	*window.IntervalJoin[uint64, timedID, timedID, Told]
	job  *intervalJob
	keys *backends.Keys[uint64]
	seen [2]tables.Value[backends.Void, Chain] // by input; without partitions of its own, the second's records are in the first
	told tables.Value[backends.Void, uint64]   // pairs of a key
}

func newIntervalOp(j *intervalJob) *intervalOp {
	o := &intervalOp{job: j}
	o.IntervalJoin = &window.IntervalJoin[uint64, timedID, timedID, Told]{Lower: -j.before, Upper: j.after,
		Codecs: window.Sides[timedID, timedID]{A: timedIDs{}, B: timedIDs{}}, Pair: o.pair,
		Late: func(s timedSide, _ int64, out *engine.Out[uint64, Told]) {
			out.Emit(Told{What: aLateRecord, Row: Row{ID: max(s.A.id, s.B.id)}}) // one of them is zero
		}}
	return o
}

func (o *intervalOp) Open(s *tables.Scope[uint64]) (err error) {
	o.keys = s.Keys
	for i, name := range o.job.seenStates() {
		if o.seen[i], err = tables.OpenValue(s, name, tables.None{}, chains{}); err != nil {
			return err
		}
	}
	if o.told, err = tables.OpenValue(s, panesState, tables.None{}, tables.Uint64{}); err != nil {
		return err
	}
	return o.IntervalJoin.Open(s)
}

// First takes a record of the first input, Second one of the second, and Process one of either from a partition that has both.
func (o *intervalOp) First(a timedID, id engine.ID, at int64, out *engine.Out[uint64, Told]) {
	o.count(0, id, out)
	o.IntervalJoin.First(a, id, at, out)
}

func (o *intervalOp) Second(b engine.ID, id engine.ID, at int64, out *engine.Out[uint64, Told]) {
	o.count(1, id, out)
	o.IntervalJoin.Second(timedID{b, at}, id, at, out)
}

func (o *intervalOp) Process(_ backends.Void, id engine.ID, at int64, out *engine.Out[uint64, Told]) {
	o.count(0, id, out)
	if side(id) == 0 {
		o.IntervalJoin.First(timedID{id, at}, id, at, out)
	} else {
		o.IntervalJoin.Second(timedID{id, at}, id, at, out)
	}
}

func (o *intervalOp) count(chain int, id engine.ID, out *engine.Out[uint64, Told]) {
	c, _ := o.seen[chain].Get(backends.Void{})
	c = c.see(id)
	o.seen[chain].Set(backends.Void{}, c)
	out.Emit(Told{Row: Row{id, c}})
}

func (o *intervalOp) pair(a, b timedID, _ int64, out *engine.Out[uint64, Told]) {
	n, _ := o.told.Get(backends.Void{})
	n++
	o.told.Set(backends.Void{}, n)
	out.Emit(Told{What: aPane, Row: Row{engine.ID(n), Chain{}.pair(uint64(a.id), uint64(b.id))}, A: a.at, B: b.at})
}

// Cursors are where the chains of the current key are, by partition.
func (o *intervalOp) Cursors(dst []engine.Cursor) []engine.Cursor {
	from := len(dst)
	for side := range o.job.chains() {
		if c, ok := o.seen[side].Get(backends.Void{}); ok {
			dst = append(dst, o.job.cursor(o.keys.Cur().K, side, c))
		}
	}
	slices.SortFunc(dst[from:], func(a, b engine.Cursor) int { return a.Part - b.Part })
	return dst
}

// batch pairs every record with all that came before it.
func (j *intervalJob) batch(in *Input, offsets []int64) (panes []Pane, late []engine.ID) {
	of := make([][]timedID, len(in.Keys))
	for p := range in.Parts {
		x := &in.Parts[p]
		for off := range min(offsets[p], int64(len(x.Key))) {
			r := timedID{engine.MakeID(p, off), j.times.at(p, off)}
			if off > 0 && r.at < x.Mark[off-1] {
				late = append(late, r.id)
				continue
			}
			k := x.Key[off]
			for _, before := range of[k] {
				if pane, ok := j.paneOf(before, r); ok {
					pane.Key = k
					panes = append(panes, pane)
				}
			}
			of[k] = append(of[k], r)
		}
	}
	return panes, late
}

// paneOf is the pair of two records, if they are one.
func (j *intervalJob) paneOf(a, b timedID) (Pane, bool) {
	if j.side(a.id) == 1 {
		a, b = b, a
	}
	if j.side(a.id) == j.side(b.id) || b.at < a.at-j.before || b.at > a.at+j.after {
		return Pane{}, false
	}
	c := Chain{}.pair(uint64(a.id), uint64(b.id))
	return Pane{Start: a.at, End: b.at, N: 1, Sum: c.H}, true
}

// intervalFold keeps the records that may still find a partner.
type intervalFold struct {
	job *intervalJob
	in  *Input
	cutAt
	heads [2][]Chain // by input, as the operator has them
	told  []uint64
	kept  [][]timedID // by key, as they came
	entry backends.Entry
}

func newIntervalFold(j *intervalJob, in *Input) *intervalFold {
	n := len(in.Keys)
	return &intervalFold{job: j, in: in, cutAt: newCutAt(in), heads: [2][]Chain{make([]Chain, n), make([]Chain, n)}, told: make([]uint64, n), kept: make([][]timedID, n)}
}

func (f *intervalFold) To(offsets, marks []int64) {
	if f.behind(offsets, marks) {
		*f = *newIntervalFold(f.job, f.in)
	}
	low := f.forward(offsets, marks, f.see)
	for k := range f.kept {
		f.kept[k] = slices.DeleteFunc(f.kept[k], func(r timedID) bool { return f.job.cleaned(r) <= low })
	}
}

func (f *intervalFold) see(p int, off int64) {
	x, r := &f.in.Parts[p], timedID{engine.MakeID(p, off), f.job.times.at(p, off)}
	k := x.Key[off]
	f.heads[p&1][k] = Chain{uint64(x.N[off]), x.H[off]}
	if off > 0 && r.at < x.Mark[off-1] {
		return
	}
	for _, before := range f.kept[k] {
		if _, ok := f.job.paneOf(before, r); ok {
			f.told[k]++
		}
	}
	f.kept[k] = append(f.kept[k], r)
}

// cleaned is when a record is forgotten.
func (j *intervalJob) cleaned(r timedID) int64 {
	return r.at + [...]int64{j.after, j.before}[j.side(r.id)]
}

func (f *intervalFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k := range f.in.Keys {
		e.Group = int(f.in.Group[k])
		for i, state := range f.job.seenStates() {
			if c := f.heads[i][k]; c.N > 0 {
				e.State, e.Key, e.Value = state, numbers(e.Key[:0], int64(k)), chains{}.Append(e.Value[:0], c)
				yield(e)
			}
		}
		if f.told[k] > 0 {
			e.State, e.Key, e.Value = panesState, numbers(e.Key[:0], int64(k)), numbers(e.Value[:0], int64(f.told[k]))
			yield(e)
		}
		for which, state := range []string{"interval-first", "interval-second"} {
			f.eachOf(k, which, state, yield)
		}
	}
}

// eachOf yields the records of one input by their times, and the timers that forget them.
func (f *intervalFold) eachOf(k, which int, state string, yield func(*backends.Entry)) {
	var times []int64
	for _, r := range f.kept[k] {
		if f.job.side(r.id) == which && !slices.Contains(times, r.at) {
			times = append(times, r.at)
		}
	}
	e := &f.entry
	for _, at := range times {
		e.State, e.Key, e.Value = state, numbers(e.Key[:0], int64(k), at), e.Value[:0]
		for _, r := range f.kept[k] {
			if f.job.side(r.id) == which && r.at == at {
				e.Value = timedIDs{}.Append(append(e.Value, 16), r)
			}
		}
		yield(e)
		due := at + [...]int64{f.job.after, f.job.before}[which]
		e.State, e.Key, e.Value = "interval-cleanup", numbers(e.Key[:0], due^-1<<63, int64(k), int64(which)), e.Value[:0]
		yield(e)
	}
}
