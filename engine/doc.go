// Package engine is a stream engine made of machines: sources, keyed tasks, sinks, readers, the coordinator and the collector. A machine
// owns no goroutine, clock or random source and does no I/O: a driver steps it with one event at a time, and it says in Effects what is
// to be done.
//
// Not here: the drivers (engine/sim: one goroutine, a virtual clock, recorded choices; engine/live: goroutines, real time, real
// files), concrete backends, workloads, and judging. What happened leaves through an Observer; what goes wrong comes in through an
// Injector.
//
// To add a kind of machine: write its Step, give it a Role, let Build place it in the graph, and note the points it passes.
package engine
