package weir

import (
	"math"
	"testing"

	"github.com/weirbench/weir/engine"
)

// A mix is what a record asks of the states that a job is about.
type mix map[string]float64

// The core workloads of YCSB ask what its files say, once their keys are loaded: so often they read, update, insert, scan and read-modify-write.
// What is asked while keys are loaded, and what is asked only to judge the job, is told apart from that.
func TestYCSBMixes(t *testing.T) {
	const keys, records = 1000, 40_000
	value, profile := func(reads, writes float64) mix { return mix{"value reads": reads, "value writes": writes} }, func(scans, writes float64) mix {
		return mix{"profile scans": scans, "profile writes": writes}
	}
	for name, want := range map[string]mix{
		"ycsb-a": value(.5, .5),
		"ycsb-b": value(.95, .05),
		"ycsb-c": value(1, 0),
		"ycsb-d": value(.95, .05),
		"ycsb-e": profile(.95, .05),
		"ycsb-f": value(1, .5), // half read, half read and write
	} {
		cell := liveCell("heap")
		cell.Workload, cell.Params = name, map[string]string{"keys": "1k", "records": "60k", "value_size": "40"}
		cell.Sources = 1 // so that no source is in a phase before another
		cell.Phases = []engine.Phase{{Name: "fill", Records: keys}, {Name: "settle", Idle: true, Checkpoints: 1}, {Name: "measure", Records: records}}
		ev, vs := lived(t, cell, 1)
		noFailure(t, cell, vs)
		if ev.AskedIn != "measure" || ev.Asking < records/2 || ev.Asking > records {
			t.Errorf("%s: %d records were given to operators in %q, want the %d that are measured", name, ev.Asking, ev.AskedIn, records)
			continue
		}
		got, check := mix{}, int64(0)
		for _, s := range ev.Accesses {
			for k, n := range s.N {
				if s.Aside {
					check += n
				} else {
					got[s.State+" "+k] = float64(n) / float64(ev.Asking)
				}
			}
		}
		for k, n := range got {
			if _, ok := want[k]; !ok { // misses, too: all keys are loaded
				t.Errorf("%s: a record asks %s %.4f times, want it not at all", name, k, n)
			}
		}
		for k, n := range want {
			if math.Abs(got[k]-n) > .015 || n == 1 && got[k] != 1 || n == 0 && got[k] != 0 {
				t.Errorf("%s: a record asks %s %.4f times, want %v", name, k, got[k], n)
			}
		}
		if check < 2*ev.Asking { // what a key saw is read and written
			t.Errorf("%s: the checks asked %d times, want twice for each of %d records at least", name, check, ev.Asking)
		}
	}
}
