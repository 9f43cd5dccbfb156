package window

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// What cannot be compared stays, as on Flink: records where the first has no time, a difference that is no number, a span that time has not had yet.
func TestEvictorsKeep(t *testing.T) {
	const none = math.MinInt64
	nan := func(v, last uint64) float64 { return math.NaN() }
	for _, c := range []struct {
		name string
		by   Evictor[uint64]
		at   []int64
		want string
	}{
		{"by time", KeepTime[uint64](10, false), []int64{5, 14, 15}, "[2 3]"},
		{"by time, none has one", KeepTime[uint64](10, false), []int64{none, none, none}, "[1 2 3]"},
		{"by time, the first has none", KeepTime[uint64](10, false), []int64{none, 5, 50}, "[1 2 3]"},
		{"by time, at its beginning", KeepTime[uint64](10, false), []int64{none + 1, none + 2, none + 3}, "[1 2 3]"},
		{"by time, all of it", KeepTime[uint64](math.MaxInt64, false), []int64{0, 1, math.MaxInt64 - 1}, "[1 2 3]"},
		{"by difference", KeepDelta(2, func(v, last uint64) float64 { return float64(last - v) }, false), []int64{1, 1, 1}, "[2 3]"},
		{"by no difference", KeepDelta(2, nan, false), []int64{1, 1, 1}, "[1 2 3]"},
		{"by number", KeepCount[uint64](2, false), []int64{1, 1, 1}, "[2 3]"},
		{"none", KeepCount[uint64](0, false), []int64{1, 1, 1}, "[]"},
	} {
		if got := evicted(t, c.by, c.at); got != c.want {
			t.Errorf("%s: a window of 1, 2 and 3 at %d held %s when it fired, want %s", c.name, c.at, got, c.want)
		}
	}
}

// evicted is what an evictor leaves of the records 1, 2, … that came at some times.
func evicted(t *testing.T, by Evictor[uint64], at []int64) (got string) {
	f := func(p *Pane[uint64, string], vs iter.Seq[uint64]) {
		p.Emit(fmt.Sprint(slices.AppendSeq([]uint64{}, vs)))
	}
	o := Process(config{Assigner: Global[uint64]{}, Trigger: AtCount[uint64, uint64](int64(len(at))), Evictor: by, Element: tables.Uint64{}}, Func[uint64, iter.Seq[uint64], string](f))
	r := newRig(t, stores()["heap"], engine.Operator[uint64, uint64, string](o), func(_ uint64, s string) { got = s })
	for i := range at {
		r.add(1, uint64(i+1), at[i])
	}
	r.send(0)
	return got
}

// Where only some records have a time an evictor by time cannot work, and says so.
func TestEvictorWantsTimes(t *testing.T) {
	defer func() {
		var usage *backends.UsageError
		if err, _ := recover().(error); !errors.As(err, &usage) || !strings.Contains(err.Error(), "a record without a time") {
			t.Errorf("it said %v, want a usage error about a record without a time", err)
		}
	}()
	evicted(t, KeepTime[uint64](10, false), []int64{5, math.MinInt64})
}
