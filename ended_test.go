package weir

import (
	"testing"

	"github.com/weirbench/weir/linearizability"
)

// A run that is ended by its time may be down when that time comes. What an attempt had read before it died is read again, or its records
// would be there without being of the input.
func TestEndedWhileDown(t *testing.T) {
	src := `
name: ended
config:
  execution.checkpointing.interval: 20 ms
  restart-strategy.type: fixed-delay
  restart-strategy.fixed-delay.delay: 1500 ms
workload: {type: count, keys: 100, records: 3M}
faults: [{after: 1000 records, do: kill, target: all}]
run: {repetitions: 1, duration: 1 s}
`
	r := ran(t, testCatalog(), src, RunOptions{}, asIs)
	for _, c := range r.Cells[0].Checks {
		if c.Verdict == string(linearizability.Fail) {
			t.Errorf("%s: %s", c.Name, c.Reason)
		}
	}
	if r.Cells[0].Verdict != "pass" || r.Cells[0].Crashes == 0 {
		t.Errorf("verdict %s with %d crashes, want a pass with one", r.Cells[0].Verdict, r.Cells[0].Crashes)
	}
}
