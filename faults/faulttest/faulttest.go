package faulttest

import (
	"fmt"
	"testing"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
)

// Run tests a fault.
func Run(t *testing.T, f faults.Fault) {
	for _, c := range clauses() {
		t.Run(c.name, func(t *testing.T) {
			if err := c.check(subject{f, fresh}); err != nil {
				t.Errorf("%v\nthe broken promise: %s", err, c.promise)
			}
		})
	}
}

// A clause is one promise of a fault.
type clause struct {
	name, promise string
	check         func(subject) error
}

// A subject is a fault, and what makes an injector that strikes it.
type subject struct {
	faults.Fault
	fresh func(faults.Fault, faults.Spec, []int64, func(int) int) (injector, error)
}

// injector is *faults.Injector, or one that this room's tests broke.
type injector interface {
	engine.Injector
	Cuts(part int) []int64
	Struck() []faults.Struck
	Hits() map[engine.Point]int64
}

func fresh(f faults.Fault, s faults.Spec, parts []int64, chance func(int) int) (injector, error) {
	return faults.New([]faults.Spec{s}, faults.Options{PartRecords: parts, Chance: chance, Faults: []faults.Fault{f}})
}

func clauses() []clause {
	return []clause{
		{"described", "A fault has a name that can be typed, a line that describes it, addresses that exist, and an effect on machines or on operations.", described},
		{"has-an-effect", "A strike does something, and leaves its spec alone.", effective},
		{"strikes-at-its-point", "A fault at a point strikes once, when its point is passed for the wanted time, of its checkpoint, by its target.", atPoints},
		{"strikes-nowhere-else", "A fault whose address is never passed never strikes.", nowhere},
		{"strikes-after-records", "A fault after so many records strikes once, when the last source has read its share.", afterRecords},
		{"strikes-by-the-clock", "A fault by the clock strikes once in every period, and by a probability of that.", byClock},
		{"strikes-operations", "A fault of operations strikes the wanted one of its kind, or by a probability each.", atOperations},
		{"prints-itself", "A fault prints itself as the line that reproduces it.", prints},
	}
}

// takes tells whether a fault takes this kind of address.
func takes(f subject, where string) bool {
	for _, w := range f.Where {
		if w == where {
			return true
		}
	}
	return false
}

// complete gives the spec what else the fault wants to know, as long as it was not said.
func complete(f subject, s faults.Spec) (faults.Spec, error) {
	s.Do = f.Name
	var first error
	for _, delay := range []int64{0, 1500} {
		for _, target := range []string{"", "all", "task/0"} {
			x := s
			x.Delay = delay
			if x.Target == "" {
				x.Target = target
			}
			err := faults.Validate(x, f.Fault)
			if err == nil {
				return x, nil
			}
			if first == nil {
				first = err
			}
		}
	}
	return s, first
}

func described(f subject) error {
	switch {
	case f.Name == "" || f.Doc == "":
		return fmt.Errorf("name %q, doc %q; want both", f.Name, f.Doc)
	case len(f.Where) == 0:
		return fmt.Errorf("no address; want some of point, records, clock, operation")
	case (f.Strike == nil) == (f.Fate == nil):
		return fmt.Errorf("want one of Strike and Fate, the other nil")
	}
	for _, c := range f.Name {
		if (c < 'a' || c > 'z') && c != '-' {
			return fmt.Errorf("name %q; want small letters and hyphens", f.Name)
		}
	}
	for _, c := range f.Doc {
		if c == '\n' {
			return fmt.Errorf("doc of several lines; want one")
		}
	}
	for _, w := range f.Where {
		if w != "point" && w != "records" && w != "clock" && (w != "operation" || f.Fate == nil) {
			return fmt.Errorf("address %q; want point, records, clock or, of operations alone, operation", w)
		}
	}
	return nil
}

func effective(f subject) error {
	s, err := anySpec(f)
	if err != nil {
		return err
	}
	before := s.String()
	if f.Strike != nil && f.Strike(&s).Do == engine.Nothing {
		return fmt.Errorf("%s: the strike does nothing", before)
	}
	if f.Fate != nil {
		if fate := f.Fate(&s); fate.Do == engine.OpFine && fate.Delay == 0 {
			return fmt.Errorf("%s: the fate changes nothing", before)
		}
	}
	if after := s.String(); after != before {
		return fmt.Errorf("%s became %s", before, after)
	}
	return nil
}

// anySpec is some spec of the fault.
func anySpec(f subject) (faults.Spec, error) {
	var err error
	for _, s := range []faults.Spec{{At: engine.AtUploading}, {After: 3}, {Every: 1000}, {Ops: []string{"put"}}} {
		var ok faults.Spec
		if ok, err = complete(f, s); err == nil {
			return ok, nil
		}
	}
	return faults.Spec{}, err
}

// prints holds many specs of the fault against their line, read back.
func prints(f subject) error {
	var all []faults.Spec
	for _, s := range addresses() {
		if x, err := complete(f, s); err == nil {
			all = append(all, x)
			x.Note, x.Maybe = `said "so", [twice]: \`, true
			all = append(all, x)
		}
	}
	if len(all) == 0 {
		return fmt.Errorf("no address is accepted")
	}
	for _, s := range all {
		line := s.String()
		got, err := faults.ParseSpec(line)
		if err != nil {
			return fmt.Errorf("%s: %v", line, err)
		}
		if got.String() != line || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", s) {
			return fmt.Errorf("%s reads as %#v; want %#v", line, got, s)
		}
	}
	return nil
}

// addresses are specs without a fault, of every kind.
func addresses() (all []faults.Spec) {
	for p := engine.NoPoint + 1; p < engine.Points; p++ {
		all = append(all, faults.Spec{At: p}, faults.Spec{At: p, Occurrence: 2}, faults.Spec{At: p, Checkpoint: 3, Occurrence: 1})
		for _, k := range faults.Passers(p) {
			all = append(all, faults.Spec{At: p, Checkpoint: 2, Target: engine.Role{Kind: k}.String()})
		}
	}
	return append(all, faults.Spec{After: 5000}, faults.Spec{After: 7, Target: "task/1"}, faults.Spec{Every: 20_000_000}, faults.Spec{Every: 1, Chance: 0.01},
		faults.Spec{Every: 90_500, Target: "all"}, faults.Spec{Ops: []string{"put", "manifest"}}, faults.Spec{Ops: []string{"get"}, Chance: 0.125, Target: "checkpoint-storage"})
}
