package workloads

import (
	"math"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// silenceParams are the parameters of partitions that are silent now and then. Only jobs whose state and output do not depend on watermarks
// have them: how far a watermark comes while a partition is idle depends on how fast the others are read.
func silenceParams() []Param {
	return []Param{
		amount("silent_every", "0", "records of a partition from one silence to the next; 0: it has none", 0, countRowsMax),
		amount("silent_for", "100k", "microseconds that nothing comes in a silence", 1, 1_000_000_000_000),
		amount("idle_after", "0", "microseconds of a silence after which a partition says that it is idle, and holds no watermark back; 0: it never does", 0, 1_000_000_000_000),
	}
}

// silences are those of every partition.
type silences struct{ every, long, after int64 }

func (v *values) silences() silences {
	return silences{v.amount("silent_every"), v.amount("silent_for"), v.amount("idle_after")}
}

// log is a partition with its silences.
func (s silences) log(part *Part) engine.Log[uint64, backends.Void] {
	if s.every == 0 {
		return countLog{part}
	}
	return silentLog{countLog{part}, s}
}

type silentLog struct {
	countLog
	silences
}

// Silence makes it an engine.Silent log.
func (l silentLog) Silence(off int64) (at, long int64) {
	at = max(l.every, (off+l.every-1)/l.every*l.every)
	if at >= int64(len(l.part.Key)) {
		return math.MaxInt64, 0
	}
	return at, l.long
}

func (l silentLog) IdleAfter() int64 { return l.after }
