package probes_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/probes"
	"github.com/weirbench/weir/backends/rocksdb"
)

// ask asks a backend, and leaves out of what it said how long things took: nothing is promised of that but that some time passed.
func ask(t *testing.T, b backends.Backend) probes.Found {
	t.Helper()
	dir, begun := t.TempDir(), time.Now()
	got, err := probes.Run(func(name string, o backends.Options) (backends.Store, error) {
		o.Dir = filepath.Join(dir, name)
		if err := os.Mkdir(o.Dir, 0o755); err != nil {
			return nil, err
		}
		return b.Open(o)
	}, func() int64 { return int64(time.Since(begun)) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", said(t, got))
	if got.Coding <= 0 || got.Values.FewNs <= 0 || got.Values.ManyNs <= 0 {
		t.Errorf("Run() = %s, want some cost of coding and of snapshots", said(t, got))
	}
	got.Coding, got.Values.FewNs, got.Values.ManyNs = 0, 0, 0
	return got
}

func said(t *testing.T, f probes.Found) string {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// overBytes is what every ordered store does: what is equal is two keys, objects may be used again, maps are in order, timers are bytes, unless
// they are asked to be on the heap and are all written while the task waits, and a list passes the limit of a value and meets it when it is read.
func overBytes() probes.Found {
	return probes.Found{
		EqualKeys: 2, Reuse: true, MapOrder: probes.ByBytes, Values: &probes.Pinned{},
		Timers: &probes.Timers{Coded: true}, TimersOnHeap: &probes.Timers{Written: probes.Few},
		Expired: &probes.Expired{Compacts: true}, Limit: &probes.Limit{Set: true, Look: true},
	}
}

// What each backend does is what is said of it in ARCHITECTURE.md.
func TestWhatDiffers(t *testing.T) {
	live := probes.Found{
		EqualKeys: 1, MapOrder: probes.LastFirst, Values: &probes.Pinned{},
		Timers: &probes.Timers{}, TimersOnHeap: &probes.Timers{}, Expired: &probes.Expired{}, Limit: &probes.Limit{},
	}
	compacting, keeping := overBytes(), overBytes()
	compacting.Expired.Busy = probes.Mortal // its compactions see to it, and nothing else
	keeping.Values.Written = probes.Many    // a snapshot writes what was kept back
	for name, c := range map[string]struct {
		backend backends.Backend
		want    probes.Found
	}{
		"heap":           {heap.Backend{}, live},
		"pebble":         {pebble.Backend{}, overBytes()},
		"pebble-keeping": {pebble.Backend{KV: kv.Options{Keep: 2 * probes.Many}}, keeping},
		"rocksdb":        {rocksdb.Backend{}, compacting},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "rocksdb" && !rocksdb.Compiled {
				t.Skip("missing: RocksDB is not in this build")
			}
			if got, want := said(t, ask(t, c.backend)), said(t, c.want); got != want {
				t.Errorf("Run() = %s\nwant %s", got, want)
			}
		})
	}
}

// planted is a heap with a store of another kind around its own.
type planted struct {
	heap.Backend
	wrap func(backends.Store) backends.Store
}

func (p planted) Open(o backends.Options) (backends.Store, error) {
	s, err := p.Backend.Open(o)
	if err == nil {
		s = p.wrap(s)
	}
	return s, err
}

// An eager store copies all that it holds when a snapshot is taken.
type eager struct{ backends.Store }

func (s eager) Snapshot() (backends.Snapshot, error) {
	snap, err := s.Store.Snapshot()
	for g := snap.Groups().First; err == nil && g <= snap.Groups().Last; g++ {
		err = snap.Each(g, func(*backends.Entry) error { return nil })
	}
	return snap, err
}

// A store that copies in the synchronous half is seen to.
func TestCopyingIsSeen(t *testing.T) {
	got := ask(t, planted{wrap: func(s backends.Store) backends.Store { return eager{s} }})
	if got.Values.Written < probes.Many || got.Timers.Written != probes.Few {
		t.Errorf("Run() = %s, want at least %d values and %d timers written while the task waits", said(t, got), probes.Many, probes.Few)
	}
}

// A store that cannot be opened is an error that says in which probe.
func TestNothingToAsk(t *testing.T) {
	open := func(fails string, seen *[]string) error {
		_, err := probes.Run(func(name string, o backends.Options) (backends.Store, error) {
			*seen = append(*seen, name)
			if name == fails {
				return nil, backends.ErrClosed
			}
			return heap.Backend{}.Open(o)
		}, func() int64 { return 0 })
		return err
	}
	var all, unused []string
	if err := open("", &all); err != nil || len(all) < 4 {
		t.Fatalf("the heap is probed under the names %q, %v", all, err)
	}
	for _, fails := range slices.Compact(slices.Sorted(slices.Values(all))) {
		if err := open(fails, &unused); !errors.Is(err, backends.ErrClosed) || err.Error() != "probe "+fails+": "+backends.ErrClosed.Error() {
			t.Errorf("Run() = %v, want probe %s: %v", err, fails, backends.ErrClosed)
		}
	}
}
