package workloads

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// smallJobs are all workloads, small.
func smallJobs(t testing.TB) map[string]*Job {
	t.Helper()
	jobs := map[string]*Job{}
	for _, w := range All() {
		params := map[string]string{}
		for _, p := range w.Params {
			switch p.Name {
			case "records":
				params["records"] = "60"
			case "keys":
				params["keys"] = "3"
			}
		}
		job, err := w.Open(Options{Seed: 1, Parts: 1, Groups: 4, Params: params})
		if err != nil {
			t.Fatalf("%s: %v", w.Name, err)
		}
		jobs[w.Name] = job
	}
	return jobs
}

// Output is read back from storage, and entries of states from state files: what they are not is an error, or nothing.
func FuzzOutput(f *testing.F) {
	jobs := smallJobs(f)
	told := &tolds{rows: rows[uint64]{key: binary.AppendUvarint}}
	in := &engine.Rows[uint64, Told]{Keys: make([]backends.Key[uint64], 3), Vals: []Told{{Row: Row{engine.MakeID(0, 1), Chain{1, 2}}},
		{What: aPane, Row: Row{1, Chain{3, 4}}, A: 10, B: 20}, {What: aLook, Row: Row{ID: engine.MakeID(0, 2)}, A: 5, B: -1}}}
	told.Add(in)
	f.Add(told.Seal())
	plain := rows[uint64]{key: binary.AppendUvarint}
	plain.put(1, &Row{engine.MakeID(0, 3), Chain{1, 2}})
	f.Add(plain.Seal())
	f.Add([]byte{toldMark, 0, byte(aPane), 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 4, 1, 0, 0, 0, 0, 0, 0, 0, 9}) // a key that there is not
	f.Add([]byte{rowsMark, 1, 'A'})
	f.Add(make([]byte, 33))
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, job := range jobs {
			n := 0
			err := job.Rows(b, func(engine.ID, string, int64, uint64) { n++ })
			if err != nil && n > len(b) {
				t.Errorf("%s: of %d bytes %d rows were read", name, len(b), n)
			}
			if job.Panes != nil {
				job.Panes(b, func(Pane) { n++ })
			}
			if job.Late != nil {
				job.Late(b, func(engine.ID) { n++ })
			}
			if job.Looks != nil {
				job.Looks(b, func(Look) { n++ })
			}
			job.KeyName(b)
		}
		decodeAll(t, b)
	})
}

// decodeAll gives bytes to the codecs of this room. What they take is written as it was.
func decodeAll(t *testing.T, b []byte) {
	t.Helper()
	for what, again := range map[string]func() ([]byte, error){
		"chain":   func() ([]byte, error) { v, err := chains{}.Decode(b); return chains{}.Append(nil, v), err },
		"latest":  func() ([]byte, error) { v, err := latestCodec{}.Decode(b); return latestCodec{}.Append(nil, v), err },
		"timedID": func() ([]byte, error) { v, err := timedIDs{}.Decode(b); return timedIDs{}.Append(nil, v), err },
		"padded":  func() ([]byte, error) { v, err := padded{24}.Decode(b); return padded{24}.Append(nil, v), err },
	} {
		if same, err := again(); err == nil && string(same) != string(b) {
			t.Errorf("%s: %x is written as %x", what, b, same)
		}
	}
	if _, err := (alarmCodec{}).Decode(b); err == nil && len(b) != alarmWidth {
		t.Errorf("an alarm of %d bytes", len(b))
	}
}

// Files of keys and of flights come from outside.
func FuzzFiles(f *testing.F) {
	f.Add("a\nb\na\n")
	f.Add("time,origin,destination,delay_min,distance_mi\n2001-01-01T00:00:00,ATL,SFO,5,100\n")
	f.Add("time,origin,destination,delay_min,distance_mi\n2001-01-01T00:00:00,,\"SFO,-5,1e9\n")
	f.Add("\x1f\x8b\x08")
	f.Fuzz(func(t *testing.T, text string) {
		order, keys, err := readKeys("keys.txt", strings.NewReader(text))
		for _, k := range order {
			if err == nil && (k < 0 || int(k) >= keys) {
				t.Errorf("key %d of %d", k, keys)
			}
		}
		if rows, err := readFlights("flights.csv", strings.NewReader(text)); (rows == nil) == (err == nil) {
			t.Errorf("readFlights = %v, %v, want one of them", rows, err)
		}
	})
}
