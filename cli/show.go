package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports"
)

func (a *app) checkCmd() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "check RUN",
		Short:   "Judge the stored histories of a run again",
		Long:    "Judges the stored histories of a run again, with the checks of this build. Nothing is run, and nothing in the folder changes. The folder of a run that was killed is judged as far as it came.",
		Example: "  weir check weir-out/latest",
		Args:    runFolders(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := f.folder(args[0])
			if err != nil {
				return err
			}
			r, err := weir.Recheck(cmd.Context(), a.catalog, folder)
			if err != nil {
				return a.failed(err)
			}
			if f.json { // the object has no room for them
				for _, w := range r.Warnings {
					fmt.Fprintln(a.err, "! "+w)
				}
			}
			if err := a.show(f.json, folder, r, r.Exit, "of the run, not of this judgement: "); err != nil {
				return a.printed(err)
			}
			if r.Exit != exitOK {
				return &failure{code: r.Exit}
			}
			return nil
		},
	}
	f.outFlag(cmd)
	f.jsonFlag(cmd)
	return cmd
}

func (a *app) reportCmd() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "report RUN...",
		Short:   "Write the reports of runs again from their results.json",
		Example: "  weir report weir-out/latest",
		Args:    runFolders(1000),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.json && len(args) > 1 {
				return fail(exitUsage, "weir: --json prints one run; want one folder")
			}
			for _, arg := range args {
				if err := a.render(&f, arg); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.outFlag(cmd)
	f.jsonFlag(cmd)
	return cmd
}

// render writes the report of a run again. What the run said then is no verdict on that.
func (a *app) render(f *flags, name string) error {
	folder, err := f.folder(name)
	if err != nil {
		return err
	}
	r, err := weir.ReadResults(folder)
	if err != nil {
		return a.failed(err)
	}
	if err := reports.Write(folder, r); err != nil {
		return fail(exitError, "weir: write the report: %s", oneLine(err))
	}
	if f.json {
		return a.printed(writeJSON(a.out, folder, r, r.Exit))
	}
	return a.printed(a.show(false, folder, r, exitOK, ""))
}

// runFolders wants some.
func runFolders(most int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("no run; want a run folder, such as weir-out/latest")
		case len(args) > most:
			return fmt.Errorf("%d runs; want %d", len(args), most)
		}
		return nil
	}
}

// folder finds a run: a path, or a name below the folder of all runs.
func (f *flags) folder(name string) (string, error) {
	for _, dir := range []string{name, filepath.Join(f.out, name)} {
		for _, file := range []string{"manifest.json", "plan.json", "results.json"} {
			if st, err := os.Stat(filepath.Join(dir, file)); err == nil && !st.IsDir() {
				return dir, nil
			}
		}
	}
	want := "want a run folder, such as " + filepath.Join(f.out, "latest")
	switch st, err := os.Stat(name); {
	case err != nil:
		return "", fail(exitUsage, "weir: no run %s: %v; %s", name, err, want)
	case !st.IsDir():
		return "", fail(exitUsage, "weir: %s is a file; %s", name, want)
	}
	return "", fail(exitUsage, "weir: %s is no run folder; %s", name, want)
}

func (a *app) explainCmd() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "explain SCENARIO",
		Short:   "What a scenario would run, every value and where it came from",
		Example: "  weir explain demo\n  weir explain mine.yaml -s parallelism.default=4",
		Args:    oneScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.plan(cmd, &f, args[0])
			if err != nil {
				return err
			}
			records, err := p.Records(a.catalog)
			if err != nil {
				return a.failed(err)
			}
			if f.json {
				enc := json.NewEncoder(a.out)
				enc.SetIndent("", " ")
				return a.printed(enc.Encode(p))
			}
			if err := weir.Explain(a.out, p); err != nil {
				return a.printed(err)
			}
			_, err = fmt.Fprintf(a.out, "\nestimate\n  %s\n", estimate(p, records))
			return a.printed(err)
		},
	}
	a.completes(cmd)
	f.planFlags(cmd)
	f.jsonFlag(cmd)
	return cmd
}

// estimate says how much all live runs read. Of that a run ended by its time reads what it gets through.
func estimate(p *weir.Plan, records int64) string {
	text := grouped(records) + " records to read in all live runs"
	if d := p.Cells[0].Duration; d > 0 {
		return "at most " + text + ", each for " + d.String()
	}
	return text + ", and some again after a crash"
}

// grouped is a number with its thousands apart.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// printed is the failure to write to standard output.
func (a *app) printed(err error) error {
	if err != nil {
		return fail(exitError, "weir: print: %s", oneLine(err))
	}
	return nil
}
