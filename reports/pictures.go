package reports

import (
	"fmt"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// A picture is a figure with its numbers, drawn wide and narrow.
type picture struct {
	name, title, how string
	wide, narrow     figures.Drawing
	head             []string
	rows             [][]string
}

func (p *picture) csv() string {
	var b strings.Builder
	b.WriteString(strings.Join(p.head, ",") + "\n")
	for _, row := range p.rows {
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	return b.String()
}

func mark(c *weir.CellResult) figures.Mark {
	m := figures.Mark{Backend: figures.Heap, Unknown: !c.Ranked}
	switch c.Backend {
	case "pebble":
		m.Backend = figures.Pebble
	case "rocksdb":
		m.Backend = figures.RocksDB
	}
	return m
}

var phaseTokens = [...]figures.Token{figures.Phase1, figures.Phase2, figures.Phase3, figures.Phase4, figures.Phase6, figures.Phase7}

// pictures are the figures that the results have numbers for.
func pictures(r *weir.Results) (all []picture) {
	if p, ok := phases(r); ok {
		all = append(all, p)
	}
	if p, ok := timeline(r); ok {
		all = append(all, p)
	}
	return all
}

// phases is Fig 2: where recovery time goes.
func phases(r *weir.Results) (p picture, ok bool) {
	p = picture{name: "fig02-recovery", how: "Each bar is the recovery of one cell with the median total, cut into phases in order of time, from the fault until what was lost is applied again.", head: []string{"cell", "phase", "seconds"}}
	bars := figures.Bars{X: figures.Scale{Title: "time since the fault, ms", Unit: 1e-3}}
	longest, name := 0.0, ""
	sums := map[string]float64{}
	for _, c := range ranked(r) {
		if c.Verdict != "pass" || len(c.Phases) == 0 {
			continue
		}
		bar, sum := figures.Bar{Mark: mark(c), Name: title(c)}, 0.0
		for i, ph := range c.Phases {
			bar.Parts = append(bar.Parts, figures.Part{Token: phaseTokens[min(i, len(phaseTokens)-1)], Value: ph.Seconds})
			p.rows = append(p.rows, []string{c.Name, ph.Name, fmt.Sprint(ph.Seconds)})
			sum += ph.Seconds
			sums[ph.Name] += ph.Seconds
			if sums[ph.Name] > longest {
				longest, name = sums[ph.Name], ph.Name
			}
		}
		bar.Total = millis(sum)
		bars.Bars = append(bars.Bars, bar)
	}
	if len(bars.Bars) == 0 {
		return p, false
	}
	p.title = "Most of the recovery time is " + name
	p.wide = bars.Draw(figures.Size{W: 748, H: bars.Height(false)})
	p.narrow = bars.Draw(figures.Size{W: 360, H: bars.Height(true)})
	return p, true
}

// timeline is Fig 3: behaviour over time of the first cell in the table.
func timeline(r *weir.Results) (p picture, ok bool) {
	for _, c := range ranked(r) {
		if c.Verdict != "pass" || c.Series == nil || len(c.Series.Rate) < 3 {
			continue
		}
		s := c.Series
		p = picture{name: "fig03-time", title: "Throughput over time, " + title(c), how: "The line is the rate of records applied; shaded spans are checkpoints, the blue span is the recovery, the red line is the fault.", head: []string{"time_s", "rec_per_s"}}
		t := figures.Timeline{Rate: figures.Scale{Title: "throughput, krec/s", Unit: 1e3}, Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1}, Mark: mark(c), Bin: s.Bin, Values: s.Rate, Band: s.Band}
		for i, v := range s.Rate {
			p.rows = append(p.rows, []string{fmt.Sprintf("%.3f", float64(i)*s.Bin), fmt.Sprintf("%.0f", v)})
		}
		for _, m := range s.Marks {
			switch m.Kind {
			case "checkpoint":
				t.Spans = append(t.Spans, figures.Span{From: m.From, To: m.To, Kind: figures.CheckpointSpan})
			case "aborted":
				t.Spans = append(t.Spans, figures.Span{From: m.From, To: m.To, Kind: figures.AbortedSpan})
			case "restore":
				t.Spans = append(t.Spans, figures.Span{From: m.From, To: m.To, Kind: figures.RestoreSpan, Text: "restore"})
			case "fault":
				t.Faults = append(t.Faults, figures.Event{At: m.From, Text: "fault"})
			}
		}
		p.wide, p.narrow = t.Draw(figures.Size{W: 748, H: 280}), t.Draw(figures.Size{W: 360, H: 260})
		return p, true
	}
	return p, false
}
