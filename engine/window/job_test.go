package window

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
)

// A job is an operator in words, so that the operator and the oracle can both be made of it. Its records are numbers.
type job struct {
	assigner           string // tumbling, sliding, session, gaps, cumulate, global
	of                 Time
	size, step, offset int64  // step: slide, gap, or step of a cumulate window
	trigger            string // default, event, processing, count, every-event, every-processing, deletes
	n                  int64  // records, or an interval
	purging            bool
	evictor            string // none, count, time, delta
	keep               int64
	after              bool
	lateness           int64
	function           string // reduce, aggregate, process
}

func (j job) String() string {
	s := fmt.Sprintf("%s of %v, size %d step %d offset %d, lateness %d, trigger %s", j.assigner, j.of, j.size, j.step, j.offset, j.lateness, j.trigger)
	if j.n > 0 {
		s += fmt.Sprintf(" %d", j.n)
	}
	if j.purging {
		s += " purging"
	}
	if j.evictor != "none" {
		s += fmt.Sprintf(", evictor %s %d after %v", j.evictor, j.keep, j.after)
	}
	return s + ", " + j.function
}

func (j job) merges() bool { return j.assigner == "session" || j.assigner == "gaps" }

// gap is a session's, behind a record.
func (j job) gap(v uint64) int64 {
	if j.assigner == "gaps" {
		return 1 + int64(v)%j.step
	}
	return j.step
}

type op = Operator[uint64, uint64, string]

func (j job) assign() Assigner[uint64] {
	switch j.assigner {
	case "tumbling":
		return Tumbling[uint64]{Size: j.size, Offset: j.offset, Of: j.of}
	case "sliding":
		return Sliding[uint64]{Size: j.size, Slide: j.step, Offset: j.offset, Of: j.of}
	case "session":
		return Session[uint64]{Gap: j.step, Of: j.of}
	case "gaps":
		return Session[uint64]{GapOf: j.gap, Of: j.of}
	case "cumulate":
		return Cumulate[uint64]{Step: j.step, Size: j.size, Offset: j.offset, Of: j.of}
	}
	return Global[uint64]{}
}

func (j job) triggers() (t Trigger[uint64, uint64]) {
	switch j.trigger {
	case "event":
		t = AtEventTime[uint64, uint64]{}
	case "processing":
		t = AtProcessingTime[uint64, uint64]{}
	case "count":
		t = AtCount[uint64, uint64](j.n)
	case "deletes":
		t = deleting{AtCount[uint64, uint64](j.n), j.lateness}
	case "every-event":
		t = EveryEventTime[uint64, uint64](j.n)
	case "every-processing":
		t = EveryProcessingTime[uint64, uint64](j.n)
	}
	if t != nil && j.purging {
		t = Purging[uint64, uint64]{t}
	}
	return t
}

// deleting is a trigger by count that deletes at each record what timers a window may have for its end.
type deleting struct {
	Trigger[uint64, uint64]
	lateness int64
}

func (t deleting) OnElement(c *Context, v uint64, at int64) Result {
	for _, of := range []Time{EventTime, ProcessingTime} {
		c.Delete(of, c.Window.Max())
		c.Delete(of, plus(c.Window.Max(), t.lateness))
	}
	return t.Trigger.OnElement(c, v, at)
}

func (j job) evicts() Evictor[uint64] {
	switch j.evictor {
	case "count":
		return KeepCount[uint64](j.keep, j.after)
	case "time":
		return KeepTime[uint64](j.keep, j.after)
	case "delta":
		return KeepDelta(float64(j.keep), difference, j.after)
	}
	return nil
}

func difference(v, last uint64) float64 { return math.Abs(float64(v%10) - float64(last%10)) }

// make makes the operator.
func (j job) make() *op {
	c := Config[uint64, uint64, string]{Assigner: j.assign(), Trigger: j.triggers(), Evictor: j.evicts(), Element: tables.Uint64{}, Lateness: j.lateness,
		Late: func(v uint64, at int64, out *engine.Out[uint64, string]) { out.Emit(fmt.Sprintf("late %d @%d", v, at)) }}
	told := func(p *Pane[uint64, string], what string) { p.Emit(fmt.Sprintf("%v %s @%d", p.Window, what, p.Time())) }
	sum := func(a, b uint64) uint64 { return a + b }
	switch j.function {
	case "reduce":
		return Reduce(c, sum, Func[uint64, uint64, string](func(p *Pane[uint64, string], sum uint64) { told(p, fmt.Sprint("sum ", sum)) }))
	case "aggregate":
		return Aggregate(c, tables.Uint64s{}, mean(), Func[uint64, string, string](told))
	}
	return Process(c, Func[uint64, iter.Seq[uint64], string](func(p *Pane[uint64, string], vs iter.Seq[uint64]) {
		told(p, strings.Trim(fmt.Sprint(slices.Collect(vs)), "[]"))
	}))
}

// mean keeps a sum and a count, in a slice that is changed in place.
func mean() state.Aggregate[uint64, []uint64, string] {
	return state.Aggregate[uint64, []uint64, string]{
		Create: func() []uint64 { return make([]uint64, 2) },
		Add:    func(acc []uint64, v uint64) []uint64 { acc[0] += v; acc[1]++; return acc },
		Result: func(acc []uint64) string { return fmt.Sprintf("mean %d/%d", acc[0], acc[1]) },
		Merge:  func(a, b []uint64) []uint64 { a[0] += b[0]; a[1] += b[1]; return a },
	}
}

// tells is what the function says of records.
func (j job) tells(vs []uint64) (string, bool) {
	sum := uint64(0)
	for _, v := range vs {
		sum += v
	}
	switch j.function {
	case "reduce":
		return fmt.Sprint("sum ", sum), len(vs) > 0
	case "aggregate":
		return fmt.Sprintf("mean %d/%d", sum, len(vs)), true
	}
	return strings.Trim(fmt.Sprint(vs), "[]"), true
}

// A step of a script is one of: a record, a watermark, a time of the clock, a store to go on with.
type step struct {
	key  uint64
	v    uint64 // 0: no record
	at   int64
	mark int64 // see marks
	now  int64 // 0: the clock stays
	to   string
}

// marks tells whether a step is a watermark, of whatever time.
func (s step) marks() bool { return s.v == 0 && s.now == 0 && s.to == "" }

func (s step) String() string {
	switch {
	case s.v != 0:
		return fmt.Sprintf("record %d of key %d at %d", s.v, s.key, s.at)
	case s.marks():
		return fmt.Sprintf("watermark %d", s.mark)
	case s.now != 0:
		return fmt.Sprintf("clock %d", s.now)
	}
	return "go on with " + s.to
}

// stores are every backend, and those over an ordered store also as they keep 20 keys.
func stores() map[string]backends.Backend {
	all := every.Backend()
	for name, b := range every.Ordered(kv.Options{Keep: 20}) {
		all[name+"-keep"] = b
	}
	return all
}

func names() []string { return every.Names(stores()) }

// run gives, for every step, what came out, sorted; and how many entries are left.
func (j job) run(t testing.TB, store string, script []step, b *bug) (all [][]string, left int) {
	all = make([][]string, len(script))
	r := j.play(t, store, script, b, func(at int, k uint64, row string) { all[at] = append(all[at], fmt.Sprintf("%d %s", k, row)) })
	for i := range all {
		slices.Sort(all[i])
	}
	return all, len(r.entries())
}

// play plays a script and tells what comes out at which step.
func (j job) play(t testing.TB, store string, script []step, b *bug, hear func(at int, k uint64, row string)) *rig[uint64, string] {
	at, mark := 0, int64(engine.NoMark)
	out := func(k uint64, row string) { hear(at, k, row) }
	fresh := func() engine.Operator[uint64, uint64, string] {
		if b != nil && b.plant != nil {
			return b.plant(j.make())
		}
		return j.make()
	}
	r := newRig(t, stores()[store], fresh(), out)
	for i, s := range script {
		at = i
		switch {
		case s.v != 0:
			r.add(s.key, s.v, s.at)
			r.send(engine.NoMark)
		case s.marks():
			mark = s.mark
			r.send(mark)
		case s.now != 0:
			r.clock(s.now)
		default:
			r = newRigAt(t, r.now, stores()[s.to], fresh(), out, r.entries()...)
			if b == nil || !b.forgets {
				r.send(mark)
			}
		}
	}
	return r
}

// differs says where two runs of a script are not the same, "" when they are.
func differs(script []step, got, want [][]string) string {
	for i := range script {
		if !slices.Equal(got[i], want[i]) {
			return fmt.Sprintf("step %d, %v:\n got %s\nwant %s", i, script[i], list(got[i]), list(want[i]))
		}
	}
	return ""
}

func list(s []string) string { return strings.Join(s, "; ") }
