package window

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
)

type config = Config[uint64, uint64, string]

func quiet[In any]() Func[uint64, In, string] { return func(*Pane[uint64, string], In) {} }

// What cannot work is refused when the states are opened, with what would be right.
func TestRefused(t *testing.T) {
	numbers := tables.Uint64{}
	tumbling := Tumbling[uint64]{Size: 5}
	process := func(c config) *op { return Process(c, quiet[iter.Seq[uint64]]()) }
	for _, c := range []struct {
		op   *op
		want string
	}{
		{process(config{Element: numbers}), "no assigner"},
		{process(config{Assigner: tumbling}), "no codec"},
		{process(config{Assigner: Tumbling[uint64]{}, Element: numbers}), "a tumbling window of size 0; want more than 0"},
		{process(config{Assigner: Sliding[uint64]{Size: 3, Slide: -1}, Element: numbers}), "size 3 and slide -1; want both more than 0"},
		{process(config{Assigner: Session[uint64]{}, Element: numbers}), "a session gap of 0"},
		{process(config{Assigner: Cumulate[uint64]{Step: 2, Size: 5}, Element: numbers}), "a multiple of the step"},
		{process(config{Assigner: tumbling, Element: numbers, Lateness: -1}), "a lateness of -1"},
		{process(config{Assigner: tumbling, Element: numbers, Trigger: AtCount[uint64, uint64](0)}), "every 0 records"},
		{process(config{Assigner: tumbling, Element: numbers, Trigger: Purging[uint64, uint64]{EveryEventTime[uint64, uint64](-3)}}), "interval of -3"},
		{process(config{Assigner: tumbling, Element: numbers, Evictor: KeepCount[uint64](-1, false)}), "an evictor that keeps -1 records; want 0 or more"},
		{process(config{Assigner: tumbling, Element: numbers, Evictor: KeepTime[uint64](0, true)}), "an evictor that keeps records for a span of 0; want more than 0"},
		{Reduce(config{Assigner: tumbling}, func(a, _ uint64) uint64 { return a }, quiet[uint64]()), "no codec"},
		{Aggregate(config{Assigner: tumbling}, nil, counts[uint64](), quiet[uint64]()), "no codec"},
		{Aggregate(config{Assigner: Session[uint64]{Gap: 1}}, numbers, state.Aggregate[uint64, uint64, uint64]{Create: counts[uint64]().Create, Add: counts[uint64]().Add, Result: counts[uint64]().Result}, quiet[uint64]()), "with Merge"},
	} {
		s, err := stores()["heap"].Open(backends.Options{Groups: backends.Groups{Last: groups - 1}})
		if err != nil {
			t.Fatal(err)
		}
		err = c.op.Open(&tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(groups)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Open: %v, want %q", err, c.want)
		}
		s.Close()
	}
}

// A mistake of a record is a usage error, and says what it is.
func TestUsage(t *testing.T) {
	kept := func(p *Pane[uint64, string], _ uint64) { p.Place() }
	for _, c := range []struct {
		op   *op
		at   int64
		want string
	}{
		{Aggregate(config{Assigner: Tumbling[uint64]{Size: 5}}, tables.Uint64{}, counts[uint64](), quiet[uint64]()), math.MinInt64, "a record without a time"},
		{Aggregate(config{Assigner: Session[uint64]{GapOf: func(uint64) int64 { return 0 }}}, tables.Uint64{}, counts[uint64](), quiet[uint64]()), 3, "a session gap of 0"},
		{Aggregate(config{Assigner: Session[uint64]{Gap: 5}}, tables.Uint64{}, counts[uint64](), Func[uint64, uint64, string](kept)), 3, "state per window"},
	} {
		func() {
			defer func() {
				var usage *backends.UsageError
				if err, _ := recover().(error); !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("it said %v, want %q", err, c.want)
				}
			}()
			r := newRig(t, stores()["heap"], engine.Operator[uint64, uint64, string](c.op), func(uint64, string) {})
			r.add(1, 1, c.at)
			r.send(100)
		}()
	}
}

// In a job without event time no record has a time, and what needs one says so.
func TestUntimed(t *testing.T) {
	for name, send := range map[string]func(){
		"windows of event time": func() {
			o := Aggregate(config{Assigner: Tumbling[uint64]{Size: 5}}, tables.Uint64{}, counts[uint64](), quiet[uint64]())
			untimed(newRig(t, stores()["heap"], engine.Operator[uint64, uint64, string](o), func(uint64, string) {}), 1)
		},
		"an interval join": func() {
			j := &IntervalJoin[uint64, uint64, string, string]{Upper: 5, Codecs: sides(), Pair: func(uint64, string, int64, *engine.Out[uint64, string]) {}}
			untimed(newRig(t, stores()["heap"], engine.Operator[uint64, side, string](j), func(uint64, string) {}), First[uint64, string](1))
		},
	} {
		func() {
			defer func() {
				var usage *backends.UsageError
				if err, _ := recover().(error); !errors.As(err, &usage) || !strings.Contains(err.Error(), "a record without a time came to "+name) {
					t.Errorf("%s said %v", name, err)
				}
			}()
			send()
		}()
	}
}

// untimed sends a record without a column of times.
func untimed[V any](r *rig[V, string], v V) {
	r.add(1, v, 0)
	r.rows.Times = nil
	r.send(engine.NoMark)
}

// Nobody is given what is late, and it is counted.
func TestDropped(t *testing.T) {
	o := Aggregate(config{Assigner: Tumbling[uint64]{Size: 5}}, tables.Uint64{}, counts[uint64](), quiet[uint64]())
	r := newRig(t, stores()["heap"], engine.Operator[uint64, uint64, string](o), func(uint64, string) {})
	r.send(100)
	for at := range int64(7) {
		r.add(1, 1, 98+at)
	}
	r.send(101)
	if o.Dropped() != 2 {
		t.Errorf("Dropped() = %d, want 2: those at 98 and 99", o.Dropped())
	}
}

// visits is a function that keeps how often a window fired, per window.
type visits struct{ n tables.Value[Window, uint64] }

func (v *visits) Open(s *tables.Scope[uint64]) (err error) {
	v.n, err = tables.OpenValue(s, "visits", Namespace{}, tables.Uint64{})
	return err
}

func (v *visits) Process(p *Pane[uint64, string], in uint64) {
	n, _ := v.n.Get(p.Place())
	v.n.Set(p.Place(), n+1)
	p.Emit(fmt.Sprintf("%v firing %d: %d", p.Window, n+1, in))
}

func (v *visits) Clear(p *Pane[uint64, string]) { v.n.Clear(p.Place()) }

// What a function keeps per window is of that window and key, lives as long as the window does, and is cleared with it.
func TestStatePerWindow(t *testing.T) {
	for _, store := range names() {
		var got []string
		o := Aggregate(config{Assigner: Sliding[uint64]{Size: 10, Slide: 5}, Lateness: 5}, tables.Uint64{}, counts[uint64](), Function[uint64, uint64, string](&visits{}))
		r := newRig(t, stores()[store], engine.Operator[uint64, uint64, string](o), func(k uint64, s string) { got = append(got, fmt.Sprint(k, " ", s)) })
		r.add(1, 1, 7)
		r.send(9)
		r.add(1, 1, 8)
		r.add(2, 1, 8)
		r.send(14)
		r.add(1, 1, 9)
		r.send(math.MaxInt64)
		want := []string{"1 [0,10) firing 1: 1", "1 [0,10) firing 2: 2", "2 [0,10) firing 1: 1", "1 [5,15) firing 1: 2", "2 [5,15) firing 1: 1", "1 [5,15) firing 2: 3"}
		slices.Sort(got)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%s: got %s, want %s", store, list(got), list(want))
		}
		if left := r.entries(); len(left) > 0 {
			t.Errorf("%s: %d entries are left at the end of time", store, len(left))
		}
	}
}

// ends is a function that says when its window is over.
type ends struct{ Func[uint64, uint64, string] }

func (ends) Clear(p *Pane[uint64, string]) { p.Emit(fmt.Sprintf("%d %v is over", p.Key, p.Window)) }

// A function hears of the end of each window once, where windows merge too: of what they became, not of those that are gone.
func TestFunctionHearsTheEnd(t *testing.T) {
	for _, c := range []struct {
		of   Assigner[uint64]
		want []string
	}{
		{Tumbling[uint64]{Size: 10}, []string{"1 [0,10) is over", "1 [10,20) is over", "2 [0,10) is over"}},
		{Session[uint64]{Gap: 10}, []string{"1 [1,22) is over", "2 [3,13) is over"}},
	} {
		for _, store := range names() {
			var got []string
			o := Aggregate(config{Assigner: c.of, Lateness: 5}, tables.Uint64{}, counts[uint64](), Function[uint64, uint64, string](ends{quiet[uint64]()}))
			r := newRig(t, stores()[store], engine.Operator[uint64, uint64, string](o), func(_ uint64, s string) { got = append(got, s) })
			r.add(1, 1, 1)
			r.add(2, 1, 3)
			r.add(1, 1, 12)
			r.send(5)
			r.add(1, 1, 9)
			r.send(math.MaxInt64)
			if slices.Sort(got); !slices.Equal(got, c.want) {
				t.Errorf("%T on %s: got %s, want %s", c.of, store, list(got), list(c.want))
			}
		}
	}
}

// Bytes come back as what they were, and what is cut short does not.
func TestCodecs(t *testing.T) {
	check(t, Namespace{}, Window{-7, math.MaxInt64}, Everything())
	check(t, elements[uint64]{tables.Uint64{}}, Element[uint64]{3, -1})
	check(t, elements[string]{tables.String{}}, Element[string]{"abc", math.MinInt64}, Element[string]{})
	check(t, Sides[uint64, uint64]{tables.Uint64{}, tables.Uint64{}}, First[uint64, uint64](4), Second[uint64, uint64](4))
	check(t, Sides[uint64, string]{tables.Uint64{}, tables.String{}}, First[uint64, string](4), Second[uint64](""))
	var none []string
	check(t, many[string]{tables.String{}}, []string{"a", "", strings.Repeat("x", 300)}, none)
	check(t, sessionCodec{}, []session{{Window{1, 2}, Window{-3, 4}}, {Window{5, 6}, Window{7, 8}}})
	for _, b := range [][]byte{nil, make([]byte, 15), make([]byte, 17)} {
		if _, err := (Namespace{}).Decode(b); err == nil {
			t.Errorf("%d bytes are a window", len(b))
		}
	}
	if _, err := (sessionCodec{}).Decode(make([]byte, 33)); err == nil {
		t.Error("33 bytes are sessions")
	}
	if _, err := (elements[string]{tables.String{}}).Decode(make([]byte, 7)); err == nil {
		t.Error("7 bytes are a record and its time")
	}
	if _, err := (many[string]{tables.String{}}).Decode([]byte{5, 1}); err == nil {
		t.Error("5, 1 are texts")
	}
	if _, err := sides().Decode([]byte{2, 1}); err == nil {
		t.Error("2, 1 are a record of an input")
	}
}

func check[T any](t *testing.T, c backends.Codec[T], vs ...T) {
	t.Helper()
	for _, v := range vs {
		b := c.Append(nil, v)
		if w := c.Width(); w >= 0 && w != len(b) {
			t.Errorf("%T: %d bytes, its width is %d", c, len(b), w)
		}
		got, err := c.Decode(b)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(v) || fmt.Sprint(c.Copy(v)) != fmt.Sprint(v) {
			t.Errorf("%T: %v came back as %v, error %v; its copy is %v", c, v, got, err, c.Copy(v))
		}
	}
}

// counts counts records.
func counts[V any]() state.Aggregate[V, uint64, uint64] {
	return state.Aggregate[V, uint64, uint64]{
		Create: func() uint64 { return 0 },
		Add:    func(n uint64, _ V) uint64 { return n + 1 },
		Result: func(n uint64) uint64 { return n },
		Merge:  func(a, b uint64) uint64 { return a + b },
	}
}

// census has a window's accesses counted.
type census struct {
	*op
	of tables.Census
}

func (c *census) Open(s *tables.Scope[uint64]) error {
	s.Census = &c.of
	return c.op.Open(s)
}

// A window of all its records gets them once for a firing, whether there are any and however often the function goes through them, as Flink does.
func TestFiringIsOneScan(t *testing.T) {
	twice := Func[uint64, iter.Seq[uint64], string](func(p *Pane[uint64, string], all iter.Seq[uint64]) {
		n := 0
		for range all {
			n++
		}
		for range all {
			n++
		}
		p.Emit(fmt.Sprint(n))
	})
	for _, store := range names() {
		var got []string
		c := &census{op: Process(config{Assigner: Tumbling[uint64]{Size: 5}, Element: tables.Uint64{}}, twice)}
		r := newRig(t, stores()[store], engine.Operator[uint64, uint64, string](c), func(_ uint64, s string) { got = append(got, s) })
		for at := range int64(7) {
			r.add(1, 1, at)
		}
		r.send(math.MaxInt64)
		scans := int64(-1)
		for _, s := range c.of.States {
			if s.State == contentsState {
				scans = s.N[tables.Scans]
			}
		}
		if slices.Sort(got); !slices.Equal(got, []string{"10", "4"}) || scans != 2 {
			t.Errorf("%s: fired with %v and %d scans, want 10 and 4 with 2", store, got, scans)
		}
	}
}
