package catalog

import (
	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/workloads"
)

// Standard is a new Catalog, to which a main appends what it has. Scenarios that name a backend which is not in it cannot be run.
func Standard() weir.Catalog {
	return weir.Catalog{
		Backends: []weir.Backend{
			{Name: "heap", Aliases: []string{"hashmap"}, Doc: "live Go objects, copy-on-write snapshots",
				Open: func(weir.BackendOptions) (backends.Backend, error) { return heap.Backend{}, nil }},
		},
		Workloads: workloads.All(),
		Faults:    faults.All(),
		Checks:    linearizability.Checks(),
		Scenarios: workloads.Scenarios(),
	}
}
