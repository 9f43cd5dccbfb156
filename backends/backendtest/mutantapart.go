package backendtest

import (
	"errors"
	"math"
	"slices"

	"github.com/weirbench/weir/backends"
)

// apartMutants break what apartClauses promise, and second halves of what snapshots promise.
func apartMutants() []Mutant {
	return []Mutant{
		{"Clear of a map clears all namespaces", "cleared-in-one-namespace", onTable("lists", func(t byNamespace) byNamespace { return clearsAll{t} })},
		{"Clear of a map with namespaces is lost", "cleared-in-one-namespace", onTable("lists", func(t byNamespace) byNamespace { return clearsNone{t} })},
		{"Remove strikes all namespaces", "cleared-in-one-namespace", onTable("lists", func(t byNamespace) byNamespace { return removesAll{t} })},
		{"Clear of a list clears all namespaces", "cleared-in-one-namespace", onTable("logs", func(t logs) logs { return logsClearAll{t} })},
		{"Clear of a list with namespaces is lost", "cleared-in-one-namespace", onTable("logs", func(t logs) logs { return logsClearNone{t} })},
		{"the end of time has no timers", "numbers-are-whole", onTable("timers", func(t timers) timers { return within{t, math.MinInt64, math.MaxInt64 - 1} })},
		{"time begins at 1970", "numbers-are-whole", onTable("timers", func(t timers) timers { return within{t, 0, math.MaxInt64} })},
		{"times of timers are cut to 32 bits", "numbers-are-whole", onTable("timers", func(t timers) timers { return shortTimes{t} })},
		{"namespaces of timers are of one byte", "numbers-are-whole", onTable("timers", func(t timers) timers { return shortTimers{t} })},
		{"namespaces of values are of one byte", "numbers-are-whole", onTable("window", func(t window) window { return byteNamespace{t} })},
		{"values are cut to 32 bits", "numbers-are-whole", onTable("count", func(t count) count { return shortCount{t} })},
		{"a key group is one byte", "many-key-groups", onSnapshot(func(s *mutantSnapshot, group int, yield walk) error {
			if group > 255 && s.Groups().Has(group&255) {
				group &= 255
			}
			return s.Snapshot.Each(group, yield)
		})},
		{"key groups end at 256", "many-key-groups", onRestore(func(s *mutant, e *backends.Entry) error {
			if e.Group > 255 {
				return nil
			}
			return s.Store.Restore(e)
		})},
		{"an inner walk ends the outer one", "walk-within-a-walk", onTable("lists", func(t byNamespace) byNamespace { return &oneWalk{byNamespace: t} })},
		{"an inner walk of a list ends the outer one", "walk-within-a-walk", onTable("logs", func(t logs) logs { return &oneLog{logs: t} })},
		{"Close does not wait", "close-waits-for-a-reader", onStore(func(s *mutant) { s.hurries = true })},
		{"states come in another order", "snapshot-by-group", onSnapshot(func(s *mutantSnapshot, group int, yield walk) error {
			var all []backends.Entry
			if err := s.Snapshot.Each(group, func(e *backends.Entry) error {
				all = append(all, backends.Entry{State: e.State, Group: e.Group, Key: slices.Clone(e.Key), Value: slices.Clone(e.Value)})
				return nil
			}); err != nil {
				return err
			}
			for i := range all {
				if err := yield(&all[len(all)-1-i]); err != nil {
					return err
				}
			}
			return nil
		})},
		{"other stores' groups are empty", "snapshot-by-group", onSnapshot(func(s *mutantSnapshot, group int, yield walk) error {
			if !s.Groups().Has(group) {
				return nil
			}
			return s.Snapshot.Each(group, yield)
		})},
		{"to close again is a panic", "closed-snapshot-is-closed", onStore(func(s *mutant) { s.closesOnce = true })},
		{"a state may be opened later", "opened-once", onStore(func(s *mutant) { s.late = map[string]backends.Table{} })},
		{"what is of another state is ignored", "foreign-entries-are-refused", onRestore(func(s *mutant, e *backends.Entry) error {
			if err := s.Store.Restore(e); !slices.Contains(stateNames, e.State) {
				return nil
			} else {
				return err
			}
		})},
	}
}

type clearsAll struct{ byNamespace }

func (t clearsAll) Clear(uint64) {
	for ns := range uint64(10) {
		t.byNamespace.Clear(ns)
	}
}

type clearsNone struct{ byNamespace }

func (clearsNone) Clear(uint64) {}

type removesAll struct{ byNamespace }

func (t removesAll) Remove(_, u uint64) {
	for ns := range uint64(10) {
		t.byNamespace.Remove(ns, u)
	}
}

type logsClearAll struct{ logs }

func (t logsClearAll) Clear(uint64) {
	for ns := range uint64(10) {
		t.logs.Clear(ns)
	}
}

type logsClearNone struct{ logs }

func (logsClearNone) Clear(uint64) {}

// within knows times from first to last.
type within struct {
	timers
	first, last int64
}

func (t within) Register(at int64, ns uint64) {
	if t.first <= at && at <= t.last {
		t.timers.Register(at, ns)
	}
}

type shortTimes struct{ timers }

func (t shortTimes) Register(at int64, ns uint64) { t.timers.Register(int64(int32(at)), ns) }

type shortTimers struct{ timers }

func (t shortTimers) Register(at int64, ns uint64) { t.timers.Register(at, ns&0xff) }
func (t shortTimers) Delete(at int64, ns uint64)   { t.timers.Delete(at, ns&0xff) }

type byteNamespace struct{ window }

func (t byteNamespace) Get(ns uint64) (uint64, bool) { return t.window.Get(ns & 0xff) }
func (t byteNamespace) Set(ns, v uint64)             { t.window.Set(ns&0xff, v) }
func (t byteNamespace) Clear(ns uint64)              { t.window.Clear(ns & 0xff) }

type shortCount struct{ count }

func (t shortCount) Set(n void, v uint64) { t.count.Set(n, uint64(uint32(v))) }

// oneWalk has one place for a walk.
type oneWalk struct {
	byNamespace
	walks int
}

func (t *oneWalk) Each(ns uint64, yield func(uint64, []uint64) bool) {
	t.walks++
	mine := t.walks
	t.byNamespace.Each(ns, func(u uint64, v []uint64) bool { return yield(u, v) && t.walks == mine })
}

type oneLog struct {
	logs
	walks int
}

func (t *oneLog) Each(ns uint64, yield func([]uint64) bool) {
	t.walks++
	mine := t.walks
	t.logs.Each(ns, func(v []uint64) bool { return yield(v) && t.walks == mine })
}

// lately opens a state after the first batch, as what was opened before.
func (s *mutant) lately(d backends.Desc) (backends.Table, error) {
	t, err := s.Store.Open(d)
	switch {
	case err == nil:
		s.late[d.Form()] = t
	case s.version.Load() > 0 && s.late[d.Form()] != nil && !errors.Is(err, errors.ErrUnsupported):
		return s.late[d.Form()], nil
	}
	return t, err
}
