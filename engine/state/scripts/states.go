package scripts

import (
	"fmt"
	"strconv"
	"strings"
)

// A kind is what a state is to a script.
type kind int

const (
	aValue kind = iota
	aFold
	aList
	aMap
	aTimer
)

// A shape is what a namespace, a user key or the content of a value looks like.
type shape int

const (
	none   shape = iota
	long         // a number of eight bytes
	words        // some of them: copies share memory
	word         // text, which may be empty, and begin as another does
	signed       // a number of four bytes, every second one below zero
)

// A spec is one state of every script.
type spec struct {
	name   string
	kind   kind
	mortal bool  // it has a TTL
	ns     shape // its namespaces
	u      shape // user keys of a map
	of     shape // values, elements
}

// states are what a script's task has, in the order of opening. Those that the suite of backends has, too, have its names and types, so that its mutants
// break them.
func states() []spec {
	return []spec{
		{"count", aValue, false, none, none, long},
		{"window", aValue, false, long, none, long},
		{"words", aValue, false, long, none, words},
		{"lane", aValue, false, long, none, long},
		{"lane-words", aValue, false, long, none, words},
		{"text", aValue, false, none, none, word},
		{"value", aValue, false, word, none, word},
		{"sum", aFold, false, long, none, long},
		{"mean", aFold, false, none, none, words},
		{"log", aList, false, none, none, word},
		{"pairs", aList, false, long, none, long},
		{"logs", aList, false, long, none, words},
		{"sets", aMap, false, none, word, long},
		{"maps", aMap, false, word, long, words},
		{"lists", aMap, false, long, long, words},
		{"ttl-value", aValue, true, long, none, long},
		{"ttl-shared", aValue, true, none, none, words},
		{"ttl-sum", aFold, true, none, none, long},
		{"ttl-mean", aFold, true, word, none, words},
		{"ttl-list", aList, true, none, none, word},
		{"ttl-pairs", aList, true, long, none, long},
		{"ttl-sets", aMap, true, none, word, long},
		{"ttl-maps", aMap, true, word, signed, words},
		{"timers", aTimer, false, long, none, none},
		{"processing", aTimer, false, word, none, none},
	}
}

// Texts that are apt to be taken for one another, by number.
var confusable = [...]string{"", "a", "aa", "a\x00", "a\xff", "ax", "b", "\x00", "\xff\xff"}

// textOf is the text that a number stands for: from a thousand on, it is as long as the number says.
func textOf(n uint64) string {
	switch {
	case n < uint64(len(confusable)):
		return confusable[n]
	case n < 1000:
		return fmt.Sprint("k", n)
	}
	s := fmt.Sprint("l", n, "-")
	return s + strings.Repeat("x", int(n)-len(s))
}

// numberOf is the reverse, for what people read; what stands for no number is quoted, and cut.
func numberOf(s string) string {
	for n, c := range confusable {
		if c == s {
			return fmt.Sprint(n)
		}
	}
	if len(s) > 1 && (s[0] == 'k' || s[0] == 'l') {
		digits, _, _ := strings.Cut(s[1:], "-")
		if n, err := strconv.ParseUint(digits, 10, 32); err == nil && textOf(n) == s {
			return digits
		}
	}
	return fmt.Sprintf("%.40q", s)
}

// signedOf is the number with a sign that a number stands for, numberOfSigned the reverse.
func signedOf(n uint64) int32       { return int32(n>>1) ^ -int32(n&1) }
func numberOfSigned(v int32) string { return fmt.Sprint(uint32(v<<1 ^ v>>31)) }

// contentOf is what a number stands for as a value, in numbers.
func contentOf(of shape, v uint64) []uint64 {
	if of != words {
		return []uint64{v}
	}
	content := make([]uint64, v%4)
	for i := range content {
		content[i] = v + uint64(i)
	}
	return content
}

// pushed is what push leaves of a content, which it changes; nil: nothing.
func pushed(content []uint64, v uint64) []uint64 {
	if len(content) > 12 {
		return nil
	}
	if len(content) > 0 {
		content[0]++
	}
	return append(content, v)
}
