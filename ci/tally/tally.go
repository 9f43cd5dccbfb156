package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// An event is a line of `go test -json`.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build-output and build-fail
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// A tally counts tests over several commands.
type tally struct {
	out                     io.Writer
	passed, failed, skipped int
	packages                map[string]*pkg
	builds                  map[string]string // what the compiler said, by import path
	failures, skips         []string
}

// A pkg is one package while its tests run.
type pkg struct {
	tests                   map[string]*test
	order                   []string
	output                  strings.Builder // of no test
	passed, failed, skipped int
}

// A test is what is known of one test or subtest.
type test struct {
	output strings.Builder
	parent bool // has subtests
	broken bool // one of its subtests failed
	ended  bool
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, packages: map[string]*pkg{}, builds: map[string]string{}}
}

func (t *tally) event(e event) {
	switch e.Action {
	case "build-output":
		t.builds[e.ImportPath] += e.Output
		return
	case "build-fail":
		return // the packages that needed it fail
	}
	p := t.packages[e.Package]
	if p == nil {
		p = &pkg{tests: map[string]*test{}}
		t.packages[e.Package] = p
	}
	if e.Test == "" {
		t.ofPackage(p, e)
		return
	}
	x := p.test(e.Test)
	switch e.Action {
	case "output":
		x.output.WriteString(e.Output)
	case "pass", "fail", "skip":
		t.ended(p, e.Package, e.Test, e.Action)
	}
}

// test finds a test, and tells its parents that they are.
func (p *pkg) test(name string) *test {
	x := p.tests[name]
	if x == nil {
		x = &test{}
		p.tests[name] = x
		p.order = append(p.order, name)
		if i := strings.LastIndexByte(name, '/'); i > 0 {
			p.test(name[:i]).parent = true
		}
	}
	return x
}

func (t *tally) ended(p *pkg, in, name, how string) {
	x := p.tests[name]
	x.ended = true
	switch {
	case how == "skip":
		p.skipped++
		t.skips = append(t.skips, fmt.Sprintf("%s %s: %s", in, name, reason(x.output.String())))
	case how == "fail" && !x.broken:
		t.fail(p, in, name, x.output.String())
	case how == "pass" && !x.parent:
		p.passed++
	}
	if how == "fail" {
		if x.broken { // its subtests were counted, what it said itself is still of use
			fmt.Fprint(t.out, said(x.output.String()))
		}
		if i := strings.LastIndexByte(name, '/'); i > 0 {
			p.tests[name[:i]].broken = true
		}
	}
	x.output.Reset()
}

func (t *tally) fail(p *pkg, in, name, output string) {
	p.failed++
	t.failures = append(t.failures, strings.TrimSpace(in+" "+name))
	fmt.Fprintf(t.out, "FAIL    %s %s\n%s", in, name, said(output))
}

func (t *tally) ofPackage(p *pkg, e event) {
	switch e.Action {
	case "output":
		p.output.WriteString(e.Output)
		return
	case "pass", "skip", "fail":
	default:
		return
	}
	if e.Action == "fail" {
		t.packageFailed(p, e)
	}
	t.passed, t.failed, t.skipped = t.passed+p.passed, t.failed+p.failed, t.skipped+p.skipped
	delete(t.packages, e.Package) // the next command may run it again
	if p.passed+p.failed+p.skipped == 0 {
		return
	}
	word := "ok  "
	if p.failed > 0 {
		word = "FAIL"
	}
	fmt.Fprintf(t.out, "%s    %s  %d passed, %d failed, %d skipped  %.1f s\n", word, e.Package, p.passed, p.failed, p.skipped, e.Elapsed)
}

// packageFailed counts what no test said of itself: that it did not compile, that it was torn down in the middle, that a race was found
// between tests.
func (t *tally) packageFailed(p *pkg, e event) {
	if e.FailedBuild != "" {
		t.fail(p, e.Package, "(build)", t.builds[e.FailedBuild])
		return
	}
	for _, name := range p.order {
		if x := p.tests[name]; !x.ended && !x.parent {
			t.fail(p, e.Package, name+" (did not end)", x.output.String())
		}
	}
	if p.failed == 0 {
		t.fail(p, e.Package, "(package)", p.output.String())
	} else {
		fmt.Fprint(t.out, said(p.output.String()))
	}
}

// broken counts a command that failed by itself.
func (t *tally) broken(line string, err error) {
	t.failed++
	t.failures = append(t.failures, fmt.Sprintf("$ %s: %v", line, err))
	fmt.Fprintf(t.out, "FAIL    %s: %v\n", line, err)
}

// sum prints the end and returns the exit code.
func (t *tally) sum() int {
	for name := range t.packages { // every one is a failure alike; sorted with the rest below
		t.failed++
		t.failures = append(t.failures, name+" (did not end)")
	}
	slices.Sort(t.skips)
	slices.Sort(t.failures)
	if len(t.skips) > 0 {
		fmt.Fprintf(t.out, "\nskipped:\n  %s\n", strings.Join(t.skips, "\n  "))
	}
	if len(t.failures) > 0 {
		fmt.Fprintf(t.out, "\nfailed:\n  %s\n", strings.Join(t.failures, "\n  "))
	}
	if t.passed == 0 && t.failed == 0 {
		fmt.Fprintln(t.out, "\nnothing was tested")
		t.failed = 1
	}
	fmt.Fprintf(t.out, "\n%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	if t.failed > 0 {
		return 1
	}
	return 0
}

// said leaves out the lines by which the test runner keeps its books.
func said(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "=== ") && line != "FAIL\n" && !strings.HasPrefix(line, "FAIL\t") {
			b.WriteString("        " + strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	return b.String()
}

// reason is what a skipped test said last, without the place it said it at.
func reason(output string) string {
	why := "no reason given"
	for line := range strings.Lines(output) {
		s := strings.TrimSpace(line)
		if s == "" || strings.HasPrefix(s, "=== ") || strings.HasPrefix(s, "--- ") {
			continue
		}
		if _, after, ok := strings.Cut(s, ".go:"); ok {
			_, s, _ = strings.Cut(after, ":")
			s = strings.TrimSpace(s)
		}
		if s != "" {
			why = s
		}
	}
	return why
}
