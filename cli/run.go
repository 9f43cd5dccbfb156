package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports"
)

func (a *app) runCmd() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "run SCENARIO",
		Short:   "Run all cells of a scenario, judge them, and write a run folder",
		Long:    "Runs a scenario: a file, or one that \"weir list scenarios\" names. Every cell is run, crashed as the scenario says, and judged.",
		Example: "  weir run flights\n  weir run count -s parallelism.default=4 -n 10\n  weir run mine.yaml --filter backend:pebble --json",
		Args:    oneScenario,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.runScenario(cmd, &f, args[0]) },
	}
	a.completes(cmd)
	f.planFlags(cmd)
	f.runFlags(cmd)
	return cmd
}

func (a *app) demoCmd() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "A tour: real data, three backends, a crash, a verdict, a report",
		Args:  none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.broken {
				return a.runScenario(cmd, &f, "broken")
			}
			return a.runScenario(cmd, &f, "demo")
		},
	}
	cmd.Flags().BoolVar(&f.broken, "broken", false, "with a planted bug: see how weir reports one (exit code 10)")
	f.planFlags(cmd)
	f.runFlags(cmd)
	return cmd
}

// oneScenario wants exactly one.
func oneScenario(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return fmt.Errorf("no scenario; want a file, or a name that \"weir list scenarios\" shows")
	case 1:
		return nil
	}
	return fmt.Errorf("%d scenarios; want one", len(args))
}

func (a *app) completes(cmd *cobra.Command) {
	for _, s := range a.catalog.Scenarios {
		cmd.ValidArgs = append(cmd.ValidArgs, s.Name)
	}
}

// plan reads a scenario and picks what is run of it.
func (a *app) plan(cmd *cobra.Command, f *flags, name string) (*weir.Plan, error) {
	if err := f.valid(cmd); err != nil {
		return nil, err
	}
	o, err := f.planOptions()
	if err != nil {
		return nil, err
	}
	file, src, err := a.scenario(name)
	if err != nil {
		return nil, fail(exitUsage, "weir: %v", err)
	}
	s, err := weir.Parse(file, src, a.catalog, f.sets)
	if err != nil {
		return nil, fail(exitUsage, "%v", err) // it begins with a place on every line
	}
	p, err := s.Plan(a.catalog, o)
	var missing *weir.Missing
	switch {
	case errors.As(err, &missing):
		return nil, fail(exitMissing, "weir: %v", err)
	case err != nil:
		return nil, fail(exitUsage, "weir: %v", err)
	}
	return p, nil
}

// sourceMax is more than any scenario has: reading ends there.
const sourceMax = 2 << 20

// scenario finds a built-in scenario by its name, or reads a file.
func (a *app) scenario(name string) (file string, src []byte, err error) {
	for _, s := range a.catalog.Scenarios {
		if s.Name == name {
			return "builtin:" + name, s.YAML, nil
		}
	}
	f, err := os.Open(name)
	if err != nil {
		var names []string
		for _, s := range a.catalog.Scenarios {
			names = append(names, s.Name)
		}
		if !strings.ContainsAny(name, "./\\") {
			return "", nil, fmt.Errorf("no scenario %q%s", name, meant(name, names, "; want a file, or a name that \"weir list scenarios\" shows"))
		}
		return "", nil, fmt.Errorf("read the scenario: %w; want a file, or a name that \"weir list scenarios\" shows", err)
	}
	defer f.Close()
	src, err = io.ReadAll(io.LimitReader(f, sourceMax))
	if err != nil {
		return "", nil, fmt.Errorf("read the scenario: %w; want a file, or a name that \"weir list scenarios\" shows", err)
	}
	return name, src, nil
}

func (a *app) runScenario(cmd *cobra.Command, f *flags, name string) error {
	p, err := a.plan(cmd, f, name)
	if err != nil {
		return err
	}
	a.runs = f.out
	a.status = newStatus(a.err, f.quiet, p, f.sim)
	again := func(seed uint64, sets []string, filter string) string {
		return a.commandLine(p.File, seed, append(slices.Clone(f.sets), sets...), filter, "--sim", "--seeds", "1")
	}
	o := weir.RunOptions{Out: f.out, Keep: f.keep, Progress: a.status.progress, Sim: f.sim, Seeds: f.seeds, FirstSeed: p.Seed,
		Command: a.commandLine(p.File, p.Seed, f.sets, f.filter, f.rest(cmd)...), Again: again}
	r, err := weir.Run(cmd.Context(), a.catalog, p, o)
	a.status.end()
	if r == nil {
		return a.failed(err)
	}
	return a.tell(f, r, err)
}

// tell writes the reports and prints what the run said.
func (a *app) tell(f *flags, r *weir.Results, err error) error {
	folder, code := filepath.Join(f.out, r.Run), r.Exit
	if sent := (weir.Interrupt{}); errors.As(err, &sent) {
		code = sent.Code
		fmt.Fprintf(a.err, "weir: interrupted; what ran until then is in %s\n", folder)
	} else if err != nil {
		code = exitError
		fmt.Fprintf(a.err, "weir: the run broke off: %s; what ran until then is in %s\n", oneLine(err), folder)
	}
	if r.Unfinished() {
		return &failure{code: code} // not even its results could be written
	}
	if e := errors.Join(reports.Write(folder, r), reports.Index(f.out)); e != nil {
		fmt.Fprintf(a.err, "weir: write the report: %s\n", oneLine(e))
		if code == exitOK {
			code = exitError
		}
	}
	if e := a.show(f.json, folder, r, code, ""); e != nil {
		return a.printed(e)
	}
	if code == exitOK {
		return nil
	}
	return &failure{code: code}
}

// show prints results: one JSON object, or the table. of says what the folder's report is of, where it is not of these results.
func (a *app) show(asJSON bool, folder string, r *weir.Results, code int, of string) error {
	if asJSON {
		return writeJSON(a.out, folder, r, code)
	}
	width, person := terminal(a.out)
	color := person && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if err := reports.Terminal(a.out, r, reports.TerminalOptions{Color: color, UTF8: !ascii(), Width: width}); err != nil {
		return err
	}
	var lines strings.Builder
	for i := range r.Cells {
		if c := &r.Cells[i]; c.TraceHash != "" {
			fmt.Fprintf(&lines, "trace   %s  %s\n", c.TraceHash, c.Name)
		}
	}
	if page := filepath.Join(folder, "report.html"); exists(page) {
		fmt.Fprintf(&lines, "report  %s%s\n", of, page)
	}
	if code != exitOK {
		fmt.Fprintf(&lines, "exit %d (%s)\n", code, meaning(code))
	}
	_, err := fmt.Fprintf(a.out, "\n%s", lines.String())
	return err
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// ascii tells whether the locale says that there is nothing but ASCII; without one UTF-8 is taken for granted.
func ascii() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToUpper(v)
			return !strings.Contains(v, "UTF-8") && !strings.Contains(v, "UTF8")
		}
	}
	return false
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// commandLine is what runs a scenario again, with a seed, in the program that this is.
func (a *app) commandLine(file string, seed uint64, sets []string, filter string, rest ...string) string {
	words := []string{a.program, "run", strings.TrimPrefix(file, "builtin:"), "--seed", fmt.Sprint(seed)}
	for _, s := range sets {
		words = append(words, "-s", s)
	}
	if filter != "" {
		words = append(words, "-f", filter)
	}
	words = append(words, rest...)
	for i, w := range words {
		words[i] = shellWord(w)
	}
	return strings.Join(words, " ")
}

// rest are the other flags on which depends what a run does.
func (f *flags) rest(cmd *cobra.Command) (words []string) {
	if f.reps > 0 {
		words = append(words, "-n", fmt.Sprint(f.reps))
	}
	if f.sim {
		words = append(words, "--sim", "--seeds", fmt.Sprint(cmp.Or(f.seeds, 100)))
	}
	if cmd.Flags().Changed("keep") {
		words = append(words, "--keep", f.keep)
	}
	return words
}

// shellWord quotes what a shell would not leave alone.
func shellWord(w string) string {
	if w != "" && !strings.ContainsFunc(w, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,@%+", r)
	}) {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
