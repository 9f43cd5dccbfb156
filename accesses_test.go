package weir

import (
	"fmt"
	"testing"
	"time"
)

// A live run counts what its job asks of its state: count reads and writes one value for each record, what is applied again included.
// The checkpoints say how large the state is.
func TestAccessesOfALiveRun(t *testing.T) {
	for _, b := range testBackends() {
		cell := liveCell(b)
		cell.Params["records"] = fmt.Sprint(200_000)
		cell.Interval = 5 * time.Millisecond
		ev, vs := lived(t, cell, 1)
		noFailure(t, cell, vs)
		if ev.Asking < 1 || ev.Asking > 200_000 {
			t.Errorf("%s: %d records were given to operators that were counted, want at most 200000", b, ev.Asking)
		}
		var reads, writes int64
		for _, s := range ev.Accesses {
			reads, writes = reads+s.N["reads"], writes+s.N["writes"]
			if s.Kind != "value" {
				t.Errorf("%s: state %s is a %s, want a value", b, s.State, s.Kind)
			}
		}
		if reads < ev.Asking || writes != ev.Asking { // readers' reads count, too: they ask the same state
			t.Errorf("%s: %d reads and %d writes for %d records, want as many", b, reads, writes, ev.Asking)
		}
		if m := ev.Memory; m.Heap < 1<<16 || m.Resident != 0 && m.Resident < 1<<20 || (m.Pauses > 0) != (m.LongestMost > 0) {
			t.Errorf("%s: memory %+v", b, m)
		}
		s := ev.series(1)
		if s == nil {
			t.Fatalf("%s: no series", b)
		}
		if len(s.Fired) > 0 {
			t.Errorf("%s: a job without timers fired some", b)
		}
		for _, x := range s.State {
			if x.Entries < 1 || x.Entries > 300 || x.Bytes < x.Entries {
				t.Errorf("%s: a checkpoint of %d entries in %d bytes, want at most 300 keys", b, x.Entries, x.Bytes)
			}
		}
	}
}

// Gadget's running aggregate is one get and one put for each record.
func TestAccessesOfARunningAggregate(t *testing.T) {
	cell := liveCell("heap")
	cell.Workload, cell.Params, cell.Readers = "continuous.aggregation", map[string]string{"records": "50k", "keys": "300"}, 0
	ev, vs := lived(t, cell, 1)
	noFailure(t, cell, vs)
	if len(ev.Accesses) != 1 || ev.Accesses[0].Kind != "value" || ev.Accesses[0].N["reads"] != ev.Asking || ev.Accesses[0].N["writes"] != ev.Asking {
		t.Errorf("%d records: %+v, want one state that is read and written once for each", ev.Asking, ev.Accesses)
	}
}
