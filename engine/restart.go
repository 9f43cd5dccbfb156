package engine

import (
	"fmt"
	"math"
)

// A Restart says whether and when a failed job starts again, by the strategies of Flink and under their names. It is a value of one run; a
// driver asks it after each failure, on one goroutine.
type Restart struct {
	Strategy string // "none", "fixed-delay", "failure-rate", "exponential-delay"

	Attempts int64 // fixed-delay: restarts before the job has failed for good
	Delay    int64 // fixed-delay, failure-rate: microseconds

	MaxFailures int64 // failure-rate: more within Interval end the job
	Interval    int64 // microseconds

	Initial, Max int64   // exponential-delay: microseconds
	Multiplier   float64 // of the delay after each failure
	ResetAfter   int64   // microseconds without failure after which the delay is Initial again

	count    int64
	failures []int64
	current  int64
}

// Span writes microseconds for people, in the largest unit that leaves no fraction.
func Span(us int64) string {
	switch {
	case us%1_000_000 == 0:
		return fmt.Sprintf("%d s", us/1_000_000)
	case us%1_000 == 0:
		return fmt.Sprintf("%d ms", us/1_000)
	}
	return fmt.Sprintf("%d us", us)
}

// Strategies are the names that Strategy may have.
func Strategies() []string {
	return []string{"none", "fixed-delay", "failure-rate", "exponential-delay"}
}

// Next tells the delay after a failure at now, or why there is no further attempt. There is no jitter: chance is not a restart
// strategy's to have here.
func (r *Restart) Next(now int64) (delay int64, why string) {
	r.count++
	switch r.Strategy {
	case "fixed-delay":
		if r.count > r.Attempts {
			return 0, fmt.Sprintf("restart strategy fixed-delay allows %d attempts", r.Attempts)
		}
		return r.Delay, ""
	case "failure-rate":
		r.failures = append(r.failures, now)
		for len(r.failures) > 0 && r.failures[0] < now-r.Interval { // both ends of the interval belong to it
			r.failures = r.failures[1:]
		}
		if int64(len(r.failures)) > r.MaxFailures {
			return 0, fmt.Sprintf("restart strategy failure-rate allows %d failures in %s", r.MaxFailures, Span(r.Interval))
		}
		return r.Delay, ""
	case "exponential-delay":
		if n := len(r.failures); n > 0 && now-r.failures[n-1] >= r.current+r.ResetAfter {
			r.current = 0
		}
		r.failures = append(r.failures[:0], now)
		if r.current == 0 {
			r.current = r.Initial
		} else {
			r.current = int64(math.Min(float64(r.Max), float64(r.current)*r.Multiplier))
		}
		return r.current, ""
	}
	return 0, "restart strategy none"
}
