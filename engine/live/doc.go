// Package live drives machines with a goroutine each, real time and real storage: for speed, and for the faults that only real
// concurrency has. The machines are those of engine/sim, unchanged.
//
// Not here: what the machines do, which faults strike, and whether what happened was right. This is the one room under engine that may
// use the clock and start goroutines; when Run returns, all of them have ended.
//
// To add something that a machine may wait for: let wait look for it, and let whoever brings it about change the runner under its lock
// and signal, as wakeUp does.
package live
