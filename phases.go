package weir

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
)

const phasesMax = 100

// measurePhase is the name of what counts, where the input has phases.
const measurePhase = "measure"

// phaseNames are what a stretch of the input may be for.
func phaseNames() []string {
	return []string{"fill", "settle", measurePhase, "fault", "recover", "drain"}
}

// phasesOf reads how the input is read, stretch by stretch.
func (r *reader) phasesOf(n *node) {
	if n.kind != list || len(n.items) == 0 {
		r.add(n.at, "phases is empty or no list; want one such as [{phase: fill, records: 1M}, {phase: measure, rate: 100k/s, duration: 10 s}]")
		return
	}
	if len(n.items) > phasesMax {
		r.add(n.at, "%d phases; want at most %d", len(n.items), phasesMax)
		return
	}
	bad := len(r.all)
	for i, item := range n.items {
		name := item.get("phase")
		switch {
		case item.kind != mapping:
			r.add(item.at, "a phase is a mapping, this is %s; want one such as {phase: measure, duration: 10 s}", item.kind)
		case name == nil || name.kind != scalar:
			r.add(item.at, "a phase without its name; add phase: with one of %s", oneOf(phaseNames()))
		case name.text == "fault":
			r.phases = append(r.phases, engine.Phase{Name: name.text, Idle: true})
			r.phaseFault(i, item)
		default:
			r.phase(item, name)
		}
	}
	if len(r.all) == bad {
		r.phaseOrder(n)
	}
}

// phaseOrder refuses phases that no run comes to, or that have nothing to do where they stand.
func (r *reader) phaseOrder(n *node) {
	fault, reads := false, false
	for i := range r.phases {
		p := &r.phases[i]
		switch {
		case i > 0 && r.phases[i-1].Drain:
			r.add(n.items[i].at, "%s is never reached: drain reads all that is left; make drain the last phase", p.Name)
		case p.Name == "recover" && !fault:
			r.add(n.items[i].at, "recover without a fault before it has nothing to recover from; put one before it, such as {phase: fault, do: kill, target: all}, or call it measure")
		}
		fault = fault || p.Name == "fault"
		reads = reads || !p.Idle && (p.Rate == 0 || must(p) > 0)
	}
	if !reads {
		r.add(n.at, "all phases together read nothing; add one that reads, such as {phase: measure, duration: 10 s}")
	}
}

// must is how many records a phase reads whatever time that takes; 0: that depends on time.
func must(p *engine.Phase) int64 {
	switch {
	case p.Rate == 0 && p.Duration > 0:
		return 0
	case p.Records == 0:
		return int64(min(p.Rate*float64(p.Duration)/1e6, 1<<53))
	}
	return p.Records
}

// phaseFault is a phase of no length, at which a fault strikes: when the first source enters it.
func (r *reader) phaseFault(i int, item *node) {
	if i == 0 {
		r.add(item.at, "a fault cannot come before anything was read; begin with another phase")
		return
	}
	rest := *item
	rest.keys = nil
	for _, e := range item.keys {
		switch e.key {
		case "phase":
		case "at", "after", "every", "checkpoint", "occurrence":
			r.add(e.at, "the phase says where the fault strikes; leave %s out, or put the fault under faults", e.key)
		default:
			rest.keys = append(rest.keys, e)
		}
	}
	place := func(text string) *node { return &node{kind: scalar, text: text, at: item.at} }
	rest.keys = append(rest.keys, entry{"at", item.at, place(engine.AtInputPhase.String())}, entry{"checkpoint", item.at, place(fmt.Sprint(i))})
	if s, ok := r.fault(&rest); ok {
		r.faults, r.faultsAt = append(r.faults, s), append(r.faultsAt, item.at)
	}
}

func (r *reader) phase(item, name *node) {
	p := engine.Phase{Name: name.text, Idle: name.text == "settle", Drain: name.text == "drain"}
	bad := len(r.all)
	for _, e := range item.keys {
		if e.value.kind != scalar {
			r.add(e.value.at, "%s is %s; want a single value", clip(e.key), e.value.kind)
			continue
		}
		var err error
		switch e.key {
		case "phase":
		case "records":
			if p.Records, err = parseCount(e.value.text); err == nil && p.Records < 1 {
				err = fmt.Errorf("%d; want 1 or more", p.Records)
			}
		case "checkpoints":
			if p.Checkpoints, err = parseCount(e.value.text); err == nil && p.Checkpoints < 1 {
				err = fmt.Errorf("%d; want 1 or more", p.Checkpoints)
			}
		case "rate":
			if p.Rate, err = parseRate(e.value.text); err == nil && p.Rate < 1 {
				err = fmt.Errorf("%v/s; want at least 1/s", p.Rate)
			}
		case "duration":
			_, err = weirTime(time.Millisecond, func(d *draft, t time.Duration) { p.Duration = t.Microseconds() })(&draft{}, e.value.text)
		default:
			r.add(e.at, "unknown field %s of a phase%s", clip(e.key), didYouMean(e.key, []string{"phase", "records", "rate", "duration", "checkpoints"}))
		}
		if err != nil {
			r.add(e.value.at, "%s: %v", e.key, err)
		}
	}
	if wrong := wrongPhase(&p); wrong != "" && len(r.all) == bad {
		r.add(item.at, "%s", wrong)
	}
	r.phases = append(r.phases, p)
}

// wrongPhase says what a phase lacks or has too much of.
func wrongPhase(p *engine.Phase) string {
	if p.Checkpoints > 0 && p.Name != "settle" {
		return p.Name + " waits for no checkpoints; only settle does"
	}
	switch p.Name {
	case "fill":
		if p.Records == 0 || p.Duration > 0 {
			return "fill reads so many records; want records, perhaps a rate, and no duration"
		}
	case "settle":
		if p.Duration == 0 && p.Checkpoints == 0 || p.Records > 0 || p.Rate > 0 {
			return "settle reads nothing for a time or until checkpoints are complete; want a duration, checkpoints or both, and nothing else"
		}
	case measurePhase, "recover":
		switch {
		case p.Duration == 0 && p.Records == 0:
			return p.Name + " has neither a duration nor records; want one of them, or both: it ends with the first that is over"
		case p.Rate > 0 && p.Duration > 0 && p.Records > 0:
			return p.Name + " has a rate, a duration and records; want two of them"
		}
	case "drain":
		if p.Duration > 0 || p.Records > 0 || p.Rate > 0 {
			return "drain reads all that is left, as fast as it goes; want nothing else"
		}
	default:
		return fmt.Sprintf("no phase %s%s", clip(p.Name), didYouMean(p.Name, phaseNames()))
	}
	return ""
}

// phaseText is a phase as people write it.
func phaseText(p *engine.Phase) string {
	parts := []string{"phase: " + p.Name}
	if p.Records > 0 {
		parts = append(parts, fmt.Sprintf("records: %d", p.Records))
	}
	if p.Rate > 0 {
		parts = append(parts, fmt.Sprintf("rate: %.0f/s", p.Rate))
	}
	if p.Checkpoints > 0 {
		parts = append(parts, fmt.Sprintf("checkpoints: %d", p.Checkpoints))
	}
	if p.Duration > 0 {
		parts = append(parts, "duration: "+timeText(time.Duration(p.Duration*1000)))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// waitsFor refuses phases that wait for checkpoints in a cell that takes none.
func (r *reader) waitsFor(c *Cell) bool {
	for i := range c.Phases {
		if c.Phases[i].Checkpoints > 0 && c.Interval == 0 {
			r.add(r.phasesNode.at, "%s waits for checkpoints, and none are taken; set execution.checkpointing.interval", phaseText(&c.Phases[i]))
			return false
		}
	}
	return true
}

// comesTo refuses phases of a cell that are behind all that its workload has.
func (r *reader) comesTo(c *Cell) bool {
	have := c.records()
	for i, read := 0, int64(0); i < len(c.Phases) && have > 0; i++ {
		p := &c.Phases[i]
		why := ""
		switch {
		case read > have:
			why = "is never reached"
		case read == have && !p.Idle && !p.Drain:
			why = "has nothing to read"
		}
		if why != "" {
			r.add(r.phasesNode.items[i].at, "%s %s: the phases before it read %d records, and the workload has %d; let them read less, or set workload.records to more", p.Name, why, read, have)
			return false
		}
		read += must(p)
	}
	return true
}

// records is how many records the workload of a cell has at most, by what it is told; 0: its parameters do not say.
func (c *Cell) records() int64 {
	n, err := parseCount(c.Params["records"])
	if err != nil {
		return 0
	}
	if passes, err := parseCount(c.Params["passes"]); err == nil {
		n *= passes
	}
	return n
}

// early tells whether a live run of the cell may end before its input does.
func (c *Cell) early() bool { return c.Duration > 0 || len(c.Phases) > 0 }

// unphased makes the input of a cell one piece, without the faults that strike between its phases.
func (c *Cell) unphased() {
	c.Phases = nil
	c.Faults = slices.DeleteFunc(slices.Clone(c.Faults), func(f faults.Spec) bool { return f.At == engine.AtInputPhase })
}
