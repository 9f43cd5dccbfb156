package workloads_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
		"silent":  {"records": "300", "keys": "20", "event_time": "true", "silent_every": "7", "silent_for": "1", "idle_after": "1"},
		"hotspot": {"records": "300", "keys": "50", "distribution": "hotspot"},
		"latest":  {"records": "300", "keys": "20", "distribution": "latest", "new_keys": "0.2"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.Count(), small) })
	}
}

func TestManyTimers(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"alone":    {"records": "400", "keys": "20", "delay": "40", "deletes": "30"},
		"bursts":   {"records": "400", "keys": "7", "delay": "90", "burst": "25"},
		"one-key":  {"records": "300", "keys": "1", "delay": "1000", "deletes": "0"},
		"per-key":  {"records": "400", "keys": "7", "delay": "90", "burst": "25", "bursts": "per-key"},
		"clock":    {"records": "400", "keys": "9", "delay": "40", "deletes": "40", "time": "processing", "burst": "16"},
		"disorder": {"records": "400", "keys": "9", "delay": "40", "deletes": "40", "out_of_order": "60", "watermark_every": "3"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.ManyTimers(), small) })
	}
}

// Partitions that run dry, and those that are silent now and then, have the same laws as others.
func TestSilences(t *testing.T) {
	for _, w := range []workloads.Workload{workloads.LongWindows(), workloads.WindowJoin(), workloads.IntervalJoin(), workloads.ManyTimers(), workloads.BroadcastRules()} {
		for name, params := range map[string]map[string]string{
			"dry":    {"dry_parts": "1", "dry_at": "40", "silent_for": "50", "idle_after": "5"},
			"silent": {"silent_every": "7", "silent_for": "3"},
		} {
			t.Run(w.Name+" "+name, func(t *testing.T) {
				small := map[string]string{"records": "300", "keys": "7"}
				for _, p := range w.Params {
					if v, ok := map[string]string{"size": "60", "slide": "20", "gap": "25", "before": "20", "after": "30", "watermark_every": "4", "delay": "40"}[p.Name]; ok {
						small[p.Name] = v
					}
				}
				maps.Copy(small, params)
				workloadtest.Run(t, w, small)
			})
		}
	}
}

// A partition that runs dry has so many records and no more; the first one never does.
func TestDryPartitions(t *testing.T) {
	for dry, want := range map[string][]int{"0": {0, 0, 0}, "1": {0, 0, 40}, "2": {0, 40, 40}, "9": {0, 40, 40}} {
		job, err := workloads.ManyTimers().Open(workloads.Options{Params: map[string]string{"records": "3000", "dry_parts": dry, "dry_at": "40"}, Parts: 3, Groups: 16})
		if err != nil {
			t.Fatal(err)
		}
		for p, n := range want {
			if got := len(job.Input.Parts[p].Key); n > 0 && got != n || n == 0 && got < 900 {
				t.Errorf("dry_parts %s: partition %d has %d records, want %d (0: about 1000)", dry, p, got, n)
			}
		}
	}
}

func TestBroadcastRules(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"some":  {"records": "400", "keys": "20", "rule_every": "7", "watermark_every": "4", "out_of_order": "20"},
		"late":  {"records": "400", "keys": "20", "late": "0.2", "late_by": "60", "watermark_every": "4"},
		"often": {"records": "200", "keys": "5", "rule_every": "2"},
		"one":   {"records": "300", "keys": "1", "rule_every": "1000"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.BroadcastRules(), small) })
	}
}

func TestLargeState(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"mixed":  {"records": "400", "keys": "40", "value_size": "64"},
		"writes": {"records": "300", "keys": "20", "reads": "0", "value_size": "32"},
		"zipf":   {"records": "400", "keys": "100", "distribution": "zipfian", "reads": "0.9"},
		"blind":  {"records": "400", "keys": "40", "reads": "0.2", "updates": "0.5", "value_sizes": "uniform", "value_size": "50"},
		"tail":   {"records": "400", "keys": "40", "reads": "0.5", "value_sizes": "lognormal", "value_sigma": "2"},
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
		"clock":         {"time": "processing", "function": "list"},
		"clock-session": {"time": "processing", "function": "list", "window": "session", "gap": "60"},
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

// A gap that is even is one that records are apart, so that sessions touch.
func TestTouchingSessions(t *testing.T) {
	few := map[string]string{"window": "session", "records": "400", "keys": "5", "gap": "12", "watermark_every": "4"}
	for name, more := range map[string]map[string]string{
		"in order":     {},
		"list":         {"function": "list", "out_of_order": "20"},
		"late":         {"late": "0.2", "late_by": "40", "lateness": "10", "out_of_order": "8"},
		"late, purged": {"late": "0.2", "late_by": "40", "lateness": "24", "out_of_order": "8", "trigger": "fire-and-purge", "function": "list"},
	} {
		t.Run(name, func(t *testing.T) {
			small := maps.Clone(few)
			maps.Copy(small, more)
			workloadtest.RunAlone(t, workloads.LongWindows(), small)
			delete(small, "function")
			workloadtest.RunAlone(t, workloads.WindowJoin(), small)
		})
	}
}

// What is given counts or is refused, in a line that says what would be right.
func TestWindowsRefused(t *testing.T) {
	clock := func(more map[string]string) map[string]string {
		all := map[string]string{"time": "processing", "function": "list"}
		maps.Copy(all, more)
		return all
	}
	for _, c := range []struct {
		params map[string]string
		parts  int
		want   string // "": it is taken
	}{
		{map[string]string{"window": "session", "gap": "30k"}, 1, ""},
		{map[string]string{"window": "session", "gap": "30k"}, 2, "gap 30000 with 2 source partitions; want an odd number, as 30001"},
		{map[string]string{"window": "session"}, 2, ""},
		{map[string]string{"gap": "30k"}, 2, ""},
		{clock(map[string]string{"window": "session", "gap": "30k"}), 2, ""},
		{clock(map[string]string{"lateness": "500"}), 2, "lateness 500 with time processing; want 0"},
		{clock(map[string]string{"trigger": "fire-and-purge"}), 2, "trigger fire-and-purge with time processing; want fire"},
		{clock(map[string]string{"lateness": "0", "trigger": "fire"}), 2, ""},
	} {
		c.params["records"] = "100"
		_, err := workloads.LongWindows().Open(workloads.Options{Params: c.params, Parts: c.parts, Groups: 16})
		if said := fmt.Sprint(err); c.want == "" && err != nil || !strings.Contains(said, c.want) {
			t.Errorf("%v of %d partitions: %v, want %q", c.params, c.parts, err, c.want)
		}
	}
}

func TestDedupTTL(t *testing.T) {
	few := map[string]string{"records": "400", "keys": "20", "life": "30"}
	for name, more := range map[string]map[string]string{
		"dropped":        {},
		"renewed":        {"renew": "true"},
		"read":           {"update": "on-read-and-write", "cleanup": "incremental"},
		"shown":          {"visibility": "if-not-cleaned-up", "cleanup": "none"},
		"list":           {"kind": "list", "renew": "true", "cleanup": "none"},
		"list-read":      {"kind": "list", "update": "on-read-and-write"},
		"list-shown":     {"kind": "list", "renew": "true", "visibility": "if-not-cleaned-up", "cleanup": "full-snapshot"},
		"map":            {"kind": "map", "cleanup": "compaction"},
		"map-read-shown": {"kind": "map", "keys": "3", "update": "on-read-and-write", "visibility": "if-not-cleaned-up", "cleanup": "none"},
	} {
		t.Run(name, func(t *testing.T) {
			small := maps.Clone(few)
			maps.Copy(small, more)
			workloadtest.Run(t, workloads.DedupTTL(), small)
		})
	}
	grows := map[string]string{"kind": "list", "renew": "true", "update": "on-read-and-write"}
	if _, err := workloads.DedupTTL().Open(workloads.Options{Params: grows, Parts: 1, Groups: 16}); err == nil {
		t.Error("a list that grows for ever is accepted")
	}
}

func TestWindowJoin(t *testing.T) {
	few := map[string]string{"records": "400", "keys": "5", "size": "60", "slide": "20", "gap": "25", "watermark_every": "4"}
	for _, kind := range []string{"tumbling", "sliding", "session"} {
		t.Run(kind, func(t *testing.T) {
			small := maps.Clone(few)
			small["window"] = kind
			workloadtest.Run(t, workloads.WindowJoin(), small)
		})
	}
	t.Run("late", func(t *testing.T) {
		small := maps.Clone(few)
		maps.Copy(small, map[string]string{"window": "session", "late": "0.2", "late_by": "60", "lateness": "20", "trigger": "fire-and-purge"})
		workloadtest.RunAlone(t, workloads.WindowJoin(), small)
	})
}

func TestIntervalJoin(t *testing.T) {
	few := map[string]string{"records": "400", "keys": "5", "before": "20", "after": "31", "watermark_every": "4", "out_of_order": "12", "burst": "2"}
	workloadtest.Run(t, workloads.IntervalJoin(), few)
	t.Run("late", func(t *testing.T) {
		small := maps.Clone(few)
		maps.Copy(small, map[string]string{"late": "0.2", "late_by": "60", "before": "0"})
		workloadtest.RunAlone(t, workloads.IntervalJoin(), small)
	})
}

func TestContinuousJoin(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"some":  {"records": "400", "keys": "5"},
		"often": {"records": "400", "keys": "5", "finishes": "0.5"},
		"never": {"records": "300", "keys": "9", "finishes": "0"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.ContinuousJoin(), small) })
	}
}

func TestListAppend(t *testing.T) {
	for _, sizes := range []string{"fixed", "uniform", "lognormal"} {
		t.Run(sizes, func(t *testing.T) {
			workloadtest.Run(t, workloads.ListAppend(), map[string]string{"records": "400", "keys": "20", "length": "7", "reads": "0.4", "element_size": "24", "element_sizes": sizes})
		})
	}
}

func TestMapProfile(t *testing.T) {
	for _, sizes := range []string{"fixed", "uniform", "lognormal"} {
		t.Run(sizes, func(t *testing.T) {
			workloadtest.Run(t, workloads.MapProfile(), map[string]string{"records": "500", "keys": "12", "fields": "6", "removes": "0.3", "scans": "0.2", "gets": "0.1", "value_size": "20", "value_sizes": sizes})
		})
	}
}

// A profile that is loaded has its first fields from the first record of its key on, and gets the next ones in their order until it has all.
func TestMapProfileLoaded(t *testing.T) {
	for name, more := range map[string]map[string]string{
		"put":     {"scans": "0.3", "gets": "0.2", "removes": "0"},
		"removed": {"scans": "0.2", "prunes": "0.1", "removes": "0.3", "new_keys": "0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			small := map[string]string{"records": "500", "keys": "12", "fields": "9", "loaded": "4", "value_size": "20"}
			maps.Copy(small, more)
			workloadtest.Run(t, workloads.MapProfile(), small)
		})
	}
	_, err := workloads.MapProfile().Open(workloads.Options{Params: map[string]string{"fields": "9", "loaded": "10"}, Parts: 1, Groups: 16})
	if want := "loaded 10 of 9 fields; want at most all"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

// The presets are workloads like others, under other names.
func TestPresets(t *testing.T) {
	for _, w := range slices.Concat(workloads.YCSB(), workloads.Gadget()) {
		t.Run(w.Name, func(t *testing.T) {
			small := map[string]string{"records": "300"}
			for _, p := range w.Params { // as a simulation makes them small
				if v, ok := map[string]string{"keys": "9", "size": "60", "slide": "20", "gap": "15", "before": "20", "after": "20", "watermark_every": "4", "value_size": "40"}[p.Name]; ok {
					small[p.Name] = v
				}
			}
			workloadtest.Run(t, w, small)
		})
	}
}

// A preset's defaults count where nothing is given, and what is given where it is.
func TestPresetDefaults(t *testing.T) {
	c := workloads.YCSB()[2]
	for given, want := range map[string]int64{"": 1_000_000, "70": 70} {
		o := workloads.Options{Params: map[string]string{}, Parts: 1, Groups: 16}
		if given != "" {
			o.Params["records"] = given
		}
		job, err := c.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		if n := job.Input.Records(); n != want {
			t.Errorf("%s with records %q has %d of them, want %d", c.Name, given, n, want)
		}
	}
}
