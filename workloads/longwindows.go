package workloads

import (
	"encoding/binary"
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/window"
)

// The kinds of windows.
const (
	slidingWindow  = "sliding"
	tumblingWindow = "tumbling"
	sessionWindow  = "session"
	cumulateWindow = "cumulate"
)

// LongWindows is the job whose windows are long: records are gathered by key and event time. A row comes out for each record when it comes, and
// one for each window that fires. What windows must have told is worked out from the whole input, in another way.
func LongWindows() Workload {
	params := append(append(keyParams("1k", "1M"), timeParams("0")...),
		choice("window", "sliding windows overlap; session windows end when no record comes for a while; cumulate windows grow step by step",
			slidingWindow, tumblingWindow, sessionWindow, cumulateWindow),
		choice("function", "aggregate folds every record as it comes; list keeps them all until the window fires", "aggregate", "list"),
		choice("trigger", "what a window does that fires: keep what it holds, for records that are late, or forget it", "fire", "fire-and-purge"),
		amount("size", "200k", "milliseconds of a window", 1, 1_000_000_000),
		amount("slide", "20k", "milliseconds from a sliding window to the next; the steps of a cumulate one", 1, 1_000_000_000),
		amount("gap", "10k", "milliseconds without a record that end a session; they are made an odd number", 1, 1_000_000_000),
		amount("lateness", "0", "milliseconds that a window still takes records when it has fired", 0, 1_000_000_000),
	)
	return Workload{Name: "long-windows", Doc: "records gathered by key in windows of event time, with what is late", Params: params, Open: func(o Options) (*Job, error) {
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
		j := &windowsJob{countJob: countJob{draws: d, size: chainWidth, timed: true, groups: o.Groups}, times: v.timeline(o.Seed),
			windowing: windowing{kind: v.text("window"), purge: v.text("trigger") == "fire-and-purge", span: v.amount("size"), slide: v.amount("slide"),
				gap: v.amount("gap") | 1, lateness: v.amount("lateness")},
			list: v.text("function") == "list"}
		if err := j.check(o.Parts); err != nil {
			return nil, err
		}
		return j.job(), nil
	}}
}

// windowing is which windows there are.
type windowing struct {
	kind                       string
	purge                      bool
	span, slide, gap, lateness int64
}

type windowsJob struct {
	countJob
	windowing
	times timeline
	list  bool
}

func (j *windowsJob) check(parts int) error {
	switch {
	case j.times.late > 0 && parts > 1:
		return fmt.Errorf("late %v with %d source partitions; want 1, or late 0: what is late depends on how fast each of several is read", j.times.late, parts)
	case j.kind == slidingWindow && j.slide > j.span:
		return fmt.Errorf("slide %d and size %d; want a size of one slide at least, or some records are in no window", j.slide, j.span)
	case j.kind == cumulateWindow && j.span%j.slide != 0:
		return fmt.Errorf("slide %d and size %d; want a size of whole slides for cumulate windows", j.slide, j.span)
	case j.kind == slidingWindow && j.span/j.slide > 1000, j.kind == cumulateWindow && j.span/j.slide > 1000:
		return fmt.Errorf("slide %d and size %d; want at most 1000 windows for a record", j.slide, j.span)
	}
	return nil
}

func (j *windowsJob) assigner() window.Assigner[uint64] {
	switch j.kind {
	case tumblingWindow:
		return window.Tumbling[uint64]{Size: j.span}
	case sessionWindow:
		return window.Session[uint64]{Gap: j.gap}
	case cumulateWindow:
		return window.Cumulate[uint64]{Size: j.span, Step: j.slide}
	}
	return window.Sliding[uint64]{Size: j.span, Slide: j.slide}
}

func (j *windowsJob) job() *Job {
	in := j.input()
	for p := range in.Parts {
		in.Parts[p].Mark = j.times.marks(len(in.Parts[p].Key))
	}
	return &Job{
		Input: in,
		Build: Builds(Options{Parts: j.draws.Parts, Groups: j.groups}, engine.Parts[uint64, backends.Void, Told]{
			Key: tables.Longs(j.groups),
			Log: func(part int) engine.Log[uint64, backends.Void] {
				return timedLog{countLog{&in.Parts[part]}, part, &j.times}
			},
			Op:      func() engine.Operator[uint64, backends.Void, Told] { return newWindowsOp(j) },
			Txn:     newTolds,
			ReadKey: func(reader int, nth int64) uint64 { return uint64(in.asked(j.draws.Seed, reader, nth)) },
			Cursors: j.seenCursors,
		}),
		Fold:    func() Fold { return newWindowsFold(j, in) },
		Rows:    toldRows,
		KeyName: number,
		Panes:   toldPanes(len(in.Keys)),
		Late:    toldLate,
		Windows: func(offsets []int64) ([]Pane, []engine.ID) { return j.batch(in, offsets) },
	}
}

// seenCursors reads the entry of a key in the state of what it saw.
func (j *countJob) seenCursors(dst []engine.Cursor, e *backends.Entry) []engine.Cursor {
	c, err := chains{}.Decode(e.Value)
	if e.State != seenState || err != nil || len(e.Key) != 8 {
		return dst
	}
	return append(dst, j.cursor(binary.BigEndian.Uint64(e.Key), c))
}

// windowsOp counts every record, and gives it to the windows.
type windowsOp struct {
	*window.Operator[uint64, uint64, Told]
	job  *windowsJob
	keys *backends.Keys[uint64]
	seen tables.Value[backends.Void, Chain]
	told tables.Value[backends.Void, uint64] // panes of a key
	now  engine.ID                           // the record that is processed
}

// panesState is how many panes a key told.
const panesState = "panes"

func newWindowsOp(j *windowsJob) *windowsOp {
	o := &windowsOp{job: j}
	c := window.Config[uint64, uint64, Told]{Assigner: j.assigner(), Element: tables.Uint64{}, Lateness: j.lateness, Cursors: o.cursors,
		Late: func(_ uint64, _ int64, out *engine.Out[uint64, Told]) {
			out.Emit(Told{What: aLateRecord, Row: Row{ID: o.now}})
		}}
	if j.purge {
		c.Trigger = window.Purging[uint64, uint64]{Of: window.AtEventTime[uint64, uint64]{}}
	}
	if j.list {
		o.Operator = window.Process(c, window.Func[uint64, records, Told](func(p *window.Pane[uint64, Told], ids records) {
			var c Chain
			for id := range ids {
				c = c.gather(id)
			}
			o.tell(p, c)
		}))
	} else {
		o.Operator = window.Aggregate(c, chains{}, gathering(), window.Func[uint64, Chain, Told](o.tell))
	}
	return o
}

func (o *windowsOp) Open(s *tables.Scope[uint64]) (err error) {
	o.keys = s.Keys
	if o.seen, err = tables.OpenValue(s, seenState, tables.None{}, chains{}); err != nil {
		return err
	}
	if o.told, err = tables.OpenValue(s, panesState, tables.None{}, tables.Uint64{}); err != nil {
		return err
	}
	return o.Operator.Open(s)
}

func (o *windowsOp) Process(_ backends.Void, id engine.ID, at int64, out *engine.Out[uint64, Told]) {
	c, _ := o.seen.Get(backends.Void{})
	c = c.see(id)
	o.seen.Set(backends.Void{}, c)
	out.Emit(Told{Row: Row{id, c}})
	o.now = id
	o.Operator.Process(uint64(id), id, at, out)
}

func (o *windowsOp) tell(p *window.Pane[uint64, Told], c Chain) {
	n, _ := o.told.Get(backends.Void{})
	n++
	o.told.Set(backends.Void{}, n)
	p.Emit(Told{What: aPane, Row: Row{engine.ID(n), c}, A: p.Window.Start, B: p.Window.End})
}

func (o *windowsOp) cursors(dst []engine.Cursor) []engine.Cursor {
	if c, ok := o.seen.Get(backends.Void{}); ok {
		dst = append(dst, o.job.cursor(o.keys.Cur().K, c))
	}
	return dst
}
