package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/workloads"
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
		Short:     "What there is: backends, workloads, faults, checks and more",
		ValidArgs: names,
		Args:      oneOf("list", names),
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

// table prints names and what they are: wrapped for a person, a line each for a program.
func (a *app) table(rows [][2]string) error {
	wide := 0
	for _, r := range rows {
		wide = max(wide, min(utf8.RuneCountInString(r[0]), 28))
	}
	width := a.columns()
	for _, r := range rows {
		if err := wrap(a.out, fmt.Sprintf("%-*s  ", wide, r[0]), strings.Repeat(" ", wide+2), r[1], width); err != nil {
			return err
		}
	}
	return nil
}

// columns is how wide a text for a person may be; 0: a program reads.
func (a *app) columns() int {
	if width, person := terminal(a.out); person {
		return min(width, 100)
	}
	return 0
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
			if p.Unit != "" {
				def += " " + p.Unit
			}
			if p.ByClock {
				def += "; " + workloads.Micros + " with time processing"
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
			rows = append(rows, [2]string{p.String(), pointDoc(p)})
		}
	}
	return rows
}

// pointDoc says who passes a point and when.
func pointDoc(p engine.Point) string {
	switch p {
	case engine.AtTriggered:
		return "the coordinator has given the checkpoint its id"
	case engine.AtBarrier:
		return "the first barrier of the checkpoint has come to a source, task or sink"
	case engine.AtSynced:
		return "the synchronous half is over: a task or sink has pinned its state"
	case engine.AtUploading:
		return "the asynchronous half begins: a task or sink writes its part"
	case engine.AtUploaded:
		return "the part of a task or sink is durable"
	case engine.AtManifest:
		return "the coordinator puts the manifest"
	case engine.AtCompleted:
		return "the manifest is durable, and the checkpoint complete"
	case engine.AtNotified:
		return "a task, source or sink was told that the checkpoint is complete"
	case engine.AtDeleting:
		return "the collector deletes a file of an older checkpoint"
	case engine.AtDetected:
		return "the attempt is known to have failed"
	case engine.AtRestarting:
		return "the next attempt starts, behind the delay of the restart strategy"
	case engine.AtDownloading:
		return "a task fetches its part"
	case engine.AtFetched:
		return "the part of a task is here, and whole"
	case engine.AtRestored:
		return "the part of a task is loaded"
	case engine.AtVerified:
		return "a task has scanned what it restored"
	case engine.AtRunning:
		return "every task is restored, and sources may read"
	case engine.AtPublished:
		return "the output of a transaction can be read"
	case engine.AtInputEnd:
		return "the end of all inputs has come to a sink"
	}
	return ""
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
