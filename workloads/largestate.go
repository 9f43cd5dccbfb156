package workloads

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// LargeState is the job whose state is large: a value of so many bytes for every key. The first records write each key once; of those that
// follow some look into the value, some write it anew without looking, and the others look and write. What a key saw is in a small state beside it.
func LargeState() Workload {
	params := append(keyParams("1M", "3M"),
		amount("value_size", "100", "bytes of a value; of uniform ones the most, of lognormal ones the median", chainWidth, valueBytesMax),
		choice("value_sizes", "fixed, uniform from "+strconv.Itoa(chainWidth)+" bytes up, or lognormal, of which none has more than 64 times the median", fixedSizes, uniformSizes, lognormalSizes),
		Param{Name: "value_sigma", Default: "1", Doc: "lognormal: the standard deviation of a size's logarithm", Check: checkSigma},
		share("reads", "0.5", "this share of the records behind the first of each key reads the value and writes none"),
		share("updates", "0", "this share of them writes the value without reading it; the others do both"),
	)
	return drawn("large-state", "a value for each of many keys: filled once, then read and written", params, func(v *values, d Draws, o Options) (*Job, error) {
		d.Fill = d.Law != fileLaw
		j := &largeJob{countJob{draws: d, size: int(v.amount("value_size")), timed: true, groups: o.Groups}, v.share("reads"), v.share("updates"),
			v.text("value_sizes"), v.share("value_sigma")}
		if sum := j.reading + j.updating; sum > 1 {
			return nil, fmt.Errorf("reads and updates are %v of the records together; want 1 at most", sum)
		}
		return j.job(), nil
	})
}

// How large values are.
const (
	fixedSizes     = "fixed"
	uniformSizes   = "uniform"
	lognormalSizes = "lognormal"
)

func checkSigma(v string) error {
	if f, err := strconv.ParseFloat(v, 64); err != nil || !(f > 0 && f <= 10) {
		return fmt.Errorf("value_sigma %q; want a number above 0, up to 10", short(v))
	}
	return nil
}

type largeJob struct {
	countJob
	reading, updating float64
	sizes             string
	sigma             float64
}

// bytes is how large the value is that a key's nth record writes.
func (j *largeJob) bytes(key, n uint64) int {
	u := mix(key<<32 ^ n ^ 0x512E)
	switch j.sizes {
	case uniformSizes:
		return chainWidth + int(below(u, uint64(j.size-chainWidth+1)))
	case lognormalSizes:
		r, angle := math.Sqrt(-2*math.Log(1-unit(u))), 2*math.Pi*unit(mix(u+1)) // Box and Muller
		size := float64(j.size) * math.Exp(j.sigma*r*math.Cos(angle))
		return int(max(chainWidth, min(size, float64(j.size)*64, valueBytesMax)))
	}
	return j.size
}

// codec is that of the values.
func (j *largeJob) codec() padded {
	if j.sizes == fixedSizes {
		return padded{j.size}
	}
	return padded{-1}
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
	job.Fold = func() Fold {
		return &largeFold{countFold: newCountFold(&j.countJob, in), job: j, wrote: make([]Chain, len(in.Keys))}
	}
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
		o.want = slices.Grow(o.want[:0], len(v.Pad))[:len(v.Pad)]
		if fill(o.want, v.H); !ok || !slices.Equal(o.want, v.Pad) { // a row that nobody expects
			row.H = ^row.H
		}
		out.Emit(row)
		return
	}
	if pad := o.large.bytes(key, row.N) - chainWidth; len(v.Pad) != pad || !ok {
		v.Pad = make([]byte, pad)
	}
	v.Chain = row.Chain
	fill(v.Pad, v.H)
	o.value.Set(none, v)
	out.Emit(row)
}

func (o *largeOp) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }

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
			if k, c := x.Key[off], (Chain{uint64(x.N[off]), x.H[off]}); f.job.does(uint64(k), c.N) != readsValue {
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
		e.State, e.Value = largeState, appendPadded(e.Value[:0], f.wrote[k], f.job.bytes(uint64(k), f.wrote[k].N))
		yield(e)
	}
}
