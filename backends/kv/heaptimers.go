package kv

import (
	"fmt"

	"github.com/weirbench/weir/backends"
)

// A heapTable is a state that is Go objects beside the database.
type heapTable struct {
	backends.LiveTable
	id   int
	name string
}

// TimerPlace makes it a backends.Placed.
func (s *store) TimerPlace() backends.TimerPlace { return s.opts.Timers }

// onHeap opens timers as Go objects.
func (s *store) onHeap(id int, d backends.Desc) backends.Table {
	t := d.Live(s.groups)
	s.heap = append(s.heap, heapTable{t, id, d.Name()})
	return t
}

// heapOf is the Go objects of a state, nil when it is in the database.
func (s *store) heapOf(id int) *heapTable {
	for i := range s.heap {
		if s.heap[i].id == id {
			return &s.heap[i]
		}
	}
	return nil
}

// A kept is what a snapshot has of a heapTable.
type kept struct {
	id     int
	name   string
	groups backends.Groups
	rows   []backends.Rows // keys by key group, once they are written
	pin    backends.Frozen // nil once they are
}

// keep takes what a snapshot has of all heapTables.
func (s *store) keep() (all []kept, err error) {
	for i := range s.heap {
		t := &s.heap[i]
		k := kept{id: t.id, name: t.name, groups: s.groups, pin: t.Freeze()}
		if s.opts.Timers == backends.TimersOnHeap && err == nil {
			err = k.write()
		}
		all = append(all, k)
	}
	if err != nil {
		release(all)
		return nil, err
	}
	return all, nil
}

// write encodes what is pinned and unpins it.
func (k *kept) write() error {
	k.rows = make([]backends.Rows, k.groups.Len())
	for i := range k.rows {
		rows := &k.rows[i]
		err := k.pin.Each(k.groups.First+i, func(e *backends.Entry) error {
			if len(rows.Data)+len(e.Key) > backends.RowsBytesMax {
				return fmt.Errorf("write the timers of state %s: those of one key group are over 2 GiB", k.name)
			}
			rows.Data = append(rows.Data, e.Key...)
			rows.Close()
			return nil
		})
		if err != nil {
			return err
		}
	}
	k.pin.Release()
	k.pin = nil
	return nil
}

func (k *kept) each(group int, yield func(*backends.Entry) error) error {
	if k.pin != nil {
		return k.pin.Each(group, yield)
	}
	rows, e := &k.rows[group-k.groups.First], &backends.Entry{State: k.name, Group: group}
	for i := range rows.Len() {
		e.Key = rows.At(i)
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

func release(all []kept) {
	for i := range all {
		if all[i].pin != nil {
			all[i].pin.Release()
		}
	}
}
