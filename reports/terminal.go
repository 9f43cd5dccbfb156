package reports

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/weirbench/weir"
)

// TerminalOptions say what the terminal can show.
type TerminalOptions struct {
	Color, UTF8 bool
	Width       int // columns; 0: 80. More than 80 are not used
}

// widthMin is the narrowest table.
const widthMin = 40

// Terminal writes one table. No line is wider than Width, except a word of the command that reproduces a failure, which is never cut.
func Terminal(w io.Writer, r *weir.Results, o TerminalOptions) error {
	if o.Width <= 0 || o.Width > 80 {
		o.Width = 80
	}
	t := &terminal{TerminalOptions: o, ascii: spellings()}
	t.Width = max(t.Width, widthMin)
	t.headline(r)
	all := rows(r)
	switch passed := measured(all); {
	case len(passed) > 0:
		t.table(r, passed)
		t.rule()
		t.unmeasured(all)
		t.seeds(r)
	case len(all) > 0 || len(simulated(r)) > 0:
		t.rule()
		t.unmeasured(all)
		t.seeds(r)
		t.rule()
	}
	t.skipped(r)
	t.thresholds(r)
	for i, warning := range r.Warnings {
		if i == tableMax {
			t.more(len(r.Warnings) - i)
			break
		}
		t.wrap(2, plainText("! "), clip(warning, 1000))
	}
	t.story(r)
	_, err := io.WriteString(w, t.b.String())
	return err
}

// A terminal gathers lines.
type terminal struct {
	TerminalOptions
	b     strings.Builder
	ascii *strings.Replacer
}

// An ink is how a piece of a line is written. Only signs and the words of verdicts have a colour.
type ink string

const (
	plain ink = ""
	bold  ink = "1"
	dim   ink = "2"
	red   ink = "1;31"
	green ink = "1;32"
	amber ink = "1;33"
)

// A piece of a line.
type piece struct {
	text string
	ink  ink
}

func plainText(s string) []piece { return []piece{{s, plain}} }

func verdictInk(verdict string) ink {
	switch verdict {
	case "pass":
		return green
	case "fail":
		return red
	case "undecided":
		return amber
	}
	return plain
}

// say makes a text what this terminal can show: one line, and ASCII where there is nothing else.
func (t *terminal) say(s string) string {
	s = clip(s, 4000)
	s = strings.ReplaceAll(s, "\u00a0", " ")
	if t.UTF8 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return '?'
		}
		return r
	}, t.ascii.Replace(s))
}

// spellings are for a terminal that has ASCII alone.
func spellings() *strings.Replacer {
	return strings.NewReplacer("✓", "ok", "✗", "FAIL", "─", "-", "–", "-", "·", "|", "…", "...", "±", "+-", "×", "x", "→", "->", "µ", "u", "≤", "<=", "≥", ">=")
}

// line writes pieces that fit.
func (t *terminal) line(pieces ...piece) {
	for i, p := range pieces {
		if i == len(pieces)-1 {
			p.text = strings.TrimRight(p.text, " ")
		}
		if t.Color && p.ink != plain && p.text != "" {
			t.b.WriteString("\x1b[" + string(p.ink) + "m" + p.text + "\x1b[0m")
		} else {
			t.b.WriteString(p.text)
		}
	}
	t.b.WriteString("\n")
}

func (t *terminal) rule() {
	mark := "─"
	if !t.UTF8 {
		mark = "-"
	}
	t.b.WriteString(strings.Repeat(mark, t.Width) + "\n")
}

func width(s string) int { return utf8.RuneCountInString(s) }

// wrap writes a text behind pieces, over as many lines as it takes, those after the first indented. The pieces are written as they are.
func (t *terminal) wrap(indent int, before []piece, text string) {
	used := 0
	for _, p := range before {
		used += width(p.text)
	}
	lines := fold(t.say(text), t.Width-used, t.Width-indent)
	t.line(append(before[:len(before):len(before)], piece{lines[0], plain})...)
	for _, l := range lines[1:] {
		t.line(piece{strings.Repeat(" ", indent) + l, plain})
	}
}

// fold breaks a text into lines between words, the first of at most first characters, the others of at most rest. A word that is longer
// than a line is cut.
func fold(text string, first, rest int) (lines []string) {
	room, now := max(0, first), []rune(nil)
	push := func() { lines, now, room = append(lines, string(now)), nil, rest }
	for _, w := range strings.Fields(text) {
		word := []rune(w)
		switch {
		case len(now) > 0 && len(now)+1+len(word) > room, len(now) == 0 && len(word) > room && len(word) <= rest:
			push()
		}
		if len(now) > 0 {
			now = append(now, ' ')
		}
		for len(now)+len(word) > room {
			n := room - len(now)
			now, word = append(now, word[:n]...), word[n:]
			push()
		}
		now = append(now, word...)
	}
	push()
	return lines
}

// headline is the verdict, what holds, and where it was seen.
func (t *terminal) headline(r *weir.Results) {
	s := t.say(sign(r.Verdict) + " " + word(r.Verdict))
	t.wrap(width(s)+2, []piece{{s, verdictInk(r.Verdict)}, {"  ", plain}}, r.Headline)
	where := fmt.Sprintf("%s, seed %d, %s", r.Scenario, r.Seed, counted(r.Reps, "repetition", "repetitions"))
	if r.Broken != "" {
		where += ", with the planted bug " + r.Broken
	}
	t.wrap(width(s)+2, plainText(strings.Repeat(" ", width(s)+2)), where)
	t.line()
}

// A column of the table, right of the names.
type column struct {
	head, unit string
	text       func(x row) string
	flag       string // the metric whose thresholds are shown behind the number
	width      int
}

// columns are as many as there is room for, the last ones go first, and the width of the names.
func (t *terminal) columns(r *weir.Results, all []row) (cols []column, name int) {
	slowest, most, ckpt, bytesMax := 0.0, 0.0, 0.0, 0.0
	for _, x := range all {
		slowest, most, ckpt, bytesMax = max(slowest, x.Recovery.P95), max(most, x.Throughput.P50), max(ckpt, x.Checkpoint.P95), max(bytesMax, x.FullSize.P50)
	}
	text := func(u unit, get func(x row) (float64, int)) func(x row) string {
		return func(x row) string {
			v, n := get(x)
			return orDash(u.text, v, n)
		}
	}
	recovery, krec, times, large := seconds(slowest), rates(most), seconds(ckpt), sizes(bytesMax)
	cols = append(cols, column{head: "recovery", unit: "p95, " + recovery.name, text: text(recovery, func(x row) (float64, int) { return x.Recovery.P95, x.Recovery.N }), flag: "recovery_time"},
		column{head: "throughput", unit: krec.name, text: text(krec, func(x row) (float64, int) { return x.Throughput.P50, x.Throughput.N }), flag: "throughput"})
	if r.Reps > 1 {
		cols = append(cols, column{head: "spread", unit: "%", text: func(x row) string { return strings.TrimSuffix(spread(x.Throughput), "\u00a0%") }})
	}
	cols = append(cols, column{head: "ckpt p95", unit: times.name, text: text(times, func(x row) (float64, int) { return x.Checkpoint.P95, x.Checkpoint.N }), flag: "checkpoint_duration"},
		column{head: "ckpt size", unit: large.name, text: text(large, func(x row) (float64, int) { return x.FullSize.P50, x.FullSize.N })})
	return t.fit(cols, all)
}

// fit gives each column the width of what stands in it, and what the names leave over to the gaps between them.
func (t *terminal) fit(cols []column, all []row) ([]column, int) {
	longest := 12
	for _, x := range all {
		longest = max(longest, min(width(t.say(title(x.CellResult))), 30)+1)
	}
	for i := range cols {
		c := &cols[i]
		c.width = max(width(t.say(c.head)), width(t.say(c.unit))) + 1
		for _, x := range all {
			number, flag, _ := t.number(*c, x)
			c.width = max(c.width, width(number+flag)+1)
		}
	}
	room := func() int {
		n := t.Width - 3
		for _, c := range cols {
			n -= c.width
		}
		return n
	}
	for room() < longest && len(cols) > 1 {
		cols = cols[:len(cols)-1]
	}
	for gap := 0; gap < 3 && room()-len(cols) >= longest; gap++ {
		for i := range cols {
			cols[i].width++
		}
	}
	return cols, max(room(), 4)
}

// number is what a cell of the table shows, and behind it whether its thresholds hold.
func (t *terminal) number(c column, x row) (number, flag string, look ink) {
	number = t.say(c.text(x))
	switch ok, asked := x.Met[c.flag]; {
	case !asked:
		return number, "", plain
	case ok:
		return number + " ", t.say("✓"), green
	}
	return number + " ", t.say("✗"), red
}

// tableMax is how many cells a table shows.
const tableMax = 40

// table is the cells that have numbers.
func (t *terminal) table(r *weir.Results, all []row) {
	more := len(all) - tableMax
	all = all[:min(len(all), tableMax)]
	cols, name := t.columns(r, all)
	head, units := "   "+pad("cell", name), strings.Repeat(" ", 3+name)
	for _, c := range cols {
		head += left(t.say(c.head), c.width)
		units += left(t.say(c.unit), c.width)
	}
	t.line(piece{head, plain})
	t.line(piece{units, dim})
	t.rule()
	for i, x := range all {
		look := plain
		if i == 0 {
			look = bold
		}
		rank := x.rankText()
		if rank == "" {
			rank = t.say("–")
		}
		pieces := []piece{{left(rank, 2) + " " + pad(t.say(title(x.CellResult)), name), look}}
		for _, c := range cols {
			number, flag, ink := t.number(c, x)
			pieces = append(pieces, piece{left(number, c.width-width(flag)), look}, piece{flag, ink})
		}
		t.line(pieces...)
	}
	if more > 0 {
		t.more(more)
	}
}

// more counts what is not shown.
func (t *terminal) more(n int) {
	t.line(piece{t.say(fmt.Sprintf("   … %d more: see report.html", n)), plain})
}

// pad fills a text to a width at its right, or cuts it there; left fills at its left.
func pad(s string, w int) string {
	if n := width(s); n < w {
		return s + strings.Repeat(" ", w-n)
	} else if n > w-1 {
		return string([]rune(s)[:max(0, w-2)]) + "~ "
	}
	return s
}

func left(s string, w int) string { return strings.Repeat(" ", max(0, w-width(s))) + s }
