package window

import (
	"fmt"
	"math"
	"testing"

	"github.com/weirbench/weir/backends/tables"
)

// Near the end of time windows end with time itself, and a record is in as many of them as elsewhere, or in those that differ.
func TestAssignersAtTheEndOfTime(t *testing.T) {
	const end = math.MaxInt64 // 7 behind a multiple of 10
	for _, c := range []struct {
		of   Assigner[uint64]
		at   int64
		want []Window
	}{
		{Tumbling[uint64]{Size: 10}, end - 8, []Window{{end - 17, end - 7}}},
		{Tumbling[uint64]{Size: 10}, end - 7, []Window{{end - 7, end}}},
		{Tumbling[uint64]{Size: 10}, end, []Window{{end - 7, end}}},
		{Sliding[uint64]{Size: 10, Slide: 5}, end - 8, []Window{{end - 12, end - 2}, {end - 17, end - 7}}},
		{Sliding[uint64]{Size: 10, Slide: 5}, end - 1, []Window{{end - 2, end}, {end - 7, end}}},
		{Session[uint64]{Gap: 10}, end - 3, []Window{{end - 3, end}}},
		{Cumulate[uint64]{Step: 5, Size: 10}, end - 8, []Window{{end - 17, end - 7}}},
		{Cumulate[uint64]{Step: 5, Size: 10}, end - 7, []Window{{end - 7, end - 2}, {end - 7, end}}},
		{Cumulate[uint64]{Step: 5, Size: 10}, end - 2, []Window{{end - 7, end}}},
		{Cumulate[uint64]{Step: 5, Size: 20}, end - 7, []Window{{end - 7, end - 2}, {end - 7, end}}},
		{Cumulate[uint64]{Step: 5, Size: 10}, end, []Window{{end - 7, end}}},
	} {
		got := c.of.Windows(nil, 0, c.at)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%T %+v: a record at %d is in %v, want %v", c.of, c.of, c.at, got, c.want)
		}
		for _, w := range got {
			if !in(w, c.at) {
				t.Errorf("%T: a record at %d is in %v, which does not hold it", c.of, c.at, w)
			}
		}
	}
}

// Windows of a sliding window have numbers, each its own, and others have none. At the end of time some have none, where an offset leads beyond it.
func TestWindowsHaveNumbers(t *testing.T) {
	if ns, ok := (Sliding[int]{Size: 9, Slide: 3}).namespace().(Namespace); !ok {
		t.Errorf("three windows overlap and are kept by %T", ns)
	}
	for _, a := range []Sliding[int]{{Size: 10, Slide: 1}, {Size: 1000, Slide: 100, Offset: 7}, {Size: 43, Slide: 10, Offset: -4}, {Size: 4, Slide: 1, Offset: math.MinInt64}} {
		ns, ok := a.namespace().(tables.Lane[Window])
		if !ok {
			t.Fatalf("%+v has %T, want a lane", a, a.namespace())
		}
		if got, want := tables.CodecForm(a.namespace()), tables.CodecForm(Namespace{}); got != want {
			t.Errorf("%+v calls its windows %s, want %s", a, got, want)
		}
		for _, at := range []int64{0, -1, 5, 12345, -98765, 1 << 62, -1 << 62, math.MaxInt64 - 2, math.MinInt64 + 5000} {
			ws := a.Windows(nil, 0, at)
			one := Window{ws[0].Start, ws[0].End + 1}
			nths := ns.Places(nil, append(ws, one, ws[len(ws)-1]))
			for i, w := range ws {
				switch nth := nths[i]; {
				case nth == tables.NoPlace && a.Offset > math.MinInt64 && w.Start < math.MaxInt64-100:
					t.Errorf("%+v: %v has no number", a, w)
				case nth != tables.NoPlace && ns.Of(nth) != w:
					t.Errorf("%+v: %v has the number %d, of %v", a, w, nth, ns.Of(nth))
				case nth != ns.Places(nil, ws[i:i+1])[0]:
					t.Errorf("%+v: %v has the number %d behind others and %d alone", a, w, nth, ns.Places(nil, ws[i:i+1])[0])
				}
			}
			if n := len(ws); nths[n] != tables.NoPlace || nths[n+1] != nths[n-1] {
				t.Errorf("%+v: the numbers are %v, want none for %v and that of %v behind it", a, nths, one, ws[n-1])
			}
		}
	}
}
