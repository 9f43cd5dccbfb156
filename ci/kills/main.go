// Command kills prints the kill table: every planted bug on every backend, which check found it, on which seed, how often its code ran,
// and whether the same seeds are clean without it. What it prints is committed as docs/kill-table.md:
//
//	go run -tags 'rocksdb grocksdb_clean_link' ./ci/kills >docs/kill-table.md
//
// Not here: the planted bugs (engine.Mutants and backends/broken) and trying them (weir.KillTable). It exits with 1 when one of them is
// not found, or a legal change is.
//
// To add a backend, give it a line in catalog.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
	"github.com/weirbench/weir/workloads"
)

func main() {
	only := flag.String("only", "", "one planted bug, by its name")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := catalog()
	o := weir.KillOptions{Seeds: 25, Rare: 500, Only: *only, Tell: func(k *weir.Kill) {
		fmt.Fprintf(os.Stderr, "%-27s %-28s seeds %3d, killed by %q, ok %v\n", k.Place(), k.Mutant, k.Seeds, k.By, k.OK())
	}}
	for _, b := range c.Backends {
		o.Backends = append(o.Backends, b.Name)
	}
	table, err := weir.KillTable(ctx, c, o)
	if err == nil {
		err = weir.WriteKillTable(os.Stdout, table)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kills:", err)
		os.Exit(1)
	}
	for i := range table {
		if !table[i].OK() {
			os.Exit(1)
		}
	}
}

// catalog has every backend of this build: each has its rows.
func catalog() weir.Catalog {
	c := weir.Catalog{
		Backends: []weir.Backend{
			{Name: "heap", Open: func(weir.BackendOptions) (backends.Backend, error) { return heap.Backend{}, nil }},
			{Name: "pebble", Open: func(o weir.BackendOptions) (backends.Backend, error) {
				return pebble.Backend{InMemory: o.InMemory}, nil
			}},
		},
		Workloads: workloads.All(),
	}
	if rocksdb.Compiled {
		c.Backends = append(c.Backends, weir.Backend{Name: "rocksdb", Open: func(o weir.BackendOptions) (backends.Backend, error) {
			return rocksdb.Backend{InMemory: o.InMemory}, nil
		}})
	}
	return c
}
