package faults_test

import (
	"fmt"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/sim"
	"github.com/weirbench/weir/faults"
)

// A counter counts by key: a small real job, to see that points are passed by whom this room says.
type counter struct {
	engine.Untimed[uint64, uint64]
	n tables.Value[backends.Void, uint64]
}

func (c *counter) Open(s *tables.Scope[uint64]) (err error) {
	c.n, err = tables.OpenValue(s, "n", tables.None{}, tables.Uint64{})
	return err
}
func (c *counter) Process(_ struct{}, _ engine.ID, _ int64, out *engine.Out[uint64, uint64]) {
	n, _ := c.n.Get(backends.Void{})
	c.n.Set(backends.Void{}, n+1)
	out.Emit(n + 1)
}
func (c *counter) Cursors(dst []engine.Cursor) []engine.Cursor { return dst }

const perPart = 150

type numbers int

func (l numbers) Read(off int64, max int, keys []uint64, vals []struct{}, times []int64) ([]uint64, []struct{}, []int64) {
	for ; max > 0 && off < perPart; max, off = max-1, off+1 {
		keys, vals, times = append(keys, uint64(off)%7), append(vals, struct{}{}), append(times, 1+off)
	}
	return keys, vals, times
}

type counted struct{ b []byte }

func (c *counted) Add(r *engine.Rows[uint64, uint64]) { c.b = append(c.b, byte(len(r.Vals))) }
func (c *counted) Seal() []byte                       { b := c.b; c.b = nil; return b }

func job(cuts func(int) []int64) engine.Job {
	s := &engine.Spec{Sources: 2, Parallelism: 2, Groups: 16, Batch: 4, Interval: 40, Timeout: 20_000, Concurrent: 1, Tolerable: 1000, Retained: 1, Track: true, Cuts: cuts,
		Phases: []engine.Phase{{Name: "drain", Drain: true}},
		Open: func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
			return heap.Backend{}.Open(backends.Options{Groups: g})
		}}
	return func(epoch int64) (*engine.Graph, error) {
		return engine.Build(s, epoch, engine.Parts[uint64, struct{}, uint64]{
			Key: tables.Longs(s.Groups),
			Log: func(p int) engine.Log[uint64, struct{}] { return numbers(p) },
			Op:  func() engine.Operator[uint64, struct{}, uint64] { return &counter{} },
			Txn: func() engine.Txn[uint64, uint64] { return &counted{} },
		})
	}
}

// watch sees who passes which point, and what operations begin there.
type watch struct {
	*faults.Injector
	roles map[engine.Point]map[engine.RoleKind]bool
	ops   map[engine.Point]map[engine.Verb]bool
}

func (w watch) Noted(m *engine.Moment, n engine.Note) (engine.Strike, bool) {
	if w.roles[n.Point] == nil {
		w.roles[n.Point] = map[engine.RoleKind]bool{}
	}
	w.roles[n.Point][m.Role.Kind] = true
	return w.Injector.Noted(m, n)
}

func (w watch) Op(m *engine.Moment, op *engine.Op) engine.Fate {
	if w.ops[op.At] == nil {
		w.ops[op.At] = map[engine.Verb]bool{}
	}
	w.ops[op.At][op.Verb] = true
	return w.Injector.Op(m, op)
}

func run(t *testing.T, seed uint64, lines ...string) (*sim.Result, watch) {
	t.Helper()
	var specs []faults.Spec
	for _, l := range lines {
		s, err := faults.ParseSpec(l)
		if err != nil {
			t.Fatal(err)
		}
		specs = append(specs, s)
	}
	ch := sim.Random(seed)
	inj, err := faults.New(specs, faults.Options{PartRecords: []int64{perPart, perPart}, Chance: func(n int) int { return ch.Pick(sim.Plan, n) }})
	if err != nil {
		t.Fatal(err)
	}
	w := watch{inj, map[engine.Point]map[engine.RoleKind]bool{}, map[engine.Point]map[engine.Verb]bool{}}
	r := sim.Run(sim.Options{Job: job(inj.Cuts), Blobs: blobs.NewMemory(), Inject: w, Restart: engine.Restart{Strategy: "fixed-delay", Attempts: 100, Delay: 10}}, ch)
	return r, w
}

func TestPointsArePassedByTheirPassers(t *testing.T) {
	r, w := run(t, 1, "{after: 100 records, do: kill, target: task/0}", "{after: 250 records, do: kill, target: all}")
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	verbs := map[string]engine.Verb{"put": engine.Put, "manifest": engine.PutNew, "get": engine.Get, "delete": engine.Delete}
	for p := engine.NoPoint + 1; p < engine.Points; p++ {
		want := map[engine.RoleKind]bool{}
		for _, k := range faults.Passers(p) {
			want[k] = true
		}
		if got := w.roles[p]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is passed by %v, want %v", p, got, want)
		}
		ops := map[engine.Verb]bool{}
		if kind := faults.OpAt(p); kind != "" {
			ops[verbs[kind]] = true
		}
		if got := w.ops[p]; fmt.Sprint(got) != fmt.Sprint(ops) {
			t.Errorf("at %s begin %v, want %v", p, got, ops)
		}
	}
	if got, want := w.Hits()[engine.AtInputRecords], int64(4); got < want {
		t.Errorf("%d hits of input.records, want %d at least", got, want)
	}
}

// Every kind of address strikes a real job, and the job comes through.
func TestStrikesARealJob(t *testing.T) {
	for _, c := range []struct {
		line     string
		attempts int // at least
	}{
		{"{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0}", 2},
		{"{at: checkpoint.manifest, checkpoint: 2, do: kill, lost: true}", 2},
		{"{at: checkpoint.barrier, occurrence: 4, do: zombie, delay: 30 us}", 2},
		{"{at: recovery.restarting, do: kill, target: task/1, maybe: true}", 1},
		{"{after: 100 records, do: kill, target: all}", 2},
		{"{every: 400 us, do: kill, target: sink/1, probability: 0.5}", 1},
		{"{at: checkpoint.manifest, checkpoint: 2, do: fail, outcome: applied}", 1},
		{"{at: checkpoint.manifest, checkpoint: 2, do: fail, outcome: torn}", 1},
		{"{at: checkpoint.triggered, checkpoint: 2, do: fail, outcome: late, ops: [put]}", 1},
		{"{at: checkpoint.uploading, checkpoint: 2, do: delay, delay: 100 us, target: task/1}", 1},
		{"{every: 100 us, do: fail, ops: [put, get], probability: 0.3}", 1},
		{"{ops: [put], do: fail, occurrence: 5}", 1},
	} {
		for seed := range uint64(5) {
			r, w := run(t, seed, c.line)
			k := w.Struck()[0]
			if r.Err != nil || !r.Over {
				t.Fatalf("%s, seed %d: %v", c.line, seed, r.Err)
			}
			if r.Attempts < c.attempts || !k.Spec.Maybe && k.Times == 0 && k.Spec.Chance == 0 {
				t.Errorf("%s, seed %d: struck %d times, %d attempts; want %d at least", c.line, seed, k.Times, r.Attempts, c.attempts)
			}
			if again, _ := run(t, seed, c.line); again.Trace != r.Trace {
				t.Errorf("%s, seed %d: two traces", c.line, seed)
			}
		}
	}
}
