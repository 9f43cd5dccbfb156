package workloads

import (
	"fmt"
	"math"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// timeParams are the parameters of an input whose records have times that need not ascend.
func timeParams(outOfOrder string) []Param {
	return append([]Param{
		measure(Millis, "out_of_order", outOfOrder, "milliseconds that a record may be behind the greatest time so far and still be before no watermark", 0, 1_000_000_000),
		share("late", "0", "this share of the records may come behind a watermark that has passed their time; more than 0 wants one source partition"),
		measure(Millis, "late_by", "2k", "milliseconds that these are later at most", 2, 1_000_000_000).when("late"),
		measure(InRecords, "watermark_every", "50", "records from one watermark of a partition to the next", 1, 1_000_000),
		measure(InRecords, "burst", "0", "so many records in a row have one time, up to their disorder; 0: each its own", 0, 1_000_000_000),
	}, dryParams()...)
}

// A timeline says what time every record has and where watermarks stand, by partition and offset alone. Records come two milliseconds apart;
// all times are even, and all watermarks odd.
type timeline struct {
	seed     uint64
	disorder int64 // milliseconds, even
	late     float64
	lateBy   int64 // even
	every    int64
	burst    int64
}

const stepMillis = 2

// newTimeline is one of which no record is late.
func (v *values) newTimeline(seed uint64) timeline {
	return timeline{seed: mix(seed + 0x71E), disorder: v.amount("out_of_order") &^ 1, every: v.amount("watermark_every"), burst: 1}
}

func (v *values) timeline(seed uint64) timeline {
	l := v.newTimeline(seed)
	l.late, l.lateBy, l.burst = v.share("late"), max(2, v.amount("late_by")&^1), max(1, v.amount("burst"))
	return l
}

// refuse says that late records want one partition.
func (l *timeline) refuse(parts int) error {
	return misfit(fmt.Errorf("late %v with %d source partitions; want 1, or late 0: what is late depends on how fast each of several is read", l.late, parts), "late")
}

// newest is the greatest time that a record up to an offset has.
func (l *timeline) newest(off int64) int64 {
	return firstMillis + l.disorder + l.lateBy + stepMillis*(off-off%l.burst)
}

// at is the time of a record.
func (l *timeline) at(part int, off int64) int64 {
	at := l.newest(off)
	u := mix(l.seed ^ mix(uint64(part)<<40|uint64(off)))
	if l.late > 0 && unit(u) < l.late {
		return at - l.disorder - stepMillis*int64(1+below(mix(u+1), uint64(l.lateBy/stepMillis)))
	}
	return at - stepMillis*int64(below(mix(u+2), uint64(l.disorder/stepMillis+1)))
}

// mark is the watermark behind the first rows, engine.NoMark before the first one. No record that follows is before it but those that are late.
func (l *timeline) mark(rows int64) int64 {
	if rows -= rows % l.every; rows == 0 {
		return engine.NoMark
	}
	return l.newest(rows-1) - l.disorder - 1
}

// next is where the first watermark stands that has more than off of a partition's rows before it, and that watermark.
func (l *timeline) next(off, rows int64) (at, mark int64) {
	if at = off - off%l.every + l.every; at > rows {
		return math.MaxInt64, engine.NoMark
	}
	return at, l.mark(at)
}

// markAll puts the watermarks behind the records of an input.
func (l *timeline) markAll(in *Input) {
	for p := range in.Parts {
		x := &in.Parts[p]
		x.Mark = make([]int64, len(x.Key))
		for off := range x.Mark {
			x.Mark[off] = l.mark(int64(off) + 1)
		}
	}
}

// timedLog is one partition of a timeline.
type timedLog struct {
	countLog
	stillness
	number int
	times  *timeline
}

// log is a partition of a timeline with its silences.
func (d dries) log(in *Input, part int, times *timeline) timedLog {
	x := &in.Parts[part]
	return timedLog{countLog{x}, d.of(part, len(x.Key)), part, times}
}

func (l timedLog) Read(off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
	had := len(keys)
	keys, vals, times = l.countLog.Read(off, max, keys, vals, times)
	for i := range len(keys) - had {
		times[len(times)-(len(keys)-had)+i] = l.times.at(l.number, off+int64(i))
	}
	return keys, vals, times
}

// NextMark makes it an engine.Marked log.
func (l timedLog) NextMark(off int64) (at, mark int64) {
	return l.times.next(off, int64(len(l.part.Key)))
}
