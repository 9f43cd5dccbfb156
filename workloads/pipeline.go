package workloads

import (
	"encoding/binary"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// A Pipeline is the counting job stripped for measuring the way of a record: a count in eight bytes, no chain, and transactions of which only
// a digest is kept. Nothing can be judged of it but the sum of its digests.
type Pipeline struct {
	Draws
	Groups int
	keys   [][]int32
}

// pipelineCycle is after how many records the draws begin again, all partitions together.
const pipelineCycle = 1 << 22

// Open draws the keys. It may be used by any number of graphs.
func (p Pipeline) Open() *Pipeline {
	d := p.Draws
	d.Records = min(d.Records, pipelineCycle)
	p.keys = d.split()
	return &p
}

// End is how many records a partition has, in proportion to what was drawn for it.
func (p *Pipeline) End(part int) int64 {
	drawn := int64(0)
	for _, keys := range p.keys {
		drawn += int64(len(keys))
	}
	return int64(float64(p.Records) * (float64(len(p.keys[part])) / float64(drawn)))
}

// Each yields every key in the order of a partition, for a bare loop beside the pipeline.
func (p *Pipeline) Each(part int, yield func(key uint64)) {
	keys := p.keys[part]
	for left := p.End(part); left > 0; left -= int64(len(keys)) {
		for _, k := range keys[:min(left, int64(len(keys)))] {
			yield(uint64(k))
		}
	}
}

// PipelineParts are what a pipeline brings to a graph: engine.Build(spec, epoch, PipelineParts(p)).
func PipelineParts(p *Pipeline) engine.Parts[uint64, backends.Void, uint64] {
	return engine.Parts[uint64, backends.Void, uint64]{
		Key: tables.Longs(p.Groups),
		Log: func(part int) engine.Log[uint64, backends.Void] { return cycleLog{p.keys[part], p.End(part)} },
		Op:  func() engine.Operator[uint64, backends.Void, uint64] { return &counter{} },
		Txn: func() engine.Txn[uint64, uint64] { return &RowDigest{} },
	}
}

// cycleLog reads keys over and over.
type cycleLog struct {
	keys []int32
	end  int64
}

func (l cycleLog) Read(off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
	n := min(int64(max), l.end-off)
	for left := n; left > 0; {
		at := off % int64(len(l.keys))
		run := l.keys[at:min(at+left, int64(len(l.keys)))]
		for _, k := range run {
			keys = append(keys, uint64(k))
		}
		off, left = off+int64(len(run)), left-int64(len(run))
	}
	if n > 0 {
		vals = append(vals, make([]backends.Void, n)...) // no memory: there is nothing in them
	}
	return keys, vals, times
}

// counter counts and emits every count.
type counter struct {
	engine.Untimed[uint64, uint64]
	n tables.Value[backends.Void, uint64]
}

func (c *counter) Open(s *tables.Scope[uint64]) (err error) {
	c.n, err = tables.OpenValue(s, countState, tables.None{}, tables.Uint64{})
	return err
}

func (c *counter) Process(_ backends.Void, _ engine.ID, _ int64, out *engine.Out[uint64, uint64]) {
	n, _ := c.n.Get(backends.Void{})
	c.n.Set(backends.Void{}, n+1)
	out.Emit(n + 1)
}

func (c *counter) Cursors(dst []engine.Cursor) []engine.Cursor {
	n, _ := c.n.Get(backends.Void{})
	return append(dst, engine.Cursor{N: int64(n)})
}

// A RowDigest is a transaction of which only the number of rows and the sum of their mixes is kept, or such a sum of any rows.
type RowDigest struct{ N, Sum uint64 }

// Row adds one row.
func (d *RowDigest) Row(key, n uint64) { d.N, d.Sum = d.N+1, d.Sum+rowMix(key, n) }

func rowMix(k, n uint64) uint64 { return (k ^ n*0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15 }

// Add adds a batch.
func (d *RowDigest) Add(r *engine.Rows[uint64, uint64]) {
	sum := d.Sum
	for i, n := range r.Vals {
		sum += rowMix(r.Keys[i].K, n)
	}
	d.N, d.Sum = d.N+uint64(len(r.Vals)), sum
}

// Seal is N and Sum in eight bytes each.
func (d *RowDigest) Seal() []byte {
	if d.N == 0 {
		return nil
	}
	b := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, d.N), d.Sum)
	*d = RowDigest{}
	return b
}

// Merge adds what Seal returned; it tells whether the bytes were such.
func (d *RowDigest) Merge(sealed []byte) bool {
	if len(sealed) != 16 {
		return false
	}
	d.N, d.Sum = d.N+binary.BigEndian.Uint64(sealed), d.Sum+binary.BigEndian.Uint64(sealed[8:])
	return true
}
