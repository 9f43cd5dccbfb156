// Package sim lives here.
//
// Not here: the rest.
//
// To add one: write it.
package sim

import (
	"time"

	_ "github.com/weirbench/weir/backends"
	_ "github.com/weirbench/weir/engine"
	_ "github.com/weirbench/weir/engine/live" // want imports
)

func until() time.Duration { return time.Until(time.Time{}) } // want passive
