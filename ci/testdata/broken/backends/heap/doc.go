// Package heap says too little of itself.
package heap // want doc

import (
	"fmt"
	_ "github.com/cockroachdb/pebble/v2" // want doors
	_ "github.com/nobody/knows/this"     // want doors types
	"maps"
	"slices"

	"github.com/weirbench/weir/backends"
	_ "github.com/weirbench/weir/engine" // want imports
)

func set() { backends.Limits["b"] = 2 }

func show(m map[string]int) {
	for k := range m { // want maps
		fmt.Println(k)
	}
	for range m { // a count has no order
	}
	// The sum does not depend on the order.
	for _, v := range m {
		set()
		_ = v
	}
	for k := range maps.Keys(m) { // want maps
		fmt.Println(k)
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Println(k)
	}
	for _, k := range backends.Names {
		fmt.Println(k)
	}
}
