package engine

import (
	"fmt"
	"math"
)

// A Phase is a stretch of the input, alike for all sources: each reads its share. A source goes from phase to phase by itself; where it is
// belongs to its state, so that a recovery goes on in the phase of the checkpoint. Behind the last phase the input ends.
type Phase struct {
	Name     string
	Records  int64   // of all sources together; 0: as many as there are time for
	Rate     float64 // records a second of all sources together; 0: as fast as they go
	Duration int64   // microseconds, at most, where there are Records and no Rate; 0: until the records are read
	Idle     bool    // nothing is read for the duration, nor until the checkpoints are complete
	Drain    bool    // everything that is left is read

	// Checkpoints is how many that a source began in an idle phase must be complete before it goes on: so there is one of all that it had read.
	Checkpoints int64
}

// inputStage is where a source is among the phases.
type inputStage struct {
	phase int   // which
	since int64 // when it began, by the run's clock
	from  int64 // at which offset
	first int64 // the first checkpoint that the source began in it, 0: none yet
	done  int64 // of those from first on, how many are complete, as far as this attempt knows
}

// paceMicros is how long a source waits at least that must not read faster: so long a batch fills.
const paceMicros = 1000

// allowed is how many records a source may read now. When there are none, it sets the alarm for when there will be, or the input is over.
func (s *Source[K, V]) allowed(now int64, fx *Effects) (n int64, over bool) {
	if !s.phased { // the attempt begins, the job perhaps too
		if s.phased = true; s.offset == 0 && s.stage.phase == 0 {
			s.stage.since = now
		}
		s.stage.note(fx)
	}
	for s.stage.phase < len(s.Spec.Phases) {
		p := &s.Spec.Phases[s.stage.phase]
		switch until := s.stage.since + p.Duration; {
		case p.Drain:
			return math.MaxInt64, false
		case p.Idle && now < until:
			fx.Wake = until
			return 0, false
		case p.Idle && s.stage.done < p.Checkpoints:
			return 0, false
		case p.Idle, p.Rate == 0 && p.Duration > 0 && now >= until:
		case p.Rate == 0 && p.Records == 0:
			return math.MaxInt64, false
		default:
			left := s.stage.from + s.share(p) - s.offset
			if left > 0 && p.Rate == 0 {
				return left, false
			}
			if left > 0 {
				return s.paced(p, left, now, fx), false
			}
		}
		s.enter(s.stage.phase+1, now, fx)
	}
	return 0, true
}

// enter begins a phase.
func (s *Source[K, V]) enter(phase int, now int64, fx *Effects) {
	s.stage = inputStage{phase: phase, since: now, from: s.offset}
	s.stage.note(fx)
}

func (g *inputStage) note(fx *Effects) {
	fx.Notes = append(fx.Notes, Note{AtInputPhase, int64(g.phase), g.from})
}

// began remembers the first checkpoint of a phase, and completed counts those that are complete since. Who waits for one looks again.
func (g *inputStage) began(ckpt int64) {
	if g.first == 0 {
		g.first = ckpt
	}
}

func (s *Source[K, V]) completed(ckpt int64) {
	if s.stage.first > 0 && ckpt >= s.stage.first {
		s.stage.done++
		s.waits = false
	}
}

// share is how many of a phase's records are this source's.
func (s *Source[K, V]) share(p *Phase) int64 {
	all, n, i := p.Records, int64(s.Spec.Sources), int64(s.Role.Index)
	if all == 0 {
		all = int64(p.Rate * float64(p.Duration) / 1e6)
	}
	return (all*(i+1))/n - (all*i)/n
}

// paced is how many of the records that are left have come by now at the phase's rate.
func (s *Source[K, V]) paced(p *Phase, left, now int64, fx *Effects) int64 {
	rate := p.Rate / float64(s.Spec.Sources) / 1e6 // a microsecond
	come := s.stage.from + int64(rate*float64(now-s.stage.since)) - s.offset
	if come > 0 {
		return min(come, left)
	}
	next := s.stage.since + int64(float64(s.offset-s.stage.from+1)/rate) + 1
	fx.Wake = max(next, now+paceMicros)
	return 0
}

func (g inputStage) String() string {
	return fmt.Sprintf(" phase %d since %d from %d", g.phase, g.since, g.from)
}
