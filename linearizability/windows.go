package linearizability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Windows is what the windows of a job must tell of the whole input, worked out from all of it at once.
type Windows struct {
	Panes []Pane // those of one window in their order
	Late  []ID   // the records that no window takes any more
	// AnyOrder says that those of one window come in any order: pairs of two inputs, of which nobody knows which was first.
	AnyOrder bool
}

// A Pane is what a window told when it fired: so many records, and the sum of their names, each mixed.
type Pane struct {
	Key   int32  `json:"k"` // key number, -1: a key that the input does not have
	Start int64  `json:"s"` // as End by the clock, where no input says which records are together
	End   int64  `json:"e"`
	Nth   int64  `json:"i"` // of those of its key; what is greater came later
	N     int64  `json:"n"`
	Sum   uint64 `json:"h"`
}

// judgeWindows is the check windows (P4): what was committed is what a computation over the whole input says, pane by pane, and what is late was
// put aside, once.
func judgeWindows(_ context.Context, v *View, _ Options) Verdict {
	switch {
	case v.Truth == nil:
		return undecided(0, "the input is not known")
	case v.Truth.Windows == nil:
		return notApplicable("the job has no windows")
	case v.Mode == AtLeastOnce:
		return notApplicable("at least once, a window may hold a record twice")
	}
	ended := v.End == "" && v.Final != nil
	var got []Pane
	var late []ID
	for i := range v.Output {
		got, late = append(got, v.Output[i].Panes...), append(late, v.Output[i].Late...)
	}
	judged := int64(len(got) + len(late))
	by := byWindow
	if v.Truth.Windows.AnyOrder {
		by = bySum
	}
	slices.SortStableFunc(got, func(a, b Pane) int { return cmp.Or(by(a, b), cmp.Compare(a.Nth, b.Nth)) })
	want := slices.Clone(v.Truth.Windows.Panes)
	slices.SortStableFunc(want, by)
	if s, bad := v.wrongPane(got, want, by, ended); bad {
		return fail(judged, s, v.lastOf(Publish, 0)...)
	}
	if s, bad := v.wrongLate(late, ended); bad {
		return fail(judged, s, v.lastOf(Publish, 0)...)
	}
	if !ended {
		return undecided(judged, "the run did not come to its end, so windows may be missing: %s", first(v.End, "no final state was recorded"))
	}
	if len(want) == 0 {
		return undecided(judged, "not exercised: no window has anything to tell")
	}
	return pass(judged, "windows told %s, each as the whole input says, and %s late", plural(len(got), "time", "times"), plural(len(late), "record was", "records were"))
}

func byWindow(a, b Pane) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// bySum takes what a window tells of each sum for a window of its own: so it is no matter which comes first.
func bySum(a, b Pane) int { return cmp.Or(byWindow(a, b), cmp.Compare(a.Sum, b.Sum)) }

// wrongPane finds the first window that did not tell what it must. Both are in the order of by; before the end something may be missing.
func (v *View) wrongPane(got, want []Pane, by func(a, b Pane) int, ended bool) (Story, bool) {
	for len(got)+len(want) > 0 {
		var w Pane // the next one
		switch {
		case len(want) == 0 || len(got) > 0 && by(got[0], want[0]) < 0:
			w = got[0]
		default:
			w = want[0]
		}
		g, a := told(got, w, by), told(want, w, by)
		if s, bad := v.wrongWindow(w, got[:g], want[:a], ended); bad {
			return s, true
		}
		got, want = got[g:], want[a:]
	}
	return Story{}, false
}

// told is how many of the first panes are of a window.
func told(panes []Pane, w Pane, by func(a, b Pane) int) (n int) {
	for n < len(panes) && by(panes[n], w) == 0 {
		n++
	}
	return n
}

func (v *View) wrongWindow(w Pane, got, want []Pane, ended bool) (Story, bool) {
	which := fmt.Sprintf("The window from %d up to %d", w.Start, w.End)
	if w.Start == w.End { // no window: by the clock, where nobody knows which it was
		which = "A window by the clock"
	}
	s := Story{Say: fmt.Sprintf("%s of key %s is to tell %s, and told %s.", which, v.name(w.Key),
		plural(len(want), "time", "times"), plural(len(got), "time", "times"))}
	for i := range min(len(got), len(want)) {
		if got[i].N != want[i].N || got[i].Sum != want[i].Sum {
			s.Title = fmt.Sprintf("A window of key %s told something else than what came to it", v.name(w.Key))
			s.Want, s.Got = said(&want[i]), said(&got[i])
			return s, true
		}
	}
	switch {
	case len(got) > len(want):
		s.Title = fmt.Sprintf("A window of key %s told something that it has no reason to tell", v.name(w.Key))
		s.Want, s.Got = "nothing", said(&got[len(want)])
		if len(want) > 0 {
			s.Want = "nothing more"
		}
	case len(got) < len(want) && ended:
		s.Title = fmt.Sprintf("A window of key %s did not tell what came to it", v.name(w.Key))
		s.Want, s.Got = said(&want[len(got)]), "nothing"
	default:
		return Story{}, false
	}
	return s, true
}

func said(p *Pane) string {
	return fmt.Sprintf("%s with the sum %016x", plural(int(p.N), "record", "records"), p.Sum)
}

// wrongLate finds a record that is late and did not come out as such, once, or one that did and is not.
func (v *View) wrongLate(got []ID, ended bool) (Story, bool) {
	want := slices.Clone(v.Truth.Windows.Late)
	slices.Sort(want)
	slices.Sort(got)
	for i, id := range got {
		_, late := slices.BinarySearch(want, id)
		switch twice := i > 0 && got[i-1] == id; {
		case !late:
			return v.lateStory(id, "A record came out as late that a window takes", "in a window", "among what is late"), true
		case twice:
			return v.lateStory(id, "A late record came out twice", "once", "twice"), true
		}
	}
	if !ended || len(got) == len(want) {
		return Story{}, false
	}
	for _, id := range want {
		if _, there := slices.BinarySearch(got, id); !there {
			return v.lateStory(id, "A late record did not come out as such", "among what is late", "not there"), true
		}
	}
	return Story{}, false
}

func (v *View) lateStory(id ID, title, want, got string) Story {
	return Story{Title: title, Say: fmt.Sprintf("It is offset %d of source partition %d.", id.Offset(), id.Part()), Want: want, Got: got}
}
