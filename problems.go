package weir

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirbench/weir/faults"
)

// A Problem is one thing that is wrong with a scenario.
type Problem struct {
	Where string // file:line:column, or the --set that brought it
	Text  string // what is wrong; what would be right
}

func (p Problem) String() string { return p.Where + ": " + p.Text }

// Errors are all problems of a scenario, in the order of the file. Its message has a line for each.
type Errors []Problem

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// problemsMax is how many problems of one scenario are told; a file that is no scenario at all would have one a line.
const problemsMax = 50

// An origin is where a value was written.
type origin struct {
	file      string
	line, col int    // from 1; 0: nowhere in particular
	set       string // "key=value" of a --set, instead of the above
}

func (o origin) String() string {
	switch {
	case o.set != "":
		return fmt.Sprintf("--set %q", o.set)
	case o.line == 0:
		return o.file
	}
	return fmt.Sprintf("%s:%d:%d", o.file, o.line, o.col)
}

// short is what a plan says of a value.
func (o origin) short() string {
	if o.set != "" {
		return "--set"
	}
	return fmt.Sprintf("%s:%d", o.file, o.line)
}

// problems gathers what is wrong, so that all of it can be told at once.
type problems struct {
	all []located
}

type located struct {
	at   origin
	text string
}

func (p *problems) add(at origin, format string, args ...any) {
	l := located{at, oneLine(fmt.Sprintf(format, args...))}
	if !slices.Contains(p.all, l) {
		p.all = append(p.all, l)
	}
}

// err is all of it in the order of the file, the command line behind; nil when nothing is wrong.
func (p *problems) err() error {
	if len(p.all) == 0 {
		return nil
	}
	slices.SortStableFunc(p.all, func(a, b located) int {
		return cmp.Or(cmp.Compare(a.at.set, b.at.set), cmp.Compare(a.at.line, b.at.line), cmp.Compare(a.at.col, b.at.col))
	})
	var out Errors
	for i, l := range p.all {
		if i == problemsMax {
			out = append(out, Problem{l.at.file, fmt.Sprintf("%d more problems; mend these first", len(p.all)-i)})
			break
		}
		out = append(out, Problem{l.at.String(), l.text})
	}
	return out
}

// oneLine keeps a message on one line of bearable length, whatever the input holds.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 || r == 0xfffd {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 400 {
		s = string(r[:400]) + "…"
	}
	return s
}

// clip is a value as a message quotes it.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// didYouMean is `; did you mean "interval"?`, or what there is when nothing is near.
func didYouMean(name string, among []string) string {
	if n, ok := faults.Nearest(clipWord(name), among); ok {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	if len(among) == 0 {
		return "; there are none"
	}
	if len(among) > 24 {
		return fmt.Sprintf("; want one such as %s", among[0])
	}
	return "; want " + oneOf(among)
}

// oneOf is "a, b or c".
func oneOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// clipWord: what is longer than any name was not meant to be one.
func clipWord(s string) string {
	if len(s) > 100 {
		return ""
	}
	return s
}
