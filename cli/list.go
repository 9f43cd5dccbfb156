package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/engine"
)

// A listing is a kind of things that there are.
type listing struct {
	name string
	doc  string
	rows func() [][2]string
}

func (a *app) listings() []listing {
	return []listing{
		{"backends", "state backends", a.backendRows},
		{"workloads", "jobs, with their parameters", a.workloadRows},
		{"faults", "what goes wrong on purpose", a.faultRows},
		{"points", "where a fault can strike", pointRows},
		{"checks", "what verdicts rest on", a.checkRows},
		{"metrics", "what thresholds can be set on", metricRows},
		{"scenarios", "what runs by its name", a.scenarioRows},
	}
}

func (a *app) listCmd() *cobra.Command {
	var names []string
	for _, l := range a.listings() {
		names = append(names, l.name)
	}
	return &cobra.Command{
		Use:       "list " + strings.Join(names, "|"),
		Short:     "What there is: backends, workloads, faults, points, checks, metrics, scenarios",
		ValidArgs: names,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("list takes one word; want %s", strings.Join(names, ", "))
			}
			if !slices.Contains(names, args[0]) {
				return fmt.Errorf("no list %q%s", args[0], meant(args[0], names, "; want one of "+strings.Join(names, ", ")))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			for _, l := range a.listings() {
				if l.name == args[0] {
					return a.printed(a.table(l.rows()))
				}
			}
			return nil
		},
	}
}

// table prints names and what they are, long names on a line of their own.
func (a *app) table(rows [][2]string) error {
	wide := 0
	for _, r := range rows {
		wide = max(wide, min(len(r[0]), 28))
	}
	for _, r := range rows {
		if _, err := fmt.Fprintln(a.out, strings.TrimRight(fmt.Sprintf("%-*s  %s", wide, r[0], r[1]), " ")); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) backendRows() (rows [][2]string) {
	for _, b := range a.catalog.Backends {
		doc := b.Doc
		if len(b.Aliases) > 0 {
			doc += " (also " + strings.Join(b.Aliases, ", ") + ")"
		}
		if b.Status != nil {
			if s := b.Status(); !s.Available {
				doc += "; not available: " + s.Reason + "; " + s.Remedy
			} else if s.Debug {
				doc += "; " + s.Label + ": never ranked"
			}
		}
		rows = append(rows, [2]string{b.Name, doc})
	}
	return rows
}

func (a *app) workloadRows() (rows [][2]string) {
	for _, w := range a.catalog.Workloads {
		rows = append(rows, [2]string{w.Name, w.Doc})
		for _, p := range w.Params {
			def := p.Default
			if def == "" {
				def = "none"
			}
			rows = append(rows, [2]string{"  " + p.Name, p.Doc + " (default " + def + ")"})
		}
	}
	return rows
}

func (a *app) faultRows() (rows [][2]string) {
	for _, f := range a.catalog.Faults {
		doc := f.Doc
		if len(f.Aliases) > 0 {
			doc += " (also " + strings.Join(f.Aliases, ", ") + ")"
		}
		rows = append(rows, [2]string{f.Name, doc + "; addressed by " + strings.Join(f.Where, ", ")})
	}
	return rows
}

func pointRows() (rows [][2]string) {
	for p := engine.NoPoint + 1; p < engine.Points; p++ {
		if p != engine.AtInputRecords && p != engine.AtInputPhase { // faults address them by "after: 5000 records", and as a phase
			rows = append(rows, [2]string{p.String(), ""})
		}
	}
	return rows
}

func (a *app) checkRows() (rows [][2]string) {
	for _, c := range a.catalog.Checks {
		rows = append(rows, [2]string{c.Name, c.Doc})
	}
	return rows
}

func metricRows() (rows [][2]string) {
	for _, m := range weir.Metrics() {
		rows = append(rows, [2]string{m.Name, m.Doc + " (" + m.Unit + ")"})
	}
	return rows
}

func (a *app) scenarioRows() (rows [][2]string) {
	for _, s := range a.catalog.Scenarios {
		rows = append(rows, [2]string{s.Name, s.Doc})
	}
	return rows
}
