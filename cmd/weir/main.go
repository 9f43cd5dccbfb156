// Command weir tests and measures the state backends of stream processors. What lives here is the Catalog written down: which backends this
// binary has, besides what every one has.
//
// Not here: what every one has, which is package catalog's, and the commands, which are cli's, so that a binary with other things in its
// Catalog has all of them.
//
// To add a backend, give it a line in everything, with a function that says whether this build and this machine have it.
package main

import (
	"os"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
	"github.com/weirbench/weir/catalog"
	"github.com/weirbench/weir/cli"
)

func main() {
	os.Exit(cli.Main(everything(), os.Args[1:]...))
}

// everything is what this build has.
func everything() weir.Catalog {
	c := catalog.Standard()
	c.Backends = append(c.Backends,
		weir.Backend{Name: "pebble", Doc: "the LSM tree of CockroachDB, in Go", Status: pebbleStatus,
			Open: func(o weir.BackendOptions) (backends.Backend, error) {
				return pebble.Backend{KV: kv.Options{Keep: o.Keep}, InMemory: o.InMemory}, nil
			}},
		weir.Backend{Name: "rocksdb", Doc: "RocksDB by way of cgo", Status: rocksStatus,
			Open: func(o weir.BackendOptions) (backends.Backend, error) {
				return rocksdb.Backend{KV: kv.Options{Keep: o.Keep}, InMemory: o.InMemory}, nil
			}},
	)
	return c
}

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
