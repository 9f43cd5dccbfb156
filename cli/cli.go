package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
)

// Version is that of the commands.
const Version = "0.1.0"

// Exit codes. Those of verdicts begin at 10, where neither a panic of Go (2) nor a shell collides with them.
const (
	exitOK         = 0
	exitError      = 1
	exitUsage      = 2
	exitViolation  = 10
	exitUndecided  = 11
	exitThreshold  = 20
	exitMissing    = 30
	exitInterrupt  = 130
	exitTerminated = 143
)

// Main runs one command and returns the exit code. No panic leaves it.
func Main(c weir.Catalog, args ...string) (code int) {
	a := &app{catalog: c, out: os.Stdout, err: os.Stderr, begun: time.Now(), program: filepath.Base(os.Args[0])}
	defer func() {
		if x := recover(); x != nil {
			code = a.panicked(x, debug.Stack())
		}
	}()
	ctx, stop := a.listen()
	defer stop()
	return a.run(ctx, args)
}

// An app is one call of the command.
type app struct {
	catalog weir.Catalog
	out     io.Writer // results
	err     io.Writer // everything else
	begun   time.Time
	program string      // as this one is called: a stranger's backend is known to its own only
	runs    string      // folder of all runs, once a command knows it
	status  *statusLine // what is shown while something runs
}

// A failure ends a command with a code. Its text is told on standard error; without one the code says it all.
type failure struct {
	code int
	text string
}

func (f *failure) Error() string { return f.text }

func fail(code int, format string, args ...any) error {
	return &failure{code, fmt.Sprintf(format, args...)}
}

// listen turns the first signal into the end of ctx; the second one ends the process.
func (a *app) listen() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s, ok := <-signals
		if !ok {
			return
		}
		code := exitInterrupt
		if s == syscall.SIGTERM {
			code = exitTerminated
		}
		cancel(weir.Interrupt{Code: code})
		if _, ok := <-signals; ok {
			os.Exit(code)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel(nil)
	}
}

// failed is one line for what ended a command, and the exit code of it.
func (a *app) failed(err error) error {
	code, text, prefix := exitError, oneLine(err), "weir: "
	var sent weir.Interrupt
	var bad *weir.BadInput
	var missing *weir.Missing
	var bug *engine.Panicked
	switch {
	case errors.As(err, &bug):
		return &failure{code: a.panicked(bug.Value, bug.Stack)}
	case errors.As(err, &sent):
		code, text = sent.Code, sent.Error()
	case errors.As(err, &missing):
		code = exitMissing
	case errors.As(err, &bad):
		code = exitUsage
	}
	if placed.MatchString(text) { // editors find the place at the beginning of a line
		prefix = ""
	}
	return fail(code, "%s%s", prefix, text)
}

var placed = regexp.MustCompile(`^(--set |[^"]+?:\d+:\d+: )`)

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	var f *failure
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &f):
		if f.text != "" {
			fmt.Fprintln(a.err, f.text)
		}
		return f.code
	}
	fmt.Fprintln(a.err, "weir: "+a.usage(cmd, err))
	return exitUsage
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "weir",
		Short:         "Tests and measures the state backends of stream processors",
		Long:          "weir runs a streaming job over interchangeable state backends, breaks things on purpose, decides whether every recovery was consistent, and draws what each choice costs.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       Version,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return fmt.Errorf("unknown command %q", args[0])
		},
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.AddCommand(a.demoCmd(), a.runCmd(), a.checkCmd(), a.reportCmd(), a.explainCmd(), a.listCmd(), a.doctorCmd(), a.versionCmd(), a.exitCodesCmd(), a.completionCmd())
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.help(cmd) })
	return root
}

// usage is one line for an error of the command line, with what was probably meant.
func (a *app) usage(cmd *cobra.Command, err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	help := fmt.Sprintf("; see \"%s --help\"", cmd.CommandPath())
	if name, ok := strings.CutPrefix(text, "unknown command "); ok {
		var names []string
		for _, c := range cmd.Root().Commands() {
			names = append(names, c.Name())
		}
		return text + meant(strings.Trim(firstWord(name), `"`), append(names, "help"), help)
	}
	if name, ok := strings.CutPrefix(text, "unknown flag: --"); ok {
		return text + meant(firstWord(name), flagNames(cmd), help)
	}
	if m := badValue.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("--%s %q; want %s%s", m[2], m[1], kindOf(cmd, m[2]), help)
	}
	if strings.Contains(text, ";") { // it says what would be right
		return text
	}
	return text + help
}

var badValue = regexp.MustCompile(`^invalid argument "(.*)" for "(?:-., )?--([a-z]+)" flag: `)

func kindOf(cmd *cobra.Command, flag string) string {
	if f := cmd.Flags().Lookup(flag); f != nil && f.Value.Type() == "int" {
		return "a whole number"
	} else if f != nil && f.Value.Type() == "bool" {
		return "true or false"
	}
	return "another value"
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return w
}

func meant(name string, among []string, otherwise string) string {
	if len(name) < 60 {
		if near, ok := faults.Nearest(name, among); ok {
			return fmt.Sprintf("; did you mean %q?", near)
		}
	}
	return otherwise
}

// panicked tells of a bug of ours in one line, and where the rest of it lies.
func (a *app) panicked(x any, stack []byte) int {
	a.status.end()
	dir := a.unfinished()
	if dir == "" {
		dir = os.TempDir()
	}
	name := filepath.Join(dir, "weir-panic.txt")
	where := "its trace is in " + name
	if err := os.WriteFile(name, fmt.Appendf(nil, "%v\n\n%s", x, stack), 0o644); err != nil {
		where = "its trace could not be written"
	}
	text, _, _ := strings.Cut(fmt.Sprint(x), "\n")
	fmt.Fprintf(a.err, "weir: a bug of weir itself, nothing is said of the backend: %s; %s\n", text, where)
	return exitError
}

// unfinished is the folder of the run that was under way, under its temporary name.
func (a *app) unfinished() string {
	if a.runs == "" {
		return ""
	}
	names, _ := filepath.Glob(filepath.Join(a.runs, weir.Unfinished+"*"))
	names = slices.DeleteFunc(names, func(name string) bool {
		st, err := os.Stat(name)
		return err != nil || st.ModTime().Before(a.begun)
	})
	if len(names) == 0 {
		return ""
	}
	return slices.Max(names)
}

// terminal tells whether a person looks at a stream, and how wide it is.
func terminal(w io.Writer) (width int, ok bool) {
	f, is := w.(*os.File)
	if !is || !term.IsTerminal(int(f.Fd())) {
		return 80, false
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width, true
	}
	return 80, true
}
