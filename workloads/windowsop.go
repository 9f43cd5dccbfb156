package workloads

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/window"
)

// windowsOp counts every record, and gives it to the windows as a V.
type windowsOp[V any] struct {
	*window.Operator[uint64, V, Told]
	counting
	as   func(id engine.ID) V
	told tables.Value[backends.Void, uint64] // panes of a key
	now  engine.ID                           // the record that is processed
}

// panesState is how many panes a key told.
const panesState = "panes"

// aSide is a record of one of two inputs.
type aSide = window.Side[uint64, uint64]

func (j *windowsJob) operator() engine.Operator[uint64, backends.Void, Told] {
	whole := func(id engine.ID) uint64 { return uint64(id) }
	switch {
	case j.clock:
		return j.clockOperator()
	case j.pairs:
		o := &windowsOp[aSide]{counting: counting{job: &j.countJob}, as: sideOf}
		o.Operator = window.CoGroup(configOf(j, o, sidesCodec()), func(p *window.Pane[uint64, Told], as, bs []uint64) { o.tell(p, pairsOf(as, bs)) })
		return o
	case j.list:
		o := &windowsOp[uint64]{counting: counting{job: &j.countJob}, as: whole}
		o.Operator = window.Process(configOf(j, o, tables.Uint64{}), window.Func[uint64, records, Told](func(p *window.Pane[uint64, Told], ids records) {
			var c Chain
			for id := range ids {
				c = c.gather(id)
			}
			o.tell(p, c)
		}))
		return o
	}
	o := &windowsOp[uint64]{counting: counting{job: &j.countJob}, as: whole}
	o.Operator = window.Aggregate(configOf(j, o, tables.Uint64{}), chains{}, gathering(), window.Func[uint64, Chain, Told](o.tell))
	return o
}

func configOf[V any](j *windowsJob, o *windowsOp[V], element backends.Codec[V]) window.Config[uint64, V, Told] {
	c := window.Config[uint64, V, Told]{Assigner: assignerOf[V](&j.windowing), Element: element, Lateness: j.lateness, Cursors: o.cursors,
		Late: func(_ V, _ int64, out *engine.Out[uint64, Told]) {
			out.Emit(Told{What: aLateRecord, Row: Row{ID: o.now}})
		}}
	if j.purge {
		c.Trigger = window.Purging[uint64, V]{Of: window.AtEventTime[uint64, V]{}}
	}
	return c
}

func assignerOf[V any](w *windowing) window.Assigner[V] {
	of := window.EventTime
	if w.clock {
		of = window.ProcessingTime
	}
	switch w.kind {
	case tumblingWindow:
		return window.Tumbling[V]{Size: w.span, Of: of}
	case sessionWindow:
		return window.Session[V]{Gap: w.gap, Of: of}
	case cumulateWindow:
		return window.Cumulate[V]{Size: w.span, Step: w.slide, Of: of}
	}
	return window.Sliding[V]{Size: w.span, Slide: w.slide, Of: of}
}

func (o *windowsOp[V]) Open(s *tables.Scope[uint64]) (err error) {
	if err = o.open(s); err != nil {
		return err
	}
	if o.told, err = tables.OpenValue(s, panesState, tables.None{}, tables.Uint64{}); err != nil {
		return err
	}
	return o.Operator.Open(s)
}

func (o *windowsOp[V]) Process(_ backends.Void, id engine.ID, at int64, out *engine.Out[uint64, Told]) {
	out.Emit(Told{Row: Row{id, o.count(id)}})
	o.now = id
	o.Operator.Process(o.as(id), id, at, out)
}

func (o *windowsOp[V]) tell(p *window.Pane[uint64, Told], c Chain) {
	n, _ := o.told.Get(backends.Void{})
	n++
	o.told.Set(backends.Void{}, n)
	p.Emit(Told{What: aPane, Row: Row{engine.ID(n), c}, A: p.Window.Start, B: p.Window.End})
}

// Cursors are those of the counting.
func (o *windowsOp[V]) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }
