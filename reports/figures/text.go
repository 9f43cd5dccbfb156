package figures

import (
	"math"
	"strconv"
	"strings"
)

// NoBreak stands between a number and its unit.
const NoBreak = "\u00a0"

// short writes a number with at most three significant digits, and groups of digits from 10 000 on.
func short(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	if math.Abs(v) >= 1000 {
		return Group(int64(math.Round(v)))
	}
	return strconv.FormatFloat(rounded(v, 3), 'f', -1, 64)
}

func rounded(v float64, digits int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// Group writes a whole number, from 10 000 on in groups of three digits.
func Group(n int64) string {
	s := strconv.FormatInt(n, 10)
	if n < 10000 && n > -10000 {
		return s
	}
	var b strings.Builder
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 && s[i-1] != '-' {
			b.WriteString(NoBreak)
		}
		b.WriteRune(d)
	}
	return b.String()
}
