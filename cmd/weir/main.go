// Command weir tests and measures the state backends of stream processors. What lives here is the Catalog written down: which backends,
// workloads, faults, checks and scenarios this binary has.
//
// Not here: the commands, which are cli's, so that a binary with other things in its Catalog has all of them.
//
// To add a backend, give it a line in catalog, with a function that says whether this build and this machine have it.
package main

import (
	"os"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
	"github.com/weirbench/weir/cli"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/workloads"
)

func main() {
	os.Exit(cli.Main(catalog(), os.Args[1:]...))
}

// catalog is everything that this build has.
func catalog() weir.Catalog {
	return weir.Catalog{
		Backends: []weir.Backend{
			{Name: "heap", Aliases: []string{"hashmap"}, Color: "heap", Doc: "live Go objects, copy-on-write snapshots", Status: heapStatus,
				Open: func(weir.BackendOptions) (backends.Backend, error) { return heap.Backend{}, nil }},
			{Name: "pebble", Color: "pebble", Doc: "the LSM tree of CockroachDB, in Go", Status: pebbleStatus,
				Open: func(o weir.BackendOptions) (backends.Backend, error) {
					return pebble.Backend{KV: kv.Options{Keep: o.Keep}, InMemory: o.InMemory}, nil
				}},
			{Name: "rocksdb", Color: "rocksdb", Doc: "RocksDB by way of cgo", Status: rocksStatus,
				Open: func(o weir.BackendOptions) (backends.Backend, error) {
					return rocksdb.Backend{KV: kv.Options{Keep: o.Keep}, InMemory: o.InMemory}, nil
				}},
		},
		Workloads: workloads.All(),
		Faults:    faults.All(),
		Checks:    linearizability.Checks(),
		Scenarios: scenarios(),
	}
}

func heapStatus() weir.Status { return weir.Status{Available: true, Label: "heap"} }

func pebbleStatus() weir.Status {
	return weir.Status{Available: true, Label: "pebble", Version: weir.Examine(".").Pebble}
}

func rocksStatus() weir.Status {
	found := rocksdb.Found()
	s := weir.Status{Available: found.Compiled, Label: "rocksdb", Version: found.Version, Debug: found.Debug, Reason: found.Why, Remedy: found.Remedy}
	if found.Compiled && found.Debug {
		s.Label, s.Remedy = "rocksdb (debug build)", found.RemedyDebug()
	}
	return s
}

func scenarios() (all []weir.BuiltIn) {
	for _, s := range workloads.Scenarios() {
		all = append(all, weir.BuiltIn{Name: s.Name, Doc: s.Doc, YAML: s.YAML})
	}
	return all
}
