package reports

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	ansi    = regexp.MustCompile("\x1b\\[[0-9;]*m")
	colored = regexp.MustCompile("\x1b\\[1;3[0-9]m([^\x1b]*)\x1b\\[0m")
)

// tooWide are the lines that are wider than a terminal. Words of the command that makes a failure again are never cut.
func tooWide(text string, width int) (found []string) {
	command := false
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n")
		command = strings.HasPrefix(l, "reproduce  ") || command && strings.HasPrefix(l, strings.Repeat(" ", 11))
		words := strings.Fields(strings.TrimPrefix(l, "reproduce"))
		if utf8.RuneCountInString(l) > width && !(command && len(words) <= 2) {
			found = append(found, l)
		}
	}
	return found
}

// No line is wider than the terminal, in color or not, whatever a run says.
func TestTerminalWidth(t *testing.T) {
	for _, s := range append(samples(), sample{"immense", immense()}) {
		for _, w := range []int{80, 72, 60, 40} {
			for _, unicode := range []bool{true, false} {
				text := rendered(t, s.r, terminalAt(w, unicode, false))
				if s.name == "hostile" { // its command is one word in quotes
					text, _, _ = strings.Cut(text, "reproduce  ")
				}
				for _, l := range tooWide(text, w) {
					t.Errorf("%s at %d columns has a line of %d: %q", s.name, w, utf8.RuneCountInString(l), l)
				}
			}
		}
	}
	if got := tooWide("short\n"+strings.Repeat("x ", 50)+"\nreproduce  "+strings.Repeat("y ", 50)+"\nreproduce  "+strings.Repeat("z", 100)+"\n", 80); len(got) != 2 {
		t.Errorf("tooWide finds %d lines, want the second and the third: %q", len(got), got)
	}
}

// Without color nothing is lost: the bytes are those with color, less the color. Colors stand on signs and words of verdicts alone.
func TestTerminalColor(t *testing.T) {
	for _, s := range samples() {
		plain, inked := rendered(t, s.r, terminalAt(80, true, false)), rendered(t, s.r, terminalAt(80, true, true))
		if strings.Contains(plain, "\x1b") {
			t.Errorf("%s: an escape sequence without color: %q", s.name, plain)
		}
		if got := ansi.ReplaceAllString(inked, ""); got != plain {
			t.Errorf("%s: with color it says\n%s\nwithout\n%s", s.name, got, plain)
		}
		for _, m := range colored.FindAllStringSubmatch(inked, -1) {
			switch strings.Trim(m[1], " ✓✗?–") {
			case "", "OK", "VIOLATION", "UNDECIDED", "pass", "fail", "undecided", "met", "not met":
			default:
				t.Errorf("%s: %q is colored and neither a sign nor the word of a verdict", s.name, m[1])
			}
		}
		if !strings.Contains(inked, "\x1b[1;3") {
			t.Errorf("%s: nothing is colored", s.name)
		}
	}
}

// Where there is no UTF-8 there is nothing but ASCII, and the signs are words.
func TestTerminalASCII(t *testing.T) {
	for _, s := range samples() {
		text := rendered(t, s.r, terminalAt(80, false, false))
		for _, r := range text {
			if r >= utf8.RuneSelf {
				t.Errorf("%s: %q is not ASCII", s.name, r)
				break
			}
		}
		want := map[string]string{"pass": "ok OK", "fail": "FAIL VIOLATION", "undecided": "? UNDECIDED"}[s.r.Verdict]
		if !strings.HasPrefix(text, want) {
			t.Errorf("%s begins with %.20q, want %q", s.name, text, want)
		}
	}
}

// Columns are dropped from the right where it is narrow; the headline is broken into lines and never cut.
func TestTerminalColumns(t *testing.T) {
	for w, want := range map[int][]string{80: {"recovery", "throughput", "spread", "ckpt p95", "ckpt size"}, 60: {"recovery", "throughput", "spread", "ckpt p95"}, 50: {"recovery", "throughput", "spread"}, 40: {"recovery", "throughput"}} {
		text := rendered(t, passing(), terminalAt(w, true, false))
		head, _, _ := strings.Cut(text[strings.Index(text, "   cell"):], "\n")
		for _, c := range []string{"recovery", "throughput", "spread", "ckpt p95", "ckpt size"} {
			if got, want := strings.Contains(head, c), strings.Contains(strings.Join(want, "|"), c); got != want {
				t.Errorf("at %d columns the table has %s: %v, want %v", w, c, got, want)
			}
		}
		if got := strings.Join(strings.Fields(text), " "); !strings.Contains(got, passing().Headline) {
			t.Errorf("at %d columns the headline is cut:\n%s", w, text)
		}
		if n := strings.Count(text, strings.Repeat("─", w)); n != 2 {
			t.Errorf("at %d columns there are %d rules, want 2", w, n)
		}
	}
}

// A failing run says how to see it again, on one line or on lines that a shell joins.
func TestTerminalReproduces(t *testing.T) {
	r := failing()
	want := "weir run demo --seed 7 -s 'a=b c' " + strings.Repeat("-s key=value ", 20) + "-n 3"
	for i := range r.Cells {
		if r.Cells[i].Story != nil {
			r.Cells[i].Reproduce = want
		}
	}
	text := rendered(t, r, terminalAt(80, true, false))
	_, after, ok := strings.Cut(text, "reproduce  ")
	if !ok {
		t.Fatalf("no line that reproduces it:\n%s", text)
	}
	after, _, _ = strings.Cut(after, "\npicture")
	if got := strings.Join(strings.Fields(strings.ReplaceAll(after, "\\\n", "")), " "); got != want {
		t.Errorf("reproduce says %q, want %q", got, want)
	}
	for l := range strings.Lines(after) {
		if l = strings.TrimRight(l, "\n"); len(l) > 80-11 && !strings.HasPrefix(l, " ") || len(l) > 80 {
			t.Errorf("a line of the command has %d characters: %q", len(l), l)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct {
		text        string
		first, rest int
		want        string
	}{
		{"", 10, 10, ""},
		{"one two three", 20, 20, "one two three"},
		{"one two three", 7, 5, "one two|three"},
		{"one two three", 1, 7, "|one two|three"},
		{"abcdefghij", 4, 4, "abcd|efgh|ij"},
		{"ab cdefghij", 4, 4, "ab|cdef|ghij"},
		{"ab cdefghij", -3, 20, "|ab cdefghij"},
		{"a  b\tc", 9, 9, "a b c"},
	} {
		if got := strings.Join(fold(c.text, c.first, c.rest), "|"); got != c.want {
			t.Errorf("fold(%q, %d, %d) = %q, want %q", c.text, c.first, c.rest, got, c.want)
		}
	}
}
