// Package cli is the command line: it reads flags, calls package weir, and prints. What exists comes with the Catalog that a main hands to
// Main, so that a stranger's backend or workload has the same commands.
//
// Nothing is decided here but how things are said: what a scenario means, what a run does and what a verdict is belong to package weir, what
// a report looks like to package reports. Results go to standard output, everything else to standard error.
//
// To add a command, write a method of app that makes it, and list it in commands. Errors of usage and of scenarios end with code 2, what
// prevented a run with 1; a script in testdata shows what the command prints.
package cli
