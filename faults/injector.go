package faults

import (
	"fmt"
	"slices"

	"github.com/weirbench/weir/engine"
)

// Options are what an Injector is told of its run.
type Options struct {
	PartRecords []int64         // records of each source partition
	Chance      func(n int) int // one of 0..n-1; nil: every chance is taken
	Faults      []Fault         // nil: All
}

// An Injector strikes the specs of one run. A spec with an address strikes once, at the first opportunity at or behind it; one by the clock,
// and one by ops with a probability, again and again. Of several that are due at one note the first strikes, the others when their point is
// passed again. Drivers call it with one goroutine at a time; Cuts may be called from any, and Struck and Hits once the run is over.
type Injector struct {
	armed  []armed
	hits   [engine.Points]int64
	chance func(int) int
}

// Struck is what became of one spec.
type Struck struct {
	Spec   Spec
	Text   string      // Spec as the line that reproduces it
	Times  int         // how often it struck
	Ticket int64       // of the first time: the ticket before the step, 0 of the clock
	At     int64       // of the first time: microseconds since the run began
	Epoch  int64       // of the first time: the attempt, 0 of the clock
	By     engine.Role // of the first time: who passed the point or asked for the operation; of the clock the supervisor
}

var _ engine.Injector = (*Injector)(nil)

// armed is a spec and how far it has come.
type armed struct {
	Struck
	fault   *Fault
	seen    int     // how often the address was passed
	shares  []int64 // of After: records of each partition
	missing []bool  // of After: partitions that have not read their share
	next    int64   // of Every: when it strikes next
	ready   bool    // a storage fault that waits for its operation
	done    bool
}

// New makes an Injector, or says which spec is wrong.
func New(specs []Spec, o Options) (*Injector, error) {
	if o.Faults == nil {
		o.Faults = All()
	}
	if o.Chance == nil {
		o.Chance = func(int) int { return 0 }
	}
	x := &Injector{armed: make([]armed, len(specs)), chance: o.Chance}
	for i, s := range specs {
		if err := Validate(s, o.Faults...); err != nil {
			if s.Pos != "" {
				return nil, fmt.Errorf("%s: %w", s.Pos, err)
			}
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
		s.Ops = slices.Clone(s.Ops)
		a := &x.armed[i]
		a.Struck = Struck{Spec: s, Text: s.String()}
		a.fault, _ = Find(s.Do, o.Faults)
		a.next = s.Every
		if s.After > 0 {
			a.share(o.PartRecords)
		}
	}
	return x, nil
}

// share splits After over the partitions in proportion to their records. When there are not so many, the spec never strikes.
func (a *armed) share(parts []int64) {
	var total, given, before int64
	for _, n := range parts {
		total += n
	}
	a.shares, a.missing = make([]int64, len(parts)), make([]bool, len(parts))
	if a.done = a.Spec.After > total; a.done {
		return
	}
	for p, n := range parts {
		before += n
		upTo := int64(float64(a.Spec.After) * (float64(before) / float64(total)))
		if p == len(parts)-1 {
			upTo = a.Spec.After
		}
		a.shares[p] = min(n, max(0, upTo-given))
		given += a.shares[p]
		a.missing[p] = a.shares[p] > 0
	}
	for p := 0; given < a.Spec.After; p++ { // what rounding left over
		more := min(parts[p]-a.shares[p], a.Spec.After-given)
		a.shares[p], given = a.shares[p]+more, given+more
		a.missing[p] = a.shares[p] > 0
	}
}

// Cuts are the offsets at which a batch of this source must end, ascending: for engine.Spec.Cuts.
func (x *Injector) Cuts(part int) []int64 {
	var cuts []int64
	for i := range x.armed {
		if s := x.armed[i].shares; part < len(s) && s[part] > 0 {
			cuts = append(cuts, s[part])
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// Struck says of every spec, in order, what became of it. The slice is the caller's.
func (x *Injector) Struck() []Struck {
	all := make([]Struck, len(x.armed))
	for i := range x.armed {
		all[i] = x.armed[i].Struck
	}
	return all
}

// Hits counts how often every point was passed. The points that were not are absent.
func (x *Injector) Hits() map[engine.Point]int64 {
	hits := map[engine.Point]int64{}
	for p, n := range x.hits {
		if n > 0 {
			hits[engine.Point(p)] = n
		}
	}
	return hits
}

// Noted counts the point, and strikes machines.
func (x *Injector) Noted(m *engine.Moment, n engine.Note) (strike engine.Strike, struck bool) {
	if n.Point < engine.Points {
		x.hits[n.Point]++
	}
	for i := range x.armed {
		a := &x.armed[i]
		if a.done || !a.passed(m, n) {
			continue
		}
		if a.fault.Fate != nil {
			a.ready = true
			continue
		}
		if struck {
			continue
		}
		strike, struck = a.strike(i), true
		a.count(m)
		a.done = true
	}
	return strike, struck
}

func (a *armed) strike(i int) engine.Strike {
	s := a.fault.Strike(&a.Spec)
	s.Fault = i
	return s
}

func (a *armed) count(m *engine.Moment) {
	if a.Times++; a.Times == 1 {
		a.Ticket, a.At, a.Epoch, a.By = m.From, m.At, m.Epoch, m.Role
	}
}

// passed tells whether a note brings the spec to its address.
func (a *armed) passed(m *engine.Moment, n engine.Note) bool {
	s := &a.Spec
	switch {
	case s.After > 0:
		return n.Point == engine.AtInputRecords && a.read(m.Role.Index, n.Ckpt)
	case s.At == engine.NoPoint || s.At != n.Point:
		return false
	case a.fault.Fate != nil && OpAt(s.At) != "":
		return false // it waits for the operation that begins here
	}
	return a.here(m.Role, n.Ckpt)
}

// here counts a pass of the address: of this checkpoint, by this role.
func (a *armed) here(r engine.Role, ckpt int64) bool {
	s := &a.Spec
	if s.Checkpoint != 0 && s.Checkpoint != ckpt {
		return false
	}
	if a.fault.Fate == nil && !supervised(s.At) && !s.from(r) {
		return false
	}
	if a.fault.Fate != nil && OpAt(s.At) != "" && !s.from(r) {
		return false
	}
	a.seen++
	return a.seen >= max(1, s.Occurrence)
}

// read notes that a source has come to offset, and tells whether all have read their share. What was read once stays so, whatever a
// recovery rewinds.
func (a *armed) read(part int, offset int64) bool {
	if part < len(a.shares) && offset >= a.shares[part] {
		a.missing[part] = false
	}
	return !slices.Contains(a.missing, true)
}

// Op decides the fate of an operation.
func (x *Injector) Op(m *engine.Moment, op *engine.Op) engine.Fate {
	for i := range x.armed {
		a := &x.armed[i]
		if a.done || a.fault.Fate == nil || !a.meets(m, op) || !x.happens(a) {
			continue
		}
		a.count(m)
		a.ready = false
		a.done = a.Spec.Every == 0 && (a.Spec.address() != "operation" || a.Spec.Chance == 0)
		f := a.fault.Fate(&a.Spec)
		f.Fault = i
		if f.Do == engine.OpLate && f.Late == 0 {
			f.Late = []int64{20, 200, 2_000, 20_000}[x.chance(4)]
		}
		return f
	}
	return engine.Fate{}
}

// meets tells whether the spec wants this operation.
func (a *armed) meets(m *engine.Moment, op *engine.Op) bool {
	s := &a.Spec
	switch {
	case !s.strikes(op):
		return false
	case a.ready:
		return s.from(m.Role)
	case s.address() == "operation":
		if !s.from(m.Role) {
			return false
		}
		a.seen++
		return a.seen >= max(1, s.Occurrence)
	case s.At != engine.NoPoint && OpAt(s.At) != "" && op.At == s.At:
		return a.here(m.Role, op.Ckpt)
	}
	return false
}

// happens draws, where the spec has a probability that was not drawn yet.
func (x *Injector) happens(a *armed) bool {
	if a.Spec.Every != 0 {
		return true // the clock drew
	}
	return x.drawn(&a.Spec)
}

// fine is how fine probabilities are drawn.
const fine = 1 << 20

func (x *Injector) drawn(s *Spec) bool {
	return s.Chance == 0 || s.Chance == 1 || float64(x.chance(fine)) < s.Chance*fine
}

// Alarm is the next time of a spec by the clock, 0: there is none.
func (x *Injector) Alarm() (next int64) {
	for i := range x.armed {
		if t := x.armed[i].next; t != 0 && (next == 0 || t < next) {
			next = t
		}
	}
	return next
}

// Tick strikes one spec whose time has come, or lets a storage fault wait for its operation. Another that is due is struck at the next
// call. Times that went by meanwhile count once.
func (x *Injector) Tick(now int64) (engine.Strike, bool) {
	for i := range x.armed {
		a := &x.armed[i]
		if a.next == 0 || a.next > now {
			continue
		}
		a.next += (now - a.next + a.Spec.Every) / a.Spec.Every * a.Spec.Every
		switch {
		case !x.drawn(&a.Spec):
		case a.fault.Fate != nil:
			a.ready = true
		default:
			a.count(&engine.Moment{At: now, Machine: -1, Role: engine.Role{Kind: engine.SupervisorRole}})
			return a.strike(i), true
		}
	}
	return engine.Strike{}, false
}
