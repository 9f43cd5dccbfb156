// Package weir is the front door: what exists (Catalog), what is asked (Scenario), what will run (Plan), what was seen (Evidence) and what is
// said of it (Results). A run goes through them in this order, and each stage leaves a file that the next one reads. Run does it all;
// Recheck judges a stored run again.
//
// Not here: the engine and its two drivers, concrete backends, the checks, and what a report looks like. Neither is the command line: a
// program of one's own calls what cli calls.
//
// To add a setting of a scenario, add a row to weirSettings or, if it is an option of Flink, to flinkKeys, with its default and where that
// comes from. To add a stage's file, write it in folder.go and say in this room's tests who reads it.
package weir
