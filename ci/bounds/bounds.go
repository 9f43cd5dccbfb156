package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// row is one benchmark of one round.
type row struct {
	bench   string // without Benchmark, round and number of processors
	round   string
	metrics map[string]float64
}

// read finds the lines of benchmarks among others.
func read(r io.Reader) (rows []row, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 4 || len(f)%2 != 0 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		if _, err := strconv.Atoi(f[1]); err != nil {
			continue
		}
		x := row{metrics: map[string]float64{}}
		x.bench, x.round = cut(f[0])
		for i := 2; i < len(f); i += 2 {
			if x.metrics[f[i+1]], err = strconv.ParseFloat(f[i], 64); err != nil {
				return nil, fmt.Errorf("read %s: %s %q is no number", f[0], f[i+1], f[i])
			}
		}
		rows = append(rows, x)
	}
	return rows, lines.Err()
}

// cut takes the round out of a benchmark's name.
func cut(name string) (bench, round string) {
	name = strings.TrimPrefix(name, "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i > 0 && !strings.ContainsAny(name[i:], "/=") {
		if _, err := strconv.Atoi(name[i+1:]); err == nil {
			name = name[:i]
		}
	}
	parts := strings.Split(name, "/")
	kept := parts[:0]
	for _, p := range parts {
		if r, ok := strings.CutPrefix(p, "round="); ok {
			round = r
		} else {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "/"), round
}

// judge prints every bound of the benchmarks that are wanted, and tells whether all were measured.
func judge(out io.Writer, all []bound, rows []row, wanted []string) bool {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	measured := true
	for _, b := range all {
		first, _, _ := strings.Cut(b.bench, "/")
		if len(wanted) > 0 && !slices.Contains(wanted, first) {
			continue
		}
		line, ok := b.line(rows)
		measured = measured && ok
		fmt.Fprintln(w, line)
	}
	w.Flush()
	return measured
}

// line is what there is to say of a bound; ok is false when there is no value to hold against it.
func (b *bound) line(rows []row) (line string, ok bool) {
	own := values(rows, b.bench, b.metric)
	if len(own) == 0 {
		return fmt.Sprintf("%s\t–\t–\t%s\tnot measured", b.bench, b.words()), false
	}
	var ratios []float64
	if b.bare != "" {
		bare := values(rows, b.bare, b.metric)
		for round, v := range own { // in any order: they are sorted
			if x := bare[round]; x != 0 {
				ratios = append(ratios, v/x)
			}
		}
		if len(ratios) == 0 {
			return fmt.Sprintf("%s\t–\t–\t%s\tnot measured: nothing ran beside it as %s", b.bench, b.words(), b.bare), false
		}
		slices.Sort(ratios)
	}
	all := make([]float64, 0, len(own))
	for _, v := range own { // in any order: they are sorted
		all = append(all, v)
	}
	value, ratio, met := median(all), "–", "met"
	judged := value
	if len(ratios) > 0 {
		ratio = fmt.Sprintf("%s x (%s–%s)", short(median(ratios)), short(ratios[0]), short(ratios[len(ratios)-1]))
	}
	if b.on == ratioAtLeast {
		judged = median(ratios)
	}
	if b.on == valueAtMost && judged > b.limit || b.on != valueAtMost && judged < b.limit {
		met = "not met"
	}
	return fmt.Sprintf("%s\t%s %s\t%s\t%s\t%s", b.bench, short(value), b.metric, ratio, b.words(), met), true
}

// words is the bound as it is asked for.
func (b *bound) words() string {
	switch b.on {
	case ratioAtLeast:
		return fmt.Sprintf(">= %g x bare", b.limit)
	case valueAtLeast:
		return fmt.Sprintf(">= %s %s", short(b.limit), b.metric)
	}
	return fmt.Sprintf("<= %g %s", b.limit, b.metric)
}

// values are those of one benchmark and metric, by round.
func values(rows []row, bench, metric string) map[string]float64 {
	out := map[string]float64{}
	for i := range rows {
		if v, ok := rows[i].metrics[metric]; ok && rows[i].bench == bench {
			out[rows[i].round] = v
		}
	}
	return out
}

func median(v []float64) float64 {
	v = slices.SortedFunc(slices.Values(v), cmp.Compare)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// short is a number with three digits that count.
func short(v float64) string {
	for _, unit := range []struct {
		of   float64
		name string
	}{{1e6, "M"}, {1e3, "k"}} {
		if v >= unit.of {
			return digits(v/unit.of) + unit.name
		}
	}
	return digits(v)
}

func digits(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 0.01 || v == 0:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}
