package backendtest

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
)

// Every clause of an ordered store is failed by a store that breaks it, and by none that does not.
func TestMutantsOfDB(t *testing.T) {
	mutants := map[string]func(*pebble.DB) kv.DB{
		"iter, kept":                    func(db *pebble.DB) kv.DB { return &staleIter{DB: db} },
		"apply-is-visible":              func(db *pebble.DB) kv.DB { return mergeReplaces{db} },
		"apply-of-many":                 func(db *pebble.DB) kv.DB { return largeMergeSets{db} },
		"apply-of-many, without ranges": func(db *pebble.DB) kv.DB { return largeKeepsRanges{db} },
		"iter, kept over an Apply":      func(db *pebble.DB) kv.DB { return &keptIter{DB: db} },
		"checkpoint, over another":      func(db *pebble.DB) kv.DB { return overwrites{db} },
		"metrics":                       func(db *pebble.DB) kv.DB { return &oneMap{DB: db} },
		"multi-get":                     func(db *pebble.DB) kv.DB { return emptyForAbsent{db} },
		"iter":                          func(db *pebble.DB) kv.DB { return endIncluded{db} },
		"view":                          func(db *pebble.DB) kv.DB { return liveView{db} },
		"keeps-nothing":                 func(db *pebble.DB) kv.DB { return &keepsBatch{DB: db} },
		"compact":                       func(db *pebble.DB) kv.DB { return compactLoses{db} },
		"expire":                        func(db *pebble.DB) kv.DB { return neverConfigured{db} },
		"checkpoint":                    func(db *pebble.DB) kv.DB { return emptyCheckpoint{db} },
	}
	for _, c := range dbClauses() {
		opens := func(change func(*pebble.DB) kv.DB) func(t *testing.T, dir string) kv.DB {
			return func(t *testing.T, dir string) kv.DB {
				db, err := pebble.OpenDB(backends.Options{Dir: dir, MemoryBytes: 8 << 20}, false)
				if err != nil {
					t.Fatal(err)
				}
				return change(db)
			}
		}
		for _, e := range BrokenDB(t, c.name, opens(func(db *pebble.DB) kv.DB { return db })) {
			t.Errorf("no mutant: %s: %s", c.name, e)
		}
		if mutants[c.name] == nil {
			t.Errorf("there is no mutant for %s", c.name)
		}
		for name, mutant := range mutants { // in any order: each has a store of its own
			if of, _, _ := strings.Cut(name, ","); of == c.name && len(BrokenDB(t, c.name, opens(mutant))) == 0 {
				t.Errorf("the clause %s passes the mutant %q", c.name, name)
			}
		}
	}
}

type mergeReplaces struct{ *pebble.DB }

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

// largeMergeSets takes another way for large batches, and Merge for Set there.
type largeMergeSets struct{ *pebble.DB }

func (d largeMergeSets) Apply(b *backends.Batch) error {
	if b.Len() < 1000 {
		return d.DB.Apply(b)
	}
	return mergeReplaces{d.DB}.Apply(b)
}

type largeKeepsRanges struct{ *pebble.DB }

func (d largeKeepsRanges) Apply(b *backends.Batch) error {
	if b.Len() < 1000 {
		return d.DB.Apply(b)
	}
	var w backends.Batch
	b.Each(func(op backends.Op, k, v []byte) {
		switch op {
		case backends.OpSet:
			w.Set(k, v)
		case backends.OpMerge:
			w.Merge(k, v)
		case backends.OpDelete:
			w.Delete(k)
		}
	})
	return d.DB.Apply(&w)
}

// keptIter keeps an iterator that is closed for the next, whatever was applied since it was made.
type keptIter struct {
	*pebble.DB
	idle *keptView
}

type keptView struct {
	kv.Iter
	d      *keptIter
	view   kv.View
	lo, hi string
	read   bool
}

func (d *keptIter) Iter(lo, hi []byte) (kv.Iter, error) {
	if it := d.idle; it != nil && it.lo == string(lo) && it.hi == string(hi) {
		d.idle = nil
		return it, nil
	}
	v, err := d.DB.View()
	if err != nil {
		return nil, err
	}
	it, err := v.Iter(lo, hi)
	return &keptView{Iter: it, d: d, view: v, lo: string(lo), hi: string(hi)}, err
}

func (v *keptView) Next(dst *backends.Rows, n int) error {
	v.read = true
	return v.Iter.Next(dst, n)
}

func (v *keptView) Close() error {
	if !v.read && v.d.idle == nil {
		v.d.idle = v
		return nil
	}
	return errors.Join(v.Iter.Close(), v.view.Close())
}

type overwrites struct{ *pebble.DB }

func (d overwrites) Checkpoint(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	return d.DB.Checkpoint(dir)
}

// oneMap gives the same map to all.
type oneMap struct {
	*pebble.DB
	mu  sync.Mutex
	all map[string]float64
}

func (d *oneMap) Metrics() map[string]float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all == nil {
		d.all = d.DB.Metrics()
	}
	return d.all
}

type emptyForAbsent struct{ *pebble.DB }

func (d emptyForAbsent) MultiGet(keys, vals *backends.Rows) error {
	for i := range keys.Len() {
		v, _, err := d.Get(keys.At(i), nil)
		if err != nil {
			return err
		}
		vals.Add(v)
	}
	return nil
}

type endIncluded struct{ *pebble.DB }

func (d endIncluded) Iter(lo, hi []byte) (kv.Iter, error) {
	if hi != nil {
		hi = append(bytes.Clone(hi), 0)
	}
	return d.DB.Iter(lo, hi)
}

// staleIter gives iterators over what was applied a while ago: it does not notice small batches.
type staleIter struct {
	*pebble.DB
	view kv.View
}

func (d *staleIter) Iter(lo, hi []byte) (kv.Iter, error) {
	if d.view == nil {
		v, err := d.DB.View()
		if err != nil {
			return nil, err
		}
		d.view = v
	}
	return d.view.Iter(lo, hi)
}

func (d *staleIter) Apply(b *backends.Batch) error {
	if d.view != nil && b.Len() > 2 {
		if err := d.view.Close(); err != nil {
			return err
		}
		d.view = nil
	}
	return d.DB.Apply(b)
}

func (d *staleIter) Close() error {
	if d.view != nil {
		d.view.Close()
	}
	return d.DB.Close()
}

type liveView struct{ *pebble.DB }

func (d liveView) View() (kv.View, error) { return openView{d.DB}, nil }

type openView struct{ *pebble.DB }

func (openView) Close() error { return nil }

// keepsBatch answers from the bytes that Apply was given.
type keepsBatch struct {
	*pebble.DB
	k, v []byte
}

func (d *keepsBatch) Apply(b *backends.Batch) error {
	b.Each(func(op backends.Op, k, v []byte) {
		if d.k == nil && op == backends.OpSet {
			d.k, d.v = bytes.Clone(k), v
		}
	})
	return d.DB.Apply(b)
}

func (d *keepsBatch) Get(key, buf []byte) ([]byte, bool, error) {
	if bytes.Equal(key, d.k) {
		return append(buf, d.v...), true, nil
	}
	return d.DB.Get(key, buf)
}

type compactLoses struct{ *pebble.DB }

func (d compactLoses) Compact() error {
	var b backends.Batch
	b.Delete(key(7))
	if err := d.Apply(&b); err != nil {
		return err
	}
	return d.DB.Compact()
}

type emptyCheckpoint struct{ *pebble.DB }

func (emptyCheckpoint) Checkpoint(dir string) error { return os.Mkdir(dir, 0o755) }

// neverConfigured is FLINK-40354: a filter is attached, and never told what it is for.
type neverConfigured struct{ *pebble.DB }

func (neverConfigured) Expire([]byte, backends.Expiry) bool { return true }
func (neverConfigured) Tell(int64)                          {}
