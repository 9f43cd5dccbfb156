package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirbench/weir"
)

// TerminalOptions say what the terminal can show.
type TerminalOptions struct {
	Color, UTF8 bool
	Width       int // columns; 0: 80
}

// Terminal writes one table of at most Width columns.
func Terminal(w io.Writer, r *weir.Results, o TerminalOptions) error {
	if o.Width <= 0 || o.Width > 80 {
		o.Width = 80
	}
	var b strings.Builder
	line := func(format string, args ...any) {
		s := []rune(fmt.Sprintf(format, args...))
		if len(s) > o.Width {
			s = append(s[:o.Width-1], '…')
		}
		b.WriteString(strings.TrimRight(string(s), " ") + "\n")
	}
	rule := strings.Repeat("─", o.Width)
	line("%s %s  %s", sign(r.Verdict), word(r.Verdict), r.Headline)
	b.WriteString("\n")
	line("   %-30s %9s %8s %9s %9s", "cell", "recovery", "krec/s", "ckpt p95", "ckpt size")
	b.WriteString(rule + "\n")
	for i, c := range ranked(r) {
		switch {
		case c.Verdict == "pass" && c.Sim == nil:
			rank := fmt.Sprint(i + 1)
			if !c.Ranked {
				rank = "?"
			}
			line(" %s %-30s %9s %8.0f %9s %9s ✓", rank, title(c), millis(c.Recovery.P95), c.Throughput.P50/1e3, millis(c.Checkpoint.P95), size(c.FullSize.P50))
		case c.Sim != nil:
			line(" %s %-30s %d of %d seeds passed, %d vacuous, %.0f seeds/s", sign(c.Verdict), title(c), c.Sim.Passed, c.Sim.Seeds, c.Sim.Vacuous, c.Sim.Rate)
		default:
			line(" – %-30s %s %s", title(c), sign(c.Verdict), reason(c))
		}
	}
	for _, s := range r.Skipped {
		line(" – %-30s skipped: %s", s.Cell, s.Reason)
		line("   %-30s %s", "", s.Remedy)
	}
	b.WriteString(rule + "\n")
	for _, t := range r.Thresholds {
		met := "✓"
		if !t.Met {
			met = "✗"
		}
		line(" %s %s %s: %.4g in %s", met, t.Metric, t.Expr, t.Value, t.Cell)
	}
	if s := r.Sim; s != nil {
		line("simulated  %d seeds on %s, %d passed, %d failed, %d vacuous; %d faults struck", s.Seeds, s.Backend, s.Passed, s.Failed, s.Vacuous, s.Faults)
	}
	for _, warning := range r.Warnings {
		line("! %s", warning)
	}
	text := b.String()
	if !o.UTF8 {
		text = strings.NewReplacer("✓", "ok", "✗", "FAIL", "─", "-", "–", "-", "·", "|", "…", "~").Replace(text)
	}
	if o.Color {
		text = strings.NewReplacer("✓", "\x1b[32m✓\x1b[0m", "✗", "\x1b[31m✗\x1b[0m").Replace(text)
	}
	_, err := io.WriteString(w, text)
	return err
}

func word(verdict string) string {
	switch verdict {
	case "pass":
		return "OK"
	case "fail":
		return "VIOLATION"
	}
	return "UNDECIDED"
}

// reason is the first check that is not passed.
func reason(c *weir.CellResult) string {
	for _, want := range []string{"fail", "undecided"} {
		for _, k := range c.Checks {
			if k.Verdict == want {
				return k.Name + ": " + k.Reason
			}
		}
	}
	return "nothing was judged"
}

// Markdown writes a summary for a pull request.
func Markdown(w io.Writer, r *weir.Results) error {
	var b strings.Builder
	cell := func(s string) string { return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s) }
	fmt.Fprintf(&b, "## %s %s — %s\n\n%s\n\nseed %d, %d repetition(s), `%s`\n\n", sign(r.Verdict), word(r.Verdict), cell(r.Scenario), cell(r.Headline), r.Seed, r.Reps, strings.ReplaceAll(r.Command, "`", ""))
	b.WriteString("| cell | verdict | recovery p95 | throughput | checkpoint p95 | size |\n|---|---|--:|--:|--:|--:|\n")
	for _, c := range ranked(r) {
		if c.Verdict == "pass" && c.Sim == nil {
			fmt.Fprintf(&b, "| %s | ✓ pass | %s | %.0f krec/s | %s | %s |\n", cell(title(c)), millis(c.Recovery.P95), c.Throughput.P50/1e3, millis(c.Checkpoint.P95), size(c.FullSize.P50))
		} else {
			fmt.Fprintf(&b, "| %s | %s %s: %s | | | | |\n", cell(title(c)), sign(c.Verdict), c.Verdict, cell(reason(c)))
		}
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "| %s | – skipped: %s | | | | |\n", cell(s.Cell), cell(s.Reason))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Bench writes the Go benchmark format, a line for each repetition.
func Bench(w io.Writer, r *weir.Results) error {
	var b strings.Builder
	fmt.Fprintf(&b, "machine: %s\ncommit: %s\nseed: %d\nscenario: %s\nUnit rec/s better=higher\nUnit sec/ckpt better=lower\nUnit sec/recovery better=lower\nUnit B/ckpt better=lower\n", r.Machine.ID, r.Machine.Commit, r.Seed, r.Scenario)
	for i := range r.Cells {
		c := &r.Cells[i]
		name := "BenchmarkState/cell=" + strings.NewReplacer(" ", "_", "/", "_").Replace(c.Name)
		for rep := range len(c.Samples["rec/s"]) {
			fmt.Fprintf(&b, "%s-%d 1", name, r.Machine.Cores)
			for _, unit := range []string{"rec/s", "sec/ckpt", "sec/recovery", "B/ckpt"} {
				if v := c.Samples[unit]; rep < len(v) {
					fmt.Fprintf(&b, " %g %s", v[rep], unit)
				}
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
