package weir

import (
	"strings"
	"testing"

	"github.com/weirbench/weir/workloads"
)

func planned(t *testing.T, file, src string, sets ...string) (*Plan, error) {
	t.Helper()
	s, err := Parse(file, []byte(src), testCatalog(), sets)
	if err != nil {
		return nil, err
	}
	p, err := s.Plan(testCatalog(), PlanOptions{Seed: new(uint64)})
	if err != nil {
		t.Fatal(err)
	}
	return p, nil
}

// What is wrong with parameters beside each other, and with their files, has the place of one that was given, or of the workload's type.
func TestMisfitsHaveAPlace(t *testing.T) {
	job := func(fields string) string { return "config: {parallelism.default: 2}\nworkload:\n  " + fields + "\n" }
	for _, c := range []struct {
		src, set, want string
	}{
		{job("type: large-state\n  updates: 0.6\n  reads: 0.7"), "", "s.yaml:5:10: reads and updates are 1.3 of the records together; want 1 at most"},
		{job("type: large-state\n  updates: 0.6"), "", "s.yaml:4:12: reads and updates are 1.1 of"},
		{job("type: large-state\n  updates: 0.6"), "workload.reads=0.7", `--set "workload.reads=0.7": reads and updates are 1.3 of`},
		{job("type: map-profile\n  scans: 0.95"), "", "s.yaml:4:10: gets, removes, scans and prunes are 1.45 of"},
		{job("type: long-windows\n  late: 0.1"), "", "s.yaml:4:9: late 0.1 with 2 source partitions; want 1"},
		{job("type: long-windows\n  slide: 300k"), "", "s.yaml:4:10: slide 300000 and size 200000; want"},
		{job("type: long-windows\n  size: 5k"), "", "s.yaml:4:9: slide 20000 and size 5000; want"},
		{job("type: long-windows\n  time: processing"), "", "s.yaml:4:9: function aggregate with time processing; want"},
		{job("type: count\n  distribution: file"), "", "s.yaml:4:17: keys_path is empty; want"},
		{job("type: count\n  distribution: file\n  keys_path: nope.txt"), "", "s.yaml:5:14: open the keys: open nope.txt"},
		{job("type: flights\n  path: nope.csv"), "", "s.yaml:4:9: open the flights: open nope.csv"},
		{job("type: flights"), "workload.path=nope.csv", `--set "workload.path=nope.csv": open the flights: open nope.csv`},
		{job("type: count\n  distribution: file\n  keys_path: k.txt\n  new_keys: 0.1"), "", "s.yaml:6:13: new_keys 0.1; want 0 with distribution file"},
		{job("type: many-timers\n  dry_parts: 63"), "", "s.yaml:4:14: workload.dry_parts: 63 of 2 source partitions; want 1 at most"},
		{job("type: many-timers\n  delay: 10 x"), "", `s.yaml:4:10: workload.delay: "10 x"; want a whole number from 1 to 1G of milliseconds, of microseconds with time processing, or a time such as "10 s"`},
		{job("type: many-timers\n  delay: 10 us"), "", `s.yaml:4:10: workload.delay: "10 us"; want a whole number from 1 to 1G of milliseconds`},
		{job("type: large-state\n  value_size: 10 s"), "", `s.yaml:4:15: workload.value_size: "10 s"; want a whole number from 16 to 1048576 of bytes, or a size such as "4 KiB"`},
	} {
		var sets []string
		if c.set != "" {
			sets = []string{c.set}
		}
		p, err := planned(t, "s.yaml", c.src, sets...)
		if err == nil {
			_, err = p.Records(testCatalog())
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s%s:\n%v; want one line that begins\n%s", c.src, c.set, err, c.want)
		}
	}
}

// A time or a size may have a unit of its own; a bare number has the parameter's, which is shown.
func TestUnitsOfParameters(t *testing.T) {
	for _, c := range [][4]string{
		{"many-timers, delay: 10 s", "delay", "10000", ""},
		{"many-timers, delay: 10k", "delay", "10k", "ms"},
		{"many-timers, delay: 10k ms", "delay", "10000", ""},
		{"many-timers, delay: 10 s, time: processing", "delay", "10000000", ""},
		{"many-timers, delay: 10k, time: processing", "delay", "10k", "us"},
		{"many-timers, delay: 25 us, time: processing", "delay", "25", ""},
		{"many-timers, silent_for: 1.5 s", "silent_for", "1500000", ""},
		{"long-windows, size: 5 min", "size", "300000", ""},
		{"large-state, value_size: 32 KiB", "value_size", "32768", ""},
		{"large-state, value_size: 100", "value_size", "100", "B"},
		{"dedup-ttl, life: 200 ms", "life", "200000", ""},
	} {
		p, err := planned(t, "s.yaml", "workload: {type: "+c[0]+"}\n")
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		if got := p.Cells[0].Params[c[1]]; got != c[2] {
			t.Errorf("%s: %q, want %q", c[0], got, c[2])
		}
		for _, s := range p.Cells[0].Settings {
			if s.Key == "workload."+c[1] && s.Unit != c[3] {
				t.Errorf("%s: %q is shown in %q, want %q", c[0], s.Value, s.Unit, c[3])
			}
		}
	}
}

// A parameter that was set and has no effect is told; one that counts, or that nobody set, is not.
func TestParametersWithoutEffect(t *testing.T) {
	for fields, want := range map[string]string{
		"type: count, theta: 0.5":                                          "s.yaml:1:32: workload.theta has no effect unless workload.distribution is zipfian or latest",
		"type: count, hot_keys: 0.5":                                       "workload.hot_keys has no effect unless workload.distribution is hotspot",
		"type: count, distribution: zipfian, theta: 0.5":                   "",
		"type: count, distribution: file, keys: 5":                         "workload.keys has no effect unless workload.distribution is uniform, zipfian, hotspot, latest or sequential",
		"type: large-state, value_sigma: 2":                                "workload.value_sigma has no effect unless workload.value_sizes is lognormal",
		"type: long-windows, window: tumbling, slide: 5k":                  "workload.slide has no effect unless workload.window is sliding or cumulate",
		"type: long-windows, window: session, slide: 5k":                   "workload.slide has no effect unless",
		"type: long-windows, gap: 5k":                                      "workload.gap has no effect unless workload.window is session",
		"type: long-windows, late_by: 5k":                                  "workload.late_by has no effect unless workload.late is more than 0",
		"type: many-timers, bursts: per-key":                               "workload.bursts has no effect unless workload.burst is more than 0",
		"type: many-timers, bursts: per-key, burst: 1 s":                   "",
		"type: many-timers, idle_after: 5":                                 "workload.idle_after has no effect unless workload.dry_parts is more than 0",
		"type: many-timers, dry_at: 5":                                     "workload.dry_at has no effect unless workload.dry_parts is more than 0",
		"type: many-timers, silent_for: 5":                                 "workload.silent_for has no effect unless workload.silent_every is more than 0 or workload.dry_parts is more than 0",
		"type: join.tumbling":                                              "",
		"type: ycsb-a, theta: 0.5":                                         "",
		"type: long-windows, window: sliding, late: 0, size: 60k, keys: 5": "",
	} {
		p, err := planned(t, "s.yaml", "workload: {"+fields+"}\nconfig: {execution.checkpointing.interval: 1 s, taskmanager.memory.managed.size: 0}\n")
		if err != nil {
			t.Errorf("%s: %v", fields, err)
			continue
		}
		var told []string
		for _, w := range p.Warnings {
			if strings.Contains(w, "workload.") {
				told = append(told, w)
			}
		}
		if want == "" && len(told) > 0 || want != "" && (len(told) != 1 || !strings.Contains(told[0], want)) {
			t.Errorf("%s: %q, want %q", fields, told, want)
		}
	}
	two := "matrix: {workload.window: [tumbling, sliding]}\nworkload: {type: long-windows, slide: 5k}\n" // it counts in one cell
	if p, err := planned(t, "s.yaml", two); err != nil || strings.Contains(strings.Join(p.Warnings, "\n"), "slide") {
		t.Errorf("slide with windows of which some slide: %v, %q", err, p.Warnings)
	}
	for _, s := range workloads.Scenarios() {
		for _, set := range []string{"", "size=small", "size=full"} {
			var sets []string
			if set != "" && strings.Contains(string(s.YAML), "\nsizes:") {
				sets = []string{set}
			}
			if p, err := planned(t, s.Name, string(s.YAML), sets...); err != nil || strings.Contains(strings.Join(p.Warnings, "\n"), ": workload.") {
				t.Errorf("%s %s: %v, %q", s.Name, set, err, p.Warnings)
			}
		}
		if s.Name != "long-windows" {
			continue
		}
		if p, err := planned(t, "builtin:long-windows", string(s.YAML), "workload.window=tumbling", "size=small"); err != nil || strings.Contains(strings.Join(p.Warnings, "\n"), "slide") {
			t.Errorf("a slide that the scenario has: %v, %q", err, p.Warnings)
		}
	}
}
