package workloads

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// LargeState is the job whose state is large: a value of so many bytes for every key. The first records write each key once; of those that
// follow some look into the value and the others write it anew. What a key saw is in a small state beside it.
func LargeState() Workload {
	params := append(keyParams("1M", "3M"),
		amount("value_size", "100", "bytes of a value", chainWidth, valueBytesMax),
		share("reads", "0.5", "this share of the records behind the first of each key reads the value and writes none"),
	)
	return Workload{Name: "large-state", Doc: "a value for each of many keys: filled once, then read and written", Params: params, Open: func(o Options) (*Job, error) {
		v, err := resolve(params, o.Params)
		if err == nil {
			err = checkShape(o)
		}
		if err != nil {
			return nil, err
		}
		d, err := v.draws(o)
		if err != nil {
			return nil, err
		}
		d.Fill = d.Law != fileLaw
		j := &largeJob{countJob{draws: d, size: int(v.amount("value_size")), timed: true, groups: o.Groups}, v.share("reads")}
		return j.job(), nil
	}}
}

type largeJob struct {
	countJob
	share float64
}

// reads tells whether a key's nth record only looks.
func (j *largeJob) reads(key, n uint64) bool { return n > 1 && unit(mix(key<<32^n)) < j.share }

// The states of the job.
const (
	seenState  = "seen"
	largeState = "value"
)

func (j *largeJob) job() *Job {
	in := j.input()
	parts := engine.Parts[uint64, backends.Void, Row]{
		Key:     tables.Longs(j.groups),
		Log:     func(part int) engine.Log[uint64, backends.Void] { return countLog{&in.Parts[part]} },
		Op:      func() engine.Operator[uint64, backends.Void, Row] { return &largeOp{job: j} },
		Txn:     func() engine.Txn[uint64, Row] { return &rows[uint64]{key: binary.AppendUvarint} },
		ReadKey: func(reader int, nth int64) uint64 { return uint64(in.asked(j.draws.Seed, reader, nth)) },
		Cursors: func(dst []engine.Cursor, e *backends.Entry) []engine.Cursor {
			c, err := chains{}.Decode(e.Value)
			if e.State != seenState || err != nil || len(e.Key) != 8 {
				return dst
			}
			return append(dst, j.cursor(binary.BigEndian.Uint64(e.Key), c))
		},
	}
	return &Job{
		Input: in,
		Build: func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
			if s.Sources != j.draws.Parts || s.Groups != j.groups {
				return nil, fmt.Errorf("build large-state: %d sources and %d key groups; it was opened for %d and %d", s.Sources, s.Groups, j.draws.Parts, j.groups)
			}
			return engine.Build(s, epoch, parts)
		},
		Fold: func() Fold {
			return &largeFold{countFold: newCountFold(&j.countJob, in), job: j, wrote: make([]Chain, len(in.Keys))}
		},
		Rows: func(txn []byte, yield func(engine.ID, string, int64, uint64)) error {
			return readRows(txn, cutNumber, yield)
		},
		KeyName: number,
	}
}

type largeOp struct {
	engine.Untimed[uint64, Row]
	job   *largeJob
	keys  *backends.Keys[uint64]
	seen  tables.Value[backends.Void, Chain]
	value tables.Value[backends.Void, Padded]
	want  []byte
}

func (o *largeOp) Open(s *tables.Scope[uint64]) (err error) {
	o.keys = s.Keys
	if o.seen, err = tables.OpenValue(s, seenState, tables.None{}, chains{}); err == nil {
		o.value, err = tables.OpenValue(s, largeState, tables.None{}, padded{o.job.size})
	}
	o.want = make([]byte, o.job.size-chainWidth)
	return err
}

func (o *largeOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Row]) {
	none := backends.Void{}
	c, _ := o.seen.Get(none)
	c = c.see(id)
	o.seen.Set(none, c)
	row := Row{id, c}
	if v, ok := o.value.Get(none); o.job.reads(o.keys.Cur().K, c.N) {
		if fill(o.want, v.H); !ok || !slices.Equal(o.want, v.Pad) { // a row that nobody expects
			row.H = ^row.H
		}
	} else {
		if !ok {
			v.Pad = make([]byte, o.job.size-chainWidth)
		}
		v.Chain = c
		fill(v.Pad, v.H)
		o.value.Set(none, v)
	}
	out.Emit(row)
}

func (o *largeOp) Cursors(dst []engine.Cursor) []engine.Cursor {
	if c, ok := o.seen.Get(backends.Void{}); ok {
		dst = append(dst, o.job.cursor(o.keys.Cur().K, c))
	}
	return dst
}

// largeFold knows besides the chain of each key what it was when the value was written last.
type largeFold struct {
	*countFold
	job   *largeJob
	wrote []Chain
}

func (f *largeFold) To(offsets, marks []int64) {
	from := slices.Clone(f.at)
	for p := range from {
		if offsets[p] < from[p] { // from the beginning again
			clear(from)
			clear(f.wrote)
			break
		}
	}
	f.countFold.To(offsets, marks)
	for p := range from {
		x := &f.in.Parts[p]
		for off := from[p]; off < offsets[p]; off++ {
			if k, c := x.Key[off], (Chain{uint64(x.N[off]), x.H[off]}); !f.job.reads(uint64(k), c.N) {
				f.wrote[k] = c
			}
		}
	}
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
		e.State, e.Value = largeState, slices.Grow(chains{}.Append(e.Value[:0], f.wrote[k]), f.job.size-chainWidth)[:f.job.size]
		fill(e.Value[chainWidth:], f.wrote[k].H)
		yield(e)
	}
}
