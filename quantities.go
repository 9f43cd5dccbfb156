package weir

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var quantity = regexp.MustCompile(`^([+-]?[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*([^\d\s.][^\d\s]*)?$`)

// split takes "10 s" apart.
func split(text string) (number float64, unit string, err error) {
	m := quantity.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, "", fmt.Errorf("%s is no number with a unit", clip(text))
	}
	number, err = strconv.ParseFloat(strings.ReplaceAll(m[1], "_", ""), 64)
	if err != nil || math.IsInf(number, 0) {
		return 0, "", fmt.Errorf("%s is too large", clip(text))
	}
	if number < 0 {
		return 0, "", fmt.Errorf("%s is negative", clip(text))
	}
	return number, m[2], nil
}

// parseTime reads a time of weir's own fields: a unit is a must.
func parseTime(text string) (time.Duration, error) {
	const want = `want a time with its unit, such as "10 s", "500 ms" or "2 min"`
	n, unit, err := split(text)
	if err != nil {
		return 0, fmt.Errorf("%w; %s", err, want)
	}
	if unit == "" && n != 0 {
		return 0, fmt.Errorf("%s has no unit; %s", clip(text), want)
	}
	by, ok := timeUnit(unit)
	if !ok && unit != "" {
		return 0, fmt.Errorf("%s: no time has the unit %q; %s", clip(text), unit, want)
	}
	return scaleTime(text, n, by)
}

func scaleTime(text string, n float64, by time.Duration) (time.Duration, error) {
	d := n * float64(by)
	if d > float64(timeMax) {
		return 0, fmt.Errorf("%s is too long; want at most a year", clip(text))
	}
	if d > 0 && d < float64(time.Microsecond) {
		return 0, fmt.Errorf("%s is too short; want 0 or at least 1 µs", clip(text))
	}
	return time.Duration(math.Round(d)), nil
}

const timeMax = 366 * 24 * time.Hour

func timeUnit(unit string) (time.Duration, bool) {
	switch unit {
	case "ns":
		return time.Nanosecond, true
	case "us", "µs", "μs":
		return time.Microsecond, true
	case "ms":
		return time.Millisecond, true
	case "s":
		return time.Second, true
	case "m", "min":
		return time.Minute, true
	case "h":
		return time.Hour, true
	case "d":
		return 24 * time.Hour, true
	}
	return 0, false
}

// parseCount reads a count of weir's own fields: "5M", "100k", "1e6".
func parseCount(text string) (int64, error) {
	const want = `want a count, such as 5000, "100k" or "5M"`
	n, unit, err := split(text)
	if err != nil {
		return 0, fmt.Errorf("%w; %s", err, want)
	}
	by, ok := countUnit(unit)
	if !ok {
		return 0, fmt.Errorf("%s: no count has the unit %q; %s", clip(text), unit, want)
	}
	return whole(text, n*by, want)
}

func whole(text string, n float64, want string) (int64, error) {
	if n > 1<<53 {
		return 0, fmt.Errorf("%s is too large; %s", clip(text), want)
	}
	if n != math.Trunc(n) {
		return 0, fmt.Errorf("%s is not whole; %s", clip(text), want)
	}
	return int64(n), nil
}

func countUnit(unit string) (float64, bool) {
	switch unit {
	case "":
		return 1, true
	case "k", "K":
		return 1e3, true
	case "M":
		return 1e6, true
	case "G":
		return 1e9, true
	}
	return 0, false
}

func sizeUnit(unit string) (float64, bool) {
	switch unit {
	case "B":
		return 1, true
	case "kB":
		return 1e3, true
	case "MB":
		return 1e6, true
	case "GB":
		return 1e9, true
	case "KiB":
		return 1 << 10, true
	case "MiB":
		return 1 << 20, true
	case "GiB":
		return 1 << 30, true
	case "TiB":
		return 1 << 40, true
	}
	return 0, false
}

// parseSize reads a size of weir's own fields: a unit is a must.
func parseSize(text string) (int64, error) {
	const want = `want a size with its unit, such as "128 MiB" or "64 B"`
	n, unit, err := split(text)
	if err != nil {
		return 0, fmt.Errorf("%w; %s", err, want)
	}
	if unit == "" && n != 0 {
		return 0, fmt.Errorf("%s has no unit; %s", clip(text), want)
	}
	by, ok := sizeUnit(unit)
	if !ok && unit != "" {
		return 0, fmt.Errorf("%s: no size has the unit %q; %s", clip(text), unit, want)
	}
	return whole(text, n*by, want)
}

// parseRate reads "100k/s".
func parseRate(text string) (float64, error) {
	const want = `want a rate, such as "100k/s"`
	head, ok := strings.CutSuffix(strings.TrimSpace(text), "/s")
	if !ok {
		return 0, fmt.Errorf("%s is no rate; %s", clip(text), want)
	}
	n, unit, err := split(head)
	if err != nil {
		return 0, fmt.Errorf("%w; %s", err, want)
	}
	by, ok := countUnit(unit)
	if !ok {
		return 0, fmt.Errorf("%s: no rate has the unit %q; %s", clip(text), unit+"/s", want)
	}
	return n * by, nil
}

var flinkQuantity = regexp.MustCompile(`^([0-9]+)\s*([^\d\s]*)$`)

// flinkNumber reads the whole number before a unit; Flink knows no fractions.
func flinkNumber(text, want string) (n int64, unit string, err error) {
	m := flinkQuantity.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, "", fmt.Errorf("%s; %s", clip(text), want)
	}
	if n, err = strconv.ParseInt(m[1], 10, 64); err != nil {
		return 0, "", fmt.Errorf("%s is too large; %s", clip(text), want)
	}
	return n, strings.ToLower(m[2]), nil
}

// parseFlinkTime reads a Duration as Flink does: without a unit it is milliseconds.
func parseFlinkTime(text string) (time.Duration, error) {
	const want = `want a duration as Flink reads it, such as "10 s", "500 ms" or "PT10S"; without a unit it is milliseconds`
	if t := strings.ToUpper(strings.TrimSpace(text)); strings.HasPrefix(t, "P") {
		return isoTime(text, t, want)
	}
	n, unit, err := flinkNumber(text, want)
	if err != nil {
		return 0, err
	}
	by, ok := flinkTimeUnit(unit)
	if !ok {
		return 0, fmt.Errorf("%s: no duration has the unit %q; %s", clip(text), unit, want)
	}
	return scaleTime(text, float64(n), by)
}

func flinkTimeUnit(unit string) (time.Duration, bool) {
	switch unit {
	case "", "milli", "millis", "millisecond", "milliseconds":
		return time.Millisecond, true
	case "nano", "nanos", "nanosecond", "nanoseconds":
		return time.Nanosecond, true
	case "micro", "micros", "microsecond", "microseconds":
		return time.Microsecond, true
	case "sec", "secs", "second", "seconds":
		return time.Second, true
	case "minute", "minutes":
		return time.Minute, true
	case "hour", "hours":
		return time.Hour, true
	case "day", "days":
		return 24 * time.Hour, true
	}
	return timeUnit(unit)
}

var isoQuantity = regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)

func isoTime(text, upper, want string) (time.Duration, error) {
	m := isoQuantity.FindStringSubmatch(upper)
	if m == nil || upper == "P" || strings.HasSuffix(upper, "T") {
		return 0, fmt.Errorf("%s; %s", clip(text), want)
	}
	sum := 0.0
	for i, by := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if m[i+1] != "" {
			n, _ := strconv.ParseFloat(m[i+1], 64) // digits; too many are infinite, and refused below
			sum += n * by.Seconds()
		}
	}
	return scaleTime(text, sum, time.Second)
}

// parseFlinkSize reads a MemorySize as Flink does: every unit is a power of 1024, none is bytes.
func parseFlinkSize(text string) (int64, error) {
	const want = `want a memory size as Flink reads it, such as "512 mb"; units are powers of 1024`
	n, unit, err := flinkNumber(text, want)
	if err != nil {
		return 0, err
	}
	shift := -1
	switch unit {
	case "", "b", "bytes":
		shift = 0
	case "k", "kb", "kibibytes":
		shift = 10
	case "m", "mb", "mebibytes":
		shift = 20
	case "g", "gb", "gibibytes":
		shift = 30
	case "t", "tb", "tebibytes":
		shift = 40
	}
	if shift < 0 {
		return 0, fmt.Errorf("%s: no memory size has the unit %q; %s", clip(text), unit, want)
	}
	if n > (1<<53)>>shift {
		return 0, fmt.Errorf("%s is too large; %s", clip(text), want)
	}
	return n << shift, nil
}

// parseWhole reads a whole number within bounds.
func parseWhole(text string, least, most int64) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s does not fit; want a whole number from %d to %d", clip(text), least, most)
	case err != nil:
		return 0, fmt.Errorf("%s; want a whole number from %d to %d", clip(text), least, most)
	case n < least || n > most:
		return 0, fmt.Errorf("%d; want a whole number from %d to %d", n, least, most)
	}
	return n, nil
}

// sizeText is a size as people read it.
func sizeText(n int64) string {
	for _, u := range []struct {
		by   int64
		unit string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= u.by && n%u.by == 0 {
			return fmt.Sprintf("%d %s", n/u.by, u.unit)
		}
	}
	return fmt.Sprintf("%d B", n)
}

// timeText is a time as people write it: "100 ms".
func timeText(d time.Duration) string {
	for _, u := range []struct {
		by   time.Duration
		unit string
	}{{time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if d >= u.by && d%u.by == 0 {
			return fmt.Sprintf("%d %s", d/u.by, u.unit)
		}
	}
	if d == 0 {
		return "0 ms"
	}
	return d.String()
}
