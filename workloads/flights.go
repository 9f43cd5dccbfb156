package workloads

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

//go:embed flights/flights-2001.csv.gz
var flights2001 []byte

const flightsFile = "flights-2001.csv.gz"

// Flights is the job over real data: for every airport of origin how many flights, their total and their worst delay, and the chain over
// each partition's flights. Opening it again is cheap: the file that it carries is parsed once.
func Flights() Workload {
	carried := sync.OnceValues(func() (*flightRows, error) { return readFlights(flightsFile, bytes.NewReader(flights2001)) })
	params := []Param{
		{Name: "path", Default: "", Doc: "a CSV file, plain or gzip, with the columns time, origin, destination, delay_min, distance_mi; empty: 20,000 flights of 2001"},
		amount("passes", "1", "how often the file is read, each time with later times", 1, 1_000_000),
		amount("records", "0", "the first so many flights of the file; 0: all", 0, flightsMax),
	}
	return Workload{Name: "flights", Doc: "real flights by origin: counts, delays, and a hash chain of every record", Params: params, Open: func(o Options) (*Job, error) {
		v, err := resolve(params, o.Params)
		if err == nil {
			err = checkShape(o)
		}
		if err != nil {
			return nil, err
		}
		rows, err := openFlights(v.text("path"), o, carried)
		if err != nil {
			return nil, err
		}
		n := int64(len(rows.at))
		if want := v.amount("records"); want > 0 {
			n = min(n, want)
		}
		passes := v.amount("passes")
		if passes > flightsMax/n {
			return nil, misfit(fmt.Errorf("passes %d of %d flights are more than %d; want %d at most", passes, n, flightsMax, flightsMax/n), "passes")
		}
		return (&flightJob{rows: rows, n: n, total: n * passes, parts: int64(o.Parts), groups: o.Groups, seed: o.Seed}).job(), nil
	}}
}

func openFlights(path string, o Options, carried func() (*flightRows, error)) (*flightRows, error) {
	if path == "" {
		return carried()
	}
	if o.Open == nil {
		return nil, misfit(fmt.Errorf("path %q: no file can be opened here; leave path out", path), "path")
	}
	f, err := o.Open(path)
	if err != nil {
		return nil, misfit(fmt.Errorf("open the flights: %w; want a CSV file, plain or gzip", err), "path")
	}
	rows, err := readFlights(path, f)
	return rows, errors.Join(err, f.Close())
}

// A flightJob is the rows read so many times: record i of all is row i modulo n, and goes to partition i modulo parts.
type flightJob struct {
	rows     *flightRows
	n, total int64
	parts    int64
	groups   int
	seed     uint64
	key      tables.KeyType[string]
}

const dayMillis = 24 * 60 * 60 * 1000

// shift is what a pass adds to times: so many whole days that they ascend.
func (j *flightJob) shift() int64 {
	return (j.rows.at[j.n-1]-j.rows.at[0])/dayMillis*dayMillis + dayMillis
}

// end is how many records a partition has.
func (j *flightJob) end(part int64) int64 { return (j.total - part + j.parts - 1) / j.parts }

func (j *flightJob) job() *Job {
	j.key = tables.Strings(j.groups)
	in := j.input()
	cursors := func(dst []engine.Cursor, e *backends.Entry) []engine.Cursor {
		if e.State != flightChains || len(e.Key) < 2 {
			return dst
		}
		c, err := chains{}.Decode(e.Value)
		if err != nil {
			return dst
		}
		return append(dst, engine.Cursor{Part: int(binary.BigEndian.Uint16(e.Key[len(e.Key)-2:])), N: int64(c.N), H: c.H})
	}
	parts := engine.Parts[string, int32, Row]{
		Key:     j.key,
		Log:     func(part int) engine.Log[string, int32] { return &flightLog{j, int64(part), j.shift()} },
		Op:      func() engine.Operator[string, int32, Row] { return &flightOp{} },
		Txn:     func() engine.Txn[string, Row] { return &rows[string]{key: appendText} },
		ReadKey: func(reader int, nth int64) string { return in.Keys[in.asked(j.seed, reader, nth)] },
		Cursors: cursors,
	}
	return &Job{
		Input: in,
		Build: func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
			if s.Sources != int(j.parts) || s.Groups != j.groups {
				return nil, fmt.Errorf("build flights: %d sources and %d key groups; it was opened for %d and %d", s.Sources, s.Groups, j.parts, j.groups)
			}
			return engine.Build(s, epoch, parts)
		},
		Fold: func() Fold { return newFlightFold(j, in) },
		Rows: func(txn []byte, yield func(engine.ID, string, int64, uint64)) error {
			return readRows(txn, cutText, yield)
		},
		Aside:   []string{flightChains},
		KeyName: airport,
		Show:    showFlights,
	}
}

// airport names an encoded key, alone or at the beginning of an entry's. There its length is in front, which is no character of an airport.
func airport(encoded []byte) string {
	if len(encoded) > 0 && encoded[0] <= codeBytesMax && int(encoded[0]) < len(encoded) {
		return string(encoded[1 : 1+encoded[0]])
	}
	return string(encoded)
}

func appendText(b []byte, k string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(k))), k...)
}

func cutText(b []byte) (string, []byte) {
	n, w := binary.Uvarint(b)
	if w <= 0 || n > uint64(len(b)-w) {
		return "", nil
	}
	return string(b[w : w+int(n)]), b[w+int(n):]
}

// input knows every record with its place in its chain.
func (j *flightJob) input() *Input {
	parts := int(j.parts)
	in := &Input{Parts: make([]Part, parts)}
	for _, no := range j.rows.origin[:j.n] { // rows are numbered in the order in which origins come
		if int(no) == len(in.Keys) {
			in.Keys = append(in.Keys, j.rows.origins[no])
		}
	}
	in.Group = groupsOf(j.key, in.Keys)
	heads := make([]Chain, len(in.Keys))
	shift := j.shift()
	for p := range in.Parts {
		n := j.end(int64(p))
		x := Part{Key: make([]int32, n), N: make([]int32, n), H: make([]uint64, n), Mark: make([]int64, n)}
		clear(heads)
		row, pass := j.place(int64(p), 0)
		for off := range n {
			k := j.rows.origin[row]
			c := heads[k].see(engine.MakeID(p, off))
			heads[k] = c
			x.Key[off], x.N[off], x.H[off], x.Mark[off] = k, int32(c.N), c.H, j.rows.at[row]+pass*shift-1
			row, pass = j.after(row, pass)
		}
		in.Parts[p] = x
	}
	return in
}

// place is the row, and the pass over the file, of a partition's record.
func (j *flightJob) place(part, off int64) (row, pass int64) {
	i := off*j.parts + part
	return i % j.n, i / j.n
}

// after is the place of the record behind it.
func (j *flightJob) after(row, pass int64) (int64, int64) {
	for row += j.parts; row >= j.n; row -= j.n {
		pass++
	}
	return row, pass
}

// groupsOf are the key groups of keys.
func groupsOf[K comparable](t tables.KeyType[K], keys []K) []uint16 {
	marked := make([]backends.Key[K], len(keys))
	t.Mark(marked, keys)
	groups := make([]uint16, len(keys))
	for i := range marked {
		groups[i] = marked[i].Group
	}
	return groups
}
