package scripts

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
)

// A store that was given any entry of a snapshot refuses it, or fails where it is read, or goes on: it never panics.
func FuzzRestore(f *testing.F) {
	long := binary.BigEndian.AppendUint64(nil, 1)
	for i, s := range states() {
		key, value := long, long
		if s.kind == aTimer {
			key = append([]byte{0x80, 0, 0, 0, 0, 0, 0, 5}, long...)
		}
		for _, more := range [][]byte{nil, long, {1, 'a'}} {
			f.Add(byte(i), byte(groupOf(Options{}, 1)), append(key[:len(key):len(key)], more...), value, false)
		}
	}
	for i, s := range states() { // of all these groups one is the key's
		key, value := slices.Concat(long, long), long
		switch s.kind {
		case aTimer:
			key = slices.Concat([]byte{0x80, 0, 0, 0, 0, 0, 0, 4}, key)
			value = nil
		case aMap: // an entry's own key is behind
			key = slices.Concat(key, long)
		}
		if s.ns == none && s.kind != aTimer {
			key = key[8:]
		}
		for group := range byte(Options{}.groups()) {
			f.Add(byte(i), group, key, value, false)
		}
	}
	f.Add(byte(7), byte(3), []byte{1, 'a'}, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, true)
	f.Fuzz(func(t *testing.T, state, group byte, key, value []byte, text bool) {
		all := states()
		e := &backends.Entry{State: all[int(state)%len(all)].name, Group: int(group) % Options{}.groups(), Key: key, Value: value}
		for _, b := range []backends.Backend{heap.Backend{}, kv.Over(func(backends.Options) (kv.DB, error) { return backendtest.NewPlain(), nil }, kv.Options{})} {
			if err := lookInto(b, e, Options{Text: text, Background: true}); err != nil {
				t.Errorf("%+v: %v", e, err)
			}
		}
	})
}

// lookInto restores an entry into a task of its own key group, looks into everything, and says what went wrong that may not.
func lookInto(b backends.Backend, e *backends.Entry, with Options) (wrong error) {
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Errorf("panic: %v", p)
		}
	}()
	t, err := newTask(b, backends.Options{Groups: backends.Groups{First: e.Group, Last: e.Group}}, with)
	if err != nil {
		return err
	}
	defer t.store().Close()
	if err := t.store().Restore(e); err != nil {
		return nil
	}
	var keys []uint64
	for k := range uint64(64) {
		if groupOf(with, k) == e.Group {
			keys = append(keys, k)
		}
	}
	if err := lookAtAll(t, keys); err != nil {
		return nil // a store that says so is dead, and only closes
	}
	f, err := t.store().Snapshot()
	if err != nil {
		return nil
	}
	defer f.Close()
	n := 0
	if err := f.Each(e.Group, func(*backends.Entry) error { n++; return nil }); err == nil && n > 1 {
		return errors.New("one entry became several")
	}
	return nil
}

// lookAtAll reads all states of some keys, and fires all timers.
func lookAtAll(t task, keys []uint64) error {
	t.begin(1, keys)
	for i := range keys {
		t.at(i)
		for _, s := range states() {
			for ns := range uint64(3) {
				switch look := t.cell(s.name); s.kind {
				case aValue, aFold:
					look("get", ns, nil)
				case aList:
					look("each", ns, []uint64{0})
				case aMap:
					look("get", ns, []uint64{1})
					look("each", ns, []uint64{0, 0})
				}
			}
		}
	}
	if err := t.store().End(); err != nil {
		return err
	}
	for _, s := range states() {
		if s.kind == aTimer {
			t.head(s.name)
			if _, err := t.fire(s.name, 1, 1<<62, 50, 8); err != nil {
				return err
			}
		}
	}
	return nil
}

// Any text is a script or an error, and a script is its text.
func FuzzScript(f *testing.F) {
	f.Add("with text\n0 count set 5\n\" log each 0\nsnapshot 0\nrestore 0 tasks 2 shift 1\n")
	f.Add("1 maps/2 fill 0 1 300\nbatch 1000\ntimers 5 3 0\n")
	f.Add("# a word\n18446744073709551615 window/18446744073709551616 get")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Errorf("%q is written as %q, which reads as %q, %v", text, s.String(), again.String(), err)
		}
	})
}
