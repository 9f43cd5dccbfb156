package workloads

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// countOp keeps a Chain.
type countOp struct {
	engine.Untimed[uint64, Row]
	job *countJob
	s   tables.Value[backends.Void, Chain]
	k   *backends.Keys[uint64]
}

func (c *countOp) Open(s *tables.Scope[uint64]) (err error) {
	c.k = s.Keys
	c.s, err = tables.OpenValue(s, countState, tables.None{}, chains{})
	return err
}

func (c *countOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Row]) {
	v, _ := c.s.Get(backends.Void{})
	v = v.see(id)
	c.s.Set(backends.Void{}, v)
	out.Emit(Row{id, v})
}

func (c *countOp) Cursors(dst []engine.Cursor) []engine.Cursor {
	if v, ok := c.s.Get(backends.Void{}); ok {
		dst = append(dst, c.job.cursor(c.k.Cur().K, v))
	}
	return dst
}

// Padded is a Chain in a larger value. All of it changes with every record.
type Padded struct {
	Chain
	Pad []byte
}

// fill makes the padding that belongs to a chain: bytes that do not compress.
func fill(pad []byte, h uint64) {
	var word [8]byte
	for len(pad) > 0 {
		h += 0x9E3779B97F4A7C15
		binary.LittleEndian.PutUint64(word[:], mix(h))
		pad = pad[copy(pad, word[:]):]
	}
}

// padded is the codec of a Padded of so many bytes, or of any number of them.
type padded struct{ size int } // size is -1: they differ

func (c padded) Append(b []byte, v Padded) []byte {
	return append(chains{}.Append(b, v.Chain), v.Pad...)
}

func (c padded) Decode(b []byte) (Padded, error) {
	if len(b) != c.size && (c.size >= 0 || len(b) < chainWidth) {
		return Padded{}, fmt.Errorf("corrupt: a value of %d bytes, want %d", len(b), max(c.size, chainWidth))
	}
	head, err := chains{}.Decode(b[:chainWidth])
	return Padded{head, slices.Clone(b[chainWidth:])}, err
}

func (c padded) Width() int         { return c.size }
func (padded) Shares() bool         { return true }
func (padded) Copy(v Padded) Padded { return Padded{v.Chain, slices.Clone(v.Pad)} }

// paddedOp keeps a Padded.
type paddedOp struct {
	engine.Untimed[uint64, Row]
	job *countJob
	s   tables.Value[backends.Void, Padded]
	k   *backends.Keys[uint64]
}

func (c *paddedOp) Open(s *tables.Scope[uint64]) (err error) {
	c.k = s.Keys
	c.s, err = tables.OpenValue(s, countState, tables.None{}, padded{c.job.size})
	return err
}

func (c *paddedOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Row]) {
	v, ok := c.s.Get(backends.Void{})
	if !ok {
		v.Pad = make([]byte, c.job.size-chainWidth)
	}
	v.Chain = v.see(id)
	fill(v.Pad, v.H)
	c.s.Set(backends.Void{}, v)
	out.Emit(Row{id, v.Chain})
}

func (c *paddedOp) Cursors(dst []engine.Cursor) []engine.Cursor {
	if v, ok := c.s.Get(backends.Void{}); ok {
		dst = append(dst, c.job.cursor(c.k.Cur().K, v.Chain))
	}
	return dst
}

// countFold is where each key's chain is.
type countFold struct {
	job   *countJob
	in    *Input
	at    []int64
	heads []Chain
	entry backends.Entry
}

func newCountFold(j *countJob, in *Input) *countFold {
	return &countFold{job: j, in: in, at: make([]int64, len(in.Parts)), heads: make([]Chain, len(in.Keys))}
}

func (f *countFold) To(offsets, _ []int64) {
	if isBack(f.at, offsets) {
		clear(f.at)
		clear(f.heads)
	}
	eachFrom(f.at, offsets, func(p int, off int64) {
		x := &f.in.Parts[p]
		f.heads[x.Key[off]] = Chain{uint64(x.N[off]), x.H[off]}
	})
	copy(f.at, offsets)
}

func (f *countFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	e.State = countState
	for k, c := range f.heads {
		if c.N == 0 {
			continue
		}
		e.Group = int(f.in.Group[k])
		e.Key = binary.BigEndian.AppendUint64(e.Key[:0], uint64(k))
		e.Value = slices.Grow(chains{}.Append(e.Value[:0], c), f.job.size-chainWidth)[:f.job.size]
		fill(e.Value[chainWidth:], c.H)
		yield(e)
	}
}
