package cli

import (
	"encoding/json"
	"errors"
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
		Short:   "Judge the stored histories of a run again; nothing is run or changed",
		Example: "  weir check weir-out/latest",
		Args:    runFolders(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := f.folder(args[0])
			if err != nil {
				return err
			}
			r, err := weir.Recheck(cmd.Context(), a.catalog, folder)
			if code := a.interrupted(); code != 0 && cmd.Context().Err() != nil {
				return fail(code, "weir: interrupted")
			}
			if err != nil {
				return fail(exitError, "weir: %s", oneLine(err))
			}
			return a.showAgain(&f, folder, r)
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
		Short:   "Render the reports of runs again from their results.json",
		Example: "  weir report weir-out/latest",
		Args:    runFolders(1000),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.json && len(args) > 1 {
				return fail(exitUsage, "weir: --json prints one run; want one folder")
			}
			var last error
			for _, arg := range args {
				folder, err := f.folder(arg)
				if err != nil {
					return err
				}
				r, err := weir.ReadResults(folder)
				if err != nil {
					return fail(exitError, "weir: %s", oneLine(err))
				}
				if err := reports.Write(folder, r); err != nil {
					return fail(exitError, "weir: write the report: %s", oneLine(err))
				}
				last = a.showAgain(&f, folder, r)
				if fa := (*failure)(nil); errors.As(last, &fa) && fa.code == exitError {
					return last
				}
			}
			return nil // what the run said then is no verdict on rendering it
		},
	}
	f.outFlag(cmd)
	f.jsonFlag(cmd)
	return cmd
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
		if st, err := os.Stat(filepath.Join(dir, "plan.json")); err == nil && !st.IsDir() {
			return dir, nil
		}
	}
	if st, err := os.Stat(name); err == nil && !st.IsDir() {
		return "", fail(exitUsage, "weir: %s is a file; want a run folder, such as %s", name, filepath.Join(f.out, "latest"))
	}
	return "", fail(exitUsage, "weir: %s is no run folder, it has no plan.json; want one such as %s", name, filepath.Join(f.out, "latest"))
}

func (a *app) showAgain(f *flags, folder string, r *weir.Results) error {
	if err := a.show(f.json, folder, r, r.Exit); err != nil {
		return fail(exitError, "weir: print the results: %s", oneLine(err))
	}
	if r.Exit != exitOK {
		return &failure{code: r.Exit}
	}
	return nil
}

func (a *app) explainCmd() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "explain SCENARIO",
		Short:   "What a scenario would run: cells, every value and where it came from",
		Example: "  weir explain demo\n  weir explain mine.yaml -s parallelism.default=4",
		Args:    oneScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.plan(cmd, &f, args[0])
			if err != nil {
				return err
			}
			records, err := p.Records(a.catalog)
			if err != nil {
				return fail(exitUsage, "%v", err)
			}
			if f.json {
				enc := json.NewEncoder(a.out)
				enc.SetIndent("", " ")
				return a.printed(enc.Encode(p))
			}
			if err := weir.Explain(a.out, p); err != nil {
				return a.printed(err)
			}
			_, err = fmt.Fprintf(a.out, "\nestimate\n  %d records to read in all live runs, those read again after a crash not counted\n", records)
			return a.printed(err)
		},
	}
	a.completes(cmd)
	f.planFlags(cmd)
	f.jsonFlag(cmd)
	return cmd
}

// printed is the failure to write to standard output.
func (a *app) printed(err error) error {
	if err != nil {
		return fail(exitError, "weir: print: %s", oneLine(err))
	}
	return nil
}
