package window

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
)

type side = Side[uint64, string]

func sides() Sides[uint64, string] {
	return Sides[uint64, string]{A: tables.Uint64{}, B: tables.String{}}
}

// A sided is a record of one of two inputs, or a watermark, or a restore.
type sided struct {
	key  uint64
	s    side
	at   int64
	mark int64 // see marks
	to   string
}

// marks tells whether it is a watermark, of whatever time.
func (x *sided) marks() bool { return x.key == 0 && x.to == "" }

// randomSides draws records near a watermark that rises. A record of the first input is a number, one of the second a text, none twice.
func randomSides(r *rand.Rand, steps int) (script []sided) {
	mark, near := int64(-20), int64(-10)
	for i := range steps {
		x := sided{key: 1 + r.Uint64N(2), at: near + r.Int64N(24) - 12}
		switch n := r.IntN(9); {
		case n == 0 && r.IntN(3) == 0:
			x = sided{to: pick(r, names()...)}
		case n < 2:
			near += r.Int64N(9)
			mark = max(mark+1, near-6)
			x = sided{mark: mark}
		default:
			x.s = pick(r, First[uint64, string](uint64(i)), Second[uint64](fmt.Sprint("b", i)))
		}
		script = append(script, x)
	}
	return append(script, sided{mark: math.MaxInt64})
}

// playSides gives what came out at every step, sorted, and how many entries are left.
func playSides(t *testing.T, script []sided, store string, fresh func() engine.Operator[uint64, side, string]) (all [][]string, left int) {
	all = make([][]string, len(script))
	at, mark := 0, int64(engine.NoMark)
	out := func(k uint64, row string) { all[at] = append(all[at], fmt.Sprintf("%d %s", k, row)) }
	r := newRig(t, stores()[store], fresh(), out)
	for i, x := range script {
		at = i
		switch {
		case x.to != "":
			r = newRigAt(t, r.now, stores()[x.to], fresh(), out, r.entries()...)
			r.send(mark)
		case x.marks():
			mark = x.mark
			r.send(mark)
		default:
			r.add(x.key, x.s, x.at)
			r.send(engine.NoMark)
		}
		slices.Sort(all[at])
	}
	return all, len(r.entries())
}

func sameSides(t *testing.T, what string, script []sided, got, want [][]string) {
	t.Helper()
	for i := range script {
		slices.Sort(want[i])
		if !slices.Equal(got[i], want[i]) {
			t.Fatalf("%s, step %d, %+v:\n got %s\nwant %s", what, i, script[i], list(got[i]), list(want[i]))
		}
	}
}

func pair(a uint64, b string) string { return fmt.Sprintf("%d+%s", a, b) }

// A pair comes out when the second of its records comes, if none was late and the first was still kept: by whoever looks at all pairs of a script.
func TestIntervalJoin(t *testing.T) {
	pairs := 0
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 5))
		script := randomSides(r, 70)
		lower := r.Int64N(20) - 12
		join := IntervalJoin[uint64, uint64, string, string]{Lower: lower, Upper: lower + 2 + r.Int64N(10), LowerExclusive: r.IntN(2) == 0, UpperExclusive: r.IntN(2) == 0, Codecs: sides()}
		join.Pair = func(a uint64, b string, at int64, out *engine.Out[uint64, string]) {
			out.Emit(fmt.Sprintf("%s @%d", pair(a, b), at))
		}
		join.Late = func(s side, at int64, out *engine.Out[uint64, string]) { out.Emit(fmt.Sprintf("late %v @%d", s, at)) }
		got, left := playSides(t, script, pick(r, names()...), func() engine.Operator[uint64, side, string] { j := join; return &j })
		sameSides(t, fmt.Sprintf("seed %d, from %d (exclusive %v) to %d (exclusive %v)", seed, join.Lower, join.LowerExclusive, join.Upper, join.UpperExclusive), script, got, allPairs(&join, script))
		if left > 0 {
			t.Fatalf("seed %d: %d entries are left at the end of time", seed, left)
		}
		for _, s := range got {
			pairs += len(s)
		}
	}
	if pairs < 2000 {
		t.Errorf("%d rows: not exercised", pairs)
	}
}

// allPairs looks at every two records.
func allPairs(j *IntervalJoin[uint64, uint64, string, string], script []sided) (all [][]string) {
	all = make([][]string, len(script))
	marks := make([]int64, len(script)) // the watermark at a step
	mark := int64(math.MinInt64)
	late := make([]bool, len(script))
	for i, x := range script {
		if x.marks() {
			mark = x.mark
		}
		marks[i] = mark
		if late[i] = !x.marks() && x.to == "" && x.at < mark; late[i] {
			all[i] = append(all[i], fmt.Sprintf("%d late %v @%d", x.key, x.s, x.at))
		}
	}
	for i, x := range script {
		for n, y := range script[:i] {
			if x.marks() || x.to != "" || y.marks() || y.to != "" || x.key != y.key || x.s.Second == y.s.Second || late[i] || late[n] {
				continue
			}
			a, b := x, y
			if x.s.Second {
				a, b = y, x
			}
			apart := b.at - a.at
			if apart < j.Lower || apart > j.Upper || apart == j.Lower && j.LowerExclusive || apart == j.Upper && j.UpperExclusive {
				continue
			}
			if forgotten(script, marks, n, i, kept(j, y)) {
				continue
			}
			all[i] = append(all[i], fmt.Sprintf("%d %s @%d", x.key, pair(a.s.A, b.s.B), max(a.at, b.at)))
		}
	}
	return all
}

// kept is the last time for which a record is kept.
func kept(j *IntervalJoin[uint64, uint64, string, string], y sided) int64 {
	lower, upper := j.Lower, j.Upper
	if j.LowerExclusive {
		lower++
	}
	if j.UpperExclusive {
		upper--
	}
	if y.s.Second {
		return y.at + max(0, -lower)
	}
	return y.at + max(0, upper)
}

// forgotten tells whether a watermark that was not before a time came between two steps, if only again, at a restore.
func forgotten(script []sided, marks []int64, from, to int, at int64) bool {
	for m := from + 1; m < to; m++ {
		if (script[m].marks() || script[m].to != "") && marks[m] >= at {
			return true
		}
	}
	return false
}

// At the end of a window its pairs come out, or both lists, and nothing where one list is empty.
func TestWindowJoin(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 6))
		script := randomSides(r, 60)
		size, slide := 1+r.Int64N(12), 1+r.Int64N(12)
		c := Config[uint64, side, string]{Assigner: Sliding[side]{Size: size, Slide: slide}, Element: sides()}
		join := func() engine.Operator[uint64, side, string] {
			op := Join(c, func(p *Pane[uint64, string], a uint64, b string) { p.Emit(fmt.Sprintf("%s @%d", pair(a, b), p.Time())) })
			if seed%2 == 0 {
				return op
			}
			return CoProcess(Apart(op)) // each side by the method of its own type
		}
		group := func() engine.Operator[uint64, side, string] {
			return CoGroup(c, func(p *Pane[uint64, string], as []uint64, bs []string) {
				p.Emit(fmt.Sprintf("%v %v @%d", as, bs, p.Time()))
			})
		}
		pairs, groups := windowed(script, size, slide)
		store := pick(r, names()...)
		got, left := playSides(t, script, store, join)
		sameSides(t, fmt.Sprintf("seed %d, join, size %d slide %d", seed, size, slide), script, got, pairs)
		if left > 0 {
			t.Fatalf("seed %d: %d entries are left at the end of time", seed, left)
		}
		got, _ = playSides(t, script, store, group)
		sameSides(t, fmt.Sprintf("seed %d, group, size %d slide %d", seed, size, slide), script, got, groups)
	}
}

// windowed looks at every window there can be.
func windowed(script []sided, size, slide int64) (pairs, groups [][]string) {
	pairs, groups = make([][]string, len(script)), make([][]string, len(script))
	for n := int64(-200); n < 400; n++ {
		start := n * slide
		for key := uint64(1); key <= 2; key++ {
			as, bs, mark := []uint64{}, []string{}, int64(math.MinInt64)
			for i, x := range script {
				switch {
				case x.marks():
					if last := start + size - 1; mark < last && last <= x.mark && len(as)+len(bs) > 0 {
						groups[i] = append(groups[i], fmt.Sprintf("%d %v %v @%d", key, as, bs, last))
						for _, a := range as {
							for _, b := range bs {
								pairs[i] = append(pairs[i], fmt.Sprintf("%d %s @%d", key, pair(a, b), last))
							}
						}
					}
					mark = x.mark
				case x.to != "" || x.key != key || x.at < start || x.at >= start+size || start+size-1 <= mark:
				case x.s.Second:
					bs = append(bs, x.s.B)
				default:
					as = append(as, x.s.A)
				}
			}
		}
	}
	return pairs, groups
}

// fares is an operator of two inputs: the second sets what one of the first costs, for the key.
type fares struct {
	engine.Untimed[uint64, string]
	price state.Value[string]
	sold  state.Value[uint64]
}

func (f *fares) Open(s *tables.Scope[uint64]) (err error) {
	if f.price, err = state.OpenValue(s, "price", tables.String{}); err != nil {
		return err
	}
	f.sold, err = state.OpenValue(s, "sold", tables.Uint64{})
	return err
}

func (f *fares) First(n uint64, _ engine.ID, _ int64, out *engine.Out[uint64, string]) {
	sold, _ := f.sold.Get()
	f.sold.Set(sold + n)
	if price, ok := f.price.Get(); ok {
		out.Emit(fmt.Sprintf("%d at %s", sold+n, price))
	}
}

func (f *fares) Second(price string, _ engine.ID, _ int64, out *engine.Out[uint64, string]) {
	f.price.Set(price)
	sold, _ := f.sold.Get()
	out.Emit(fmt.Sprintf("from now on %s, %d sold", price, sold))
}

func (f *fares) Cursors(dst []engine.Cursor) []engine.Cursor { return dst }

// Both inputs of a key see one state, also behind a restore.
func TestCoProcess(t *testing.T) {
	script := []sided{
		{key: 1, s: First[uint64, string](2)}, {key: 1, s: Second[uint64]("5")}, {key: 2, s: First[uint64, string](7)},
		{to: "pebble"}, {key: 1, s: First[uint64, string](3)}, {to: "heap"}, {key: 2, s: Second[uint64]("1")},
	}
	got, _ := playSides(t, script, "heap", func() engine.Operator[uint64, side, string] {
		return CoProcess[uint64, uint64, string, string](&fares{})
	})
	want := [][]string{nil, {"1 from now on 5, 2 sold"}, nil, nil, {"1 5 at 5"}, nil, {"2 from now on 1, 7 sold"}}
	sameSides(t, "fares", script, got, want)
}
