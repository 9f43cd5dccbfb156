package window

import (
	"fmt"
	"math"
	"testing"
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
