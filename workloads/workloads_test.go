package workloads_test

import (
	"maps"
	"testing"

	"github.com/weirbench/weir/workloads"
	"github.com/weirbench/weir/workloads/workloadtest"
)

func TestFlights(t *testing.T) {
	workloadtest.Run(t, workloads.Flights(), map[string]string{"records": "150", "passes": "2"})
}

func TestCount(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"uniform": {"records": "400", "keys": "20"},
		"zipfian": {"records": "400", "keys": "300", "distribution": "zipfian", "event_time": "true"},
		"padded":  {"records": "400", "keys": "20", "value_size": "100"},
		"one-key": {"records": "300", "keys": "1"},
		"hotspot": {"records": "300", "keys": "50", "distribution": "hotspot"},
		"latest":  {"records": "300", "keys": "20", "distribution": "latest", "new_keys": "0.2"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.Count(), small) })
	}
}

func TestManyTimers(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"alone":   {"records": "400", "keys": "20", "delay": "40", "deletes": "30"},
		"bursts":  {"records": "400", "keys": "7", "delay": "90", "burst": "25"},
		"one-key": {"records": "300", "keys": "1", "delay": "1000", "deletes": "0"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.ManyTimers(), small) })
	}
}

func TestLargeState(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"mixed":  {"records": "400", "keys": "40", "value_size": "64"},
		"writes": {"records": "300", "keys": "20", "reads": "0", "value_size": "32"},
		"zipf":   {"records": "400", "keys": "100", "distribution": "zipfian", "reads": "0.9"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.LargeState(), small) })
	}
}

func TestLongWindows(t *testing.T) {
	few := map[string]string{"records": "400", "keys": "7", "size": "60", "slide": "20", "gap": "25", "watermark_every": "4"}
	for name, more := range map[string]map[string]string{
		"sliding":       {},
		"tumbling-list": {"window": "tumbling", "function": "list", "out_of_order": "20"},
		"session":       {"window": "session", "out_of_order": "12"},
		"session-list":  {"window": "session", "function": "list", "burst": "3", "lateness": "15", "trigger": "fire-and-purge"},
		"cumulate":      {"window": "cumulate", "lateness": "10", "trigger": "fire-and-purge"},
		"zipf":          {"distribution": "zipfian", "slide": "7", "function": "list"},
	} {
		t.Run(name, func(t *testing.T) {
			small := maps.Clone(few)
			maps.Copy(small, more)
			workloadtest.Run(t, workloads.LongWindows(), small)
		})
	}
}

// late is how much is late where something is: it wants one source partition.
func TestLongWindowsWithLateRecords(t *testing.T) {
	few := map[string]string{"records": "400", "keys": "5", "size": "60", "slide": "20", "gap": "15", "watermark_every": "4", "late": "0.2", "late_by": "60", "out_of_order": "8"}
	for _, kind := range []string{"sliding", "tumbling", "session", "cumulate"} {
		for i, lateness := range []string{"0", "14", "40"} {
			for _, trigger := range []string{"fire", "fire-and-purge"} {
				t.Run(kind+" "+lateness+" "+trigger, func(t *testing.T) {
					small := maps.Clone(few)
					maps.Copy(small, map[string]string{"window": kind, "lateness": lateness, "trigger": trigger, "function": []string{"aggregate", "list"}[i%2]})
					workloadtest.RunAlone(t, workloads.LongWindows(), small)
				})
			}
		}
	}
	if _, err := workloads.LongWindows().Open(workloads.Options{Params: map[string]string{"late": "0.1"}, Parts: 2, Groups: 16}); err == nil {
		t.Error("late records of two partitions are accepted; nobody could say which are late")
	}
}

func TestDedupTTL(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"dropped": {"records": "400", "keys": "20", "life": "30"},
		"renewed": {"records": "400", "keys": "20", "life": "30", "renew": "true"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.DedupTTL(), small) })
	}
}
