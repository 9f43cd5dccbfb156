package workloads

import (
	"maps"
	"slices"
)

// preset is a workload under another name, with other defaults; all else is the workload's.
func preset(w Workload, name, doc string, defaults map[string]string) Workload {
	w.Name, w.Doc, w.Params = name, doc, slices.Clone(w.Params)
	known := 0
	for i := range w.Params {
		if v, ok := defaults[w.Params[i].Name]; ok {
			w.Params[i].Default = v
			known++
		}
	}
	if known < len(defaults) {
		panic("workloads: " + name + " presets a parameter that there is not")
	}
	open, params := w.Open, w.Params
	w.Open = func(o Options) (*Job, error) {
		v := values{o.Params, params}
		given := make(map[string]string, len(params))
		for _, p := range params { // so that the workload's own defaults never count
			given[p.Name] = v.text(p.Name)
		}
		o.Params = given
		return open(o)
	}
	return w
}

// YCSB is the six core workloads of YCSB as keyed jobs: a thousand bytes for each key, read, updated, inserted and changed in YCSB's proportions.
// The first records load all keys, as YCSB's load phase does. Keyed state has no order over keys, so a scan is one through the fields of its key.
func YCSB() []Workload {
	value := func(name, doc string, more map[string]string) Workload {
		defaults := map[string]string{"value_size": "1000", "distribution": zipfianLaw, "keys": "100k", "records": "1M"}
		maps.Copy(defaults, more)
		return preset(LargeState(), name, doc, defaults)
	}
	return []Workload{
		value("ycsb-a", "YCSB's update heavy workload: half of the records read, half update", map[string]string{"reads": "0.5", "updates": "0.5"}),
		value("ycsb-b", "YCSB's read mostly workload: 95 of 100 records read, 5 update", map[string]string{"reads": "0.95", "updates": "0.05"}),
		value("ycsb-c", "YCSB's read only workload", map[string]string{"reads": "1"}),
		value("ycsb-d", "YCSB's read latest workload: 95 of 100 records read what is new, 5 insert", map[string]string{"reads": "1", "new_keys": "0.05", "distribution": latestLaw}),
		preset(MapProfile(), "ycsb-e", "YCSB's short ranges: each key is loaded with ten fields; 95 of 100 records scan all of their key, 5 insert one, up to a hundred",
			map[string]string{"gets": "0", "removes": "0", "scans": "0.95", "fields": "100", "loaded": "10", "value_size": "100", "distribution": zipfianLaw, "keys": "10k"}),
		value("ycsb-f", "YCSB's read-modify-write workload: half of the records read, half read and write", map[string]string{"reads": "0.5"}),
	}
}

// Gadget is the operators of Gadget, by its names for them, that are jobs here. Those of "all" have one key.
func Gadget() []Workload {
	windows := func(name, kind, function, keys string) Workload {
		what := map[string]string{"aggregate": "folded as they come", "list": "kept until it fires"}[function]
		return preset(LongWindows(), name, "Gadget's operator: records in "+kind+" windows, "+what, map[string]string{"window": kind, "function": function, "keys": keys})
	}
	join := func(name, kind string) Workload {
		return preset(WindowJoin(), name, "Gadget's operator: two inputs paired in "+kind+" windows", map[string]string{"window": kind})
	}
	return []Workload{
		windows("tumbling.keyed.incremental", tumblingWindow, "aggregate", "1k"),
		windows("tumbling.keyed.holistic", tumblingWindow, "list", "1k"),
		windows("tumbling.all.incremental", tumblingWindow, "aggregate", "1"),
		windows("tumbling.all.holistic", tumblingWindow, "list", "1"),
		windows("sliding.keyed.incremental", slidingWindow, "aggregate", "1k"),
		windows("sliding.keyed.holistic", slidingWindow, "list", "1k"),
		windows("sliding.all.incremental", slidingWindow, "aggregate", "1"),
		windows("sliding.all.holistic", slidingWindow, "list", "1"),
		windows("session.incremental", sessionWindow, "aggregate", "1k"),
		windows("session.holistic", sessionWindow, "list", "1k"),
		join("join.tumbling", tumblingWindow),
		join("join.sliding", slidingWindow),
		preset(IntervalJoin(), "join.interval", "Gadget's operator: two inputs paired when their times are near", nil),
		preset(Count(), "continuous.aggregation", "Gadget's operator: a running aggregate for each key, one get and one put for each record", nil),
		preset(ContinuousJoin(), "continuous.join", "Gadget's operator: two inputs paired until their key is finished", nil),
	}
}
