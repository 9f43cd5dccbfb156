// Command weir is told in main.go.
//
// Not here: the rest.
//
// To add one: write it.
package main

func main() {}
