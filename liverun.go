package weir

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/live"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

// A liveRun is one repetition of one cell on goroutines and real files.
type liveRun struct {
	catalog *Catalog
	cell    *Cell
	subject *subject
	rep     int
	seed    uint64
	broken  string
	dir     string                              // of this repetition: data and, when it failed, what explains it
	judging func()                              // is told when the job has ended
	disk    func(backends.Blobs) backends.Blobs // a test's own; nil: that of dir
}

// run runs and judges. An error means that nothing can be said, and nothing is left to be judged: the history of half a run would accuse
// its backend of all that did not happen any more. A job that failed is a verdict's business.
func (l *liveRun) run(ctx context.Context) (*Evidence, []linearizability.Verdict, error) {
	entry, err := l.catalog.backend(l.cell.Backend)
	if err != nil {
		return nil, nil, err
	}
	b, err := entry.Open(BackendOptions{Memory: l.cell.Memory, Keep: l.cell.Keep})
	if err != nil {
		return nil, nil, fmt.Errorf("open backend %s: %w", l.cell.Backend, err)
	}
	data := filepath.Join(l.dir, "data")
	store, err := blobs.NewDir(filepath.Join(data, "checkpoints"))
	if err != nil {
		return nil, nil, err
	}
	disk := backends.Blobs(store)
	if l.disk != nil {
		disk = l.disk(disk)
	}
	if err := room(data); err != nil {
		return nil, nil, err
	}
	inj, err := l.injector()
	if err != nil {
		return nil, nil, err
	}
	spec := l.cell.spec(stores(b, filepath.Join(data, "state"), l.cell))
	spec.Census, spec.Volatile = true, l.subject.job.Volatile
	spec.Cuts, spec.Until, spec.Phases = inj.Cuts, l.cell.Duration.Microseconds(), l.cell.Phases
	if l.cell.early() {
		spec.Furthest = make([]atomic.Int64, spec.Sources)
	}
	if l.broken != "" {
		spec.Planted = &engine.Planted{Name: l.broken}
	}
	h := l.cell.history(l.subject)
	h.Timers, spec.TimersMask = timersOf(l.subject.job.Input.Records())
	rec := newRecorder(h, l.subject.keyNo)
	rec.input.begin(l.cell.Phases, l.cell.Sources)
	job := func(epoch int64) (*engine.Graph, error) { return l.subject.job.Build(spec, epoch) }
	well, end := context.WithCancelCause(ctx)
	defer end(nil)
	calm, stop := watchDisk(data, end), rec.watchMemory()
	res, runErr := live.Run(well, live.Options{Job: job, Blobs: ward{disk, end}, Restart: l.cell.Restart, Inject: inj, Observe: rec, Planted: spec.Planted})
	stop()
	calm()
	rec.finish(res.Now)
	rec.settleAccesses(l.subject.job.Aside)
	rec.ev.End = runErr
	if runErr != nil {
		h.End, h.Felled = runErr.Error(), errors.As(runErr, new(*engine.Felled))
	}
	switch cause := context.Cause(well); {
	case cause != nil:
		return nil, nil, cause
	case sick(runErr):
		return nil, nil, fmt.Errorf("%w: %w", errSick, runErr)
	}
	l.judging()
	h.Strikes = strikes(inj)
	rec.strikeTimes()
	if err := rec.complete(l.subject, store, l.cell.early()); err != nil {
		return nil, nil, err
	}
	return rec.ev, check(ctx, l.cell, h), context.Cause(ctx)
}

func (l *liveRun) injector() (*faults.Injector, error) {
	r := rand.New(rand.NewPCG(l.seed, uint64(l.rep)))
	return faults.New(l.cell.Faults, faults.Options{PartRecords: l.subject.parts, Chance: r.IntN})
}

// discard removes what the repetition stored.
func (l *liveRun) discard() error { return os.RemoveAll(filepath.Join(l.dir, "data")) }

// strikeTimes gives each recovery the strike that made it necessary.
func (r *recorder) strikeTimes() {
	for i := range r.ev.Recoveries {
		t := &r.ev.Recoveries[i]
		t.Struck = t.Detected
		for _, s := range r.h.Strikes {
			if s.Struck > 0 && s.At <= t.Detected && (t.Struck == t.Detected || s.At > t.Struck) {
				t.Struck = s.At
			}
		}
	}
}
