package workloads

import (
	"math"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// silenceParams are the parameters of partitions that are silent now and then, and may be idle meanwhile. Only jobs whose state and output do not
// depend on watermarks have them: how far a watermark comes while a partition is idle depends on how fast the others are read. The others have
// dryParams.
func silenceParams() []Param {
	return []Param{
		measure(InRecords, "silent_every", "0", "records of a partition from one silence to the next; 0: it has none", 0, countRowsMax),
		measure(Micros, "silent_for", "100k", "microseconds that nothing comes in a silence", 1, 1_000_000_000_000).when("silent_every"),
		measure(Micros, "idle_after", "0", "microseconds of a silence after which a partition says that it is idle, and holds no watermark back; 0: it never does", 0, 1_000_000_000_000).when("silent_every"),
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
	return l.inside(off, int64(len(l.part.Key)))
}

func (l silentLog) IdleAfter() int64 { return l.after }

// dryParams are the parameters of silences for jobs whose state or output depends on watermarks. There a partition may be idle only when nothing
// comes behind that: else what is late would depend on how fast the others are read.
func dryParams() []Param {
	return []Param{
		measure(InRecords, "silent_every", "0", "records of a partition from one silence to the next, in which it holds the watermark back; 0: it has none", 0, countRowsMax),
		measure(Micros, "silent_for", "100k", "microseconds that nothing comes in a silence", 1, 1_000_000_000_000).when("silent_every").when("dry_parts"),
		amount("dry_parts", "0", "the last so many source partitions run dry, all but the first at most: a silence, which is the only one, and then their end", 0, 63).ofParts(),
		measure(InRecords, "dry_at", "1k", "records after which they do", 0, countRowsMax).when("dry_parts"),
		measure(Micros, "idle_after", "0", "microseconds after which one that ran dry says that it is idle, and holds no watermark back; 0: it never does", 0, 1_000_000_000_000).when("dry_parts"),
	}
}

// dries are the silences of dryParams.
type dries struct {
	silences
	wet int // the first so many partitions do not run dry
}

// dries shortens what is drawn for the partitions that run dry.
func (v *values) dries(d *Draws) dries {
	d.Dry, d.DryAt = int(min(v.amount("dry_parts"), int64(d.Parts-1))), v.amount("dry_at")
	return dries{v.silences(), d.Parts - d.Dry}
}

// of are the silences of a partition with so many records.
func (d dries) of(part int, rows int) stillness {
	s := stillness{silences: d.silences, rows: int64(rows), dry: part >= d.wet}
	if !s.dry {
		s.after = 0
	}
	return s
}

// A stillness is what a log embeds to be an engine.Silent one.
type stillness struct {
	silences
	rows int64
	dry  bool
}

func (s stillness) Silence(off int64) (at, long int64) {
	switch {
	case s.dry && off <= s.rows:
		return s.rows, s.long
	case s.dry || s.every == 0:
		return math.MaxInt64, 0
	}
	return s.inside(off, s.rows)
}

func (s stillness) IdleAfter() int64 { return s.after }

// stillLog is one partition of records whose times ascend.
type stillLog struct {
	countLog
	stillness
}

// inside is the first silence at or behind an offset that is before a record.
func (s silences) inside(off, rows int64) (at, long int64) {
	if at = max(s.every, (off+s.every-1)/s.every*s.every); at >= rows {
		return math.MaxInt64, 0
	}
	return at, s.long
}
