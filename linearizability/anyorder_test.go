package linearizability

import (
	"strings"
	"testing"
)

// Panes of one window that may come in any order are held against those that must come whatever the order, also where some are missing as yet; one
// too many, another and, at the end, one too few are found.
func TestPanesInAnyOrder(t *testing.T) {
	pane := func(nth int64, sum uint64) Pane { return Pane{Key: 1, Start: 10, End: 20, Nth: nth, N: 1, Sum: sum} }
	want := []Pane{pane(1, 5), pane(2, 7), pane(3, 9)}
	for name, c := range map[string]struct {
		got     []Pane
		inOrder bool
		ended   bool
		verdict Result
	}{
		"as they are":          {[]Pane{pane(1, 5), pane(2, 7), pane(3, 9)}, false, true, Pass},
		"the other way round":  {[]Pane{pane(1, 9), pane(2, 7), pane(3, 5)}, false, true, Pass},
		"where order matters":  {[]Pane{pane(1, 9), pane(2, 7), pane(3, 5)}, true, true, Fail},
		"one twice":            {[]Pane{pane(1, 9), pane(2, 7), pane(3, 7)}, false, true, Fail},
		"one more":             {[]Pane{pane(1, 9), pane(2, 7), pane(3, 5), pane(4, 5)}, false, true, Fail},
		"another":              {[]Pane{pane(1, 9), pane(2, 8), pane(3, 5)}, false, true, Fail},
		"one missing":          {[]Pane{pane(1, 9), pane(2, 5)}, false, true, Fail},
		"before the end":       {[]Pane{pane(1, 9)}, false, false, Undecided},
		"another, before that": {[]Pane{pane(1, 8)}, false, false, Fail},
	} {
		h := &History{Mode: ExactlyOnce, Truth: &Truth{Keys: []string{"a", "b"}, Group: []uint16{0, 0}, Windows: &Windows{Panes: want, AnyOrder: !c.inOrder}}, Output: []Txn{{Panes: c.got}}}
		if c.ended {
			h.Final = &Cut{}
		}
		if v := judgeWindows(t.Context(), NewView(h), Options{}); v.Result != c.verdict {
			t.Errorf("%s: %s (%s), want %s", name, v.Result, v.Reason, c.verdict)
		}
	}
}

// A window by the clock is told of without its times, which nobody knows.
func TestPanesByTheClock(t *testing.T) {
	h := &History{Mode: ExactlyOnce, Truth: &Truth{Keys: []string{"a"}, Group: []uint16{0}, Windows: &Windows{Panes: []Pane{{N: 1, Sum: 5}, {N: 1, Sum: 5}}, AnyOrder: true}}, Output: []Txn{{Panes: []Pane{{N: 1, Sum: 5}}}}, Final: &Cut{}}
	v := judgeWindows(t.Context(), NewView(h), Options{})
	if v.Result != Fail || !strings.HasPrefix(v.Story.Say, "A window by the clock of key a is to tell 2 times, and told 1 time.") {
		t.Errorf("%s: %+v", v.Result, v.Story)
	}
}
