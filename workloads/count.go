package workloads

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

const (
	countState    = "count"
	countKeysMax  = 16_000_000
	countRowsMax  = 200_000_000
	valueBytesMax = 1 << 20
)

// Count is the job over made-up records: for every key how many it saw and the chain over them, in a value as large as wanted. As in a
// keyed topic, a key's records all lie in one partition.
func Count() Workload {
	params := append(keyParams("1000", "1M"),
		measure(Bytes, "value_size", "16", "bytes of a value, its count and chain included", chainWidth, valueBytesMax),
		choice("event_time", "whether records have a time, a millisecond apart", "false", "true"),
	)
	params = append(params, silenceParams()...)
	return drawn("count", "made-up records by key: a count, a hash chain, and padding", params, func(v *values, d Draws, o Options) (*Job, error) {
		j := &countJob{draws: d, size: int(v.amount("value_size")), timed: v.text("event_time") == "true", groups: o.Groups, silences: v.silences()}
		return j.job(), nil
	})
}

func checkTheta(v string) error {
	if f, err := strconv.ParseFloat(v, 64); err != nil || !(f > 0 && f < 1) {
		return fmt.Errorf("theta %q; want a number between 0 and 1, like 0.99", short(v))
	}
	return nil
}

type countJob struct {
	draws  Draws
	size   int // of a value
	timed  bool
	groups int
	silences
}

func (j *countJob) job() *Job {
	in := j.input()
	job := jobOf(j, in, engine.Parts[uint64, backends.Void, Row]{
		Log:     func(part int) engine.Log[uint64, backends.Void] { return j.silences.log(&in.Parts[part]) },
		Op:      j.operator,
		Txn:     func() engine.Txn[uint64, Row] { return &rows[uint64]{key: binary.AppendUvarint} },
		Cursors: j.cursors,
	})
	job.Fold = func() Fold { return newCountFold(j, in) }
	return job
}

// number names an encoded key, alone or at the beginning of an entry's.
func number(encoded []byte) string {
	if len(encoded) < 8 {
		return fmt.Sprintf("%x", encoded)
	}
	return strconv.FormatUint(binary.BigEndian.Uint64(encoded), 10)
}

// numerals names keys by their numbers. The names share one piece of memory, so that millions of them are not millions of objects.
func numerals(names []string) {
	ends := make([]uint32, len(names))
	var all []byte
	for k := range names {
		all = strconv.AppendInt(all, int64(k), 10)
		ends[k] = uint32(len(all))
	}
	from, text := uint32(0), string(all)
	for k, to := range ends {
		names[k], from = text[from:to], to
	}
}

func cutNumber(b []byte) (string, []byte) {
	k, w := binary.Uvarint(b)
	if w <= 0 {
		return "", nil
	}
	return strconv.FormatUint(k, 10), b[w:]
}

// cursors reads the entry of a key, whose records are of one partition.
func (j *countJob) cursors(dst []engine.Cursor, e *backends.Entry) []engine.Cursor {
	if len(e.Key) != 8 || len(e.Value) != j.size {
		return dst
	}
	c, _ := chains{}.Decode(e.Value[:chainWidth])
	return append(dst, j.cursor(binary.BigEndian.Uint64(e.Key), c))
}

func (j *countJob) cursor(key uint64, c Chain) engine.Cursor {
	return engine.Cursor{Part: int(key % uint64(j.draws.Parts)), N: int64(c.N), H: c.H}
}

func (j *countJob) operator() engine.Operator[uint64, backends.Void, Row] {
	if j.size == chainWidth {
		return &countOp{job: j}
	}
	return &paddedOp{job: j}
}

// firstMillis is before the first time.
const firstMillis = 1000

// input draws every record and follows every chain.
func (j *countJob) input() *Input { return j.inputOf(j.draws.split(), false) }

// inputOf follows every chain of records that were drawn. shared: a key may have records in several partitions.
func (j *countJob) inputOf(drawn [][]int32, shared bool) *Input {
	n := keysOf(j.draws, drawn)
	in := &Input{Keys: make([]string, n), Parts: make([]Part, j.draws.Parts)}
	longs := make([]uint64, n)
	for k := range longs {
		longs[k] = uint64(k)
	}
	numerals(in.Keys)
	in.Group = groupsOf(tables.Longs(j.groups), longs)
	for p, keys := range drawn {
		in.Parts[p] = Part{Key: keys, N: make([]int32, len(keys)), H: make([]uint64, len(keys))}
	}
	heads := make([]Chain, n) // of a partition, or of all where no key has records in two
	for p := range in.Parts {
		x := &in.Parts[p]
		if shared {
			clear(heads)
		}
		for off, k := range x.Key {
			c := &heads[k]
			*c = c.see(engine.MakeID(p, int64(off)))
			x.N[off], x.H[off] = int32(c.N), c.H
		}
		if j.timed {
			x.Mark = make([]int64, len(x.Key))
			for off := range x.Mark {
				x.Mark[off] = firstMillis + int64(off)
			}
		}
	}
	return in
}

// countLog is one partition.
type countLog struct{ part *Part }

func (l countLog) Read(off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
	from := min(off, int64(len(l.part.Key)))
	to := min(from+int64(max), int64(len(l.part.Key)))
	for _, k := range l.part.Key[from:to] {
		keys = append(keys, uint64(k))
	}
	vals = append(vals, make([]backends.Void, to-from)...) // no memory: there is nothing in them
	if l.part.Mark != nil {
		for _, m := range l.part.Mark[from:to] {
			times = append(times, m+1)
		}
	}
	return keys, vals, times
}
