package workloads

import (
	"fmt"
	"strconv"
	"strings"
)

// amount is a parameter that counts something.
func amount(name, def, doc string, least, most int64) Param {
	return Param{Name: name, Default: def, Doc: doc, Check: func(v string) error {
		_, err := parseAmount(name, v, least, most)
		return err
	}}
}

// choice is a parameter that is one of few words.
func choice(name, doc string, words ...string) Param {
	return Param{Name: name, Default: words[0], Doc: doc, Check: func(v string) error {
		for _, w := range words {
			if v == w {
				return nil
			}
		}
		return fmt.Errorf("%s %q; want %s", name, short(v), strings.Join(words, " or "))
	}}
}

// parseAmount reads "5000000", "5M", "128 B", "4 KiB".
func parseAmount(name, v string, least, most int64) (int64, error) {
	number, scale := v, int64(1)
	for _, u := range []struct {
		unit string
		n    int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"B", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}} {
		if cut, ok := strings.CutSuffix(v, u.unit); ok {
			number, scale = strings.TrimSuffix(cut, " "), u.n
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < (least+scale-1)/scale || n > most/scale {
		return 0, fmt.Errorf("%s %q; want a whole number from %s to %s", name, short(v), counted(least), counted(most))
	}
	return n * scale, nil
}

// counted writes a number as people would type it.
func counted(n int64) string {
	for _, u := range []struct {
		unit string
		n    int64
	}{{"G", 1e9}, {"M", 1e6}, {"k", 1e3}} {
		if n != 0 && n%u.n == 0 {
			return strconv.FormatInt(n/u.n, 10) + u.unit
		}
	}
	return strconv.FormatInt(n, 10)
}

// short keeps a message on one line of readable length.
func short(v string) string {
	if len(v) > 40 {
		return v[:37] + "..."
	}
	return v
}

// values are the parameters of a workload, checked.
type values struct {
	given map[string]string
	known []Param
}

// resolve checks every parameter. One that is not given has its default.
func resolve(known []Param, given map[string]string) (values, error) {
	v := values{given, known}
	for i := range known {
		p := &known[i]
		if p.Check == nil {
			continue
		}
		if err := p.Check(v.text(p.Name)); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (v *values) text(name string) string {
	if s, ok := v.given[name]; ok {
		return s
	}
	for i := range v.known {
		if v.known[i].Name == name {
			return v.known[i].Default
		}
	}
	panic("workloads: no parameter " + name)
}

// amount is a parameter that was checked.
func (v *values) amount(name string) int64 {
	n, err := parseAmount(name, v.text(name), 0, 1<<62)
	if err != nil {
		panic(err)
	}
	return n
}

// checkShape refuses a graph that no job can have.
func checkShape(o Options) error {
	switch {
	case o.Parts < 1 || o.Parts > 63:
		return fmt.Errorf("%d source partitions; want 1 to 63", o.Parts)
	case o.Groups < 1 || o.Groups > 1<<15:
		return fmt.Errorf("%d key groups; want 1 to 32768", o.Groups)
	}
	return nil
}
