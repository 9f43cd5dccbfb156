// Package sim drives machines with one goroutine and a virtual clock. Every decision (who steps next and with what, what storage does with an
// operation, what becomes of the operations of the dead) is an answer drawn from Choices, which are recorded: the same answers give
// the same run, bit for bit, a list of answers can be replayed, and a shorter list is a simpler run.
//
// Not here: what the machines do (engine), which faults strike (an engine.Injector), and whether what happened was right (the
// observer's side). Nothing here reads a clock, a random source of its own, or a file.
//
// To add something that may happen: give it an actionKind, list it in gather where it is possible, and let do carry it out; what it
// decides is asked from the lane it belongs to, 0 being the simplest, and mixed into the trace.
package sim
