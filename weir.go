package weir

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/workloads"
)

// A Catalog is everything that exists, written down by a main: nothing is registered.
type Catalog struct {
	Backends  []Backend
	Workloads []workloads.Workload
	Faults    []faults.Fault
	Checks    []linearizability.Checker
	Scenarios []BuiltIn
}

// A Backend is a kind of state backend.
type Backend struct {
	Name    string
	Aliases []string // "hashmap"
	Doc     string
	Status  func() Status // nil: it can be used, and is called by its name
	Open    func(BackendOptions) (backends.Backend, error)
}

// BackendOptions are those of a Cell.
type BackendOptions struct {
	Memory int64 // bytes for one task, 0: the backend's default
	Keep   int
	// InMemory: the stores of simulated runs, opened by the thousand, need no files.
	InMemory bool
}

// A Status says whether a backend can be used in this build, on this machine.
type Status struct {
	Available bool
	Label     string // as people see it: "RocksDB (debug build)"; "": its name
	Version   string
	Debug     bool   // assert-enabled: shown, never ranked
	Reason    string // why not available
	Remedy    string // what to do about it
}

// A BuiltIn is a scenario that runs by its name.
type BuiltIn = workloads.Scenario
