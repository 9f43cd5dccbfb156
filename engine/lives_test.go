package engine

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
)

// timed is a value, or the elements of a list, each nine bytes: its time, and a letter.
func timed(letters string, times ...uint64) (b []byte) {
	for i, at := range times {
		b = append(binary.BigEndian.AppendUint64(b, at), letters[i])
	}
	return b
}

// What was alive when a task was restored is held against the files entry by entry and element by element. What was over may be gone, and what the files
// have of another task's key groups does not count.
func TestLivesOfARestore(t *testing.T) {
	files := []backends.Entry{
		{State: "last", Group: 1, Key: []byte("old"), Value: timed("a", 10)},
		{State: "last", Group: 1, Key: []byte("new"), Value: timed("b", 50)},
		{State: "last", Group: 2, Key: []byte("cold"), Value: timed("c", 60)},
		{State: "last", Group: 5, Key: []byte("another's"), Value: timed("d", 60)},
		{State: "many", Group: 1, Key: []byte("new"), Value: timed("efg", 10, 40, 60)},
		{State: "many", Group: 2, Key: []byte("old"), Value: timed("h", 20)},
		{State: "count", Group: 1, Key: []byte("new"), Value: []byte{3}},
	}
	for name, c := range map[string]struct {
		has  func([]backends.Entry) []backends.Entry // what a store has of what it should
		lost string                                  // the states that differ
	}{
		"all":               {func(all []backends.Entry) []backends.Entry { return all }, ""},
		"all that is alive": {func(all []backends.Entry) []backends.Entry { all[3].Value = timed("fg", 40, 60); return all[1:4] }, ""},
		"a cold entry less": {func(all []backends.Entry) []backends.Entry { return append(all[:2:2], all[3:]...) }, "last"},
		"an element less":   {func(all []backends.Entry) []backends.Entry { all[3].Value = timed("g", 60); return all }, "many"},
		"another order":     {func(all []backends.Entry) []backends.Entry { all[3].Value = timed("gf", 60, 40); return all }, "many"},
		"a life anew":       {func(all []backends.Entry) []backends.Entry { all[0].Value = timed("a", 90); return all }, "last"},
		"another value":     {func(all []backends.Entry) []backends.Entry { all[1].Value = timed("x", 50); return all }, "last"},
		"a neighbour's": {func(all []backends.Entry) []backends.Entry {
			return append(all, backends.Entry{State: "last", Group: 2, Key: []byte("another's"), Value: timed("d", 60)})
		}, "last"},
		"nothing": {func([]backends.Entry) []backends.Entry { return nil }, "last many"},
	} {
		body := newStateBody(listSnapshot{files}, false, nil, nil)
		payload, err := Encode(&Op{Body: body}, nil)
		if err != nil {
			t.Fatal(err)
		}
		x := &lives{now: 90, own: backends.Groups{Last: 4}, parts: []StatePart{body.part}, files: [][]byte{payload}, of: []Living{{State: "last"}, {State: "many"}},
			mortal: map[string]backends.Expiry{"last": {LifeUs: 60}, "many": {LifeUs: 60, List: true, Width: 9}}}
		own := append(append([]backends.Entry(nil), files[:3]...), files[4:]...)
		scan := newStateBody(listSnapshot{c.has(own)}, true, nil, nil)
		scan.lives = x
		if _, err := Encode(&Op{Body: scan}, nil); err != nil {
			t.Fatal(err)
		}
		var lost []string
		for _, l := range x.told() {
			if l.Should != l.Has {
				lost = append(lost, l.State)
			}
		}
		if got := strings.Join(lost, " "); got != c.lost {
			t.Errorf("%s: what was alive differs in %q, want in %q: %+v", name, got, c.lost, x.told())
		}
		if last, many := x.of[0].Should.N, x.of[1].Should.N; last != 2 || many != 1 {
			t.Errorf("%s: by the files %d entries of last and %d of many are alive, want 2 and 1", name, last, many)
		}
	}
}
