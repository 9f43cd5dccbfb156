// Package faults is the catalog of what goes wrong: killing machines, leaving zombies, making storage fail or wait. A Spec says which, and where in
// the life of a job: at a point, after so many records, by the run's clock, at an operation. An Injector holds the specs of one run and
// answers the drivers, deterministically: all its chance comes from outside.
//
// How a strike is carried out is the drivers' business, what a point is the engine's, how a scenario file spells a fault the plan's. Whether
// the job came through is judged elsewhere; here is only counted what struck, and which points were passed.
//
// To add a fault, write a Fault with its Strike, for machines, or its Fate, for operations, and put it into All. Call faulttest.Run on it:
// that tries every kind of address it takes.
package faults
