package backendtest

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/broken"
)

// A Mutant breaks one promise of any backend that it wraps.
type Mutant struct {
	Name   string
	Clause string // that must see it
	Wrap   func(backends.Backend) backends.Backend
}

// Mutants prove that the clauses can fail: there is one at least for each.
func Mutants() []Mutant {
	none, opened := func() {}, new(atomic.Int64)
	return slices.Concat(listMutants(), ttlMutants(), apartMutants(), []Mutant{
		{"a write is not seen before End", "write-is-seen-at-once", onTable("count", func(t count) count { return &unseen{count: t} })},
		{"an empty text is absent", "absent-is-not-empty", onTable("text", func(t text) text { return emptyIsAbsent{t} })},
		{"a delete is lost", "cleared-is-absent", onTable("count", func(t count) count { return lostClear{t} })},
		{"the last record of a full batch is lost", "batch-of-any-size", onStore(lastLost)},
		{"Want writes", "want-changes-nothing", onTable("window", func(t window) window { return wantWrites{t} })},
		{"Update leaves the last one out", "update-is-get-and-set", onTable("window", func(t window) window { return updatesNotLast{updating(t)} })},
		{"Update takes what is absent for a zero", "update-is-get-and-set", onTable("window", func(t window) window { return updatesAbsent{updating(t)} })},
		{"Update reads all before it writes", "update-is-get-and-set", onTable("window", func(t window) window { return updatesAtOnce{updating(t)} })},
		{"namespaces are one byte short", "namespaces-are-apart", onTable("window", func(t window) window { return shortNamespace{t} })},
		{"a large value is cut", "value-may-be-large", onTable("text", func(t text) text { return cutText{t} })},
		{"the end of a namespace is ignored", "keys-that-begin-alike", onTable("value", func(t textIn) textIn { return trimmedNamespace{t} })},
		{"the same object need not be written", "changed-in-place-and-set", onTable("list", func(t lists) lists { return sameObject{t} })},
		{"an access without a key finds nothing", "no-current-key", onTable("count", func(t count) count { return quietCount{t} })},
		{"a state is opened anew", "opened-once", onStore(func(s *mutant) { s.reopens = map[string]backends.Table{} })},
		{"an entry is not removed", "map-holds-entries", onTable("sets", func(t sets) sets { return lostRemove{t} })},
		{"the border of a block is skipped", "each-yields-all", onTable("sets", func(t sets) sets { return skipsBorder{t} })},
		{"Each goes on", "each-stops", onTable("sets", func(t sets) sets { return neverStops{t} })},
		{"what follows a removed entry is skipped", "each-allows-the-current", onTable("sets", func(t sets) sets { return &skipsNext{sets: t} })},
		{"Each walks a Go map", "each-order-is-the-calls", onTable("sets", func(t sets) sets { return goMap{t, int(opened.Add(1))} })},
		{"Clear leaves an entry", "cleared-map-is-gone", onTable("sets", func(t sets) sets { return leavesOne{t} })},
		{"a tick too late is due", "timers-come-in-order", onTable("timers", func(t timers) timers { return oneTooMany{t} })},
		{"what finds no room is lost", "pop-fills-what-there-is-room-for", onTable("timers", func(t timers) timers { return noRoom{t} })},
		{"a deleted timer fires", "deleted-timer-does-not-fire", onTable("timers", func(t timers) timers { return lostDelete{t} })},
		{"a timer that fired never comes again", "fired-timer-may-come-again", onTable("timers", func(t timers) timers { return &firedOnce{timers: t, fired: map[int64]bool{}} })},
		{"a timer that was deleted never comes again", "timer-behind-the-cache", onTable("timers", func(t timers) timers { return &deletedOnce{timers: t, gone: map[int64]bool{}} })},
		{"a snapshot is taken when it is read", "snapshot-is-pinned", func(b backends.Backend) backends.Backend { return broken.LateSnapshot(b, none) }},
		{"a value is not copied on write", "snapshot-of-shared-memory", onStore(notCopied)},
		{"a snapshot forgets entries", "End-is-in-every-later-snapshot", func(b backends.Backend) backends.Backend { return broken.Forgetful(b, 7, none) }},
		{"the second snapshot is the first", "two-snapshots-at-once", onStore(func(s *mutant) { s.shares = true })},
		{"a snapshot ends when the store goes on", "snapshot-is-read-elsewhere", onStore(func(s *mutant) { s.expires = true })},
		{"entries of the next group are given, too", "snapshot-by-group", onSnapshot(func(s *mutantSnapshot, group int, yield walk) error {
			return errors.Join(s.Snapshot.Each(group, yield), s.Snapshot.Each(min(group+1, s.Groups().Last), yield))
		})},
		{"an error of yield is lost", "yield-ends-the-walk", onSnapshot(func(s *mutantSnapshot, group int, yield walk) error {
			return s.Snapshot.Each(group, func(e *backends.Entry) error { yield(e); return nil })
		})},
		{"a closed snapshot is empty", "closed-snapshot-is-closed", onSnapshot(emptyWhenClosed)},
		{"a reader takes a closed store for the end", "store-closes-under-a-reader", onSnapshot(emptyWhenClosed)},
		{"values are written the other way round", "entries-are-alike", onSnapshot(func(s *mutantSnapshot, group int, yield walk) error {
			return s.Snapshot.Each(group, func(e *backends.Entry) error { slices.Reverse(e.Value); return yield(e) })
		})},
		{"every tenth entry is not restored", "restored-is-what-was", onRestore(func(s *mutant, e *backends.Entry) error {
			if s.restored++; s.restored%10 == 0 {
				return nil
			}
			return s.Store.Restore(e)
		})},
		{"snapshots have bytes of their own", "restores-any-backends-entries", ownBytes},
		{"the last group of a range is taken for the next task's", "restored-by-key-group", onRestore(func(s *mutant, e *backends.Entry) error {
			if e.Group == s.groups.Last && e.Group != allGroups-1 {
				return nil
			}
			return s.Store.Restore(e)
		})},
		{"foreign entries are ignored", "foreign-entries-are-refused", onRestore(func(s *mutant, e *backends.Entry) error { s.Store.Restore(e); return nil })},
		{"a late entry is ignored", "restore-comes-first", onRestore(func(s *mutant, e *backends.Entry) error { s.Store.Restore(e); return nil })},
		{"a delete is lost for some keys", "random-program", onTable("window", func(t window) window { return &someClears{window: t} })},
	})
}

// mutant is a store with a bug; its zero value has none.
type mutant struct {
	backends.Store
	groups   backends.Groups
	desc     func(backends.Desc) backends.Desc
	table    func(backends.Desc, backends.Table) backends.Table
	each     func(s *mutantSnapshot, group int, yield walk) error
	restore  func(s *mutant, e *backends.Entry) error
	reopens  map[string]backends.Table
	shares   bool
	expires  bool
	first    *mutantSnapshot
	version  atomic.Int64 // counts batches
	sets     int          // of this batch, where a bug counts them
	restored int

	hurries, closesOnce bool                      // of snapshots
	late                map[string]backends.Table // by form: what a state that is opened too late is taken for
}

type walk = func(*backends.Entry) error

func onStore(plant func(*mutant)) func(backends.Backend) backends.Backend {
	return func(b backends.Backend) backends.Backend { return mutantBackend{b, plant} }
}

type mutantBackend struct {
	backends.Backend
	plant func(*mutant)
}

func (b mutantBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	m := &mutant{Store: s, groups: o.Groups}
	b.plant(m)
	return m, nil
}

// onTable replaces the table of one state of the suite's.
func onTable[T any](state string, change func(T) T) func(backends.Backend) backends.Backend {
	return onStore(func(s *mutant) { onTableOf(s, state, change) })
}

func onTableOf[T any](s *mutant, state string, change func(T) T) {
	s.table = func(d backends.Desc, t backends.Table) backends.Table {
		if own, ok := t.(T); ok && d.Name() == state {
			return change(own)
		}
		return t
	}
}

func onSnapshot(each func(*mutantSnapshot, int, walk) error) func(backends.Backend) backends.Backend {
	return onStore(func(s *mutant) { s.each = each })
}

func onRestore(restore func(*mutant, *backends.Entry) error) func(backends.Backend) backends.Backend {
	return onStore(func(s *mutant) { s.restore = restore })
}

func (s *mutant) Open(d backends.Desc) (backends.Table, error) {
	if t := s.reopens[d.Name()]; t != nil {
		return t, nil
	}
	if s.late != nil {
		return s.lately(d)
	}
	if s.desc != nil {
		d = s.desc(d)
	}
	t, err := s.Store.Open(d)
	if err != nil {
		return nil, err
	}
	if s.table != nil {
		t = s.table(d, t)
	}
	if s.reopens != nil {
		s.reopens[d.Name()] = t
	}
	return t, nil
}

func (s *mutant) Begin() {
	s.version.Add(1)
	s.sets = 0
	s.Store.Begin()
}

func (s *mutant) Restore(e *backends.Entry) error {
	if s.restore != nil {
		return s.restore(s, e)
	}
	return s.Store.Restore(e)
}

// ownBytes writes a mark before every value, which only it can read.
func ownBytes(b backends.Backend) backends.Backend {
	return onStore(func(s *mutant) {
		s.each = func(s *mutantSnapshot, group int, yield walk) error {
			return s.Snapshot.Each(group, func(e *backends.Entry) error {
				own := *e
				own.Value = append([]byte("m"), e.Value...)
				return yield(&own)
			})
		}
		s.restore = func(s *mutant, e *backends.Entry) error {
			own := *e
			if len(own.Value) == 0 {
				return fmt.Errorf("corrupt")
			}
			own.Value = own.Value[1:]
			return s.Store.Restore(&own)
		}
	})(b)
}
