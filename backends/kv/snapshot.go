package kv

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirbench/weir/backends"
)

// snapshot reads a View on any goroutine, while the store goes on, and ends before the database does.
type snapshot struct {
	store   *store
	groups  backends.Groups
	names   []string    // the slice only grows: what is seen here stays
	alive   []aliveOnly // states of which not everything is read
	heap    []kept      // states that are not in the view
	mu      sync.Mutex  // held by Each: a View is never closed beneath its iterator
	view    View        // nil once closed
	closing atomic.Bool // lets a running Each end early
	rows    backends.Rows
}

const blockRows = 512

func (f *snapshot) Groups() backends.Groups { return f.groups }

func (f *snapshot) Each(group int, yield func(*backends.Entry) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.groups.Has(group) {
		return fmt.Errorf("read snapshot: key group %d is not of %v", group, f.groups)
	}
	for id, name := range f.names {
		if f.view == nil {
			return fmt.Errorf("read snapshot: %w", backends.ErrClosed)
		}
		if at := slices.IndexFunc(f.heap, func(k kept) bool { return k.id == id }); at >= 0 {
			if err := f.heap[at].each(group, yield); err != nil {
				return err
			}
			continue
		}
		if err := f.each(id, group, name, yield); err != nil {
			return err
		}
	}
	return nil
}

func (f *snapshot) each(id, group int, name string, yield func(*backends.Entry) error) (err error) {
	lo := groupKey(nil, id, group)
	it, err := f.view.Iter(lo, after(bytes.Clone(lo)))
	if err != nil {
		return fmt.Errorf("read snapshot: state %s: %w", name, err)
	}
	defer func() {
		if e := it.Close(); err == nil {
			err = e
		}
	}()
	e, alive := &backends.Entry{State: name, Group: group}, f.aliveOf(id)
	for {
		if f.closing.Load() {
			return fmt.Errorf("read snapshot: %w", backends.ErrClosed)
		}
		f.rows.Reset()
		if err := it.Next(&f.rows, blockRows); err != nil {
			return fmt.Errorf("read snapshot: state %s: %w", name, err)
		}
		if f.rows.Len() == 0 {
			return nil
		}
		for r := 0; r < f.rows.Len(); r += 2 {
			e.Key, e.Value = f.rows.At(r)[len(lo):], f.rows.At(r+1)
			if alive != nil {
				v, some := alive.Alive(e.Value, alive.now)
				if e.Value = v; !some {
					continue
				}
			}
			if err := yield(e); err != nil {
				return err
			}
		}
	}
}

func (f *snapshot) Close() {
	f.closing.Store(true)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.view == nil {
		return
	}
	delete(f.store.open, f)
	release(f.heap)
	if err := f.view.Close(); err != nil {
		f.store.Fail(fmt.Errorf("close snapshot: %w", err))
	}
	f.view = nil
}
