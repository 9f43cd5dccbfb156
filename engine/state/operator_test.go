package state_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// A holder is a task with an operator state of each kind.
type holder struct {
	*state.Operator
	split, union *state.OperatorList[string]
	map_         *state.BroadcastMap[string, uint64]
}

func hold(t *testing.T, o *state.Operator) *holder {
	t.Helper()
	h := &holder{Operator: o}
	var err error
	if h.split, err = state.OpenSplit(o, "split", tables.String{}); err != nil {
		t.Fatal(err)
	}
	if h.union, err = state.OpenUnion(o, "union", tables.String{}); err != nil {
		t.Fatal(err)
	}
	if h.map_, err = state.OpenBroadcast(o, "map", tables.String{}, tables.Uint64{}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *holder) String() string {
	var m []string
	h.map_.Each(func(k string, v uint64) bool { m = append(m, fmt.Sprint(k, "=", v)); return true })
	return fmt.Sprintf("%s | %s | %s", words(h.split), words(h.union), strings.Join(m, " "))
}

func words(l *state.OperatorList[string]) string { return strings.Join(slices.Collect(l.Each), " ") }

// dealt captures what tasks hold, writes and reads it, deals it to so many tasks, and says what each of them has.
func dealt(t *testing.T, from []*holder, tasks int) (got []string) {
	t.Helper()
	var held [][]state.Share
	for _, h := range from {
		shares, err := state.ParseShares(state.AppendShares(nil, h.Capture()))
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, shares)
	}
	for i, shares := range state.Deal(held, tasks) {
		o := &state.Operator{Task: i, Tasks: tasks}
		o.Restore(shares)
		if !o.Restored() {
			t.Error("the task was restored and does not know")
		}
		got = append(got, hold(t, o).String())
	}
	return got
}

// What two tasks held is dealt out to as many, to more, to fewer, as Flink does.
func TestDeal(t *testing.T) {
	a, b := hold(t, &state.Operator{Tasks: 2}), hold(t, &state.Operator{Task: 1, Tasks: 2})
	for _, v := range []string{"a", "b", "c", "d", "e"} {
		a.split.Add(v)
	}
	b.split.Set([]string{"f", "g"})
	a.union.Add("u")
	b.union.Add("v")
	b.union.Add("w")
	for _, h := range []*holder{a, b} {
		h.map_.Set("y", 2)
		h.map_.Set("x", 1)
		h.map_.Set("z", 3)
		h.map_.Remove("z")
	}
	if a.Restored() {
		t.Error("a task that begins says that it was restored")
	}
	for tasks, want := range map[int][]string{
		1: {"a b c d e f g | u v w | x=1 y=2"},
		2: {"a b c d e | u v w | x=1 y=2", "f g | u v w | x=1 y=2"},
		3: {"a b c | u v w | x=1 y=2", "d e | u v w | x=1 y=2", "f g | u v w | x=1 y=2"},
		5: {"a b | u v w | x=1 y=2", "c d | u v w | x=1 y=2", "e | u v w | x=1 y=2", "f | u v w | x=1 y=2", "g | u v w | x=1 y=2"},
		9: {"a | u v w | x=1 y=2", "b | u v w | x=1 y=2", "c | u v w | x=1 y=2", "d | u v w | x=1 y=2", "e | u v w | x=1 y=2", "f | u v w | x=1 y=2", "g | u v w | x=1 y=2",
			" | u v w | x=1 y=2", " | u v w | x=1 y=2"},
	} {
		if got := dealt(t, []*holder{a, b}, tasks); !slices.Equal(got, want) {
			t.Errorf("dealt to %d: %q, want %q", tasks, got, want)
		}
	}
}

// A copy of a broadcast map comes from the task with the same number, modulo those that there were.
func TestDealCopies(t *testing.T) {
	var from []*holder
	for i := range 2 {
		h := hold(t, &state.Operator{Task: i, Tasks: 2})
		h.map_.Set("from", uint64(i))
		from = append(from, h)
	}
	want := []string{" |  | from=0", " |  | from=1", " |  | from=0"}
	if got := dealt(t, from, 3); !slices.Equal(got, want) {
		t.Errorf("dealt to 3: %q, want %q", got, want)
	}
}

// A captured state keeps what it was when it was captured, and one that nobody opens is captured again.
func TestCapture(t *testing.T) {
	o := hold(t, &state.Operator{Tasks: 1})
	o.split.Add("a")
	o.split.Add("b")
	o.map_.Set("x", 1)
	before := o.Capture()
	o.split.Set([]string{"c", "d"})
	o.map_.Clear()
	next := &state.Operator{Tasks: 1}
	next.Restore(before)
	split, err := state.OpenSplit(next, "split", tables.String{})
	if err != nil {
		t.Fatal(err)
	}
	if got := words(split); got != "a b" {
		t.Errorf("captured: %q, want %q", got, "a b")
	}
	third := &state.Operator{Tasks: 1}
	third.Restore(next.Capture())
	if got, want := hold(t, third).String(), "a b |  | x=1"; got != want {
		t.Errorf("captured again: %q, want %q", got, want)
	}
	if _, err := state.OpenSplit(next, "split", tables.String{}); err == nil {
		t.Error("a state opens twice")
	}
	if _, err := state.OpenSplit(next, "map", tables.String{}); err == nil || !strings.Contains(err.Error(), "broadcast map") {
		t.Errorf("a map opens as a list: %v", err)
	}
}

// What was written by one codec is not read by another, also where its bytes could be; the same codec reads it.
func TestRestoreByAnotherCodec(t *testing.T) {
	o := &state.Operator{Tasks: 1}
	split, err := state.OpenSplit(o, "list", tables.Int64{})
	if err != nil {
		t.Fatal(err)
	}
	split.Add(-1)
	m, err := state.OpenBroadcast(o, "map", tables.String{}, tables.Int64{})
	if err != nil {
		t.Fatal(err)
	}
	m.Set("a", -1)
	restored := func() *state.Operator {
		held, err := state.ParseShares(state.AppendShares(nil, o.Capture()))
		if err != nil {
			t.Fatal(err)
		}
		next := &state.Operator{Tasks: 2}
		next.Restore(state.Deal([][]state.Share{held}, 2)[0])
		return next
	}
	for want, open := range map[string]func(*state.Operator) error{
		`open operator state "list" as a split list of=tables.Uint64:8: it was restored as a split list of=tables.Int64:8`: func(o *state.Operator) error {
			_, err := state.OpenSplit(o, "list", tables.Uint64{})
			return err
		},
		`open operator state "list" as a union list of=tables.Int64:8: it was restored as a split list of=tables.Int64:8`: func(o *state.Operator) error {
			_, err := state.OpenUnion(o, "list", tables.Int64{})
			return err
		},
		`open operator state "map" as a broadcast map from=tables.String to=tables.Uint64:8: it was restored as a broadcast map from=tables.String to=tables.Int64:8`: func(o *state.Operator) error {
			_, err := state.OpenBroadcast(o, "map", tables.String{}, tables.Uint64{})
			return err
		},
	} {
		if err := open(restored()); err == nil || err.Error() != want {
			t.Errorf("%v; want %s", err, want)
		}
	}
	again, err := state.OpenSplit(restored(), "list", tables.Int64{})
	if err != nil || again.Len() != 1 {
		t.Errorf("the same codec: %v, %v", again, err)
	}
}

// What is taken is gone, in its order.
func TestTake(t *testing.T) {
	o := hold(t, &state.Operator{Tasks: 1})
	o.split.Set([]string{"a1", "b1", "a2", "b2"})
	if got := o.split.Take(func(v string) bool { return v[0] == 'a' }); !slices.Equal(got, []string{"a1", "a2"}) || words(o.split) != "b1 b2" || o.split.Len() != 2 {
		t.Errorf("taken %q, left %q", got, words(o.split))
	}
}

// Bytes that are no shares are an error, and so are elements that their codec does not know.
func TestParseShares(t *testing.T) {
	o := hold(t, &state.Operator{Tasks: 1})
	o.split.Add("abc")
	o.map_.Set("x", 1)
	b := state.AppendShares(nil, o.Capture())
	whole := 0
	for n := range b { // it may end behind a state
		if _, err := state.ParseShares(b[:n]); err == nil {
			whole++
		}
	}
	if whole != 3 {
		t.Errorf("%d beginnings are read as shares, want 3: none, one and two states", whole)
	}
	for _, bad := range []string{"\x07\x01a\x01f\x00", "\x00\xff", "\x00\x01a\x01", "\x00\x01a\x01f\x01\x09abc"} {
		if _, err := state.ParseShares([]byte(bad)); err == nil {
			t.Errorf("%q is read as shares", bad)
		}
	}
	wrong := &state.Operator{Tasks: 1}
	wrong.Restore([]state.Share{{Mode: state.Broadcast, Name: "map", Form: "from=tables.String to=tables.Uint64:8", Elements: []state.Element{{Key: []byte("x"), Value: []byte("short")}}}})
	if _, err := state.OpenBroadcast(wrong, "map", tables.String{}, tables.Uint64{}); err == nil || strings.Contains(err.Error(), "restored as") {
		t.Error("a value of five bytes is read as a number")
	}
}

// Elements are entries of a group that no key has, so that a digest tells the kinds of state apart.
func TestShareEach(t *testing.T) {
	seen := map[int]bool{}
	for _, m := range []state.Mode{state.Split, state.Union, state.Broadcast} {
		s := state.Share{Mode: m, Name: "s", Elements: []state.Element{{Key: []byte("k")}}}
		s.Each(func(e *backends.Entry) {
			if e.Group >= 0 || e.State != "s" || string(e.Key) != "k" {
				t.Errorf("%s: entry %+v", m, e)
			}
			seen[e.Group] = true
		})
	}
	if len(seen) != 3 {
		t.Errorf("%d groups, want 3", len(seen))
	}
}
