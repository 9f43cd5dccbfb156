// Package linearizability holds what was seen of a run and judges it. A History is the record: operations with tickets, cuts, the
// output, the faults. Check asks every checker of it and answers a Verdict each. Two checkers are models that porcupine searches (the
// state of one key across recoveries, and the catalog of checkpoints); the others are oracles that walk the history once. Write and ReadHistory
// store a history, and this is the only package that imports porcupine.
//
// What does not live here: making a history (the root listens to the engine and writes it down), the input's content (a Truth is rebuilt
// from the plan), drawing (reports), and any knowledge of backends, engines or workloads: the package imports nothing of weir, so that a
// history of another system can be judged as well.
//
// To add a check: write a func that takes a View and answers a Verdict, in a file of its own; add it to the list in Checks, saying
// which demands of the plan it rests on; give it a corruption in corrupt_test.go that it must notice, and see that thousands of clean
// histories still pass.
package linearizability
