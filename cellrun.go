package weir

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/workloads"
)

// workload finds a workload of the catalog; a plan names only those that exist.
func (c *Catalog) workload(name string) (workloads.Workload, error) {
	i := slices.IndexFunc(c.Workloads, func(w workloads.Workload) bool { return w.Name == name })
	if i < 0 {
		return workloads.Workload{}, fmt.Errorf("no workload %q in this build", name)
	}
	return c.Workloads[i], nil
}

func (c *Catalog) backend(name string) (Backend, error) {
	i := slices.IndexFunc(c.Backends, func(b Backend) bool { return b.Name == name })
	if i < 0 {
		return Backend{}, fmt.Errorf("no backend %q in this build", name)
	}
	return c.Backends[i], nil
}

// rocksdb names the RocksDB that this build found, "" when it found none.
func (c *Catalog) rocksdb() string {
	b, err := c.backend("rocksdb")
	if err != nil || b.Status == nil {
		return ""
	}
	s := b.Status()
	switch {
	case !s.Available:
		return ""
	case s.Debug:
		return s.Version + " (debug build)"
	}
	return s.Version
}

// open opens the workload of a cell, with some of its parameters changed.
func (c *Catalog) open(cell *Cell, seed uint64, change map[string]string) (*workloads.Job, error) {
	w, err := c.workload(cell.Workload)
	if err != nil {
		return nil, err
	}
	params := make(map[string]string, len(w.Params))
	for _, p := range w.Params {
		params[p.Name] = p.Default
		if v, ok := cell.Params[p.Name]; ok {
			params[p.Name] = v
		}
		if v, ok := change[p.Name]; ok {
			params[p.Name] = v
		}
	}
	job, err := w.Open(workloads.Options{Params: params, Seed: seed, Parts: cell.Sources, Groups: cell.Groups, Open: openFile})
	if err != nil {
		return nil, &BadInput{cell.misplaced(err)}
	}
	return job, nil
}

func openFile(path string) (io.ReadCloser, error) { return os.Open(path) }

// spec is what the engine is told of a cell.
func (c *Cell) spec(stores func(epoch int64, task int, g backends.Groups) (backends.Store, error)) *engine.Spec {
	return &engine.Spec{Operator: c.Workload, Sources: c.Sources, Parallelism: c.Parallelism, Groups: c.Groups, Batch: c.Batch, AtLeastOnce: c.Mode == linearizability.AtLeastOnce,
		Interval: c.Interval.Microseconds(), Timeout: c.Timeout.Microseconds(), MinPause: c.MinPause.Microseconds(), Concurrent: c.Concurrent,
		Tolerable: c.Tolerable, Retained: c.Retained, Readers: c.Readers, ReadEvery: c.ReadEvery.Microseconds(), Track: true, Open: stores}
}

// history begins the history of a run of a cell.
func (c *Cell) history(s *subject) *linearizability.History {
	d := c.demands(s.job.Input.Records())
	d.Outlived = d.Recoveries > 0 && s.job.Expires != nil
	return &linearizability.History{Truth: s.truth, Mode: c.Mode, Parts: c.Sources, Tasks: c.Parallelism, Groups: c.Groups, Retained: c.Retained, Sampled: 1, Timers: 1,
		Volatile: s.job.Volatile, Demands: d}
}

// timersRecords is of how many records of an input, about, the timers are told in a live run: what a larger one leaves would be
// more than what else is known of it.
const timersRecords = 100_000

// timersOf is the share of keys whose timers are told in a live run of an input, and the mask that picks them.
func timersOf(records int64) (share float64, mask uint32) {
	share = 1
	for records > timersRecords {
		records, share, mask = records/2, share/2, mask<<1|1
	}
	return share, mask
}

// stores opens a store of a cell for each task of each attempt, in a folder of its own below dir.
func stores(b backends.Backend, dir string, c *Cell) func(epoch int64, task int, g backends.Groups) (backends.Store, error) {
	return func(epoch int64, task int, g backends.Groups) (s backends.Store, err error) {
		defer func() {
			if x := recover(); x != nil {
				err = fmt.Errorf("panic: %v", x)
			}
		}()
		o := backends.Options{Groups: g, MemoryBytes: c.Memory, Timers: c.Timers, BytesMax: c.BytesMax}
		if dir != "" {
			o.Dir = filepath.Join(dir, fmt.Sprintf("attempt-%d-task-%d", epoch, task))
			if err := os.MkdirAll(o.Dir, 0o755); err != nil {
				return nil, err
			}
		}
		return b.Open(o)
	}
}

// check is what all checks say of a live run: at once, and when its history is judged again.
func check(ctx context.Context, c *Cell, h *linearizability.History) []linearizability.Verdict {
	vs := linearizability.Check(ctx, h, linearizability.Options{Timeout: c.CheckTimeout, Porcupine: true, OpsTotal: 100_000})
	if toMeasure(c.Phases) && h.Measured == 0 {
		vs = append(vs, linearizability.Verdict{Check: "phases", Result: linearizability.Undecided,
			Reason: "not exercised: the plan has a phase measure, and the run ended before all sources read in one; let the phases before it read less, or set workload.records to more"})
	}
	return vs
}

// judge is what all checks say of a simulated run.
func judge(h *linearizability.History, timeout time.Duration, porcupine bool) []linearizability.Verdict {
	return linearizability.Check(context.Background(), h, linearizability.Options{Timeout: timeout, Porcupine: porcupine})
}
