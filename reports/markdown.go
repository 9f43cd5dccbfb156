package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirbench/weir"
)

// markdownMax is the size of the largest summary: what a comment on a pull request can hold.
const markdownMax = 60_000

// Markdown writes a summary for a pull request, of at most 60 kB: what is wrong stands first, what there is no room for is counted.
func Markdown(w io.Writer, r *weir.Results) error {
	m := &markdown{}
	m.add("## %s %s: %s\n\n%s\n\n", sign(r.Verdict), word(r.Verdict), md(r.Scenario, 200), md(r.Headline, 1000))
	if r.Broken != "" {
		m.add("Every cell carried the planted bug %s, on purpose.\n\n", md(r.Broken, 100))
	}
	m.story(r)
	m.cells(r)
	m.seeds(r)
	m.thresholds(r)
	m.list("Skipped", skippedLines(r))
	m.list("Warnings", r.Warnings)
	m.checks(r)
	m.add("\n%s on %s, %s, %s. `%s`, run `%s`.\n", counted(r.Reps, "repetition", "repetitions"), md(r.Machine.CPU, 100), counted(r.Machine.Cores, "core", "cores"), md(r.Machine.OS, 100), code(r.Command, 400), code(r.Run, 200))
	_, err := io.WriteString(w, m.b.String())
	return err
}

// A markdown is a summary while it is written.
type markdown struct{ b strings.Builder }

// room is what the last lines and a note of what is missing need.
const room = 3000

func (m *markdown) add(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

// full tells whether there is no room for a line more.
func (m *markdown) full(line string) bool { return m.b.Len()+len(line) > markdownMax-room }

// lines writes lines as long as there is room, and says how many there was none for.
func (m *markdown) lines(all []string, more string) {
	for i, l := range all {
		if m.full(l) {
			m.add(more+"\n", len(all)-i)
			return
		}
		m.b.WriteString(l + "\n")
	}
}

// md makes a text one line that means nothing to Markdown or HTML.
func md(s string, most int) string {
	return strings.NewReplacer("\\", `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "#", `\#`, "@", "@\u200b").Replace(clip(s, most))
}

// code makes a text one line between backticks.
func code(s string, most int) string { return strings.ReplaceAll(clip(s, most), "`", "'") }

func (m *markdown) story(r *weir.Results) {
	s := mainStory(r)
	if s == nil {
		return
	}
	m.add("### %s\n\n%s\n\n* expected: **%s**\n* seen: **%s**\n\n", md(s.Title, 300), md(s.Say, 2000), md(s.Want, 300), md(s.Got, 300))
	again := s.Reproduce
	if again == "" {
		again = r.Command
	}
	m.add("Reproduce it:\n\n    %s\n\n", clip(again, 2000))
	if s.Page != "" {
		m.add("Picture of the partition: `%s`\n\n", code(s.Page, 300))
	}
}

// cells are the rows of Table 1, those that are wrong or open first.
func (m *markdown) cells(r *weir.Results) {
	all := rows(r)
	if len(all) == 0 {
		return
	}
	var lines []string
	for _, x := range all {
		if !x.passed() {
			lines = append(lines, fmt.Sprintf("| | %s | %s %s: %s | | | | |", md(title(x.CellResult), 80), sign(x.Verdict), x.Verdict, md(reason(x.CellResult), 300)))
		}
	}
	for _, x := range all {
		if x.passed() {
			verdict := "✓ pass"
			if x.Rank == 0 {
				verdict += ", not ranked"
			}
			lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |", x.rankText(), md(title(x.CellResult), 80), verdict,
				orDash(duration, x.Recovery.P95, x.Recovery.N), orDash(rate, x.Throughput.P50, x.Throughput.N)+" "+spread(x.Throughput), orDash(duration, x.Checkpoint.P95, x.Checkpoint.N), orDash(size, x.FullSize.P50, x.FullSize.N)))
		}
	}
	m.add("| | cell | verdict | recovery p95 | throughput | checkpoint p95 | checkpoint size |\n|--:|---|---|--:|--:|--:|--:|\n")
	m.lines(lines, "| | %d cells more: see report.html | | | | | |")
	m.add("\n")
}

// orDash writes a number, or a dash where nothing was measured.
func orDash(text func(float64) string, v float64, n int) string {
	if n == 0 {
		return "–"
	}
	return text(v)
}

func (m *markdown) seeds(r *weir.Results) {
	var lines []string
	add := func(name, verdict string, s *weir.SimResult) {
		lines = append(lines, fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d | %d |", md(name, 80), verdict, s.Seeds, s.Passed, s.Failed, s.Undecided, s.Vacuous, s.Faults))
	}
	for _, c := range simulated(r) {
		add(title(c), sign(c.Verdict)+" "+c.Verdict, c.Sim)
	}
	if r.Sim != nil {
		add("simulated on "+r.Sim.Backend, "", r.Sim)
	}
	if len(lines) == 0 {
		return
	}
	m.add("| seeds of | verdict | seeds | passed | failed | undecided | vacuous | faults struck |\n|---|---|--:|--:|--:|--:|--:|--:|\n")
	m.lines(lines, "| %d cells more | | | | | | | |")
	m.add("\n")
}

func (m *markdown) thresholds(r *weir.Results) {
	var missed, kept []string
	for _, t := range r.Thresholds {
		line := fmt.Sprintf("%s %s: %s in %s", md(t.Metric, 60), md(t.Expr, 60), metricValue(t.Metric, t.Value), md(t.Cell, 80))
		if t.Met {
			kept = append(kept, "✓ met: "+line)
		} else {
			missed = append(missed, "✗ not met: "+line+" ("+md(t.Where, 100)+")")
		}
	}
	m.items("Thresholds", append(missed, kept...))
}

// list writes texts as items, items lines that are Markdown already.
func (m *markdown) list(head string, texts []string) {
	var all []string
	for _, s := range texts {
		all = append(all, md(s, 600))
	}
	m.items(head, all)
}

func (m *markdown) items(head string, all []string) {
	if len(all) == 0 {
		return
	}
	for i := range all {
		all[i] = "* " + all[i]
	}
	m.add("### %s\n\n", head)
	m.lines(all, "* %d more: see report.html")
	m.add("\n")
}

func skippedLines(r *weir.Results) (lines []string) {
	for _, g := range skipped(r) {
		lines = append(lines, fmt.Sprintf("%s: %s. Remedy: %s", several(g.Names, 6), g.Reason, g.Remedy))
	}
	return lines
}

// checks are what did not pass, then how many did.
func (m *markdown) checks(r *weir.Results) {
	var open []string
	passed := 0
	for _, want := range []string{"fail", "undecided"} {
		for i := range r.Cells {
			for _, k := range r.Cells[i].Checks {
				if k.Verdict == want {
					open = append(open, fmt.Sprintf("%s %s of %s: %s", sign(k.Verdict), k.Name, title(&r.Cells[i]), k.Reason))
				}
				if k.Verdict == "pass" && want == "fail" {
					passed++
				}
			}
		}
	}
	m.list("Checks that did not pass", open)
	m.add("%s passed.\n", counted(passed, "check", "checks"))
}
