package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weirbench/weir"
)

// A statusLine tells on standard error what is going on: on a terminal one line that is written over, and a line for each repetition that
// ended; elsewhere those lines only. nil tells nothing.
type statusLine struct {
	w     io.Writer
	live  bool // a person looks
	width int
	begun time.Time
	drawn time.Time
	shown bool
}

func newStatus(w io.Writer, quiet bool) *statusLine {
	if quiet {
		return nil
	}
	width, person := terminal(w)
	return &statusLine{w: w, live: person && os.Getenv("TERM") != "dumb", width: width, begun: time.Now()}
}

// begin says what is about to run.
func (s *statusLine) begin(p *weir.Plan, sim bool) {
	if s == nil {
		return
	}
	what := fmt.Sprintf("%s, %s each", count(len(p.Cells), "cell"), count(p.Reps, "repetition"))
	if sim {
		what = count(len(p.Cells), "simulated cell")
	}
	s.print("weir %s: %s, %s, seed %d", Version, p.Scenario, what, p.Seed)
	if p.Broken != "" {
		s.print("! every cell carries the planted bug %s", p.Broken)
	}
	for _, w := range p.Warnings {
		s.print("! %s", w)
	}
	told := map[string]bool{}
	for _, k := range p.Skipped {
		if text := k.Reason + "; " + k.Remedy; !told[text] {
			told[text] = true
			s.print("- %s skipped: %s", k.Cell, text)
		}
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// progress is told by a run, on its goroutine.
func (s *statusLine) progress(p weir.Progress) {
	if s == nil {
		return
	}
	where := p.Cell
	if p.Reps > 1 {
		where += fmt.Sprintf(" %d/%d", p.Rep, p.Reps)
	}
	switch {
	case p.Text != "":
		s.print("%s %s: %s", s.clock(), where, p.Text)
	case !s.live:
	case p.Total > 0:
		s.draw(fmt.Sprintf("%s %s: %s %d of %d", s.clock(), where, p.Phase, p.Done, p.Total))
	case p.Done > 0:
		s.draw(fmt.Sprintf("%s %s: %s %d", s.clock(), where, p.Phase, p.Done))
	default:
		s.drawn = time.Time{}
		s.draw(fmt.Sprintf("%s %s: %s", s.clock(), where, p.Phase))
	}
}

func (s *statusLine) clock() string {
	t := time.Since(s.begun).Truncate(time.Second)
	return fmt.Sprintf("%02d:%02d", int(t.Minutes()), int(t.Seconds())%60)
}

// draw writes the line over, at most ten times a second.
func (s *statusLine) draw(text string) {
	if time.Since(s.drawn) < 100*time.Millisecond {
		return
	}
	s.drawn, s.shown = time.Now(), true
	if r := []rune(text); utf8.RuneCountInString(text) >= s.width {
		text = string(r[:max(0, s.width-1)])
	}
	fmt.Fprintf(s.w, "\r\x1b[K%s", text)
}

// print writes a line that stays.
func (s *statusLine) print(format string, args ...any) {
	s.clear()
	fmt.Fprintln(s.w, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "))
}

// clear takes the status away.
func (s *statusLine) clear() {
	if s != nil && s.shown {
		fmt.Fprint(s.w, "\r\x1b[K")
		s.shown = false
	}
}
