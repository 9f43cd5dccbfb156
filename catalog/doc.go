// Package catalog is the Catalog that a main begins with: the heap, and every workload, fault, check and scenario that weir brings. So the
// main of another module, with a backend or a workload of its own, is ten lines.
//
// Not here: other backends, each of which brings a database along (cmd/weir adds those that it has), and the commands.
//
// To add a workload, a fault or a check to every main, list it in its own room: Standard takes all that is there.
package catalog
