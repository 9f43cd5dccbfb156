package weir

import (
	"fmt"
	"math"
	"slices"

	"github.com/weirbench/weir/linearizability"
)

// Summarize takes quantiles of the samples themselves: the nearest rank.
func Summarize(v []float64) (s Summary) {
	if s.N = len(v); s.N == 0 {
		return s
	}
	v = slices.Clone(v)
	slices.Sort(v)
	s.P50, s.P95, s.Min, s.Max = v[rank(.5, s.N)], v[rank(.95, s.N)], v[0], v[s.N-1]
	return s
}

// rank is the place of a quantile among n sorted samples.
func rank(p float64, n int) int { return max(0, int(math.Ceil(p*float64(n)))-1) }

// Total is a recovery in seconds, from the strike until what was lost is applied again, without the scan that verifies; -1: it did not end.
// It is the sum of the phases.
func (t *RecoveryTimes) Total() (sum float64) {
	if t.Reprocessed < 0 {
		return -1
	}
	for _, p := range t.Phases() {
		sum += p.Seconds
	}
	return sum
}

// verify is the time between the last task's restore and the first record: the digest scan, which only a judged run has.
func (t *RecoveryTimes) verify() int64 {
	if t.Restored < 0 {
		return 0
	}
	return t.Running - t.Restored
}

// Phases of a recovery, in order of time.
func (t *RecoveryTimes) Phases() []Phase {
	at, phases := t.Struck, []Phase(nil)
	add := func(name string, to int64) {
		if to < at {
			to = at
		}
		phases = append(phases, Phase{name, float64(to-at) / 1e6})
		at = to
	}
	add("detection", t.Detected)
	add("restart", t.Restarting)
	add("download", t.Fetched)
	if t.Restored < 0 { // nothing to restore: the attempt began from the start of the input
		add("restore", t.Running)
	} else {
		add("restore", t.Restored)
		at = t.Running
	}
	add("re-process", t.Reprocessed)
	return phases
}

// A samples gathers what the repetitions of a cell measured.
type samples struct {
	rate, ckpt, sync, recovery, size, full, peak []float64
	perRep                                       map[string][]float64
	recoveries                                   []RecoveryTimes
	stretches                                    []Stretch       // of the first repetition
	memory                                       MemoryUse       // likewise
	accesses                                     []StateAccesses // likewise
	asking                                       int64
	askedIn                                      string
}

// add takes what one repetition measured. phased: its plan says what is to be measured, so that the rate of all of it is no throughput.
func (s *samples) add(ev *Evidence, phased bool) {
	if s.perRep == nil {
		s.perRep = map[string][]float64{}
	}
	var n int64
	for _, x := range ev.Rate {
		n += x
	}
	if s.stretches == nil {
		s.stretches = ev.Stretches
	}
	if s.accesses == nil {
		s.accesses, s.asking, s.askedIn = ev.Accesses, ev.Asking, ev.AskedIn
	}
	rate, ok := measured(ev.Stretches)
	if !ok && !phased && ev.Busy > 0 {
		rate = float64(n) / ev.Busy
	}
	if rate > 0 { // a phase so short that nothing was seen in it was not measured
		s.rate = append(s.rate, rate)
		s.perRep["rec/s"] = append(s.perRep["rec/s"], rate)
	}
	s.peak = append(s.peak, float64(ev.Memory.Heap))
	if s.memory == (MemoryUse{}) {
		s.memory = ev.Memory
	}
	var ckpt, size, rec []float64
	for i := range ev.Checkpoints {
		c := &ev.Checkpoints[i]
		if c.Completed < 0 || c.Triggered < 0 {
			continue
		}
		ckpt, size = append(ckpt, float64(c.Completed-c.Triggered)/1e6), append(size, float64(c.Bytes))
		s.sync = append(s.sync, float64(c.Synced-c.Barrier)/1e6)
	}
	for i := range ev.Recoveries {
		if t := &ev.Recoveries[i]; t.Total() >= 0 {
			rec = append(rec, t.Total())
			s.recoveries = append(s.recoveries, *t)
		}
	}
	s.ckpt, s.size, s.full, s.recovery = append(s.ckpt, ckpt...), append(s.size, size...), append(s.full, size...), append(s.recovery, rec...)
	for name, v := range map[string][]float64{"sec/ckpt": ckpt, "B/ckpt": size, "sec/recovery": rec} { // each goes to its own key
		if len(v) > 0 {
			s.perRep[name] = append(s.perRep[name], Summarize(v).P50)
		}
	}
}

func (s *samples) fill(c *CellResult) {
	c.Throughput, c.Checkpoint, c.CheckpointSync, c.Recovery = Summarize(s.rate), Summarize(s.ckpt), Summarize(s.sync), Summarize(s.recovery)
	c.Size, c.FullSize, c.PeakMemory, c.Samples = Summarize(s.size), Summarize(s.full), Summarize(s.peak), s.perRep
	c.Memory = s.memory
	c.Stretches, c.Accesses, c.Asking, c.AskedIn = s.stretches, s.accesses, s.asking, s.askedIn
	c.raw = map[string][]float64{"throughput": s.rate, "checkpoint_duration": s.ckpt, "recovery_time": s.recovery}
	if n := len(s.recoveries); n > 0 {
		slices.SortFunc(s.recoveries, func(a, b RecoveryTimes) int {
			if a.Total() < b.Total() {
				return -1
			}
			return 1
		})
		slowest := &s.recoveries[rank(.95, n)]
		c.Phases, c.Verify = slowest.Phases(), seconds(slowest.verify())
	}
}

// series is behaviour over time of one repetition.
func (ev *Evidence) series(rep int) *Series {
	const binsMax = 400
	group := (len(ev.Rate) + binsMax - 1) / binsMax
	if group == 0 {
		return nil
	}
	s := &Series{Rep: rep, Bin: float64(group) * binMicros / 1e6}
	s.Rate = binned(ev.Rate, len(ev.Rate), group)
	if len(ev.Fired) > 0 {
		s.Fired = binned(ev.Fired, max(len(ev.Rate), len(ev.Fired)), group) // some fire when the last record has come
	}
	for i := range ev.Checkpoints {
		c := &ev.Checkpoints[i]
		switch {
		case c.Completed >= 0 && c.Triggered >= 0:
			s.State = append(s.State, SizeSample{seconds(c.Triggered), c.Entries, c.Bytes})
			s.Marks = append(s.Marks, Mark{"checkpoint", seconds(c.Triggered), seconds(c.Completed), fmt.Sprintf("chk-%d", c.Ckpt)})
		case c.Aborted != "" && c.Triggered >= 0:
			s.Marks = append(s.Marks, Mark{"aborted", seconds(c.Triggered), seconds(max(c.Triggered, c.Uploaded)), fmt.Sprintf("chk-%d: %s", c.Ckpt, c.Aborted)})
		}
	}
	for _, x := range ev.Stretches {
		s.Marks = append(s.Marks, Mark{"phase", x.From, x.To, x.Name})
	}
	first := int64(math.MaxInt64)
	for _, x := range ev.History.Strikes {
		if x.Struck > 0 {
			s.Marks = append(s.Marks, Mark{"fault", seconds(x.At), seconds(x.At), x.Text})
			first = min(first, x.At)
		}
	}
	for i := range ev.Recoveries {
		if t := &ev.Recoveries[i]; t.Running >= 0 {
			s.Marks = append(s.Marks, Mark{"restore", seconds(t.Detected), seconds(t.Running), fmt.Sprintf("from chk-%d", t.Ckpt)})
			if t.Reprocessed >= 0 {
				s.Marks = append(s.Marks, Mark{"replay", seconds(t.Running), seconds(t.Reprocessed), fmt.Sprintf("%d records again", t.Replayed)})
			}
		}
	}
	s.Band = band(s.Rate, int(float64(min(first, 1<<50))/1e6/s.Bin))
	return s
}

// binned is a rate by group of bins, of n bins in all.
func binned(counts []int64, n, group int) (rate []float64) {
	for from := 0; from < n; from += group {
		var sum int64
		for i := from; i < min(from+group, n, len(counts)); i++ {
			sum += counts[i]
		}
		rate = append(rate, float64(sum)/(float64(group)*binMicros/1e6))
	}
	return rate
}

func seconds(us int64) float64 { return float64(us) / 1e6 }

// band is where nine of ten bins before the first fault lie, without the first, in which the job started.
func band(rate []float64, until int) (b [2]float64) {
	if until = min(until, len(rate)-1); until < 4 {
		return b
	}
	v := slices.Clone(rate[1:until])
	slices.Sort(v)
	return [2]float64{v[len(v)/20], v[len(v)-1-len(v)/20]}
}

// worst folds the verdicts of the repetitions into one a check.
func worst(all [][]linearizability.Verdict) []CheckResult {
	var out []CheckResult
	for _, vs := range all {
		for _, v := range vs {
			out = append(out, CheckResult{Name: v.Check, Verdict: string(v.Result), Reason: v.Reason, Judged: v.Judged})
		}
	}
	return mergeChecks(out)
}

// verdict is what all checks together say: one failure fails, then one undecided leaves it undecided. Nothing judged is undecided.
func verdict(checks []CheckResult) string {
	out := "undecided"
	for _, c := range checks {
		switch c.Verdict {
		case "fail":
			return "fail"
		case "pass":
			if out == "undecided" {
				out = "pass"
			}
		}
	}
	for _, c := range checks {
		if c.Verdict == "undecided" {
			return "undecided"
		}
	}
	return out
}
