package workloadtest

import (
	"errors"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/workloads"
)

// source and task are the machines of the job that is broken here.
type (
	source = engine.Source[uint64, backends.Void]
	task   = engine.Keyed[uint64, workloads.Row]
)

// count is the job that is broken, small: records with times, of few keys.
func count() subject {
	return subject{workloads.Count(), map[string]string{"records": "120", "keys": "6", "event_time": "true"}, []int{1, 2, 5}}
}

// with is the subject with something about its workload changed.
func changed(change func(*workloads.Workload)) subject { return changedOf(count(), change) }

func changedOf(s subject, change func(*workloads.Workload)) subject {
	s.Params = slices.Clone(s.Params)
	change(&s.Workload)
	return s
}

// opened is the subject with something about every job changed that it opens. The job's Input is its own.
func opened(change func(*workloads.Job)) subject { return openedOf(count(), change) }

func openedOf(s subject, change func(*workloads.Job)) subject {
	return changedOf(s, func(w *workloads.Workload) {
		open := w.Open
		w.Open = func(o workloads.Options) (*workloads.Job, error) {
			job, err := open(o)
			if err == nil {
				in := *job.Input
				in.Keys, in.Group, in.Parts = slices.Clone(in.Keys), slices.Clone(in.Group), slices.Clone(in.Parts)
				for i := range in.Parts {
					p := &in.Parts[i]
					p.Key, p.N, p.H, p.Mark = slices.Clone(p.Key), slices.Clone(p.N), slices.Clone(p.H), slices.Clone(p.Mark)
				}
				job.Input = &in
				change(job)
			}
			return job, err
		}
	})
}

// built is the subject with something about every graph changed that its jobs build.
func built(change func(*engine.Graph)) subject {
	return opened(func(job *workloads.Job) {
		build := job.Build
		job.Build = func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
			g, err := build(s, epoch)
			if err == nil {
				change(g)
			}
			return g, err
		}
	})
}

// logged is the subject with every log replaced.
func logged(read func(l engine.Log[uint64, backends.Void], off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64)) subject {
	return built(func(g *engine.Graph) {
		for i := range g.Machines {
			if s, ok := g.Machines[i].(*source); ok {
				s.Log = brokenLog{s.Log, read}
			}
		}
	})
}

type brokenLog struct {
	inner engine.Log[uint64, backends.Void]
	read  func(l engine.Log[uint64, backends.Void], off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64)
}

func (l brokenLog) Read(off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
	return l.read(l.inner, off, max, keys, vals, times)
}

// told is the subject whose operators tell readers something else.
func told(cursors func([]engine.Cursor) []engine.Cursor) subject {
	return built(func(g *engine.Graph) {
		for i := range g.Machines {
			if t, ok := g.Machines[i].(*task); ok {
				t.Op = liar{t.Op, cursors}
			}
		}
	})
}

type liar struct {
	engine.Stateful[uint64, workloads.Row]
	cursors func([]engine.Cursor) []engine.Cursor
}

func (l liar) Cursors(dst []engine.Cursor) []engine.Cursor {
	return append(dst, l.cursors(l.Stateful.Cursors(nil))...)
}

// folded is the subject with every fold replaced.
func folded(change func(workloads.Fold) workloads.Fold) subject {
	return opened(func(job *workloads.Job) {
		fold := job.Fold
		job.Fold = func() workloads.Fold { return change(fold()) }
	})
}

// brokenFold changes what Each yields, or how To moves.
type brokenFold struct {
	workloads.Fold
	to   func(f workloads.Fold, offsets, marks []int64)
	each func(n int, e *backends.Entry) bool // whether the nth entry is yielded
}

func (f brokenFold) To(offsets, marks []int64) {
	if f.to != nil {
		f.to(f.Fold, offsets, marks)
		return
	}
	f.Fold.To(offsets, marks)
}

func (f brokenFold) Each(yield func(*backends.Entry)) {
	n := 0
	f.Fold.Each(func(e *backends.Entry) {
		if n++; f.each == nil || f.each(n, e) {
			yield(e)
		}
	})
}

// onward is a fold that never goes back.
func onward() func(workloads.Fold, []int64, []int64) {
	var at, wm []int64
	return func(f workloads.Fold, offsets, marks []int64) {
		if at == nil {
			at, wm = make([]int64, len(offsets)), make([]int64, len(marks))
		}
		for i := range offsets {
			at[i], wm[i] = max(at[i], offsets[i]), max(wm[i], marks[i])
		}
		f.To(at, wm)
	}
}

// yielded is the subject whose transactions are read otherwise.
func yielded(change func(yield func(engine.ID, string, int64, uint64)) func(engine.ID, string, int64, uint64)) subject {
	return opened(func(job *workloads.Job) {
		rows := job.Rows
		job.Rows = func(txn []byte, yield func(engine.ID, string, int64, uint64)) error { return rows(txn, change(yield)) }
	})
}

func brokenParameters() []subject {
	return []subject{
		changed(func(w *workloads.Workload) { w.Name = "" }),
		changed(func(w *workloads.Workload) { w.Doc = "two\nlines" }),
		changed(func(w *workloads.Workload) { w.Params[0].Doc = "" }),
		changed(func(w *workloads.Workload) { w.Params[0].Default = "none" }),
		changed(func(w *workloads.Workload) { w.Params[0].Check = func(string) error { return nil } }),
		changed(func(w *workloads.Workload) { w.Params[0].Check = func(string) error { return errors.New("no") } }),
		changed(func(w *workloads.Workload) {
			check := w.Params[0].Check
			w.Params[0].Check = func(v string) error {
				if check(v) != nil {
					return errors.New("something is wrong with it")
				}
				return nil
			}
		}),
		changed(func(w *workloads.Workload) { // takes what it refuses
			open, params := w.Open, w.Params
			w.Open = func(o workloads.Options) (*workloads.Job, error) {
				for _, p := range params {
					if p.Check != nil && p.Check(o.Params[p.Name]) != nil {
						o.Params[p.Name] = p.Default
					}
				}
				return open(o)
			}
		}),
		changed(func(w *workloads.Workload) {
			w.Open = func(workloads.Options) (*workloads.Job, error) { return nil, errors.New("not today") }
		}),
	}
}

func brokenShape() []subject {
	return []subject{
		changed(func(w *workloads.Workload) {
			open := w.Open
			w.Open = func(o workloads.Options) (*workloads.Job, error) {
				o.Parts, o.Groups = min(max(o.Parts, 1), 63), min(max(o.Groups, 1), 1<<15)
				return open(o)
			}
		}),
		opened(func(job *workloads.Job) {
			build, parts := job.Build, len(job.Input.Parts)
			job.Build = func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
				other := *s
				other.Sources = parts
				return build(&other, epoch)
			}
		}),
	}
}

func brokenReplays() []subject {
	type log = engine.Log[uint64, backends.Void]
	return []subject{
		logged(func(l log, off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
			keys, vals, times = l.Read(off, max, keys, vals, times)
			if n := len(keys); n > 2 { // in the wrong order, when there are several
				keys[n-1], keys[0] = keys[0], keys[n-1]
			}
			return keys, vals, times
		}),
		logged(func(l log, off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
			keys, vals, times = l.Read(off, max, keys, vals, times)
			if n := len(keys); n > 1 { // one fewer than there are, for good
				return keys[:n-1], vals[:n-1], times[:n-1]
			}
			return keys[:0], vals[:0], times[:0]
		}),
		logged(func(l log, off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
			return l.Read(off%10, max, keys, vals, times) // it never ends
		}),
		logged(func(l log, off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
			return l.Read(off, max+1, keys, vals, times) // more than was asked for
		}),
	}
}

// brokenOpening are workloads whose input is another whenever they are opened, as one is that draws from the time or in the order of a map.
func brokenOpening() []subject {
	opens := 0
	return []subject{
		changed(func(w *workloads.Workload) {
			open := w.Open
			w.Open = func(o workloads.Options) (*workloads.Job, error) {
				opens++
				o.Seed += uint64(opens)
				return open(o)
			}
		}),
		opened(func(job *workloads.Job) {
			opens++
			job.Input.Keys[0], job.Input.Keys[opens%2] = job.Input.Keys[opens%2], job.Input.Keys[0]
		}),
		openedAnew(func(nth int, log engine.Log[uint64, backends.Void]) engine.Log[uint64, backends.Void] {
			return brokenLog{log, func(l engine.Log[uint64, backends.Void], off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
				keys, vals, times = l.Read(off, max, keys, vals, times)
				for i := range times {
					times[i] += int64(nth)
				}
				return keys, vals, times
			}}
		}),
	}
}

// openedAnew is the subject whose logs depend on which opening they are of.
func openedAnew(change func(nth int, l engine.Log[uint64, backends.Void]) engine.Log[uint64, backends.Void]) subject {
	opens := 0
	return opened(func(job *workloads.Job) {
		opens++
		nth, build := opens, job.Build
		job.Build = func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
			g, err := build(s, epoch)
			if err == nil {
				for i := range g.Machines {
					if s, ok := g.Machines[i].(*source); ok {
						s.Log = change(nth, s.Log)
					}
				}
			}
			return g, err
		}
	})
}

func brokenInput() []subject {
	part := func(change func(*workloads.Part)) subject {
		return opened(func(job *workloads.Job) {
			for i := range job.Input.Parts {
				if p := &job.Input.Parts[i]; len(p.Key) > 3 {
					change(p)
					return
				}
			}
		})
	}
	return []subject{
		part(func(p *workloads.Part) { p.N[2]++ }),
		part(func(p *workloads.Part) { p.H[2]++ }),
		part(func(p *workloads.Part) { p.Mark[2]++ }),
		part(func(p *workloads.Part) { p.Mark = nil }),
		part(func(p *workloads.Part) { p.Key = p.Key[:len(p.Key)-1] }),
		part(func(p *workloads.Part) { p.Key[1] = (p.Key[1] + 1) % 6 }),
		opened(func(job *workloads.Job) { job.Input.Group[job.Input.Parts[0].Key[0]] ^= 1 }),
		opened(func(job *workloads.Job) { job.Input.Keys[1] = job.Input.Keys[0] }),
		opened(func(job *workloads.Job) { job.Input.Keys = append(job.Input.Keys, "of nobody") }),
	}
}

func brokenFolds() []subject {
	return []subject{
		folded(func(f workloads.Fold) workloads.Fold {
			return brokenFold{Fold: f, each: func(n int, _ *backends.Entry) bool { return n != 2 }}
		}),
		folded(func(f workloads.Fold) workloads.Fold {
			return brokenFold{Fold: f, each: func(_ int, e *backends.Entry) bool {
				e.Value = append(slices.Clone(e.Value[:len(e.Value)-1]), e.Value[len(e.Value)-1]^1)
				return true
			}}
		}),
		folded(func(f workloads.Fold) workloads.Fold {
			return brokenFold{Fold: f, each: func(_ int, e *backends.Entry) bool { e.Group ^= 1; return true }}
		}),
		folded(func(f workloads.Fold) workloads.Fold { return brokenFold{Fold: f, to: onward()} }),
		folded(func(f workloads.Fold) workloads.Fold {
			return brokenFold{Fold: f, to: func(f workloads.Fold, offsets, marks []int64) {
				offsets = slices.Clone(offsets)
				offsets[0] = max(0, offsets[0]-1)
				f.To(offsets, marks)
			}}
		}),
	}
}

func brokenRows() []subject {
	type row = func(engine.ID, string, int64, uint64)
	return []subject{
		yielded(func(yield row) row { return func(id engine.ID, k string, n int64, h uint64) { yield(id, k, n+1, h) } }),
		yielded(func(yield row) row { return func(id engine.ID, k string, n int64, h uint64) { yield(id, k, n, h^1) } }),
		yielded(func(yield row) row { return func(id engine.ID, k string, n int64, h uint64) { yield(id, k+"x", n, h) } }),
		yielded(func(yield row) row {
			return func(id engine.ID, k string, n int64, h uint64) { yield(id+1<<20, k, n, h) }
		}),
		yielded(func(yield row) row {
			return func(id engine.ID, k string, n int64, h uint64) { yield(id, k, n, h); yield(id, k, n, h) }
		}),
		yielded(func(yield row) row {
			return func(id engine.ID, k string, n int64, h uint64) {
				if id.Offset() != 7 {
					yield(id, k, n, h)
				}
			}
		}),
	}
}

func brokenCorruption() []subject {
	return []subject{
		opened(func(job *workloads.Job) {
			job.Rows = func([]byte, func(engine.ID, string, int64, uint64)) error { return nil }
		}),
		opened(func(job *workloads.Job) {
			rows := job.Rows
			job.Rows = func(txn []byte, yield func(engine.ID, string, int64, uint64)) error {
				if err := rows(txn, yield); err != nil && len(txn) > 10 {
					panic("bytes that are no transaction")
				}
				return rows(txn, yield)
			}
		}),
		opened(func(job *workloads.Job) {
			name := job.KeyName
			job.KeyName = func(b []byte) string { return name(b[:max(1, len(b)-1)]) + string(b[len(b)-1:]) }
		}),
	}
}

func brokenCursors() []subject {
	return []subject{
		told(func(cs []engine.Cursor) []engine.Cursor { return nil }),
		told(func(cs []engine.Cursor) []engine.Cursor {
			for i := range cs {
				cs[i].N++
			}
			return cs
		}),
		told(func(cs []engine.Cursor) []engine.Cursor {
			for i := range cs {
				cs[i].H ^= 1
			}
			return cs
		}),
		told(func(cs []engine.Cursor) []engine.Cursor {
			for i := range cs {
				cs[i].Part++
			}
			return cs
		}),
	}
}

// What is broken here is sound before.
func TestCountIsSound(t *testing.T)       { Run(t, workloads.Count(), count().small) }
func TestLongWindowsIsSound(t *testing.T) { run(t, windowed()) }

// Every clause has workloads that break it.
func TestEveryClauseCanFail(t *testing.T) {
	broken := map[string][]subject{
		"parameters": brokenParameters(), "shape": brokenShape(), "replays": brokenReplays(), "opens-alike": brokenOpening(), "input": brokenInput(), "fold": brokenFolds(),
		"rows": brokenRows(), "corrupt-rows": brokenCorruption(), "cursors": brokenCursors(),
		"windows": brokenWindows(), "looks": brokenLooks(),
	}
	for _, c := range clauses() {
		if len(broken[c.name]) == 0 {
			t.Errorf("nothing breaks %s", c.name)
		}
		for i, s := range broken[c.name] {
			if err := c.check(s); err == nil {
				t.Errorf("%s: the broken workload %d passes", c.name, i)
			} else {
				t.Logf("%s %d: %v", c.name, i, err)
			}
		}
	}
}
