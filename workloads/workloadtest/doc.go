// Package workloadtest tests a workload with one call: Run drives its job record by record over a real store, in one goroutine, and holds
// what comes out against its input and its fold.
//
// Checkpoints, faults and recoveries are not tried here: those are the engine's, and alike for all jobs. Nothing is measured either.
//
// To add a clause, add a row to clauses, and to this room's tests a workload that breaks it.
package workloadtest
