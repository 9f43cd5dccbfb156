package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirbench/weir"
)

// benchUnits are the units of a line, in order. benchstat knows from their metadata which way is better.
func benchUnits() [][2]string {
	return [][2]string{{"rec/s", "higher"}, {"sec/ckpt", "lower"}, {"sec/recovery", "lower"}, {"B/ckpt", "lower"}}
}

// Bench writes the Go benchmark format: a line for each repetition of each cell that passed, named by its axes. A debug build carries
// build=debug, so that it is compared with nothing else.
func Bench(w io.Writer, r *weir.Results) error {
	var b strings.Builder
	for _, c := range [][2]string{{"machine", r.Machine.ID}, {"cpu", r.Machine.CPU}, {"os", r.Machine.OS}, {"commit", r.Machine.Commit}, {"scenario", r.Scenario}, {"seed", fmt.Sprint(r.Seed)}} {
		if v := strings.TrimSpace(clip(c[1], 200)); v != "" {
			b.WriteString(c[0] + ": " + v + "\n")
		}
	}
	for _, u := range benchUnits() {
		fmt.Fprintf(&b, "Unit %s better=%s\n", u[0], u[1])
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Verdict != "pass" {
			continue
		}
		name := benchName(r, c)
		for rep := range repetitions(c) {
			line := ""
			for _, u := range benchUnits() {
				if v := c.Samples[u[0]]; rep < len(v) {
					line += fmt.Sprintf(" %g %s", v[rep], u[0])
				}
			}
			fmt.Fprintf(&b, "%s-%d 1%s\n", name, max(1, r.Machine.Cores), line)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// repetitions is how many lines a cell has.
func repetitions(c *weir.CellResult) (n int) {
	for _, u := range benchUnits() {
		n = max(n, len(c.Samples[u[0]]))
	}
	return n
}

// benchName is made of what the cell is: the workload, the backend and every other axis, each key=value.
func benchName(r *weir.Results, c *weir.CellResult) string {
	name := "BenchmarkState"
	seen := map[string]bool{}
	put := func(key, value string) {
		key = benchWord(key)
		if key != "" && !seen[key] {
			seen[key] = true
			name += "/" + key + "=" + benchWord(value)
		}
	}
	for _, s := range append(c.Axes[:len(c.Axes):len(c.Axes)], r.Config...) {
		if s.Key == "workload" || s.Key == "workload.type" {
			put("workload", s.Value)
		}
	}
	put("backend", c.Backend)
	for _, s := range c.Axes {
		put(s.Key, s.Value)
	}
	if !c.Ranked {
		put("build", "debug")
	}
	return name
}

// benchWord keeps what may stand in a name: no blank, no slash and no equals sign.
func benchWord(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("._+%()", r):
			return r
		case r == '-':
			return '-'
		}
		return '_'
	}, clip(s, 80))
}
