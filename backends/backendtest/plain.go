package backendtest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// Plain is the least that is an ordered store: a Go map, sorted when it is walked. It is for tests of what stands on any such store.
type Plain struct {
	// Fail is asked by every operation, by its name, whether it fails.
	Fail func(op string) error

	m      map[string][]byte
	sorted []string // its keys; nil: not as they are now. Iterators and views share them, so they are never changed
}

// NewPlain is an empty one that never fails.
func NewPlain() *Plain {
	return &Plain{Fail: func(string) error { return nil }, m: map[string][]byte{}}
}

// Get appends the value of a key to buf.
func (d *Plain) Get(key, buf []byte) ([]byte, bool, error) {
	v, ok := d.m[string(key)]
	return append(buf, v...), ok, d.Fail("get")
}

// MultiGet looks up keys.
func (d *Plain) MultiGet(keys, vals *backends.Rows) error {
	for i := range keys.Len() {
		if v, ok := d.m[string(keys.At(i))]; ok {
			vals.Add(v)
		} else {
			vals.AddAbsent()
		}
	}
	return d.Fail("multiget")
}

// Apply makes all writes visible.
func (d *Plain) Apply(b *backends.Batch) error {
	if err := d.Fail("apply"); err != nil {
		return err
	}
	b.Each(func(op backends.Op, k, v []byte) {
		if _, known := d.m[string(k)]; !known || op == backends.OpDelete || op == backends.OpDeleteRange {
			d.sorted = nil
		}
		switch op {
		case backends.OpSet:
			d.m[string(k)] = bytes.Clone(v)
		case backends.OpMerge:
			d.m[string(k)] = slices.Concat(d.m[string(k)], v)
		case backends.OpDelete:
			delete(d.m, string(k))
		case backends.OpDeleteRange:
			maps.DeleteFunc(d.m, func(key string, _ []byte) bool { return key >= string(k) && key < string(v) })
		}
	})
	return nil
}

// Iter walks a range, as it is now.
func (d *Plain) Iter(lo, hi []byte) (kv.Iter, error) {
	if d.sorted == nil {
		d.sorted = slices.Sorted(maps.Keys(d.m))
	}
	from, _ := slices.BinarySearch(d.sorted, string(lo))
	to := len(d.sorted)
	if hi != nil {
		to, _ = slices.BinarySearch(d.sorted, string(hi))
	}
	keys := d.sorted[from:max(from, to)]
	it := &plainIter{d: d, keys: keys}
	for _, k := range keys {
		it.vals = append(it.vals, d.m[k]) // which never change
	}
	return it, d.Fail("iter")
}

// View is a copy.
func (d *Plain) View() (kv.View, error) {
	return &Plain{d.Fail, maps.Clone(d.m), d.sorted}, d.Fail("view")
}

// Flush has nothing to do.
func (d *Plain) Flush() error { return nil }

// Checkpoint is not there.
func (d *Plain) Checkpoint(string) error { return fmt.Errorf("checkpoint: %w", errors.ErrUnsupported) }

// Metrics are none.
func (d *Plain) Metrics() map[string]float64 { return nil }

// Close does nothing.
func (d *Plain) Close() error { return nil }

type plainIter struct {
	d    *Plain
	keys []string
	vals [][]byte
}

func (it *plainIter) Next(rows *backends.Rows, max int) error {
	for ; max > 0 && len(it.keys) > 0; max-- {
		rows.Add([]byte(it.keys[0]))
		rows.Add(it.vals[0])
		it.keys, it.vals = it.keys[1:], it.vals[1:]
	}
	return it.d.Fail("next")
}

func (it *plainIter) Close() error { return nil }
