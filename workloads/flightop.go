package workloads

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// The states of flights.
const (
	flightStats  = "delays"
	flightChains = "chains"
)

// flightLog is one partition.
type flightLog struct {
	job   *flightJob
	part  int64
	shift int64
}

func (l *flightLog) Read(off int64, max int, keys []string, vals []int32, times []int64) ([]string, []int32, []int64) {
	j := l.job
	n := min(int64(max), j.end(l.part)-off)
	if n <= 0 {
		return keys, vals, times
	}
	keys, vals, times = slices.Grow(keys, int(n)), slices.Grow(vals, int(n)), slices.Grow(times, int(n))
	for row, pass := j.place(l.part, off); n > 0; n-- {
		keys, vals, times = append(keys, j.rows.origins[j.rows.origin[row]]), append(vals, j.rows.delay[row]), append(times, j.rows.at[row]+pass*l.shift)
		row, pass = j.after(row, pass)
	}
	return keys, vals, times
}

// Delays is what an airport knows of its flights; minutes.
type Delays struct {
	Flights uint64
	Total   int64
	Worst   int32
}

func (d Delays) add(minutes int32) Delays {
	if d.Flights == 0 || minutes > d.Worst {
		d.Worst = minutes
	}
	return Delays{d.Flights + 1, d.Total + int64(minutes), d.Worst}
}

func showFlights(state string, value []byte) string {
	d, err := delays{}.Decode(value)
	if state != flightStats || err != nil {
		return showChain(state, value)
	}
	return fmt.Sprintf("flights %d, minutes late %d, at worst %d", d.Flights, d.Total, d.Worst)
}

// delays is the codec of Delays: 20 bytes.
type delays struct{}

const delaysWidth = 20

func (delays) Append(b []byte, d Delays) []byte {
	b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, d.Flights), uint64(d.Total))
	return binary.BigEndian.AppendUint32(b, uint32(d.Worst))
}

func (delays) Decode(b []byte) (Delays, error) {
	if len(b) != delaysWidth {
		return Delays{}, fmt.Errorf("corrupt: delays of %d bytes, want %d", len(b), delaysWidth)
	}
	return Delays{binary.BigEndian.Uint64(b), int64(binary.BigEndian.Uint64(b[8:])), int32(binary.BigEndian.Uint32(b[16:]))}, nil
}

func (delays) Width() int           { return delaysWidth }
func (delays) Shares() bool         { return false }
func (delays) Copy(d Delays) Delays { return d }

// partitions is the codec of a source partition: two bytes.
type partitions struct{}

func (partitions) Append(b []byte, p uint16) []byte { return binary.BigEndian.AppendUint16(b, p) }

func (partitions) Decode(b []byte) (uint16, error) {
	if len(b) != 2 {
		return 0, fmt.Errorf("corrupt: a partition of %d bytes, want 2", len(b))
	}
	return binary.BigEndian.Uint16(b), nil
}

func (partitions) Width() int           { return 2 }
func (partitions) Shares() bool         { return false }
func (partitions) Copy(p uint16) uint16 { return p }

// flightOp keeps Delays in a value and the chain of each partition in a map.
type flightOp struct {
	engine.Untimed[string, Row]
	keys   *backends.Keys[string]
	delays tables.Value[backends.Void, Delays]
	chains tables.Map[backends.Void, uint16, Chain]
}

func (f *flightOp) Open(s *tables.Scope[string]) (err error) {
	f.keys = s.Keys
	if f.delays, err = tables.OpenValue(s, flightStats, tables.None{}, delays{}); err == nil {
		f.chains, err = tables.OpenMap(s, flightChains, tables.None{}, partitions{}, chains{})
	}
	return err
}

func (f *flightOp) Process(minutes int32, id engine.ID, _ int64, out *engine.Out[string, Row]) {
	part := uint16(id.Part())
	if f.keys.At == 0 { // a batch is of one partition: a store over bytes reads its chains together
		for i := range f.keys.Batch {
			f.chains.Want(i, backends.Void{}, part)
		}
	}
	d, _ := f.delays.Get(backends.Void{})
	f.delays.Set(backends.Void{}, d.add(minutes))
	c, _ := f.chains.Get(backends.Void{}, part)
	c = c.see(id)
	f.chains.Set(backends.Void{}, part, c)
	out.Emit(Row{id, c})
}

func (f *flightOp) Cursors(dst []engine.Cursor) []engine.Cursor {
	from := len(dst)
	f.chains.Each(backends.Void{}, func(part uint16, c Chain) bool {
		dst = append(dst, engine.Cursor{Part: int(part), N: int64(c.N), H: c.H})
		return true
	})
	slices.SortFunc(dst[from:], func(a, b engine.Cursor) int { return a.Part - b.Part })
	return dst
}

// flightFold adds up the rows themselves.
type flightFold struct {
	job    *flightJob
	in     *Input
	at     []int64
	delays []Delays
	chains []Chain // by key and partition
	entry  backends.Entry
}

func newFlightFold(j *flightJob, in *Input) *flightFold {
	return &flightFold{job: j, in: in, at: make([]int64, j.parts), delays: make([]Delays, len(in.Keys)), chains: make([]Chain, len(in.Keys)*int(j.parts))}
}

func (f *flightFold) To(offsets, _ []int64) {
	if isBack(f.at, offsets) {
		*f = *newFlightFold(f.job, f.in)
	}
	for p := range f.at {
		x := &f.in.Parts[p]
		row, pass := f.job.place(int64(p), f.at[p])
		for off := f.at[p]; off < offsets[p]; off++ {
			k := int(x.Key[off])
			f.delays[k] = f.delays[k].add(f.job.rows.delay[row])
			f.chains[k*len(f.at)+p] = Chain{uint64(x.N[off]), x.H[off]}
			row, pass = f.job.after(row, pass)
		}
		f.at[p] = offsets[p]
	}
}

func (f *flightFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k, name := range f.in.Keys {
		if f.delays[k].Flights == 0 {
			continue
		}
		e.Group = int(f.in.Group[k])
		e.State, e.Key = flightStats, tables.KeyPrefix(e.Key[:0], f.job.key, name)
		e.Value = delays{}.Append(e.Value[:0], f.delays[k])
		yield(e)
		prefix := len(e.Key)
		e.State = flightChains
		for p, c := range f.chains[k*len(f.at) : (k+1)*len(f.at)] {
			if c.N > 0 {
				e.Key = partitions{}.Append(e.Key[:prefix], uint16(p))
				e.Value = chains{}.Append(e.Value[:0], c)
				yield(e)
			}
		}
	}
}
