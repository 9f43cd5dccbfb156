package engine

import "math"

// A Silent log is one to which nothing comes for a while now and then: an idle partition. How long that takes is a matter of the clock, so unlike
// its rows it is not the same at every replay.
type Silent interface {
	// Silence is the first offset, at or behind the one given, before whose row nothing comes for so many microseconds. at is math.MaxInt64
	// when there is none.
	Silence(offset int64) (at, long int64)
	// IdleAfter is for how many microseconds nothing has come when the source says that it is idle; 0: it never does. What it reads behind that
	// may be late, and the watermark of a task is no longer a matter of offsets alone.
	IdleAfter() int64
}

// quiet is where a source is in a silence.
type quiet struct {
	since int64 // when it began; 0: there is none
	over  int64 // the row before which the last one was, plus 1
	idle  bool  // those downstream were told
}

// heard is how many rows have come: as many as there are before the next silence, none in it. Then the alarm is set for what comes next.
func (s *Source[K, V]) heard(now int64, fx *Effects) int64 {
	if s.silent == nil {
		return math.MaxInt64
	}
	at, long := s.silent.Silence(s.offset)
	if at == s.offset && s.quiet.over != at+1 {
		if s.quiet.since == 0 {
			s.quiet.since = max(now, 1)
		}
		if end := s.quiet.since + long; now < end {
			fx.Wake = s.rest(now, end, fx)
			return 0
		}
		s.quiet.since, s.quiet.over = 0, at+1
	}
	if at == s.offset {
		at, _ = s.silent.Silence(at + 1)
	}
	return at - s.offset
}

// rest says that the source is idle, once nothing has come for long enough, and answers when to look again.
func (s *Source[K, V]) rest(now, end int64, fx *Effects) int64 {
	after := s.silent.IdleAfter()
	if after == 0 || s.quiet.idle {
		return end
	}
	if due := s.quiet.since + after; now < due {
		return min(due, end)
	}
	s.quiet.idle = true
	if s.Spec.Track {
		fx.Fact(Fact{Kind: Reached, Pos: s.offset, Mark: s.mark, Text: "idle"})
	}
	s.out.rest(fx)
	return end
}
