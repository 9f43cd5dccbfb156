package window

import (
	"fmt"
	"iter"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
)

// A tally is operator state of each kind: which windows came, how many in all tasks, and which key was last.
type tally struct {
	starts *state.OperatorList[uint64]
	total  *state.OperatorList[uint64]
	last   *state.BroadcastMap[uint64, uint64]
	n      uint64
	again  bool // it goes on from a checkpoint
}

func (t *tally) Initialize(s *state.Operator) (err error) {
	t.again = s.Restored()
	if t.starts, err = state.OpenSplit(s, "starts", tables.Uint64{}); err != nil {
		return err
	}
	if t.total, err = state.OpenUnion(s, "total", tables.Uint64{}); err != nil {
		return err
	}
	t.total.Each(func(n uint64) bool { t.n += n; return true })
	t.last, err = state.OpenBroadcast(s, "last", tables.Uint64{}, tables.Uint64{})
	return err
}

func (t *tally) Snapshot() error {
	t.total.Set([]uint64{t.n})
	return nil
}

func (t *tally) see(key, start uint64) {
	t.n++
	t.starts.Add(start)
	t.last.Set(0, key)
}

func (t *tally) String() string {
	s := fmt.Sprintf("again %v, total %d, starts", t.again, t.n)
	t.starts.Each(func(v uint64) bool { s += fmt.Sprint(" ", v); return true })
	key, ok := t.last.Get(0)
	return s + fmt.Sprintf(", last %d %v", key, ok)
}

// tallying is a function of a window that has a tally.
type tallying[In any] struct {
	Func[uint64, In, string]
	*tally
}

func newTallying[In any](t *tally) tallying[In] {
	return tallying[In]{func(p *Pane[uint64, string], _ In) { t.see(p.Key, uint64(p.Window.Start)) }, t}
}

// wraps is a function around another.
type wraps[In any] struct{ Function[uint64, In, string] }

func (w wraps[In]) Unwrap() any { return w.Function }

// tallyingTwo is an operator of two inputs that has a tally.
type tallyingTwo struct {
	engine.Untimed[uint64, string]
	*tally
	keys *backends.Keys[uint64]
}

func (o *tallyingTwo) Open(s *tables.Scope[uint64]) error {
	o.keys = s.Keys
	return nil
}
func (o *tallyingTwo) Cursors(dst []engine.Cursor) []engine.Cursor { return dst }
func (o *tallyingTwo) First(_ uint64, _ engine.ID, at int64, _ *engine.Out[uint64, string]) {
	o.see(o.keys.Cur().K, uint64(at-at%10))
}
func (o *tallyingTwo) Second(v uint64, id engine.ID, at int64, out *engine.Out[uint64, string]) {
	o.First(v, id, at, out)
}

// A function of a window has operator state, however its windows keep what they hold: a split list, a union list and a broadcast map are captured, and
// come back.
func TestFunctionWithOperatorState(t *testing.T) {
	sum := func(a, b uint64) uint64 { return a + b }
	plain := Config[uint64, uint64, string]{Assigner: Tumbling[uint64]{Size: 10}, Element: tables.Uint64{}}
	evicts := plain
	evicts.Evictor = KeepCount[uint64](5, false)
	for name, make := range map[string]func(*tally) *op{
		"reduce":             func(x *tally) *op { return Reduce(plain, sum, newTallying[uint64](x)) },
		"reduce, evicted":    func(x *tally) *op { return Reduce(evicts, sum, newTallying[uint64](x)) },
		"aggregate":          func(x *tally) *op { return Aggregate(plain, tables.Uint64s{}, mean(), newTallying[string](x)) },
		"aggregate, evicted": func(x *tally) *op { return Aggregate(evicts, tables.Uint64s{}, mean(), newTallying[string](x)) },
		"process":            func(x *tally) *op { return Process(plain, newTallying[iter.Seq[uint64]](x)) },
		"process, evicted":   func(x *tally) *op { return Process(evicts, newTallying[iter.Seq[uint64]](x)) },
		"process, wrapped": func(x *tally) *op {
			return Process(plain, wraps[iter.Seq[uint64]]{newTallying[iter.Seq[uint64]](x)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			comeBack(t, func(x *tally) engine.Operator[uint64, uint64, string] { return make(x) }, func(v uint64) uint64 { return v })
		})
	}
	t.Run("two inputs in one stream", func(t *testing.T) {
		comeBack(t, func(x *tally) engine.Operator[uint64, Side[uint64, uint64], string] {
			return CoProcess[uint64, uint64, uint64, string](&tallyingTwo{tally: x})
		}, First[uint64, uint64])
	})
}

func comeBack[V any](t *testing.T, make func(*tally) engine.Operator[uint64, V, string], v func(uint64) V) {
	none := func(uint64, string) {}
	first := &tally{}
	r := newRig(t, heap.Backend{}, make(first), none)
	r.add(3, v(1), 5)
	r.send(19)
	r.add(4, v(1), 25)
	r.send(39)
	if got, want := first.String(), "again false, total 2, starts 0 20, last 4 true"; got != want {
		t.Fatalf("the function has %q, want %q", got, want)
	}
	second := &tally{}
	r = newRigWith(t, 0, heap.Backend{}, make(second), none, r.held())
	if got, want := second.String(), "again true, total 2, starts 0 20, last 4 true"; got != want {
		t.Fatalf("restored, the function has %q, want %q", got, want)
	}
	r.add(5, v(1), 45)
	r.send(59)
	if got, want := second.String(), "again true, total 3, starts 0 20 40, last 5 true"; got != want {
		t.Errorf("gone on, the function has %q, want %q", got, want)
	}
}

// An operator of windows has no operator state of its own: where its function has none, nothing is captured.
func TestFunctionWithoutOperatorState(t *testing.T) {
	r := newRig(t, heap.Backend{}, job{assigner: "tumbling", size: 10, trigger: "default", function: "reduce"}.make(), func(uint64, string) {})
	r.add(3, 1, 5)
	r.send(19)
	if held := r.held(); held != nil {
		t.Errorf("the task holds %v, want nothing", held)
	}
}
