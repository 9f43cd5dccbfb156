package linearizability

import (
	"math/rand/v2"
	"slices"
)

// The toy's windows hold three records of a key and a partition each, and tell when the third has come; every seventh record of these is late.

func (h *History) paneOf(id ID) (p Pane, told bool) {
	key, n := h.record(id)
	part := int64(id.Part()) << 20
	return Pane{Key: key, Start: part + int64(n) - 3, End: part + int64(n), Nth: int64(n), N: 3, Sum: h.Truth.Parts[id.Part()].H[id.Offset()]}, n%3 == 0
}

func (h *History) late(id ID) bool { _, n := h.record(id); return n%7 == 0 }

// gather gives a history its windows: all that the input has, and in every transaction those of its rows.
func (h *History) gather() {
	h.Truth.Windows = &Windows{}
	for p := range h.Truth.Parts {
		for off := range h.Truth.Parts[p].Key {
			id := ID(p)<<40 | ID(off)
			if pane, told := h.paneOf(id); told {
				h.Truth.Windows.Panes = append(h.Truth.Windows.Panes, pane)
			}
			if h.late(id) {
				h.Truth.Windows.Late = append(h.Truth.Windows.Late, id)
			}
		}
	}
	for i := range h.Output {
		t := &h.Output[i]
		for _, id := range t.IDs {
			if pane, told := h.paneOf(id); told {
				t.Panes = append(t.Panes, pane)
			}
			if h.late(id) {
				t.Late = append(t.Late, id)
			}
		}
	}
}

// windowed is a transaction, at random, in which a window tells something.
func windowed(h *History, rng *rand.Rand, has func(*Txn) bool) *Txn {
	var all []*Txn
	for i := range h.Output {
		if has(&h.Output[i]) && h.Mode == ExactlyOnce {
			all = append(all, &h.Output[i])
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[rng.IntN(len(all))]
}

// onPane corrupts one pane of a history, onLate one late record; all of its transaction are given, and which one.
func onPane(change func(all []Pane, at int) []Pane) func(*History, *rand.Rand) bool {
	return func(h *History, rng *rand.Rand) bool {
		t := windowed(h, rng, func(t *Txn) bool { return len(t.Panes) > 0 })
		if t != nil {
			t.Panes = change(slices.Clone(t.Panes), rng.IntN(len(t.Panes)))
		}
		return t != nil
	}
}

func onLate(change func(all []ID, at int) []ID) func(*History, *rand.Rand) bool {
	return func(h *History, rng *rand.Rand) bool {
		t := windowed(h, rng, func(t *Txn) bool { return len(t.Late) > 0 })
		if t != nil {
			t.Late = change(slices.Clone(t.Late), rng.IntN(len(t.Late)))
		}
		return t != nil
	}
}

func windowCorruptions() []corruption {
	by := []string{"windows"}
	return []corruption{
		{"window missing", by, Fail, onPane(func(all []Pane, at int) []Pane { return slices.Delete(all, at, at+1) })},
		{"window told twice", by, Fail, onPane(func(all []Pane, at int) []Pane { return append(all, all[at]) })},
		{"window with a record too few", by, Fail, onPane(func(all []Pane, at int) []Pane { all[at].N--; return all })},
		{"window with another record", by, Fail, onPane(func(all []Pane, at int) []Pane { all[at].Sum++; return all })},
		{"window that should not be", by, Fail, onPane(func(all []Pane, at int) []Pane { all[at].End++; return all })},
		{"window of an unknown key", by, Fail, onPane(func(all []Pane, at int) []Pane { all[at].Key = -1; return all })},
		{"late record dropped", by, Fail, onLate(func(all []ID, at int) []ID { return slices.Delete(all, at, at+1) })},
		{"late record twice", by, Fail, onLate(func(all []ID, at int) []ID { return append(all, all[at]) })},
		{"record in time among what is late", by, Fail, onLate(func(all []ID, at int) []ID { all[at] ^= 1; return all })},
		{"no window has anything to tell", by, Undecided, func(h *History, _ *rand.Rand) bool {
			h.Truth.Windows = &Windows{}
			for i := range h.Output {
				h.Output[i].Panes, h.Output[i].Late = nil, nil
			}
			return h.Mode == ExactlyOnce
		}},
		{"windows of a run without end", by, Undecided, func(h *History, _ *rand.Rand) bool {
			h.End, h.Felled = "every machine was killed", true
			return h.Mode == ExactlyOnce
		}},
	}
}
