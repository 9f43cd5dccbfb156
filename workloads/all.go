package workloads

import (
	"embed"
	"path"
	"slices"
	"strings"
)

// All are the workloads that weir brings.
func All() []Workload {
	all := []Workload{Flights(), Count(), LargeState(), ManyTimers(), LongWindows(), WindowJoin(), IntervalJoin(), ContinuousJoin(), ListAppend(), MapProfile(), DedupTTL(), BroadcastRules()}
	return slices.Concat(all, YCSB(), Gadget())
}

// A Scenario is one that runs by its name.
type Scenario struct {
	Name string
	Doc  string // one line: its description
	YAML []byte
}

//go:embed scenarios/*.yaml
var scenarioFiles embed.FS

// Scenarios are all that run by name, in the order of their names. The bytes are the caller's.
func Scenarios() []Scenario {
	entries, err := scenarioFiles.ReadDir("scenarios")
	if err != nil {
		panic(err) // it is in the program
	}
	var all []Scenario
	for _, e := range entries {
		src, err := scenarioFiles.ReadFile("scenarios/" + e.Name())
		if err != nil {
			panic(err)
		}
		all = append(all, Scenario{strings.TrimSuffix(e.Name(), path.Ext(e.Name())), description(src), src})
	}
	return all
}

// description is the value of the line that begins with "description:".
func description(yaml []byte) string {
	for line := range strings.Lines(string(yaml)) {
		if text, ok := strings.CutPrefix(line, "description:"); ok {
			return strings.Trim(strings.TrimSpace(text), `"`)
		}
	}
	return ""
}
