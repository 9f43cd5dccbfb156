package faults

import "strings"

// Nearest is the name that somebody who typed name may have meant: the last words of one, or a few slips away. Of several the first.
func Nearest(name string, among []string) (string, bool) {
	name = strings.ToLower(name)
	best, least := "", max(1, len(name)/3)+1
	for _, a := range among {
		if name != "" && strings.HasSuffix(a, "."+name) {
			return a, true
		}
		if d := distance(name, strings.ToLower(a), least); d < least {
			best, least = a, d
		}
	}
	return best, best != ""
}

// distance counts the letters to insert, delete, replace or swap with their neighbour that make b of a. What is not under limit may be
// given as limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
