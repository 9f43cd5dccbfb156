// Package window is the operators that gather records by time: windows with their assigners, triggers, evictors, functions and allowed
// lateness; joins of two inputs by window and by interval; and an operator of two inputs. They behave as Flink's of the same names, and run in the
// machines of engine like any operator. Two inputs come each with its own type (engine.Two: IntervalJoin, Apart), or as
// one stream of Side (CoProcess): one record, of either input, at a time, and one key's state is shared by both.
//
// State and timers are tables of backends/tables, whose namespace is the window; where bytes lie is the backend's business. Watermarks, and
// which input is idle, are the engine's. Jobs that use windows, and what judges them, live in workloads.
//
// To add an assigner, a trigger, an evictor or a function, implement the interface of that name, here or anywhere: nothing is registered.
// To add an operator, write its states, an engine.Operator around them, and a second, dumber computation of it in the tests.
package window
