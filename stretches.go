package weir

import (
	"slices"

	"github.com/weirbench/weir/engine"
)

// A Stretch is a phase of the input as a run went through it. Times are seconds since the run began.
type Stretch struct {
	Name    string  `json:"phase"`
	From    float64 `json:"from_s"` // when the last source entered it
	To      float64 `json:"to_s"`   // when the last source left it
	Records int64   `json:"records"`
	Down    float64 `json:"down_s"` // of its time, nothing ran for so long
}

// Rate is records a second while the job ran; 0 when the stretch has no length.
func (s *Stretch) Rate() float64 {
	if busy := s.To - s.From - s.Down; busy > 0 {
		return float64(s.Records) / busy
	}
	return 0
}

// stretches follows a run through the phases of its input.
type stretches struct {
	phases []engine.Phase
	at     []int // by source: the furthest phase that it entered, -1 before the first
	all    []Stretch
}

func (s *stretches) begin(phases []engine.Phase, sources int) {
	s.phases, s.at = phases, slices.Repeat([]int{-1}, sources)
}

// enter is told of a source that enters a phase. A phase begins when all are in it or behind it; a recovery goes back to none.
func (s *stretches) enter(source, phase int, at int64) {
	if source >= len(s.at) || phase < s.at[source] {
		return
	}
	s.at[source] = phase
	for slices.Min(s.at) >= len(s.all) && len(s.all) < len(s.phases) {
		s.close(at)
		s.all = append(s.all, Stretch{Name: s.phases[len(s.all)].Name, From: seconds(at), To: -1})
	}
	if slices.Min(s.at) >= len(s.phases) {
		s.close(at)
	}
}

func (s *stretches) close(at int64) {
	if n := len(s.all); n > 0 && s.all[n-1].To < 0 {
		s.all[n-1].To = seconds(at)
	}
}

// applied and down are told of what happens in the phase that all sources are in.
func (s *stretches) applied(n int64) {
	if k := len(s.all); k > 0 && s.all[k-1].To < 0 {
		s.all[k-1].Records += n
	}
}

func (s *stretches) down(micros int64) {
	if k := len(s.all); k > 0 && s.all[k-1].To < 0 {
		s.all[k-1].Down += seconds(micros)
	}
}

// measured is the rate over the stretches that are to be measured; ok is false when the run has none.
func measured(all []Stretch) (rate float64, ok bool) {
	var n int64
	var busy float64
	for i := range all {
		if s := &all[i]; s.Name == "measure" && s.To > s.From {
			n, busy = n+s.Records, busy+s.To-s.From-s.Down
		}
	}
	if busy <= 0 {
		return 0, false
	}
	return float64(n) / busy, true
}
