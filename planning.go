package weir

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// PlanOptions say what of a scenario is run, and how often. The zero value runs all of it as it says.
type PlanOptions struct {
	Seed    *uint64  // nil: the scenario's, or else one drawn by chance
	Reps    int      // 0: the scenario's, or else 3
	Filter  string   // which cells, in benchstat's syntax: "backend:pebble interval:(100ms OR 400ms)"; "": all
	Require []string // backends that must be available: otherwise the error is a *Missing
	Broken  string   // a planted bug for every cell; "": the scenario's
}

// defaultReps are the repetitions when nobody says.
const defaultReps = 3

// Missing is the error of a plan that cannot be run here.
type Missing struct {
	Backend, Reason, Remedy string
}

func (m *Missing) Error() string {
	return fmt.Sprintf("%s is not available: %s; %s", m.Backend, m.Reason, m.Remedy)
}

// Plan picks the cells of a scenario. Cells whose backend is not available are skipped, with the reason and the remedy.
func (s *Scenario) Plan(c Catalog, o PlanOptions) (*Plan, error) {
	for _, name := range o.Require {
		if err := c.require(name); err != nil {
			return nil, err
		}
	}
	if o.Broken != "" && !slices.Contains(plantedBugs(), o.Broken) {
		return nil, fmt.Errorf("no planted bug %s%s", clip(o.Broken), didYouMean(o.Broken, plantedBugs()))
	}
	p := &Plan{Scenario: s.Name, Description: s.Description, File: s.File, Source: s.Source, Reps: defaultReps, SimSeeds: s.common.simSeeds, SimSeconds: s.common.simSeconds,
		Thresholds: s.thresholds, Ignored: s.ignored, Warnings: s.warnings, Broken: s.common.broken}
	if s.common.reps > 0 {
		p.Reps = s.common.reps
	}
	if o.Reps > 0 {
		p.Reps = o.Reps
	}
	if o.Broken != "" {
		p.Broken = o.Broken
	}
	switch {
	case o.Seed != nil:
		p.Seed = *o.Seed
	case s.common.seed != nil:
		p.Seed = *s.common.seed
	default:
		p.Seed = rand.Uint64N(1_000_000_000) // short enough to be typed again
	}
	cells, err := s.pick(o.Filter)
	if err != nil {
		return nil, err
	}
	return p, p.take(&c, cells)
}

// take keeps the cells that can be run here.
func (p *Plan) take(c *Catalog, cells []Cell) error {
	var last *Missing
	for _, cell := range cells {
		m := c.missing(cell.Backend)
		if m == nil {
			p.Cells = append(p.Cells, cell)
			continue
		}
		p.Skipped = append(p.Skipped, Skipped{cell.Name, m.Reason, m.Remedy})
		last = m
	}
	if len(p.Cells) == 0 {
		return last
	}
	return nil
}

// missing says why a backend cannot be used; nil: it can.
func (c *Catalog) missing(name string) *Missing {
	b, err := c.backend(name)
	if err != nil {
		return &Missing{name, err.Error(), "use a build that has it"}
	}
	if b.Status == nil {
		return nil
	}
	if s := b.Status(); !s.Available {
		return &Missing{name, s.Reason, s.Remedy}
	}
	return nil
}

// require takes any spelling of a backend.
func (c *Catalog) require(name string) error {
	var d draft
	if _, err := readBackend(c, &d, name); err != nil {
		return fmt.Errorf("--require: %w", err)
	}
	if m := c.missing(d.Backend); m != nil {
		return m
	}
	return nil
}

// ParseSeed reads a seed as a user types it.
func ParseSeed(text string) (uint64, error) {
	seed, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s; want a whole number from 0 to 18446744073709551615", clip(text))
	}
	return seed, nil
}
