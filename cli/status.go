package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/weirbench/weir"
)

// A statusLine tells on standard error what is going on: on a terminal one line that is written over, and a line for each repetition that
// ended; elsewhere those lines only. nil tells nothing.
type statusLine struct {
	w     io.Writer
	live  bool // a person looks
	width int
	begun time.Time
	plan  *weir.Plan // nil once it was told
	sim   bool
	quit  chan struct{}

	mu    sync.Mutex
	now   string // what goes on, without the clock
	drawn time.Time
	shown bool
}

func newStatus(w io.Writer, quiet bool, p *weir.Plan, sim bool) *statusLine {
	if quiet {
		return nil
	}
	width, person := terminal(w)
	s := &statusLine{w: w, live: person && os.Getenv("TERM") != "dumb", width: width, begun: time.Now(), plan: p, sim: sim, quit: make(chan struct{})}
	if s.live {
		go s.tick(s.quit)
	}
	return s
}

// tick keeps the clock of the line going while nothing is told.
func (s *statusLine) tick(quit <-chan struct{}) {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-quit:
			return
		case <-t.C:
			s.mu.Lock()
			if s.now != "" {
				s.draw()
			}
			s.mu.Unlock()
		}
	}
}

// end takes the status away for good.
func (s *statusLine) end() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.quit != nil {
		close(s.quit)
		s.quit = nil
	}
	s.now = ""
	s.clear()
}

// begin says what runs.
func (s *statusLine) begin(p *weir.Plan, sim bool) {
	what := fmt.Sprintf("%s, %s each", count(len(p.Cells), "cell"), count(p.Reps, "repetition"))
	if sim {
		what = count(len(p.Cells), "simulated cell")
	}
	s.print("weir %s: %s, %s, seed %d", Version, p.Scenario, what, p.Seed)
	if p.Broken != "" {
		s.wrapped("! ", "every cell carries the planted bug "+p.Broken)
	}
	for _, w := range p.Warnings {
		s.wrapped("! ", w)
	}
	told := map[string]bool{}
	for _, k := range p.Skipped {
		if text := k.Reason + "; " + k.Remedy; !told[text] {
			told[text] = true
			s.wrapped("- ", k.Cell+" skipped: "+text)
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.plan != nil {
		s.begin(s.plan, s.sim)
		s.plan = nil
	}
	where := p.Cell
	if p.Reps > 1 {
		where += fmt.Sprintf(" %d/%d", p.Rep, p.Reps)
	}
	switch s.now = where + ": " + p.Phase; {
	case p.Text != "":
		s.now = ""
		s.print("%s %s: %s", s.clock(), where, p.Text)
	case !s.live:
	case p.Total > 0:
		s.now += fmt.Sprintf(" %d of %d", p.Done, p.Total)
	case p.Done > 0:
		s.now += fmt.Sprintf(" %d", p.Done)
	}
	if s.live && s.now != "" && (p.Done == 0 || time.Since(s.drawn) >= 100*time.Millisecond) {
		s.draw()
	}
}

func (s *statusLine) clock() string {
	t := time.Since(s.begun).Truncate(time.Second)
	return fmt.Sprintf("%02d:%02d", int(t.Minutes()), int(t.Seconds())%60)
}

// draw writes the line over.
func (s *statusLine) draw() {
	s.drawn, s.shown = time.Now(), true
	text := s.clock() + " " + s.now
	if r := []rune(text); len(r) >= s.width {
		text = string(r[:max(0, s.width-1)])
	}
	fmt.Fprintf(s.w, "\r\x1b[K%s", text)
}

// print writes a line that stays.
func (s *statusLine) print(format string, args ...any) {
	s.clear()
	fmt.Fprintln(s.w, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "))
}

// wrapped prints a text that may be long: wrapped for a person, else one line.
func (s *statusLine) wrapped(first, text string) {
	s.clear()
	width := 0
	if s.live {
		width = s.width
	}
	wrap(s.w, first, "  ", text, width)
}

// clear takes the status away.
func (s *statusLine) clear() {
	if s.shown {
		fmt.Fprint(s.w, "\r\x1b[K")
		s.shown = false
	}
}
