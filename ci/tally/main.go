// Command tally runs commands, one after the other, and sums what they tested.
//
//	go run ./ci/tally 'gofmt -l .' 'go vet ./...' 'go test -json ./...'
//
// Each argument is a line for the shell. Where it prints the events of `go test -json`, these are counted and shown in a form for
// people: a line for each package, and the whole output of what failed. All else is passed on as it is. A command that ends with an
// error counts as one failure, unless failures of its tests say why. The last line is
//
//	N passed, N failed, N skipped
//
// over all commands. A test with subtests is not counted, its subtests are. Skips are listed with their reasons. The exit code is 1 when
// something failed, and when nothing at all passed.
//
// Not here: what is run and with which tags: the Makefile says that.
//
// To show another kind of event: handle its action in tally.event.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: tally 'COMMAND' …")
		os.Exit(2)
	}
	t := newTally(os.Stdout)
	for _, line := range os.Args[1:] {
		began := time.Now()
		fmt.Printf("\n$ %s\n", line)
		run(t, line, os.Stdout)
		fmt.Printf("  %.0f s\n", time.Since(began).Seconds())
	}
	os.Exit(t.sum())
}

// run gives every line that a command prints to t, or to out when it is no event.
func run(t *tally, line string, out io.Writer) {
	cmd := exec.Command("sh", "-c", line)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.broken(line, err)
		return
	}
	before := t.failed
	read(t, pipe, out)
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && t.failed > before {
		return // its tests have said it
	}
	if err != nil {
		t.broken(line, err)
	}
}

func read(t *tally, from io.Reader, out io.Writer) {
	r := bufio.NewReader(from)
	for {
		b, err := r.ReadBytes('\n')
		if len(b) > 0 {
			var e event
			if b[0] == '{' && json.Unmarshal(b, &e) == nil && e.Action != "" {
				t.event(e)
			} else {
				out.Write(b)
			}
		}
		if err != nil {
			return
		}
	}
}
