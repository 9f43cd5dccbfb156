package backendtest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
)

// The benchmarks have the names of Flink's, and each leaves what its name says: entries of the state, and bytes of their values.
func TestBenchmarksDoWhatTheyAreCalled(t *testing.T) {
	const keys, list, value = 50, 8, 8
	want := map[string][2]int{ // after one call for each key
		"valueUpdate": {keys, keys * value}, "valueAdd": {2 * keys, 2 * keys * value}, "valueGet": {keys, keys * value},
		"listUpdate": {keys, keys * list}, "listAdd": {2 * keys, 2 * keys * list}, "listAppend": {keys, 2 * keys * list}, "listAddAll": {keys, (1 + benchElements) * keys * list},
		"listGet": {keys, keys * list}, "listGetAndIterate": {keys, keys * list},
		"mapAdd": {11 * keys, 11 * keys * value}, "mapRemove": {9 * keys, 9 * keys * value},
	}
	for _, name := range strings.Fields("mapUpdate mapGet mapPutAll mapContains mapIterator mapKeys mapValues mapEntries mapIsEmpty") {
		want[name] = [2]int{10 * keys, 10 * keys * value}
	}
	if n := len(stateOps()); n != len(want) {
		t.Errorf("%d benchmarks, want %d", n, len(want))
	}
	reading := regexp.MustCompile("Get|Contains|IsEmpty|Keys|Values|Entries|Iterator")
	reads := map[string]uint64{} // by benchmark, which all backends agree on
	for name, b := range map[string]backends.Backend{
		"heap":          heap.Backend{},
		"pebble":        pebble.Backend{InMemory: true},
		"pebble, keeps": pebble.Backend{InMemory: true, KV: kv.Options{Keep: 1000}},
	} {
		for _, op := range stateOps() {
			for _, batch := range []int{1, 7, 1024} {
				s := newStateRun(t, op, keys, batch, func() backends.Store {
					s, err := b.Open(backends.Options{Groups: backends.Groups{Last: allGroups - 1}})
					if err != nil {
						t.Fatal(err)
					}
					return s
				})
				for range 3 * keys {
					s.call()
				}
				s.end()
				c := &check{}
				snap, err := s.Store.Snapshot()
				c.must("Snapshot", err)
				got := [2]int{}
				for _, e := range c.entries(snap) {
					got[0], got[1] = got[0]+1, got[1]+len(e.Value)
				}
				snap.Close()
				if got != want[op.name] {
					t.Errorf("%s: %s in batches of %d leaves %d entries of %d bytes, want %v", name, op.name, batch, got[0], got[1], want[op.name])
				}
				if reading.MatchString(op.name) != (s.read > 0) {
					t.Errorf("%s: %s in batches of %d reads a sum of %d", name, op.name, batch, s.read)
				}
				if read, ok := reads[op.name]; ok && read != s.read {
					t.Errorf("%s: %s in batches of %d reads a sum of %d, elsewhere %d", name, op.name, batch, s.read, read)
				}
				reads[op.name] = s.read
			}
		}
	}
}
