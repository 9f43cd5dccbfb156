package weir

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirbench/weir/linearizability"
)

// conclude makes the verdict, the headline and the exit code.
func (r *runner) conclude(err error) {
	res := r.results
	seen := map[string]int{}
	for i := range res.Cells {
		seen[res.Cells[i].Verdict]++
	}
	if s := res.Sim; s != nil {
		seen["fail"] += min(1, s.Failed)
		seen["undecided"] += min(1, s.Undecided)
		seen["pass"] += min(1, s.Passed)
	}
	switch {
	case seen["fail"] > 0:
		res.Verdict, res.Exits = "fail", append(res.Exits, 10)
	case seen["undecided"] > 0 || seen["pass"] == 0:
		res.Verdict, res.Exits = "undecided", append(res.Exits, 11)
	default:
		res.Verdict = "pass"
	}
	for _, t := range res.Thresholds {
		if !t.Met && !slices.Contains(res.Exits, 20) {
			res.Exits = append(res.Exits, 20)
		}
	}
	if len(res.Exits) > 0 {
		slices.Sort(res.Exits)
		res.Exit = res.Exits[0]
	}
	var sent Interrupt
	switch {
	case errors.As(err, &sent):
		res.Exit, res.Exits = sent.Code, append(res.Exits, sent.Code)
	case errors.Is(err, context.Canceled):
		res.Exit, res.Exits = 130, append(res.Exits, 130)
	case err != nil:
		res.Exit, res.Exits = 1, append(res.Exits, 1)
	}
	repeats := slices.ContainsFunc(r.plan.Cells, func(c Cell) bool { return c.Mode == linearizability.AtLeastOnce })
	res.Headline = headline(res, repeats)
	if errors.As(err, &sent) || errors.Is(err, context.Canceled) {
		res.Headline = "interrupted · " + res.Headline
	}
	res.Took = time.Since(res.Started).Seconds()
}

// headline says what holds, in one line. Repeats are what at-least-once allows.
func headline(res *Results, repeats bool) string {
	cells, crashes := map[string][]string{}, 0
	for i := range res.Cells {
		c := &res.Cells[i]
		cells[c.Verdict] = append(cells[c.Verdict], c.Name)
		crashes += c.Crashes
	}
	var parts []string
	n, verified := len(res.Cells), len(cells["pass"])
	switch wrong, open := cells["fail"], cells["undecided"]; {
	case n == 0:
	case len(wrong) > 0:
		parts = append(parts, fmt.Sprintf("%d of %d cells %s wrong: %s", len(wrong), n, isOrAre(len(wrong)), few(wrong)), fmt.Sprintf("%d verified", verified))
	case len(open) > 0:
		parts = append(parts, fmt.Sprintf("%d of %d cells %s not decided: %s", len(open), n, isOrAre(len(open)), few(open)), fmt.Sprintf("%d verified", verified))
	case repeats:
		parts = append(parts, fmt.Sprintf("%d of %d cells verified", verified, n), "0 lost")
	default:
		parts = append(parts, fmt.Sprintf("%d of %d cells verified", verified, n), "0 lost", "0 duplicated")
	}
	if n > 0 {
		parts = append(parts, plural(crashes, "crash", "crashes"))
	}
	if s := res.Sim; s != nil {
		if s.Failed == 0 {
			parts = append(parts, fmt.Sprintf("%s without alarm", plural(s.Passed, "simulated seed", "simulated seeds")))
		} else {
			parts = append(parts, fmt.Sprintf("%d of %d simulated seeds failed", s.Failed, s.Seeds))
		}
	}
	if len(parts) == 0 {
		return "no cell ran"
	}
	return strings.Join(parts, " · ")
}

// few names at most three.
func few(names []string) string {
	if n := len(names); n > 3 {
		return strings.Join(names[:2], ", ") + fmt.Sprintf(" and %d more", n-2)
	}
	return strings.Join(names, ", ")
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
