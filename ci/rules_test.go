package ci

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A rule tells what in a tree breaks it.
type rule struct {
	name  string
	about string
	find  func(*tree) []finding
}

func rules() []rule {
	return []rule{
		{"types", "the tree compiles", func(t *tree) []finding { return t.unsound }},
		{"imports", "imports run one way", imports},
		{"doors", "an outside module has one door", oneDoor},
		{"passive", "the passive rooms know neither clock nor chance, start nothing and do no I/O", clockless},
		{"maps", "no order of a map can be seen in a passive room", ordered},
		{"globals", "no variable of a package changes", globals},
		{"init", "nothing is registered", unregistered},
		{"short", "files are chapters", short},
		{"doc", "every room says what lives in it", documented},
		{"named", "names say what a thing is", named},
		{"words", "no text holds a machine's path or puts work off", words},
	}
}

// broken returns what breaks a rule, sorted, and each finding once.
func broken(t *tree, r rule) []finding {
	found := r.find(t)
	slices.SortFunc(found, func(a, b finding) int {
		return strings.Compare(fmt.Sprintf("%s:%06d %s", a.file, a.line, a.text), fmt.Sprintf("%s:%06d %s", b.file, b.line, b.text))
	})
	return slices.Compact(found)
}

func TestHouse(t *testing.T) {
	tree := load(t, "..")
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range broken(tree, r) {
				t.Error(f)
			}
		})
	}
}

// TestRulesCatch holds every rule against a tree that breaks it wherever a comment says `want RULE`, and nowhere else.
func TestRulesCatch(t *testing.T) {
	tree := load(t, "testdata/broken")
	tree.lines = 90
	wanted := wants(t, tree)
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			if len(wanted[r.name]) == 0 {
				t.Error("no violation of it is planted under testdata/broken")
			}
			for _, f := range broken(tree, r) {
				at := fmt.Sprintf("%s:%d", f.file, f.line)
				if i := slices.Index(wanted[r.name], at); i >= 0 {
					wanted[r.name] = slices.Delete(wanted[r.name], i, i+1)
					continue
				}
				t.Errorf("unexpected: %s", f)
			}
			for _, at := range wanted[r.name] {
				t.Errorf("%s: nothing found", at)
			}
		})
		delete(wanted, r.name)
	}
	for name := range wanted {
		t.Errorf("%q is no rule", name)
	}
}

// wants collects the comments `want RULE RULE` of the planted tree, by rule.
func wants(t *testing.T, tree *tree) map[string][]string {
	comment := regexp.MustCompile(`(?://|#) want ([a-z ]+)$`)
	all := map[string][]string{}
	err := tree.walk(func(file string, src []byte) error {
		for i, line := range strings.Split(string(src), "\n") {
			if m := comment.FindStringSubmatch(line); m != nil {
				for _, name := range strings.Fields(m[1]) {
					all[name] = append(all[name], fmt.Sprintf("%s:%d", file, i+1))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
