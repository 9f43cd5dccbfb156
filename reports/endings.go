package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirbench/weir"
)

// unmeasured are the cells without numbers, each with the reason.
func (t *terminal) unmeasured(all []row) {
	shown, more := 0, 0
	for _, x := range all {
		if x.passed() {
			continue
		}
		if shown++; shown > tableMax {
			more++
			continue
		}
		s := t.say(sign(x.Verdict) + " " + x.Verdict)
		name := t.say(clip(title(x.CellResult), min(30, t.Width-20)))
		t.wrap(3, []piece{{" " + s, verdictInk(x.Verdict)}, {"  " + name + "  ", plain}}, reason(x.CellResult))
	}
	if more > 0 {
		t.more(more)
	}
	unranked := 0
	for _, x := range all {
		if x.passed() && x.Rank == 0 {
			unranked++
		}
	}
	if unranked > 0 {
		t.wrap(3, plainText(t.say(" –  ")), counted(unranked, "cell is", "cells are")+" shown and not ranked: a debug build says nothing of the speed of the backend")
	}
}

// seeds are what the simulation said.
func (t *terminal) seeds(r *weir.Results) {
	for i, c := range simulated(r) {
		if i == tableMax {
			t.more(len(simulated(r)) - i)
			break
		}
		t.seedLine(c.Verdict, t.say(clip(title(c), min(30, t.Width-20))), c.Sim)
		if c.Verdict != "pass" {
			t.wrap(3, plainText("   "), reason(c))
		}
	}
	if s := r.Sim; s != nil {
		t.seedLine(seedVerdict(s), "simulated on "+t.say(s.Backend), s)
	}
}

func (t *terminal) seedLine(verdict, name string, s *weir.SimResult) {
	text := fmt.Sprintf("%d of %s passed, %d failed, %d undecided, %d vacuous; %s struck, %s, %.0f seeds/s",
		s.Passed, counted(s.Seeds, "seed", "seeds"), s.Failed, s.Undecided, s.Vacuous, counted(s.Faults, "fault", "faults"), counted(s.Crashes, "recovery", "recoveries"), s.Rate)
	t.wrap(3, []piece{{" " + t.say(sign(verdict)), verdictInk(verdict)}, {" " + name + "  ", plain}}, text)
}

// skipped says for what did not run why, and what to do about it.
func (t *terminal) skipped(r *weir.Results) {
	for i, g := range skipped(r) {
		if i == tableMax {
			t.more(len(skipped(r)) - i)
			break
		}
		t.wrap(3, plainText(t.say(" – ")), several(g.Names, 12)+"  skipped: "+g.Reason)
		if g.Remedy != "" {
			t.wrap(11, plainText("   remedy: "), g.Remedy)
		}
	}
}

// thresholds are those that are not met, then the others.
func (t *terminal) thresholds(r *weir.Results) {
	for i, x := range notMetFirst(r.Thresholds) {
		if i == tableMax {
			t.more(len(r.Thresholds) - i)
			break
		}
		verdict, said := "pass", "met"
		if !x.Met {
			verdict, said = "fail", "not met"
		}
		at := ""
		if !x.Met && x.Where != "" {
			at = "  (" + x.Where + ")"
		}
		t.wrap(3, []piece{{" " + t.say(sign(verdict)) + " " + said, verdictInk(verdict)}, {"  ", plain}}, fmt.Sprintf("%s %s: %s in %s%s", x.Metric, x.Expr, metricValue(x.Metric, x.Value), x.Cell, at))
	}
}

func notMetFirst(all []weir.ThresholdResult) []weir.ThresholdResult {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b weir.ThresholdResult) int { return btoi(a.Met) - btoi(b.Met) })
	return all
}

// metricValue writes what a threshold was held against.
func metricValue(metric string, v float64) string {
	if metric == "throughput" {
		return rate(v)
	}
	return duration(v)
}

// story is the violation in plain words, and the line that makes it again.
func (t *terminal) story(r *weir.Results) {
	s := mainStory(r)
	if s == nil {
		return
	}
	t.line()
	t.wrap(0, nil, s.Title+". "+s.Say)
	t.wrap(11, plainText("expected   "), s.Want)
	t.wrap(11, plainText("seen       "), s.Got)
	again := s.Reproduce
	if again == "" {
		again = r.Command
	}
	if again != "" {
		t.command("reproduce  ", again)
	}
	if s.Page != "" {
		t.wrap(11, plainText("picture    "), s.Page)
	}
}

// command writes a command that can be copied whatever its length: a line goes on behind a backslash.
func (t *terminal) command(label, text string) {
	now := label
	for i, word := range shellWords(t.oneLine(text)) {
		if i > 0 && width(now)+1+width(word)+2 > t.Width {
			t.line(piece{now + ` \`, plain})
			now = strings.Repeat(" ", width(label))
		} else if i > 0 {
			now += " "
		}
		now += word
	}
	t.line(piece{now, plain})
}

// oneLine keeps a command as it is but for what would end its line or drive the terminal.
func (t *terminal) oneLine(s string) string { return clip(s, 8000) }

// shellWords cuts a command at blanks outside of quotes.
func shellWords(s string) (words []string) {
	quoted, now := rune(0), ""
	for _, r := range s {
		switch {
		case quoted != 0 && r == quoted:
			quoted = 0
		case quoted == 0 && (r == '\'' || r == '"'):
			quoted = r
		case quoted == 0 && r == ' ':
			if now != "" {
				words = append(words, now)
			}
			now = ""
			continue
		}
		now += string(r)
	}
	if now != "" {
		words = append(words, now)
	}
	return words
}
