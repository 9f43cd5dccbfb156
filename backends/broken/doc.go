// Package broken has backends with a planted bug, each after one that a real system had: wrappers of any backend, put in by a plan or by a
// test, so that people and suites can see whether the judges find it. Every build carries them.
//
// They break what a snapshot or a restore holds, how long state lives, or what lies between a table and its bytes. Faults that a correct system
// must survive (a full disk, a late answer) are not here but in package faults; the mutants that prove the clauses of the contract are in
// backendtest.
//
// To add a bug, write a wrapper with a function that is told when it strikes: a planted bug that never struck has proved nothing.
package broken
