package engine

import (
	"math"
	"sync"

	"github.com/weirbench/weir/backends"
)

// EndOfTime is the watermark after the last row, and NoMark the one before any: where there is none. No time is NoTime: a row without one, of a job
// without event time. Times before 0 are times like any.
const (
	EndOfTime = math.MaxInt64
	NoMark    = math.MinInt64
	NoTime    = math.MinInt64
)

// A Batch is rows, then possibly a watermark, then possibly a barrier. It has one owner: the machine that fills it until Send, the driver
// until the reader's Step, the reader during that Step. When Step returns the driver frees it, unless the reader sent it on.
type Batch struct {
	Cols    Columns // *Rows[K,V]: asserted once a batch
	Mark    int64   // no later row is of this time or before; NoMark: none
	Barrier int64   // 0: none
	All     bool    // its rows went to every reader, whatever their keys
	Idle    bool    // nothing will come for a while: until a row or a watermark does, this input holds no watermark back
	pool    *pool
}

// Columns are the rows of a batch without their types. A driver that crosses a process would need Append and Decode here.
type Columns interface {
	Len() int
	Reset()
	Poison() // overwrites all rows, so that who reads a freed batch is found out
}

// Rows are columns: keys as tables want them, marked once at the source, and what belongs to them.
type Rows[K comparable, V any] struct {
	Keys  []backends.Key[K]
	Vals  []V
	Times []int64 // empty in a job without event time
	IDs   []ID    // empty in a job that keeps no history
}

func (r *Rows[K, V]) Len() int { return len(r.Keys) }

func (r *Rows[K, V]) Reset() {
	r.Keys, r.Vals, r.Times, r.IDs = r.Keys[:0], r.Vals[:0], r.Times[:0], r.IDs[:0]
}

func (r *Rows[K, V]) Poison() {
	clear(r.Keys)
	clear(r.Vals)
	for i := range r.Times {
		r.Times[i] = math.MinInt64
	}
	for i := range r.IDs {
		r.IDs[i] = ^ID(0)
	}
}

// A pool keeps free batches of one writer. The writer takes, whoever read last gives back.
type pool struct {
	mu   sync.Mutex
	free []*Batch
	make func() Columns
}

func (p *pool) take() *Batch {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b
	}
	return &Batch{Cols: p.make(), Mark: NoMark, pool: p}
}

// Free gives b back to its writer. Only drivers call it, from any goroutine.
func (b *Batch) Free() {
	b.Cols.Reset()
	b.Mark, b.Barrier, b.All, b.Idle = NoMark, 0, false, false
	b.pool.mu.Lock()
	b.pool.free = append(b.pool.free, b)
	b.pool.mu.Unlock()
}

// A port writes rows to outputs 0..n-1 by key group. Between steps it holds nothing: what a Step emits leaves with that Step.
// So there is no timer for half-full batches, and nothing of a port belongs in a checkpoint.
type port[K comparable, V any] struct {
	pool  pool
	open  []*Batch
	rows  []*Rows[K, V]
	route []uint16 // output by key group
}

func (p *port[K, V]) init(outputs, groups int) {
	p.pool.make = func() Columns { return new(Rows[K, V]) }
	p.open = make([]*Batch, outputs)
	p.rows = make([]*Rows[K, V], outputs)
	p.route = make([]uint16, groups)
	for g := range p.route {
		p.route[g] = uint16(backends.Owner(g, outputs, groups))
	}
}

// only returns the rows being filled for output i.
func (p *port[K, V]) only(i int) *Rows[K, V] {
	if p.rows[i] == nil {
		p.open[i] = p.pool.take()
		p.rows[i] = p.open[i].Cols.(*Rows[K, V])
	}
	return p.rows[i]
}

// emit adds a row to the output that owns its key.
func (p *port[K, V]) emit(k *backends.Key[K], v V) {
	o := 0
	if len(p.rows) > 1 {
		o = int(p.route[k.Group])
	}
	r := p.rows[o]
	if r == nil {
		r = p.only(o)
	}
	r.Keys = append(r.Keys, *k)
	r.Vals = append(r.Vals, v)
}

// scatter adds many rows.
func (p *port[K, V]) scatter(in *Rows[K, V]) {
	for i := range p.rows {
		p.only(i)
	}
	timed, named := len(in.Times) > 0, len(in.IDs) > 0
	for i := range in.Keys {
		r := p.rows[p.route[in.Keys[i].Group]]
		r.Keys = append(r.Keys, in.Keys[i])
		r.Vals = append(r.Vals, in.Vals[i])
		if timed {
			r.Times = append(r.Times, in.Times[i])
		}
		if named {
			r.IDs = append(r.IDs, in.IDs[i])
		}
	}
}

// repeat adds many rows to every output.
func (p *port[K, V]) repeat(in *Rows[K, V]) {
	for i := range p.rows {
		if r := p.only(i); r != in {
			r.Keys, r.Vals = append(r.Keys, in.Keys...), append(r.Vals, in.Vals...)
			r.Times, r.IDs = append(r.Times, in.Times...), append(r.IDs, in.IDs...)
		}
		p.open[i].All = true
	}
}

// flush sends what is there, and to every output mark and barrier, unless they are NoMark and 0.
func (p *port[K, V]) flush(fx *Effects, mark, barrier int64) {
	for i := range p.rows {
		if mark != NoMark || barrier != 0 {
			p.only(i)
			p.open[i].Mark, p.open[i].Barrier = mark, barrier
		} else if p.rows[i] == nil || p.rows[i].Len() == 0 {
			continue // nothing, or open and empty: it stays
		}
		fx.Send(i, p.open[i])
		p.open[i], p.rows[i] = nil, nil
	}
}

// rest tells every output that nothing will come for a while.
func (p *port[K, V]) rest(fx *Effects) {
	for i := range p.rows {
		p.only(i)
		p.open[i].Idle = true
		fx.Send(i, p.open[i])
		p.open[i], p.rows[i] = nil, nil
	}
}
