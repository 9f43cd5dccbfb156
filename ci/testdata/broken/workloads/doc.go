// Package workloads lives here.
//
// Not here: the rest.
//
// To add one: write it.
package workloads

import _ "os"
