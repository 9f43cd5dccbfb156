package tables

import "github.com/weirbench/weir/backends"

// KeyPrefix appends what every entry of key k begins with, in whatever state that is not a timer.
func KeyPrefix[K comparable](b []byte, c backends.Codec[K], k K) []byte { return appendPart(b, c, k) }
