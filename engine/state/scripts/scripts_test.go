package scripts

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
)

// places are all backends, those over an ordered store as they write at once, as they keep, and with their timers on the heap, and the least ordered
// store that there is.
func places() []Place {
	plain := func(o kv.Options) backends.Backend {
		return kv.Over(func(backends.Options) (kv.DB, error) { return backendtest.NewPlain(), nil }, o)
	}
	all := []Place{
		{"a plain store", plain(kv.Options{})},
		{"a plain store that keeps 100 keys and pins timers on the heap", plain(kv.Options{Keep: 100, Timers: backends.TimersPinned})},
		{"heap", heap.Backend{}},
	}
	for name, b := range every.Ordered(kv.Options{}) {
		all = append(all, Place{name, b})
	}
	for name, b := range every.Ordered(kv.Options{Keep: 100}) {
		all = append(all, Place{name + " that keeps 100 keys", b})
	}
	for name, b := range every.Ordered(kv.Options{Timers: backends.TimersOnHeap}) {
		all = append(all, Place{name + " with timers on the heap", b})
	}
	slices.SortFunc(all, func(a, b Place) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// some are the places of one script: all backends, and of what an ordered store can be told one thing in one script and another in the next.
func some(seed uint64, all []Place) (on []Place) {
	other := []string{"that keeps", "with timers on the heap"}[seed%2]
	for _, p := range all {
		if !strings.Contains(p.Name, other) {
			on = append(on, p)
		}
	}
	return on
}

// Scripts that are drawn at random show the same on all backends and on a plain model. What fails is shrunk, and is to be kept in testdata.
func TestRandomScripts(t *testing.T) {
	scripts, lines := 35, 400 // the next has 500 key groups and takes as long as ten: many-key-groups in testdata stands for it
	if os.Getenv("WEIR_NIGHTLY") != "" {
		scripts, lines = 1000, 2000
	}
	all := places()
	for seed := range uint64(scripts) {
		on := some(seed, all)
		fails := func(s Script) *Difference { return Run(s, on...) }
		s := Draw(seed, lines)
		if fails(s) == nil {
			continue
		}
		s = Shrink(s, 2000, fails)
		t.Fatalf("script %d: %v. Keep this in testdata:\n%v", seed, fails(s), s)
	}
}

// Every script that once showed a difference shows none, for ever.
func TestKeptScripts(t *testing.T) {
	names, err := filepath.Glob("testdata/*.script")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d scripts in testdata, %v; want some", len(names), err)
	}
	for _, name := range names {
		if d := Run(read(t, name), places()...); d != nil {
			t.Errorf("%s: %v", name, d)
		}
	}
}

func read(t *testing.T, name string) Script {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

// A script is its text.
func TestScriptsAreText(t *testing.T) {
	for seed := range uint64(20) {
		want := Draw(seed, 300)
		got, err := Parse(want.String())
		if err != nil || !reflect.DeepEqual(got.Options, want.Options) || got.String() != want.String() {
			t.Errorf("script %d does not come back from its text: %v", seed, err)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"0 count get\n\n# none\nnothing here at all", `line 4: "nothing" is no number`},
		{"with speed", `line 1: there is no option "speed"`},
		{"with key-groups 0", `line 1: "0" is no number of key groups: want 1 to 32768`},
		{"with key-groups 32769", `line 1: "32769" is no number of key groups: want 1 to 32768`},
		{"with key-groups many", `line 1: "many" is no number of key groups: want 1 to 32768`},
		{"restore 1", `line 1: "restore 1" is no operation`},
		{"3 counts get", `line 1: there is no state "counts"`},
		{"3 count/x get", `line 1: "0x" is no number`},
		{"3 count add 1", `line 1: add of count with 1 numbers is no operation`},
		{"3 count set", `line 1: set of count with 0 numbers is no operation`},
	} {
		if _, err := Parse(c.text); err == nil || err.Error() != c.want {
			t.Errorf("Parse(%q) = %v, want %s", c.text, err, c.want)
		}
	}
}

// A difference says where it is, and what was to be seen. What the end of a batch says is at its last line.
func TestDifference(t *testing.T) {
	s, err := Parse("7 log add 3\n7 log add 4\n7 count get")
	if err != nil {
		t.Fatal(err)
	}
	lossy := kv.Over(func(o backends.Options) (kv.DB, error) {
		db, err := pebble.OpenDB(o, true)
		return unmerged{db}, err
	}, kv.Options{})
	const want = "line 3, 7 count get, on it: got no list is merged, want no error"
	if d := Run(s, Place{"it", lossy}); d == nil || d.Error() != want {
		t.Errorf("Run = %v, want %s", d, want)
	}
}

// unmerged refuses merges.
type unmerged struct{ *pebble.DB }

func (d unmerged) Apply(b *backends.Batch) (err error) {
	b.Each(func(op backends.Op, _, _ []byte) {
		if op == backends.OpMerge {
			err = errors.New("no list is merged")
		}
	})
	return errors.Join(err, d.DB.Apply(b))
}
