package workloads

import (
	"encoding/binary"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// The two inputs of the interval join. Where there are several source partitions each is of one input: the first, the third and so on of the first one,
// whose records say their name and their time, the others of the second, whose records say their name alone. A single partition has the records of both.

// apart tells whether the inputs have partitions of their own.
func (j *intervalJob) apart() bool { return j.draws.Parts > 1 }

// side is which of the two inputs a record is of, 0 or 1.
func (j *intervalJob) side(id engine.ID) int {
	if j.apart() {
		return id.Part() & 1
	}
	return side(id)
}

// chains is how many chains a key has: one for each partition that may have records of it.
func (j *intervalJob) chains() int {
	if j.apart() {
		return 2
	}
	return 1
}

// partOf is the partition that has a key's records of an input.
func (j *intervalJob) partOf(key uint64, side int) int {
	if !j.apart() {
		return 0
	}
	return 2*int(key%uint64((j.draws.Parts+1-side)/2)) + side
}

// input draws every record, and then which input it is of.
func (j *intervalJob) input() *Input {
	in := new(Input)
	if j.apart() {
		all, parts := j.draws.draw(), make([][]int32, j.draws.Parts)
		part := func(i int) int { return j.partOf(uint64(all[i]), side(engine.ID(i))) }
		sizes := make([]int, len(parts))
		for i := range all {
			sizes[part(i)]++
		}
		for p := range parts {
			parts[p] = make([]int32, 0, sizes[p])
		}
		for i, k := range all {
			p := part(i)
			parts[p] = append(parts[p], k)
		}
		j.draws.dry(parts)
		in = j.inputOf(parts, true)
	} else {
		in = j.countJob.input()
	}
	j.times.markAll(in)
	return in
}

// two makes graphs of two inputs.
func (j *intervalJob) two(in *Input) func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
	timed := func(part int) timedLog { return j.dries.log(in, part, &j.times) }
	return BuildsTwo(Options{Parts: j.draws.Parts, Groups: j.groups}, engine.TwoParts[uint64, timedID, engine.ID, Told]{
		Key: tables.Longs(j.groups),
		First: func(part int) engine.Log[uint64, timedID] {
			if part&1 != 0 {
				return nil
			}
			return saying[timedID]{timed(part), func(id engine.ID, at int64) timedID { return timedID{id, at} }}
		},
		Second: func(part int) engine.Log[uint64, engine.ID] {
			if part&1 == 0 {
				return nil
			}
			return saying[engine.ID]{timed(part), func(id engine.ID, _ int64) engine.ID { return id }}
		},
		Op:      func() engine.Two[uint64, timedID, engine.ID, Told] { return newIntervalOp(j) },
		Txn:     newTolds,
		ReadKey: func(reader int, nth int64) uint64 { return uint64(in.asked(j.draws.Seed, reader, nth)) },
		Cursors: j.entryCursors,
	})
}

// saying is a partition whose records say something of themselves.
type saying[V any] struct {
	timedLog
	say func(id engine.ID, at int64) V
}

func (l saying[V]) Read(off int64, max int, keys []uint64, vals []V, times []int64) ([]uint64, []V, []int64) {
	had := len(times)
	keys, _, times = l.timedLog.Read(off, max, keys, nil, times)
	for i, at := range times[had:] {
		vals = append(vals, l.say(engine.MakeID(l.number, off+int64(i)), at))
	}
	return keys, vals, times
}

// seenSecondState is the chain of a key over its records of the second input, where that has partitions of its own.
const seenSecondState = "seen-second"

// seenStates are the states of the chains of a key.
func (j *intervalJob) seenStates() []string { return []string{seenState, seenSecondState}[:j.chains()] }

func (j *intervalJob) cursor(key uint64, side int, c Chain) engine.Cursor {
	return engine.Cursor{Part: j.partOf(key, side), N: int64(c.N), H: c.H}
}

// entryCursors reads an entry of a key, if it is a chain.
func (j *intervalJob) entryCursors(dst []engine.Cursor, e *backends.Entry) []engine.Cursor {
	side := slices.Index(j.seenStates(), e.State)
	c, err := chains{}.Decode(e.Value)
	if side < 0 || err != nil || len(e.Key) != 8 {
		return dst
	}
	return append(dst, j.cursor(binary.BigEndian.Uint64(e.Key), side, c))
}
