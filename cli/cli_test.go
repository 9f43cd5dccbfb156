package cli_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
	"github.com/weirbench/weir/catalog"
	"github.com/weirbench/weir/cli"
	"github.com/weirbench/weir/workloads"
)

var rewrite = flag.Bool("rewrite", false, "rewrite what the scripts expect")

// The scripts call the commands as people do: a process each, made of this test binary.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"weir":      func() { os.Exit(cli.Main(everything(), os.Args[1:]...)) },
		"weir-bare": func() { os.Exit(cli.Main(bare(), os.Args[1:]...)) },
		"weir-bomb": func() { os.Exit(cli.Main(bomb(), os.Args[1:]...)) },
	})
}

// everything is the Catalog of cmd/weir.
func everything() weir.Catalog {
	c, found := catalog.Standard(), rocksdb.Found()
	label := "rocksdb"
	if found.Debug {
		label = "rocksdb (debug build)"
	}
	c.Backends = append(c.Backends,
		weir.Backend{Name: "pebble", Doc: "the LSM tree of CockroachDB", Open: func(o weir.BackendOptions) (backends.Backend, error) {
			return pebble.Backend{KV: kv.Options{Keep: o.Keep}, InMemory: o.InMemory}, nil
		}},
		weir.Backend{Name: "rocksdb", Doc: "RocksDB by way of cgo",
			Status: func() weir.Status {
				return weir.Status{Available: found.Compiled, Label: label, Version: found.Version, Debug: found.Debug, Reason: found.Why, Remedy: found.Remedy}
			},
			Open: func(o weir.BackendOptions) (backends.Backend, error) {
				return rocksdb.Backend{KV: kv.Options{Keep: o.Keep}, InMemory: o.InMemory}, nil
			}})
	return c
}

// bare is a build without RocksDB, whatever this one has.
func bare() weir.Catalog {
	c := everything()
	c.Backends[2].Status = func() weir.Status {
		return weir.Status{Label: "rocksdb", Reason: "this binary was built without it", Remedy: "build with -tags rocksdb"}
	}
	return c
}

// bomb has a workload and a backend that panic.
func bomb() weir.Catalog {
	c := everything()
	c.Workloads = append(c.Workloads, workloads.Workload{Name: "bomb", Doc: "a workload with a bug",
		Open: func(workloads.Options) (*workloads.Job, error) { panic("bomb: exploded\nin two lines") }})
	c.Backends = append(c.Backends, weir.Backend{Name: "mine", Doc: "a backend with a bug",
		Open: func(weir.BackendOptions) (backends.Backend, error) { return mine{}, nil }})
	return c
}

type mine struct{}

func (mine) Name() string                                  { return "mine" }
func (mine) Open(backends.Options) (backends.Store, error) { panic("mine: exploded") }

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *rewrite,
		Setup:               setup,
		Condition: func(name string) (bool, error) {
			switch name {
			case "rocksdb":
				return rocksdb.Compiled, nil
			case "mount":
				return canMount(t), nil
			case "root":
				return os.Geteuid() == 0, nil
			case "pty":
				f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
				if err == nil {
					f.Close()
				}
				return err == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "signal": signal, "await": await, "sole": sole, "flip": flip, "cut": cut, "object": object, "same-verdicts": sameVerdicts, "same-traces": sameTraces,
			"again": again, "tmpfs": tmpfs, "nobody": nobody, "lines": lines, "columns": columns,
		},
	})
}

// setup gives every script the same small scenarios.
func setup(e *testscript.Env) error {
	files, err := filepath.Glob("testdata/scenarios/*")
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no scenarios for the scripts: %v", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(e.WorkDir, filepath.Base(f)), b, 0o644); err != nil {
			return err
		}
	}
	e.Setenv("LANG", "C.UTF-8")
	return nil
}

// exits runs a program that must end with an exit code, and prints at most one line on standard error when that is an error:
// exits 2 weir run nothing.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%s ended with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// signal starts a program, waits until a file is there, sends it a signal, and wants an exit code: signal INT 130 'out/*/x' weir run small.yaml.
// What it printed is in the files stdout.txt and stderr.txt.
func signal(ts *testscript.TestScript, neg bool, args []string) {
	number, ok := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "KILL": os.Kill}[args[0]]
	if !ok {
		ts.Fatalf("unknown signal %s", args[0])
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	path, err := exec.LookPath(args[3])
	ts.Check(err)
	cmd := exec.Command(path, args[4:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environ(ts)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	ts.Check(cmd.Start())
	appears(ts, args[2])
	ts.Check(cmd.Process.Signal(number))
	cmd.Wait()
	got := cmd.ProcessState.ExitCode()
	ts.Check(os.WriteFile(ts.MkAbs("stdout.txt"), []byte(out.String()), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), []byte(errs.String()), 0o644))
	if got != want {
		ts.Fatalf("SIG%s ended it with %d, want %d\n%s%s", args[0], got, want, out.String(), errs.String())
	}
}

// environ is that of a script.
func environ(ts *testscript.TestScript) (env []string) {
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG", "WORK"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// await waits until a file of a pattern is there: await 'out/*/results.json'.
func await(ts *testscript.TestScript, neg bool, args []string) { appears(ts, args[0]) }

func appears(ts *testscript.TestScript, pattern string) {
	for range 6000 {
		if found, err := filepath.Glob(ts.MkAbs(pattern)); err != nil {
			ts.Fatalf("%v", err)
		} else if len(found) > 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Fatalf("no %s within half a minute", pattern)
}

// sole puts the one file of a pattern into a variable: sole RUN 'out/2*'.
func sole(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d files %s, want one: %v", len(found), args[1], found)
	}
	ts.Setenv(args[0], found[0])
}

// flip turns over the bit in the middle of files: flip cells/*/history-01.jsonl.zst.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	for _, pattern := range args {
		found, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(found) == 0 {
			ts.Fatalf("no %s", pattern)
		}
		for _, name := range found {
			b, err := os.ReadFile(name)
			ts.Check(err)
			b[len(b)/2] ^= 1
			ts.Check(os.WriteFile(name, b, 0o644))
		}
	}
}

// cut leaves the first so many bytes of a file: cut results.json 100.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// lines wants a number of lines in a file: lines 1 stderr.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if text := ts.ReadFile(args[1]); strconv.Itoa(strings.Count(text, "\n")) != args[0] {
		ts.Fatalf("%s has %d lines, want %s:\n%s", args[1], strings.Count(text, "\n"), args[0], text)
	}
}

// columns wants no line of a file to be longer: columns 80 stdout.
func columns(ts *testscript.TestScript, neg bool, args []string) {
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		if n := len([]rune(strings.TrimRight(line, "\r\n"))); n > most {
			ts.Fatalf("a line of %d columns, want %d at most: %s", n, most, line)
		}
	}
}

// nobody runs weir as a user without rights and wants an exit code: nobody 2 run small.yaml --out closed.
func nobody(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	for dir := ts.MkAbs("."); dir != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) { // the test's own folders let nobody through
		if st, err := os.Stat(dir); err == nil && st.Mode().Perm()&0o005 != 0o005 {
			ts.Check(os.Chmod(dir, st.Mode().Perm()|0o055))
		}
	}
	cmd := exec.Command("/proc/self/exe", args[1:]...)
	cmd.Args[0] = "weir"
	cmd.Dir, cmd.Env = ts.MkAbs("."), slices.DeleteFunc(environ(ts), func(v string) bool { return strings.HasPrefix(v, "TMPDIR=") })
	asNobody(cmd)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("stdout.txt"), []byte(out.String()), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), []byte(errs.String()), 0o644))
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("it ended with %d, want %d\n%s%s", got, want, out.String(), errs.String())
	}
}
