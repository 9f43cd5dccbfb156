package main

import (
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/kv"
)

func TestDB(t *testing.T)         { backendtest.RunDB(t, openDB(nil)) }
func TestBackend(t *testing.T)    { backendtest.Run(t, openStore) }
func BenchmarkState(b *testing.B) { backendtest.Bench(b, openStore) }

func openDB(change func(*DB) kv.DB) func(t *testing.T, dir string) kv.DB {
	return func(t *testing.T, dir string) kv.DB {
		db, err := OpenDB(backends.Options{Dir: dir}, false)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			return change(db)
		}
		return db
	}
}

func openStore[T testing.TB](t T, o backends.Options) backends.Store {
	db, err := OpenDB(o, false)
	if err != nil {
		t.Fatal(err)
	}
	return kv.Open(db, o.Groups, kv.Options{})
}

// What is broken on purpose fails, as a store and as a backend, with the sentence that it breaks.
func TestBrokenOnPurpose(t *testing.T) {
	unpinned := func(db *DB) kv.DB { return viewsNow{db} }
	forgetful := func(db *DB) kv.DB { return mergeReplaces{db} }
	for _, c := range []struct {
		change           func(*DB) kv.DB
		clause, sentence string
		ofBackend        bool
	}{
		{unpinned, "view", "A View holds what was applied before it, whatever follows, and does not keep a writer waiting.", false},
		{unpinned, "snapshot-is-pinned", "A snapshot holds what the store held when Snapshot returned.", true},
		{forgetful, "apply-is-visible", "Apply makes all writes visible, in order and together; Merge appends to what is there.", false},
		{forgetful, "list-holds-elements", "A list holds the elements that were added, in this order, of its key and namespace, over any number of batches.", true},
	} {
		var said []string
		if c.ofBackend {
			said = backendtest.Broken(c.clause, kv.Over(func(o backends.Options) (kv.DB, error) {
				db, err := OpenDB(o, true)
				return c.change(db), err
			}, kv.Options{}))
		} else {
			said = backendtest.BrokenDB(t, c.clause, openDB(c.change))
		}
		if !strings.HasSuffix(strings.Join(said, "\n"), "\nthe broken promise: "+c.sentence) {
			t.Errorf("%s says %q, want the sentence %q", c.clause, said, c.sentence)
		}
	}
}

// viewsNow has views that are not pinned.
type viewsNow struct{ *DB }

func (d viewsNow) View() (kv.View, error) { return viewNow(d), nil }

type viewNow struct{ *DB }

func (viewNow) Close() error { return nil }

// mergeReplaces forgets what was there.
type mergeReplaces struct{ *DB }

func (d mergeReplaces) Apply(b *backends.Batch) error {
	var w backends.Batch
	b.Each(func(op backends.Op, k, v []byte) {
		switch op {
		case backends.OpSet, backends.OpMerge:
			w.Set(k, v)
		case backends.OpDelete:
			w.Delete(k)
		case backends.OpDeleteRange:
			w.DeleteRange(k, v)
		}
	})
	return d.DB.Apply(&w)
}
