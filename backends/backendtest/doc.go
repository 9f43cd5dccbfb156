// Package backendtest is the suite that every backend passes: Run for a store, RunDB for an ordered store under package kv, RunBlobs for
// checkpoint storage. Bench measures its operations under the names of Flink's benchmarks. Each takes a function that opens what is tested,
// and is called from one line of a test, also of another module.
//
// A clause is one sentence of the contract, which is also what a failure says. What is specific to one backend (its options, its metrics, its
// damage) is tested beside it, not here; the bounds that ours are held against are measured in package backends.
//
// To add a promise, add a clause to the list of its chapter, and to Mutants a store that breaks it: a clause that no mutant fails proves
// nothing.
package backendtest
