package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// happened puts what happened into a timeline, and answers it as rows of a table.
func happened(t *figures.Timeline, marks []weir.Mark) (rows [][]string) {
	stopped := map[float64]float64{} // by when it went on
	for _, c := range crashes(marks) {
		stopped[c.restore.To] = c.restore.To - c.fault.From
	}
	for _, m := range marks {
		rows = append(rows, []string{m.Kind, micros(m.From), micros(m.To), "", clip(m.Text, 200)})
		switch m.Kind {
		case "checkpoint":
			t.Spans = append(t.Spans, figures.Span{From: m.From, To: m.To, Kind: figures.CheckpointSpan, Text: clip(m.Text, 20)})
		case "aborted":
			name, _, _ := strings.Cut(m.Text, ":")
			t.Spans = append(t.Spans, figures.Span{From: m.From, To: m.To, Kind: figures.AbortedSpan, Text: clip(name, 12) + " aborted"})
		case "restore":
			t.Spans = append(t.Spans, figures.Span{From: m.From, To: m.To, Kind: figures.RestoreSpan, Text: "stopped for " + duration(stopped[m.To])})
		case "replay":
			t.Spans = append(t.Spans, figures.Span{From: m.From, To: m.To, Kind: figures.ReplaySpan, Text: "lost records applied again"})
		case "phase":
			t.Phases = append(t.Phases, figures.Event{At: m.From, Text: clip(m.Text, 20)})
		case "fault":
			t.Faults = append(t.Faults, figures.Event{At: m.From, Text: "fault: " + strike(m.Text)})
		}
	}
	return rows
}

// A crash is a fault and what followed it.
type crash struct{ fault, restore, replay weir.Mark }

// crashes joins recoveries, in order of time, with the fault that made each necessary: the last one before it and after the recovery before.
func crashes(marks []weir.Mark) (all []crash) {
	for _, m := range marks {
		if m.Kind == "restore" {
			all = append(all, crash{restore: m, fault: weir.Mark{From: m.From}})
		}
	}
	slices.SortStableFunc(all, func(a, b crash) int { return cmp.Compare(a.restore.From, b.restore.From) })
	since := 0.0
	for i := range all {
		c := &all[i]
		for _, m := range marks {
			switch {
			case m.Kind == "fault" && m.From >= since && m.From <= c.restore.From && (c.fault.Text == "" || m.From > c.fault.From):
				c.fault = m
			case m.Kind == "replay" && m.From == c.restore.To:
				c.replay = m
			}
		}
		since = c.restore.To
	}
	return all
}

// told tells what happened, in sentences: the first crash, and how many more there were.
func told(marks []weir.Mark) string {
	all, checkpoints, aborted := crashes(marks), 0, 0
	for _, m := range marks {
		switch m.Kind {
		case "checkpoint":
			checkpoints++
		case "aborted":
			aborted++
		}
	}
	text := counted(checkpoints, "checkpoint was", "checkpoints were") + " completed"
	if aborted > 0 {
		text += fmt.Sprintf(" and %d aborted", aborted)
	}
	text += "."
	if len(all) == 0 {
		return text + " Nothing was recovered from."
	}
	c := all[0]
	struck := "a failure was noticed"
	if c.fault.Text != "" {
		struck = strike(c.fault.Text)
	}
	text = fmt.Sprintf("At %s: %s. A new attempt is restored %s; records flow again after %s", duration(c.restore.From), struck, clip(c.restore.Text, 40), duration(c.restore.To-c.fault.From))
	if c.replay.Text != "" {
		text += fmt.Sprintf(", and %s later what was lost is applied again (%s)", duration(c.replay.To-c.replay.From), grouped(strings.TrimSuffix(clip(c.replay.Text, 60), " again")))
	}
	if len(all) > 1 {
		text += fmt.Sprintf(". %s more like it", spelled(len(all)-1))
	}
	return text + fmt.Sprintf(". %s completed in all.", counted(checkpoints, "checkpoint", "checkpoints"))
}
