package linearizability

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options of a Check. The zero value runs the oracles alone.
type Options struct {
	// Porcupine: the models are searched as well. Without it the verdicts of the two that have no oracle are not applicable.
	Porcupine bool
	// Timeout bounds porcupine's search, all partitions of one model together; 0: 60 s. What is not decided by then is Undecided.
	Timeout time.Duration
	// Workers search partitions at once; 0: GOMAXPROCS.
	Workers int
	// OpsMax is how many operations of one partition are searched in one piece; longer ones are cut where nothing is in flight and every
	// state possible there is passed on. 0: 2000. A key that cannot be cut to 10000 is left out whole, and the reason says so.
	OpsMax int
	// KeysMax is how many keys are searched, 0: as many as OpsTotal allows. Those that a fault touched and those that were read come first.
	KeysMax int
	// OpsTotal bounds the operations of all searched keys together, 0: 1,000,000.
	OpsTotal int

	pageBytes int // 0: pageMax
}

func (o Options) withDefaults() Options {
	if o.Timeout == 0 {
		o.Timeout = 60 * time.Second
	}
	if o.OpsMax == 0 {
		o.OpsMax = 2000
	}
	if o.OpsTotal == 0 {
		o.OpsTotal = 1_000_000
	}
	if o.pageBytes == 0 {
		o.pageBytes = pageMax
	}
	return o
}

// opsHard is the longest piece that is given to porcupine: its cost grows with the square.
const opsHard = 10_000

// A Checker judges one property of a history.
type Checker struct {
	Name string
	Doc  string // what holds when it passes, one sentence
	// Rests are the demands of the plan without which a pass would say nothing: one that was not met makes it Undecided.
	Rests Rests
	Judge func(context.Context, *View, Options) Verdict
}

// Rests is a set of demands.
type Rests uint8

const (
	OnFaults      Rests = 1 << iota // every fault that must strike did
	OnRecoveries                    // so many attempts were restored
	OnCheckpoints                   // so many checkpoints were completed
	OnReads                         // reads were answered, and after the last recovery too
	OnUnacked                       // an operation was open at a crash
	OnOverlap                       // a read was under way between the two steps of a snapshot
)

// Checks lists the checkers in the order of their verdicts.
func Checks() []Checker {
	return []Checker{
		{"linearizability", "Every answer about a key, and every record applied to it, has one order that explains all of them across recoveries.",
			OnFaults | OnRecoveries | OnCheckpoints | OnReads | OnUnacked | OnOverlap, judgeKeys},
		{"checkpoint-catalog", "Checkpoints are triggered, committed, aborted, found and restored as one log with one owner would have it.",
			OnFaults | OnRecoveries | OnCheckpoints, judgeCatalog},
		{"exactly-once", "Every record counts once: in what was applied, in the state at the end, and in the output.",
			OnFaults | OnRecoveries, judgeOnce},
		{"consistent-cut", "A completed checkpoint holds the input up to its offsets, for every key, and nothing else.",
			OnFaults | OnCheckpoints, judgeCuts},
		{"sink-committed-once", "Readers of the output see every row once, as it should be, from a committed checkpoint.",
			OnFaults | OnRecoveries | OnCheckpoints, judgeSink},
		{"digest", "What is restored is what was checkpointed, entry for entry.",
			OnFaults | OnRecoveries, judgeDigest},
		{"timers", "Every timer that is registered and not deleted fires once, when its time has come, in the order of time, across recoveries.",
			OnFaults | OnRecoveries, judgeTimers},
		{"watermarks", "Watermarks only rise, a recovery goes on with those of its checkpoint, and no task is ahead of its sources.",
			OnFaults | OnRecoveries, judgeMarks},
		{"fencing", "An attempt has no effect after another took over.",
			OnFaults | OnRecoveries, judgeFencing},
		{"recovery-choice", "A recovery takes the newest completed checkpoint, or says why not, and all of it.",
			OnFaults | OnRecoveries, judgeChoice},
		{"key-ranges", "Every key group has one owner, and records go to it.",
			0, judgeRanges},
		{"liveness", "The run comes to its end: all input is read, and checkpoints go on after the last fault.",
			OnFaults, judgeLiveness},
		{"faults-struck", "Every fault that the plan demands did strike.",
			0, judgeFaults},
		{"windows", "Windows tell what a computation over the whole input says, each once, and what is late is put aside.",
			OnFaults | OnRecoveries | OnCheckpoints, judgeWindows},
		{"ttl", "What has expired is never seen, and what has not is never lost, whatever is recovered from.",
			OnFaults | OnRecoveries | OnCheckpoints, judgeTTL},
	}
}

// Check judges a history by every check that its plan asks for, in a fixed order. It does not change the history. When ctx ends, what is
// not judged yet is Undecided.
func Check(ctx context.Context, h *History, o Options) []Verdict {
	return checkWith(ctx, h, o, Checks())
}

func checkWith(ctx context.Context, h *History, o Options, checkers []Checker) []Verdict {
	v := NewView(h)
	o = o.withDefaults()
	var verdicts []Verdict
	wanted := h.Demands.Checks
	for i := range checkers {
		if len(wanted) == 0 || slices.Contains(wanted, checkers[i].Name) {
			verdicts = append(verdicts, judge(ctx, &checkers[i], v, o))
		}
	}
	for _, name := range wanted {
		if !slices.ContainsFunc(checkers, func(c Checker) bool { return c.Name == name }) {
			verdicts = append(verdicts, Verdict{Check: name, Result: Undecided, Reason: "there is no check of this name"})
		}
	}
	return verdicts
}

// judge asks one checker. A pass that rests on what did not happen is none; a failure stands, whatever else was missing.
func judge(ctx context.Context, c *Checker, v *View, o Options) Verdict {
	if ctx.Err() != nil {
		return Verdict{Check: c.Name, Result: Undecided, Reason: "judging was interrupted"}
	}
	verdict := c.Judge(ctx, v, o)
	verdict.Check = c.Name
	if verdict.Result == Pass {
		if missing := v.missing(c.Rests); missing != "" {
			verdict.Result, verdict.Reason = Undecided, "not exercised: "+missing
		}
	}
	if len(verdict.Ops) > opsNamed {
		verdict.Ops = verdict.Ops[:opsNamed]
	}
	return verdict
}

// opsNamed is how many operations a verdict names at most.
const opsNamed = 64

func pass(judged int64, format string, args ...any) Verdict {
	return Verdict{Result: Pass, Judged: judged, Reason: fmt.Sprintf(format, args...)}
}

func undecided(judged int64, format string, args ...any) Verdict {
	return Verdict{Result: Undecided, Judged: judged, Reason: fmt.Sprintf(format, args...)}
}

func notApplicable(format string, args ...any) Verdict {
	return Verdict{Result: NotApplicable, Reason: fmt.Sprintf(format, args...)}
}

// fail makes the verdict of a violation from its story; the title is the reason.
func fail(judged int64, s Story, ops ...int) Verdict {
	s.Say = strings.TrimSpace(s.Say)
	return Verdict{Result: Fail, Judged: judged, Reason: s.Title + ": expected " + s.Want + ", got " + s.Got, Ops: ops, Story: &s}
}
