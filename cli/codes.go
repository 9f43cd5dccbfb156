package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
)

type codeRow struct {
	code int
	name string // in a word or two
	doc  string
}

func codes() []codeRow {
	return []codeRow{
		{exitOK, "ok", "every verdict is pass and every threshold holds"},
		{exitError, "error", "weir could not do its work: nothing is said"},
		{exitUsage, "usage", "wrong usage, an invalid scenario or an invalid input file"},
		{exitViolation, "correctness", "a check failed: what was seen cannot be explained"},
		{exitUndecided, "undecided", "a check could not decide, or what the plan demanded did not happen"},
		{exitThreshold, "threshold", "a threshold of the scenario does not hold"},
		{exitMissing, "missing", "a required backend is not available"},
		{exitInterrupt, "interrupted", "SIGINT: the run folder holds what ran until then"},
		{exitTerminated, "terminated", "SIGTERM: the run folder holds what ran until then"},
	}
}

func meaning(code int) string {
	i := slices.IndexFunc(codes(), func(c codeRow) bool { return c.code == code })
	if i < 0 {
		return "unknown"
	}
	return codes()[i].name
}

func (a *app) exitCodesCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Args:  none,
		RunE: func(*cobra.Command, []string) error {
			var rows [][2]string
			for _, c := range codes() {
				rows = append(rows, [2]string{fmt.Sprintf("%3d  %s", c.code, c.name), c.doc})
			}
			if err := a.table(rows); err != nil {
				return a.printed(err)
			}
			_, err := fmt.Fprintln(a.out, "Of 10, 11, 20 and 30 the lowest that applies wins; results.json lists all.")
			return a.printed(err)
		},
	}
}
