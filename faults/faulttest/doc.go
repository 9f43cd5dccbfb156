// Package faulttest tests a fault with one call: Run tries every kind of address that it takes, and every place that is not its address.
//
// What a strike does to machines is the drivers' to test, whether a job survives it the judges'. Here a script of moments is played to an
// injector, and what it answers is held against what the spec says.
//
// To add a clause, add a row to clauses, and to this room's tests a fault that breaks it.
package faulttest
