package weir

import (
	"slices"
	"testing"

	"github.com/weirbench/weir/linearizability"
)

// Every check has a planted bug that it alone is credited for, and every planted bug says after which real one it is made.
func TestEveryCheckHasAMutantOfItsOwn(t *testing.T) {
	own, names := map[string]int{}, map[string]bool{}
	for _, m := range mutants() {
		if names[m.Name] {
			t.Errorf("two mutants are called %s", m.Name)
		}
		names[m.Name] = true
		switch {
		case m.Benign != (len(m.Checks) == 0) || m.Benign != (m.Ticket == ""):
			t.Errorf("%s: benign %v, checks %v, after %q; want checks and a ticket unless it is benign", m.Name, m.Benign, m.Checks, m.Ticket)
		case len(m.Checks) == 1:
			own[m.Checks[0]]++
		}
	}
	var checks []string
	for _, c := range linearizability.Checks() {
		if checks = append(checks, c.Name); own[c.Name] == 0 {
			t.Errorf("no mutant is %s's alone", c.Name)
		}
	}
	for c := range own {
		if !slices.Contains(checks, c) {
			t.Errorf("a mutant is for the check %q, which does not exist", c)
		}
	}
}
