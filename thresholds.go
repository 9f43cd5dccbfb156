package weir

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Metric is what a threshold can be set on.
type Metric struct {
	Name string
	Unit string // "s", "rec/s": of results
	Doc  string
}

// Metrics are those.
func Metrics() []Metric {
	return []Metric{
		{"throughput", "rec/s", "records per second while the job runs, outages left out; one value a repetition"},
		{"checkpoint_duration", "s", "from the trigger of a checkpoint to its completion; one value a checkpoint"},
		{"recovery_time", "s", "from the fault until what was lost is applied again; one value a recovery"},
	}
}

func metricNames() (names []string) {
	for _, m := range Metrics() {
		names = append(names, m.Name)
	}
	return names
}

var thresholdForm = regexp.MustCompile(`^([a-z]+)\s*(?:\(\s*([^)]*)\))?\s*(<=|>=|==|!=|<|>)\s*(.+)$`)

// parseThreshold reads k6's grammar: an aggregate, a comparison, a bound with its unit.
func parseThreshold(m Metric, expr string) (t Threshold, err error) {
	const want = `want an aggregate, a comparison and a bound, such as "p(95) < 8s" or "avg > 100k/s"`
	t = Threshold{Metric: m.Name, Expr: expr}
	f := thresholdForm.FindStringSubmatch(strings.TrimSpace(expr))
	if f == nil {
		return t, fmt.Errorf("%s is no threshold; %s", clip(expr), want)
	}
	t.Reduce, t.Op = f[1], f[3]
	if t.Op == "==" || t.Op == "!=" {
		return t, fmt.Errorf("%s: no measured value equals a bound; want <, <=, > or >=", clip(expr))
	}
	switch t.Reduce {
	case "avg", "min", "med", "max":
		if f[2] != "" {
			return t, fmt.Errorf("%s: %s takes nothing in parentheses; %s", clip(expr), t.Reduce, want)
		}
	case "p":
		if t.P, err = strconv.ParseFloat(f[2], 64); err != nil || !(t.P > 0 && t.P <= 100) {
			return t, fmt.Errorf("%s: no percentile %s; want one above 0, up to 100, such as p(95)", clip(expr), clip(f[2]))
		}
	default:
		return t, fmt.Errorf("%s: no aggregate %s; want avg, min, med, max or p(95)", clip(expr), clip(f[1]))
	}
	if m.Unit == "rec/s" {
		t.Bound, err = parseRate(f[4])
	} else {
		d, e := parseTime(f[4])
		t.Bound, err = d.Seconds(), e
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", m.Name, err)
	}
	return t, err
}
