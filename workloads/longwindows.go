package workloads

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
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
	params := append(append(keyParams("1k", "1M"), timeParams("0")...), clocked(windowParams("200k", slidingWindow, tumblingWindow, sessionWindow, cumulateWindow))...)
	params = append(params, choice("function", "aggregate folds every record as it comes; list keeps them all until the window fires", "aggregate", "list"),
		choice("time", "of what time windows are: of the records', or of the clock, which their sizes are then in microseconds of; that wants function list", eventTime, processingTime))
	return drawn("long-windows", "records gathered by key in windows of event time, with what is late, or by the clock", params, func(v *values, d Draws, o Options) (*Job, error) {
		j := v.windows(d, o)
		j.list = v.text("function") == "list"
		if j.clock = v.text("time") == processingTime; j.clock {
			if err := j.checkClock(); err != nil {
				return nil, err
			}
		}
		if err := j.check(o.Parts); err != nil {
			return nil, err
		}
		return j.job(), nil
	})
}

// WindowJoin is the job that pairs the records of two inputs that are in one window. Which of the two a record is of is drawn.
func WindowJoin() Workload {
	params := append(append(keyParams("10k", "1M"), timeParams("0")...), windowParams("200k", tumblingWindow, slidingWindow, sessionWindow)...)
	return drawn("window-join", "records of two inputs paired by key and window of event time", params, func(v *values, d Draws, o Options) (*Job, error) {
		j := v.windows(d, o)
		j.list, j.pairs = true, true
		if err := j.check(o.Parts); err != nil {
			return nil, err
		}
		return j.job(), nil
	})
}

// windowParams are the parameters of windows of some kinds.
func windowParams(size string, kinds ...string) []Param {
	of := func(some ...string) []string {
		return slices.DeleteFunc(some, func(kind string) bool { return !slices.Contains(kinds, kind) })
	}
	return []Param{
		choice("window", "sliding windows overlap; session windows end when no record comes for a while; cumulate windows grow step by step", kinds...),
		choice("trigger", "what a window does that fires: keep what it holds, for records that are late, or forget it", "fire", "fire-and-purge"),
		measure(Millis, "size", size, "milliseconds of a window", 1, 1_000_000_000).when("window", of(slidingWindow, tumblingWindow, cumulateWindow)...),
		measure(Millis, "slide", "20k", "milliseconds from a sliding window to the next; the steps of a cumulate one", 1, 1_000_000_000).when("window", of(slidingWindow, cumulateWindow)...),
		measure(Millis, "gap", "10001", "milliseconds without a record that end a session; of several source partitions an odd number", 1, 1_000_000_000).when("window", sessionWindow),
		measure(Millis, "lateness", "0", "milliseconds that a window still takes records when it has fired", 0, 1_000_000_000),
	}
}

// clocked makes those that windows by the clock have, too, of the clock there.
func clocked(params []Param) []Param {
	for i := range params {
		if n := params[i].Name; n == "size" || n == "slide" || n == "gap" {
			params[i] = params[i].byClock()
		}
	}
	return params
}

// windows makes a job of windowParams and timeParams.
func (v *values) windows(d Draws, o Options) *windowsJob {
	dry := v.dries(&d)
	return &windowsJob{dries: dry, countJob: countJob{draws: d, size: chainWidth, timed: true, groups: o.Groups}, times: v.timeline(o.Seed),
		windowing: windowing{kind: v.text("window"), purge: v.text("trigger") == "fire-and-purge", span: v.amount("size"), slide: v.amount("slide"),
			gap: v.amount("gap"), lateness: v.amount("lateness")}}
}

// windowing is which windows there are.
type windowing struct {
	kind                       string
	clock                      bool // windows are of processing time
	purge                      bool
	span, slide, gap, lateness int64
}

type windowsJob struct {
	countJob
	dries
	windowing
	times timeline
	list  bool // windows keep every record
	pairs bool // those are of two inputs, and what is told of a window is its pairs
}

func (j *windowsJob) check(parts int) error {
	switch {
	case j.times.late > 0 && parts > 1:
		return j.times.refuse(parts)
	case j.kind == sessionWindow && !j.clock && j.gap%stepMillis == 0 && parts > 1:
		return misfit(fmt.Errorf("gap %d with %d source partitions; want an odd number, as %d: where a session ends when a record comes, they are one or two by who is read faster", j.gap, parts, j.gap+1), "gap")
	case j.kind == slidingWindow && j.slide > j.span:
		return misfit(fmt.Errorf("slide %d and size %d; want a size of one slide at least, or some records are in no window", j.slide, j.span), "slide", "size")
	case j.kind == cumulateWindow && j.span%j.slide != 0:
		return misfit(fmt.Errorf("slide %d and size %d; want a size of whole slides for cumulate windows", j.slide, j.span), "slide", "size")
	case j.kind == slidingWindow && j.span/j.slide > 1000, j.kind == cumulateWindow && j.span/j.slide > 1000:
		return misfit(fmt.Errorf("slide %d and size %d; want at most 1000 windows for a record", j.slide, j.span), "slide", "size")
	}
	return nil
}

func (j *windowsJob) job() *Job {
	in := j.input()
	j.times.markAll(in)
	log := func(part int) engine.Log[uint64, backends.Void] {
		return j.dries.log(in, part, &j.times)
	}
	job := toldJob(&j.countJob, in, log, j.operator)
	job.Fold = func() Fold { return newWindowsFold(j, in) }
	job.Panes, job.Late, job.Aside = toldPanes(len(in.Keys)), toldLate, append(job.Aside, panesState)
	job.Windows = func(offsets []int64) ([]Pane, []engine.ID) { return j.batch(in, offsets) }
	if j.clock {
		j.byTheClock(job, in)
	}
	return job
}

// toldJob is a job whose rows are Told, and rowJob one that tells of every record and nothing else, read in the order of their logs. Both have the
// chain of a key in the state of what it saw. Their fold is the caller's to add.
func toldJob(j *countJob, in *Input, log func(part int) engine.Log[uint64, backends.Void], op func() engine.Operator[uint64, backends.Void, Told]) *Job {
	job := jobOf(j, in, engine.Parts[uint64, backends.Void, Told]{Log: log, Op: op, Txn: newTolds})
	job.Rows, job.Aside = toldRows, []string{seenState}
	return job
}

func rowJob(j *countJob, in *Input, op func() engine.Operator[uint64, backends.Void, Row]) *Job {
	log := func(part int) engine.Log[uint64, backends.Void] { return countLog{&in.Parts[part]} }
	txn := func() engine.Txn[uint64, Row] { return &rows[uint64]{key: binary.AppendUvarint} }
	job := jobOf(j, in, engine.Parts[uint64, backends.Void, Row]{Log: log, Op: op, Txn: txn})
	job.Aside = []string{seenState}
	return job
}

func jobOf[V, R any](j *countJob, in *Input, parts engine.Parts[uint64, V, R]) *Job {
	parts.Key = tables.Longs(j.groups)
	if parts.Cursors == nil {
		parts.Cursors = j.seenCursors
	}
	if parts.ReadKey == nil {
		parts.ReadKey = func(reader int, nth int64) uint64 { return uint64(in.asked(j.draws.Seed, reader, nth)) }
	}
	return &Job{
		Input: in,
		Build: Builds(Options{Parts: j.draws.Parts, Groups: j.groups}, parts),
		Rows: func(txn []byte, yield func(engine.ID, string, int64, uint64)) error {
			return readRows(txn, cutNumber, yield)
		},
		KeyName: number,
		Show:    showChain,
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

// counting is what an operator embeds that keeps the chain of each key in a state of its own.
type counting struct {
	job  *countJob
	keys *backends.Keys[uint64]
	seen tables.Value[backends.Void, Chain]
}

func (o *counting) open(s *tables.Scope[uint64]) (err error) {
	o.keys = s.Keys
	o.seen, err = tables.OpenValue(s, seenState, tables.None{}, chains{})
	return err
}

// count is the chain with one record more.
func (o *counting) count(id engine.ID) Chain {
	c, _ := o.seen.Get(backends.Void{})
	c = c.see(id)
	o.seen.Set(backends.Void{}, c)
	return c
}

func (o *counting) cursors(dst []engine.Cursor) []engine.Cursor {
	if c, ok := o.seen.Get(backends.Void{}); ok {
		dst = append(dst, o.job.cursor(o.keys.Cur().K, c))
	}
	return dst
}
