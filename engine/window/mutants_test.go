package window

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// A bug is planted in an operator, or in what runs it.
type bug struct {
	name    string
	may     func(j *job) bool // bends a job so that the bug can show; false: it cannot
	plant   func(o *op) engine.Operator[uint64, uint64, string]
	forgets bool   // the watermark, at a restore
	on      string // the only backend whose code it is in; "": all
}

func eventTime(j *job) bool { return j.of == EventTime && j.assigner != "global" }

func bugs() []bug {
	return []bug{
		{name: "late rule off by one", may: eventTime, plant: func(o *op) engine.Operator[uint64, uint64, string] { o.Lateness++; return o }},
		{name: "session merge forgets state", may: func(j *job) bool { return j.merges() }, plant: func(o *op) engine.Operator[uint64, uint64, string] {
			o.held = forgetful{o.held}
			return o
		}},
		{name: "session merge forgets the trigger's state", may: func(j *job) bool {
			j.trigger, j.n = "count", 3
			return j.merges()
		}, plant: func(o *op) engine.Operator[uint64, uint64, string] {
			o.Trigger = apart{o.Trigger}
			return o
		}},
		{name: "purge forgotten", may: func(j *job) bool {
			j.purging = j.trigger != "default"
			return j.purging
		}, plant: func(o *op) engine.Operator[uint64, uint64, string] {
			o.Trigger = o.Trigger.(Purging[uint64, uint64]).Of
			return o
		}},
		{name: "purge forgets the trigger too", may: func(j *job) bool {
			j.trigger, j.purging, j.n = "every-event", true, 2
			return eventTime(j)
		}, plant: func(o *op) engine.Operator[uint64, uint64, string] {
			o.Trigger = thorough{o.Trigger}
			return o
		}},
		{name: "a record is left out of the last of its windows", may: func(j *job) bool { return j.assigner == "sliding" && j.size > j.step }, plant: func(o *op) engine.Operator[uint64, uint64, string] {
			o.held = leavesOut{o.held}
			return o
		}},
		{name: "two windows have one number", on: "heap", may: func(j *job) bool {
			j.lateness = 0
			return j.assigner == "sliding" && j.size >= overlap*j.step && j.evictor == "none" && j.function != "process" && eventTime(j)
		}, plant: func(o *op) engine.Operator[uint64, uint64, string] {
			o.Assigner = numbersAlike{o.Assigner.(Sliding[uint64])}
			return o
		}},
		{name: "watermark not restored", may: eventTime, forgets: true},
		{name: "cleanup timer lost", may: eventTime, plant: func(o *op) engine.Operator[uint64, uint64, string] { return &unclean{o} }},
		{name: "times before zero are rounded up", may: func(j *job) bool { return j.assigner == "tumbling" && j.of == EventTime }, plant: func(o *op) engine.Operator[uint64, uint64, string] {
			o.Assigner = upwards{o.Assigner.(Tumbling[uint64])}
			return o
		}},
	}
}

// forgetful drops what merges.
type forgetful struct {
	contents[uint64, uint64, string]
}

func (x forgetful) merge(_ Window, from []Window) {
	for _, w := range from {
		x.clear(w)
	}
}

// leavesOut forgets one of some windows.
type leavesOut struct {
	contents[uint64, uint64, string]
}

func (x leavesOut) add(to []Window, v uint64, at int64, kept []bool) []bool {
	if len(to) == 1 {
		return x.contents.add(to, v, at, kept)
	}
	return append(x.contents.add(to[:len(to)-1], v, at, kept), false)
}

// numbersAlike gives two windows that follow each other one number.
type numbersAlike struct{ Sliding[uint64] }

func (a numbersAlike) namespace() tables.Namespace[Window] {
	return coarse{a.Sliding.namespace().(panes)}
}

type coarse struct{ panes }

func (c coarse) Places(dst []int64, ws []Window) []int64 {
	for _, w := range ws {
		dst = append(dst, c.place(w.Start)>>1<<1)
	}
	return dst
}

// apart does not hear of a merge.
type apart struct{ Trigger[uint64, uint64] }

func (apart) OnMerge(*Context, []Window) {}

// thorough forgets timers and its own state with the contents.
type thorough struct{ Trigger[uint64, uint64] }

func (t thorough) OnEventTime(c *Context, at int64) Result {
	r := t.Trigger.OnEventTime(c, at)
	if r&Purge != 0 {
		t.Clear(c)
	}
	return r
}

// unclean loses the timers that clean windows up.
type unclean struct{ *op }

func (o *unclean) Open(s *tables.Scope[uint64]) error {
	err := o.op.Open(s)
	o.c.event = &losing{o.op, o.c.event}
	return err
}

type losing struct {
	o *op
	alarms
}

func (l *losing) Register(at int64, w Window) {
	if at != l.o.end(w) {
		l.alarms.Register(at, w)
	}
}

// upwards rounds as Go's division does.
type upwards struct{ Tumbling[uint64] }

func (a upwards) Windows(dst []Window, _ uint64, at int64) []Window {
	start := at - (at-a.Offset)%a.Size
	return append(dst, Window{start, start + a.Size})
}

// Every bug is seen by the oracle on every backend, within 25 of the scripts in which it can show, and the same scripts without it show nothing.
func TestOracleSeesBugs(t *testing.T) {
	for _, b := range bugs() {
		for store := range every.Backend() {
			if b.on == "" || b.on == store {
				t.Run(b.name+"/"+store, func(t *testing.T) { b.seen(t, store) })
			}
		}
	}
}

func (b *bug) seen(t *testing.T, store string) {
	tried := 0
	for seed := uint64(0); tried < 25; seed++ {
		r := rand.New(rand.NewPCG(seed, 4))
		j, script := randomJob(r), randomScript(r, 80)
		if !b.may(&j) {
			continue
		}
		tried++
		for i := range script { // whose restores stay there
			if script[i].to != "" {
				script[i].to = store
			}
		}
		want := j.oracle(script)
		if d := j.judge(t, store, script, want, nil); d != "" {
			t.Fatalf("without the bug, seed %d, %v: %s", seed, j, d)
		}
		if d := j.judge(t, store, script, want, b); d != "" {
			t.Logf("script %d, seed %d: %s", tried, seed, d)
			return
		}
	}
	t.Errorf("not seen in %d scripts", tried)
}

// judge says what is wrong with a run, "" when nothing is.
func (j job) judge(t *testing.T, store string, script []step, want [][]string, b *bug) (wrong string) {
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Sprint("it panicked: ", p)
		}
	}()
	got, left := j.run(t, store, script, b)
	if d := differs(script, got, want); d != "" {
		return d
	}
	if left > 0 && j.assigner != "global" {
		return fmt.Sprintf("%d entries are left at the end of time", left)
	}
	return ""
}
