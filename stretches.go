package weir

import (
	"slices"

	"github.com/weirbench/weir/engine"
)

// A Stretch is a phase of the input as a run went through it. Times are seconds since the run began.
type Stretch struct {
	Name    string  `json:"phase"`
	From    float64 `json:"from_s"`  // when the last source had entered it and all that was read before was applied; of the first: when it began
	To      float64 `json:"to_s"`    // when the last source had left it and all that was read in it was applied
	Records int64   `json:"records"` // applied in that time, when it is one of a phase that reads
	Down    float64 `json:"down_s"`  // of its time, nothing ran for so long
}

// Rate is records a second while the job ran; 0 when the stretch has no length.
func (s *Stretch) Rate() float64 {
	if busy := s.To - s.From - s.Down; busy > 0 {
		return float64(s.Records) / busy
	}
	return 0
}

// stretches follows a run through the phases of its input. Sources read ahead of what is applied, so where they are says little of the work:
// a phase lasts until what was read in it is applied.
type stretches struct {
	phases []engine.Phase
	at     []int     // by source: the furthest phase that it entered, -1 before the first
	from   [][]int64 // by source and phase that it entered: at which offset
	done   []int64   // by source: how many of its records are applied and not lost to a recovery
	all    []Stretch
}

func (s *stretches) begin(phases []engine.Phase, sources int) {
	s.phases, s.at, s.from, s.done = phases, slices.Repeat([]int{-1}, sources), make([][]int64, sources), make([]int64, sources)
}

// enter is told of a source that enters a phase at an offset. A recovery goes back to none.
func (s *stretches) enter(source, phase int, from, at int64) {
	if source >= len(s.at) || phase <= s.at[source] {
		return
	}
	s.at[source] = phase
	for len(s.from[source]) <= phase {
		s.from[source] = append(s.from[source], from)
	}
	s.advance(at)
}

// advance begins the phases that all sources are in or behind, once what they read before is applied.
func (s *stretches) advance(at int64) {
	for s.over() {
		s.open(at)
	}
	if len(s.all) == len(s.phases) && s.behind(len(s.phases)) {
		s.close(at)
	}
}

// over tells whether the next phase begins. The first does so with the first source.
func (s *stretches) over() bool {
	return len(s.all) < len(s.phases) && (len(s.all) == 0 || s.behind(len(s.all)))
}

// behind tells whether all sources came to a phase, and all that they read before it is applied.
func (s *stretches) behind(phase int) bool {
	for i, at := range s.at {
		if at < phase || s.done[i] < s.from[i][phase] {
			return false
		}
	}
	return true
}

func (s *stretches) open(at int64) {
	s.close(at)
	s.all = append(s.all, Stretch{Name: s.phases[len(s.all)].Name, From: seconds(at), To: -1})
}

func (s *stretches) close(at int64) {
	if n := len(s.all); n > 0 && s.all[n-1].To < 0 {
		s.all[n-1].To = max(s.all[n-1].From, seconds(at))
	}
}

// applied, rewound, crashed and down are told of what happens in the phase that the run is in. While it rests, what a source reads that is ahead of
// the others counts nowhere.
func (s *stretches) applied(source int, n, at int64) {
	if k := len(s.all); k > 0 && s.all[k-1].To < 0 && !s.phases[k-1].Idle {
		s.all[k-1].Records += n
	}
	if source < len(s.done) {
		s.done[source] += n
		s.advance(at)
	}
}

// rewound: the records of each source from an offset on are applied again.
func (s *stretches) rewound(offsets []int64) { copy(s.done, offsets) }

// crashed: what was read and not applied is lost, and read again. When the crash is that of a fault phase, that is the work of the phase to recover,
// which begins there, and not of the one before, unless nothing of that was applied yet. Any other crash is within the phase that it falls into.
func (s *stretches) crashed(at int64) {
	n := len(s.all)
	if n == 0 || n == len(s.phases) || s.phases[n].Name != "fault" || slices.Max(s.at) < n || !s.phases[n-1].Idle && s.all[n-1].Records == 0 {
		return
	}
	s.open(at)
	if n+1 < len(s.phases) && s.phases[n+1].Name == "recover" {
		s.open(at)
	}
}

func (s *stretches) down(micros int64) {
	if k := len(s.all); k > 0 && s.all[k-1].To < 0 {
		s.all[k-1].Down += seconds(micros)
	}
}

// toMeasure tells whether some phase is to be measured: then no other counts.
func toMeasure(phases []engine.Phase) bool {
	return slices.ContainsFunc(phases, func(p engine.Phase) bool { return p.Name == measurePhase })
}

// measuredRecords is how many records were applied in the stretches that are to be measured.
func measuredRecords(all []Stretch) (n int64) {
	for i := range all {
		if all[i].Name == measurePhase {
			n += all[i].Records
		}
	}
	return n
}

// measured is the rate over the stretches that are to be measured; ok is false when the run has none.
func measured(all []Stretch) (rate float64, ok bool) {
	var n int64
	var busy float64
	for i := range all {
		if s := &all[i]; s.Name == measurePhase && s.To > s.From {
			n, busy = n+s.Records, busy+s.To-s.From-s.Down
		}
	}
	if busy <= 0 {
		return 0, false
	}
	return float64(n) / busy, true
}
