package window

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what the scripts get as what they want")

// A script in testdata is prose behind #, commands, and behind each command what comes out of it, a line a row behind a tab:
//
//	job KEY=VALUE …            the windows: the fields of job. Those that are not named are: tumbling, event time, default trigger, process
//	record V of key K at T
//	watermark W                or: watermark end
//	clock T
//	go on with STORE           its snapshot is restored there
//	left                       the states that hold something, and how many entries
//
// It says the same on every backend, and what the oracle says.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, error %v", len(files), err)
	}
	for _, f := range files {
		for _, store := range names() {
			t.Run(strings.TrimSuffix(filepath.Base(f), ".txt")+"/"+store, func(t *testing.T) {
				want, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				got := perform(t, store, string(want))
				switch {
				case got == string(want):
				case *rewrite:
					if err := os.WriteFile(f, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				default:
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// perform gives a script back with what came out of it.
func perform(t *testing.T, store, text string) string {
	j := job{assigner: "tumbling", trigger: "default", evictor: "none", function: "process"}
	var script []step
	var command []int // by line: the place in script, -1 for none
	lines := slices.DeleteFunc(strings.Split(strings.TrimSuffix(text, "\n"), "\n"), func(l string) bool { return strings.HasPrefix(l, "\t") })
	for n, l := range lines {
		command = append(command, -1)
		switch f := strings.Fields(l); {
		case len(f) == 0 || f[0][0] == '#' || l == "left":
		case f[0] == "job":
			for _, kv := range f[1:] {
				k, v, _ := strings.Cut(kv, "=")
				if !j.set(k, v) {
					t.Fatalf("line %d: %q", n+1, kv)
				}
			}
		default:
			s, ok := parseStep(l)
			if !ok {
				t.Fatalf("line %d: %q is no command", n+1, l)
			}
			command[n], script = len(script), append(script, s)
		}
	}
	out, _ := j.run(t, store, script, nil)
	if d := differs(script, out, j.oracle(script)); d != "" {
		t.Errorf("the oracle says otherwise: %s", d)
	}
	var b strings.Builder
	for n, l := range lines {
		fmt.Fprintln(&b, l)
		switch {
		case command[n] >= 0:
			for _, r := range out[command[n]] {
				fmt.Fprintf(&b, "\t%s\n", r)
			}
		case l == "left":
			until := 1 + slices.Max(append([]int{-1}, command[:n]...))
			fmt.Fprintf(&b, "\t%s\n", j.holds(t, store, script[:until]))
		}
	}
	return b.String()
}

// holds says what is stored behind some steps.
func (j job) holds(t *testing.T, store string, script []step) string {
	r := j.play(t, store, script, nil, func(int, uint64, string) {})
	n := map[string]int{}
	for _, e := range r.entries() {
		n[e.State]++
	}
	if len(n) == 0 {
		return "nothing"
	}
	var all []string
	for s, n := range n {
		all = append(all, fmt.Sprintf("%s %d", s, n))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (j *job) set(k, v string) bool {
	text := map[string]*string{"assigner": &j.assigner, "trigger": &j.trigger, "evictor": &j.evictor, "function": &j.function}
	number := map[string]*int64{"size": &j.size, "step": &j.step, "offset": &j.offset, "lateness": &j.lateness, "n": &j.n, "keep": &j.keep}
	switch {
	case text[k] != nil:
		*text[k] = v
	case number[k] != nil:
		n, err := strconv.ParseInt(v, 10, 64)
		*number[k] = n
		return err == nil
	case k == "time" && v == "processing":
		j.of = ProcessingTime
	case k == "purging" || k == "after":
		b, err := strconv.ParseBool(v)
		if k == "after" {
			j.after = b
		} else {
			j.purging = b
		}
		return err == nil
	default:
		return false
	}
	return true
}

func parseStep(l string) (s step, ok bool) {
	if l == "watermark end" {
		return step{mark: math.MaxInt64}, true
	}
	for _, try := range []struct {
		format string
		into   []any
	}{
		{"record %d of key %d at %d", []any{&s.v, &s.key, &s.at}},
		{"watermark %d", []any{&s.mark}},
		{"clock %d", []any{&s.now}},
		{"go on with %s", []any{&s.to}},
	} {
		s = step{}
		if n, err := fmt.Sscanf(l, try.format, try.into...); err == nil && n == len(try.into) {
			return s, true
		}
	}
	return s, false
}
