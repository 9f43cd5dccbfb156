package main

import (
	"bytes"
	"strings"
	"testing"
)

// sampled runs commands in the module under testdata and returns what is printed, and the exit code.
func sampled(t *testing.T, commands ...string) (string, int) {
	t.Helper()
	t.Chdir("testdata/sample")
	var out bytes.Buffer
	ta := newTally(&out)
	for _, c := range commands {
		run(ta, c, &out)
	}
	code := ta.sum()
	return out.String(), code
}

func TestTally(t *testing.T) {
	const gotest = "GOFLAGS= GOWORK=off CGO_ENABLED=0 go test -json "
	for _, c := range []struct {
		name     string
		commands []string
		last     string
		code     int
		says     []string
	}{
		{"a clean run", []string{gotest + "./clean"}, "2 passed, 0 failed, 0 skipped", 0, nil},
		{"two runs of the same tests", []string{gotest + "./clean", gotest + "./clean ./empty"}, "4 passed, 0 failed, 0 skipped", 0, nil},
		{"leaves are counted once", []string{gotest + "./mixed"}, "4 passed, 2 failed, 2 skipped", 1, []string{
			"the reason of the subtest", "the reason of the test",
			"sample/mixed TestSubtests/fails\n", "sample/mixed TestSubtests/skipped: no such device", "sample/mixed TestSkipped: no reason given",
		}},
		{"a test that tears its package down", []string{gotest + "./torn"}, "1 passed, 1 failed, 0 skipped", 1, []string{"sample/torn TestTearsDown (did not end)"}},
		{"a package that does not compile", []string{gotest + "./broken ./clean"}, "2 passed, 1 failed, 0 skipped", 1, []string{"sample/broken (build)", "undefined: undefined"}},
		{"a command that fails", []string{gotest + "./clean", "echo some words; exit 4"}, "2 passed, 1 failed, 0 skipped", 1, []string{"some words", "exit status 4"}},
		{"a command that fails behind a failed test", []string{gotest + "./torn", "exit 4"}, "1 passed, 2 failed, 0 skipped", 1, []string{"exit status 4"}},
		{"nothing at all", []string{"true"}, "0 passed, 1 failed, 0 skipped", 1, []string{"nothing was tested"}},
		{"events that break off", []string{`echo '{"Action":"run","Package":"p","Test":"T"}'`}, "0 passed, 1 failed, 0 skipped", 1, []string{"p (did not end)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, code := sampled(t, c.commands...)
			lines := strings.Split(strings.TrimSpace(out), "\n")
			if got := lines[len(lines)-1]; got != c.last || code != c.code {
				t.Errorf("last line %q, exit code %d; want %q, %d\n%s", got, code, c.last, c.code, out)
			}
			for _, s := range c.says {
				if !strings.Contains(out, s) {
					t.Errorf("nowhere it says %q:\n%s", s, out)
				}
			}
		})
	}
}
