// Package workloads is the catalog of jobs that scenarios run: what each reads, how its graph is made, and a fold of the input that says what its
// state must be, whatever the engine does. The scenarios that run by name are here too, as YAML.
//
// How a graph is run is the engine's business, what a backend does with the state a backend's. Nothing here judges; what the fold says is
// held against checkpoints elsewhere. Which scenario means what is the plan's.
//
// To add a workload, write a function that returns a Workload and put it into All; its Open makes a Job of which everything but Build is
// known before a run. Call workloadtest.Run on it, which drives it record by record over a real store. A scenario is a file in scenarios/. A
// workload of another module is made with what making.go has: examples/clicks.
package workloads
