// Package stray has no row.
//
// Not here: the rest.
//
// To add one: write it.
package stray // want imports
