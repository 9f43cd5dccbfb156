// Package faults lives here.
//
// Not here: the rest.
//
// To add one: write it.
package faults

import (
	_ "github.com/weirbench/weir"           // want imports
	_ "github.com/weirbench/weir/workloads" // want imports
)
