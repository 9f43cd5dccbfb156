package cli

import (
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/weirbench/weir"
)

// flags are the words of all commands: the same flag means the same everywhere.
type flags struct {
	out     string
	seed    string
	sets    []string
	filter  string
	reps    int
	require []string
	sim     bool
	seeds   int
	json    bool
	keep    string
	quiet   bool
	broken  bool
}

// flagNames are those that a command knows.
func flagNames(cmd *cobra.Command) []string {
	all := []string{"out", "seed", "set", "filter", "reps", "require", "sim", "seeds", "json", "keep", "quiet", "broken", "help", "version"}
	return slices.DeleteFunc(all, func(name string) bool { return cmd.Flags().Lookup(name) == nil })
}

func (f *flags) outFlag(cmd *cobra.Command) {
	out := os.Getenv("WEIR_OUT")
	if out == "" {
		out = "weir-out"
	}
	cmd.Flags().StringVarP(&f.out, "out", "o", out, "make run folders in `DIR`; or set WEIR_OUT")
}

// planFlags say what is run.
func (f *flags) planFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.seed, "seed", "", "seed `N` of all chance; else the scenario's, else one that is drawn and told")
	cmd.Flags().StringArrayVarP(&f.sets, "set", "s", nil, "set a field of the scenario or an option of Flink, as `KEY=VALUE`; a [list] makes an axis; repeatable")
	cmd.Flags().StringVarP(&f.filter, "filter", "f", "", "only cells that match `EXPR`, such as \"backend:pebble interval:(100ms OR 400ms)\"")
	cmd.Flags().IntVarP(&f.reps, "reps", "n", 0, "`N` repetitions of each cell; else the scenario's, else 3")
	f.requireFlag(cmd)
}

func (f *flags) requireFlag(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.require, "require", nil, "`BACKEND`s that must be available, else exit code 30")
}

// runFlags say how it is run.
func (f *flags) runFlags(cmd *cobra.Command) {
	f.outFlag(cmd)
	cmd.Flags().BoolVar(&f.sim, "sim", false, "simulate every cell, seed by seed, instead of running it live")
	cmd.Flags().IntVar(&f.seeds, "seeds", 0, "simulate `N` seeds of each cell, not 100; with --sim")
	cmd.Flags().StringVar(&f.keep, "keep", "failed", "`WHEN` to keep the data of a repetition: never, failed or always")
	f.jsonFlag(cmd)
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
}

func (f *flags) jsonFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object on standard output")
}

// valid refuses values that no flag has.
func (f *flags) valid(cmd *cobra.Command) error {
	switch {
	case cmd.Flags().Changed("reps") && (f.reps < 1 || f.reps > 1000):
		return fail(exitUsage, "weir: --reps %d; want 1 to 1000", f.reps)
	case cmd.Flags().Changed("seeds") && (f.seeds < 1 || f.seeds > 100_000_000):
		return fail(exitUsage, "weir: --seeds %d; want 1 to 100000000", f.seeds)
	case cmd.Flags().Changed("seeds") && !f.sim:
		return fail(exitUsage, "weir: --seeds counts simulated seeds; add --sim")
	case f.keep != "" && !slices.Contains([]string{"never", "failed", "always"}, f.keep):
		return fail(exitUsage, "weir: --keep %q; want never, failed or always", f.keep)
	case cmd.Flags().Lookup("out") != nil && f.out == "":
		return fail(exitUsage, "weir: --out is empty; want a folder")
	}
	return nil
}

// planOptions are those of the flags.
func (f *flags) planOptions() (o weir.PlanOptions, err error) {
	o = weir.PlanOptions{Reps: f.reps, Filter: f.filter, Require: f.require}
	if f.seed != "" {
		seed, err := weir.ParseSeed(f.seed)
		if err != nil {
			return o, fail(exitUsage, "weir: --seed: %v", err)
		}
		o.Seed = &seed
	}
	return o, nil
}
