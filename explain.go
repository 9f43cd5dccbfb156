package weir

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// explainWidth is how wide Explain prints.
const explainWidth = 80

// Explain writes what a plan would run: the cells, every value with where it came from, what is skipped and what is ignored.
func Explain(w io.Writer, p *Plan) error {
	e := &explainer{}
	e.wrap("", "  ", fmt.Sprintf("%s (%s): %s", p.Scenario, p.File, amount(p)))
	if p.Description != "" {
		e.wrap("", "", p.Description)
	}
	e.line("seed %d", p.Seed)
	if p.Broken != "" {
		e.line("every cell carries the planted bug %s", p.Broken)
	}
	for _, text := range p.Warnings {
		e.wrap("! ", "  ", text)
	}
	e.cells(p)
	e.shared(p)
	if len(p.Cells) > 0 {
		e.phases(&p.Cells[0])
		e.faults(&p.Cells[0])
	}
	e.thresholds(p)
	if len(p.Ignored) > 0 {
		e.head("ignored: options of Flink that weir has no use for")
		e.settings(p.Ignored)
	}
	_, err := io.WriteString(w, e.String())
	return err
}

type explainer struct{ strings.Builder }

func (e *explainer) line(format string, args ...any) { fmt.Fprintf(e, format+"\n", args...) }

func (e *explainer) head(text string) { e.line("\n%s", text) }

// amount estimates what a run does.
func amount(p *Plan) string {
	s := fmt.Sprintf("%s x %s", plural(len(p.Cells), "cell", "cells"), plural(p.Reps, "repetition", "repetitions"))
	if n := len(p.Cells) * p.Reps; n > 1 {
		s += fmt.Sprintf(" = %d runs", n)
	}
	switch {
	case p.SimSeeds > 0:
		s += fmt.Sprintf(", then %s", plural(p.SimSeeds, "simulated seed", "simulated seeds"))
	case p.SimSeconds > 0:
		s += fmt.Sprintf(", then %g s of simulated seeds", p.SimSeconds)
	}
	return s
}

func (e *explainer) cells(p *Plan) {
	e.head("cells")
	for i := range p.Cells {
		c := &p.Cells[i]
		var axes []string
		for _, a := range c.Axes {
			axes = append(axes, a.Key+" "+a.Value)
		}
		if len(axes) == 0 {
			axes = []string{"backend " + c.Backend}
		}
		e.wrap(fmt.Sprintf("  %-24s ", c.Name), strings.Repeat(" ", 27), strings.Join(axes, ", "))
	}
	for _, s := range p.Skipped {
		e.wrap(fmt.Sprintf("  %-24s ", s.Cell), strings.Repeat(" ", 27), "skipped: "+s.Reason+"; "+s.Remedy)
	}
}

// shared lists the settings: those that differ between cells, those that somebody said, and the defaults.
func (e *explainer) shared(p *Plan) {
	if len(p.Cells) == 0 {
		return
	}
	same := common(p.Cells)
	var differ, said, flinks, weirs []Setting
	for i := range p.Cells {
		for _, s := range p.Cells[i].Settings {
			if !slices.ContainsFunc(same, func(o Setting) bool { return o.Key == s.Key }) && !slices.Contains(differ, s) {
				differ = append(differ, s)
			}
		}
	}
	slices.SortStableFunc(differ, func(a, b Setting) int { return strings.Compare(a.Key, b.Key) })
	for _, s := range same {
		switch {
		case strings.HasPrefix(s.From, flinkDefault):
			s.From = strings.TrimLeft(strings.TrimPrefix(s.From, flinkDefault), ": ")
			flinks = append(flinks, s)
		case strings.HasPrefix(s.From, "default"):
			s.From = strings.TrimLeft(strings.TrimPrefix(s.From, "default"), ": ")
			weirs = append(weirs, s)
		default:
			said = append(said, s)
		}
	}
	for _, part := range []struct {
		head string
		list []Setting
	}{{"settings that differ", differ}, {"settings of every cell", said}, {"defaults of Flink 1.17", flinks}, {"defaults of weir", weirs}} {
		if len(part.list) > 0 {
			e.head(part.head)
			e.settings(part.list)
		}
	}
}

// settings prints key, value and origin in columns; what does not fit goes on lines of its own.
func (e *explainer) settings(list []Setting) {
	key, value := 0, 0
	list = slices.Clone(list)
	for i := range list {
		s := &list[i]
		s.Value = strings.TrimSpace(s.Value + " " + s.Unit)
		key = max(key, utf8.RuneCountInString(s.Key))
		if n := utf8.RuneCountInString(s.Value); n <= 16 {
			value = max(value, n)
		}
	}
	for _, s := range list {
		if s.Value == "" {
			s.Value = "-"
		}
		text := strings.TrimRight(fmt.Sprintf("  %-*s  %-*s  %s", key, s.Key, value, s.Value, s.From), " ")
		if utf8.RuneCountInString(text) <= explainWidth {
			e.line("%s", text)
			continue
		}
		e.wrap(fmt.Sprintf("  %-*s  ", key, s.Key), "      ", s.Value)
		e.wrap("      ", "      ", s.From)
	}
}

func (e *explainer) phases(c *Cell) {
	if len(c.Phases) > 0 {
		e.head("phases")
	}
	for i := range c.Phases {
		e.wrap("  ", "    ", phaseText(&c.Phases[i]))
	}
}

func (e *explainer) faults(c *Cell) {
	if len(c.Faults) > 0 {
		e.head("faults")
	}
	for i := range c.Faults {
		e.wrap("  ", "    ", fmt.Sprintf("%s  (%s)", c.Faults[i].String(), c.Faults[i].Pos))
	}
	if len(c.Checks) > 0 {
		e.head("checks")
		e.wrap("  ", "  ", strings.Join(c.Checks, ", "))
	}
}

func (e *explainer) thresholds(p *Plan) {
	if len(p.Thresholds) > 0 {
		e.head("thresholds")
	}
	for _, t := range p.Thresholds {
		e.line("  %-20s %-18s %s", t.Metric, t.Expr, t.Where)
	}
}

// wrap breaks a text between words, the first line behind one prefix, the others behind another.
func (e *explainer) wrap(first, other, text string) {
	line, room := first, explainWidth-utf8.RuneCountInString(first)
	used := 0
	for _, word := range words(text, explainWidth-utf8.RuneCountInString(other)) {
		n := utf8.RuneCountInString(word)
		if used+min(used, 1)+n > room {
			e.line("%s", line)
			line, room, used = other, explainWidth-utf8.RuneCountInString(other), 0
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += n
	}
	e.line("%s", line)
}

// words takes a text apart; one that is longer than a line is cut.
func words(text string, longest int) (out []string) {
	for w := range strings.FieldsSeq(text) {
		for r := []rune(w); ; r = r[longest:] {
			if len(r) <= longest {
				out = append(out, string(r))
				break
			}
			out = append(out, string(r[:longest]))
		}
	}
	return out
}
