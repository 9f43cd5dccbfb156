package faults

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weirbench/weir/engine"
)

// A FieldError says what is wrong with a field of a Spec and, behind a semicolon, what would be right.
type FieldError struct {
	Field string // as people type it: "at", "target"
	What  string
}

func (e *FieldError) Error() string { return e.What }

func wrong(field, format string, args ...any) error {
	return &FieldError{field, fmt.Sprintf(format, args...)}
}

// Validate refuses a spec that no run could carry out. The error is a *FieldError. known are the faults there are; without any, All.
func Validate(s Spec, known ...Fault) error {
	if len(known) == 0 {
		known = All()
	}
	f, ok := Find(s.Do, known)
	if !ok {
		return unknown("do", "fault", s.Do, names(known))
	}
	for _, check := range []func(*Spec, *Fault) error{checkNumbers, checkAddress, checkTarget, checkOps} {
		if err := check(&s, f); err != nil {
			return err
		}
	}
	if f.Check != nil {
		return f.Check(&s)
	}
	return nil
}

// unknown is the error for a name that does not exist.
func unknown(field, what, name string, among []string) error {
	if name == "" {
		return wrong(field, "%s is missing; want one of %s", field, strings.Join(among, ", "))
	}
	if near, ok := Nearest(name, among); ok {
		return wrong(field, "unknown %s %q; did you mean %s?", what, name, near)
	}
	return wrong(field, "unknown %s %q; want one of %s", what, name, strings.Join(among, ", "))
}

func names(fs []Fault) (all []string) {
	for _, f := range fs {
		all = append(append(all, f.Name), f.Aliases...)
	}
	return all
}

// Points are the names that a fault may give for where it strikes. How many records a source has read and which phase of the input it is in are
// points, too, and not among them: a fault names the first by "after", and a scenario the second by a phase.
func Points() (all []string) {
	for p := engine.NoPoint + 1; p < engine.Points; p++ {
		if p != engine.AtInputRecords && p != engine.AtInputPhase { // these are addressed by "after", and by a phase of the scenario
			all = append(all, p.String())
		}
	}
	return all
}

func checkNumbers(s *Spec, f *Fault) error {
	switch {
	case s.Checkpoint < 0:
		return wrong("checkpoint", "checkpoint %d; want 1 or more, or leave it out for any", s.Checkpoint)
	case s.Occurrence < 0:
		return wrong("occurrence", "occurrence %d; want 1 for the first time, 2 for the second", s.Occurrence)
	case s.After < 0:
		return wrong("after", "after %d records; want 1 or more", s.After)
	case s.Every < 0:
		return wrong("every", "every %s; want a time above 0", engine.Span(s.Every))
	case s.Delay < 0:
		return wrong("delay", "a delay of %s; want 0 or more", engine.Span(s.Delay))
	case math.IsNaN(s.Chance) || s.Chance < 0 || s.Chance > 1:
		return wrong("probability", "probability %v; want one above 0, up to 1", s.Chance)
	case s.Chance != 0 && f.Fate == nil && s.Every == 0:
		return wrong("probability", "%s at an address strikes for sure; leave probability out, or use every", s.Do)
	}
	return nil
}

func checkAddress(s *Spec, f *Fault) error {
	given := 0
	for _, is := range []bool{s.At != engine.NoPoint, s.After != 0, s.Every != 0} {
		if is {
			given++
		}
	}
	at := s.address()
	switch {
	case given > 1:
		return wrong("at", "more than one of at, after and every; want one, and a fault of its own for each other")
	case at == "" || at == "operation" && !slices.Contains(f.Where, at):
		return wrong("at", "where it strikes is missing; add at, after or every, like at: checkpoint.uploaded")
	case !slices.Contains(f.Where, at):
		return wrong("do", "%s cannot be addressed by %s; want %s", s.Do, at, strings.Join(f.Where, " or "))
	case s.At == engine.AtInputRecords:
		return wrong("at", "input.records is passed where a fault asks for it; write after: 5000 records")
	case s.At >= engine.Points:
		return wrong("at", "unknown point %s", s.At)
	case s.Checkpoint != 0 && at != "point":
		return wrong("checkpoint", "a checkpoint belongs to a point; add at, or leave checkpoint out")
	case s.Checkpoint != 0 && s.At != engine.AtInputPhase && (supervised(s.At) || s.At == engine.AtInputEnd):
		return wrong("checkpoint", "%s belongs to no checkpoint; leave checkpoint out", s.At)
	case s.Occurrence != 0 && at != "point" && at != "operation":
		return wrong("occurrence", "an occurrence belongs to a point or to ops; leave it out")
	}
	return nil
}

func checkTarget(s *Spec, f *Fault) error {
	if s.Target == "" || f.Fate == nil && s.Target == "all" || f.Fate != nil && s.Target == storageTarget {
		return nil
	}
	r, ok := s.role()
	switch {
	case s.Target == "all":
		return wrong("target", "a storage fault does not strike all machines; want %s, or who asks, like task/0", storageTarget)
	case s.Target == storageTarget:
		return wrong("target", "%s strikes machines; want all, or one like task/0", s.Do)
	case !ok || r.Kind == engine.SupervisorRole:
		want := []string{"task/0", "source/0", "sink/0", "reader/0", "coordinator", "collector", "all"}
		if f.Fate != nil {
			want[len(want)-1] = storageTarget
		}
		return unknown("target", "target", s.Target, want)
	case s.At != engine.NoPoint && !supervised(s.At) && !slices.Contains(Passers(s.At), r.Kind):
		return wrong("target", "%s never passes %s; want %s, or leave target out", s.Target, s.At, rolesOf(s.At))
	}
	return nil
}

// storageTarget is the target of storage faults that do not care who asks.
const storageTarget = "checkpoint-storage"

func rolesOf(p engine.Point) string {
	var all []string
	for _, k := range Passers(p) {
		all = append(all, engine.Role{Kind: k}.String())
	}
	return strings.Join(all, " or ")
}

func checkOps(s *Spec, f *Fault) error {
	if f.Fate == nil {
		switch {
		case len(s.Ops) > 0:
			return wrong("ops", "%s strikes machines, not operations; leave ops out, or do: fail", s.Do)
		case s.Outcome != "":
			return wrong("outcome", "%s strikes machines, not operations; leave outcome out, or do: fail", s.Do)
		}
		return nil
	}
	for _, o := range s.Ops {
		if !slices.Contains(opKinds(), o) {
			return unknown("ops", "operation", o, opKinds())
		}
	}
	at := OpAt(s.At)
	switch {
	case s.Lost:
		return wrong("lost", "only a kill can lose the effects of a step; leave lost out")
	case s.At != engine.NoPoint && at == "" && len(s.Ops) == 0:
		return wrong("ops", "no operation begins at %s; add ops, for the next one of those, like ops: [put]", s.At)
	case at != "" && len(s.Ops) > 0 && !slices.Contains(s.Ops, at):
		return wrong("ops", "what begins at %s is a %s; leave ops out", s.At, at)
	}
	return nil
}
