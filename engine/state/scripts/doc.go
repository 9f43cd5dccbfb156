// Package scripts drives the state of a task by scripts: operations on all kinds of state, one a line, which are drawn at random, run on any number
// of backends beside a plain model, and shrunk to what one can read when something differs. A script is text; whoever finds a difference keeps
// it as a file in testdata, and a test runs all of those for ever.
//
// Compared as sets are the entries of a map and the timers of one instant. What a walk shows of a map that is changed on the way is not compared,
// only what is left. Left out here, each with a test of its own: what is over and may be seen
// or not (backendtest.RunTTLPrograms), the reuse of objects, and keys that are equal but not by their bytes. How operators touch state is package
// state's business, what the contract of a backend says is backendtest's.
//
// To add a state, add a row to states and a case to open. To add an operation, give it its line in forms or verbs, what it does to a task
// in the cell of its kind, what it does to the model beside that, and a chance to be drawn in draw.go.
package scripts
