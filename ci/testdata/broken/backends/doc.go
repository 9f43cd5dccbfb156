// Package backends lives here.
//
// Not here: the rest.
//
// To add one: write it.
package backends

// Limits are a table that another room writes to.
var Limits = map[string]int{"a": 1} // want globals

// Names are a table that nobody writes to.
var Names = []string{"a", "b"}
