package kv_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// plain is the least that makes a backend: a Go map, sorted when it is walked. fail, when set, is asked before every operation.
type plain struct {
	m    map[string][]byte
	fail func(op string) error
}

func newPlain() *plain {
	return &plain{m: map[string][]byte{}, fail: func(string) error { return nil }}
}

func (d *plain) Get(key, buf []byte) ([]byte, bool, error) {
	v, ok := d.m[string(key)]
	return append(buf, v...), ok, d.fail("get")
}

func (d *plain) MultiGet(keys, vals *backends.Rows) error {
	for i := range keys.Len() {
		if v, ok := d.m[string(keys.At(i))]; ok {
			vals.Add(v)
		} else {
			vals.AddAbsent()
		}
	}
	return d.fail("multiget")
}

func (d *plain) Apply(b *backends.Batch) error {
	if err := d.fail("apply"); err != nil {
		return err
	}
	b.Each(func(op backends.Op, k, v []byte) {
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

func (d *plain) Iter(lo, hi []byte) (kv.Iter, error) {
	var keys []string
	for k := range d.m {
		if k >= string(lo) && (hi == nil || k < string(hi)) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return &plainIter{d, keys}, d.fail("iter")
}

func (d *plain) View() (kv.View, error)      { return &plain{maps.Clone(d.m), d.fail}, d.fail("view") }
func (d *plain) Flush() error                { return nil }
func (d *plain) Checkpoint(string) error     { return fmt.Errorf("checkpoint: %w", errors.ErrUnsupported) }
func (d *plain) Metrics() map[string]float64 { return nil }
func (d *plain) Close() error                { return nil }

type plainIter struct {
	d    *plain
	keys []string
}

func (it *plainIter) Next(rows *backends.Rows, max int) error {
	for ; max > 0 && len(it.keys) > 0; max-- {
		rows.Add([]byte(it.keys[0]))
		rows.Add(it.d.m[it.keys[0]])
		it.keys = it.keys[1:]
	}
	return it.d.fail("next")
}

func (it *plainIter) Close() error { return nil }
