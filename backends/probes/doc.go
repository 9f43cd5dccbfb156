// Package probes asks a backend what it does where backends may differ: whether keys are compared by == or by their bytes, whether an object that
// was given to a table may be used again and what it costs that values are bytes there, in which order maps are, what a snapshot writes while the
// task waits, where timers are, how values go that are over and that nobody reads, and what a limit of a value does.
//
// Not here: what all backends must do alike, which is package backendtest's, and operations in bulk, which the benchmarks of package backends
// measure. A probe takes milliseconds, tens of them where a store in files is filled, so that every run can ask anew and no table written by hand has to be believed.
//
// To add a probe, give Found a field that says what was seen, and Run a function that sees it; its test holds all backends to it.
package probes
