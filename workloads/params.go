package workloads

import (
	"fmt"
	"strconv"
	"strings"
)

// amount is a parameter that counts something.
func amount(name, def, doc string, least, most int64) Param {
	return measure("", name, def, doc, least, most)
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
		err := p.Check(v.text(p.Name))
		if err == nil && p.ByClock {
			_, err = p.number(v.text(p.Name), p.unit(v.text))
		}
		if err != nil {
			return v, misfit(err, p.Name)
		}
	}
	return v, nil
}

func (v *values) text(name string) string {
	if s, ok := v.given[name]; ok {
		return s
	}
	return v.param(name).Default
}

func (v *values) param(name string) *Param {
	for i := range v.known {
		if v.known[i].Name == name {
			return &v.known[i]
		}
	}
	panic("workloads: no parameter " + name)
}

// amount is a parameter that was checked.
func (v *values) amount(name string) int64 {
	p := v.param(name)
	n, err := p.number(v.text(name), p.unit(v.text))
	if err != nil {
		panic(err)
	}
	return n
}

// A ParamError is what is wrong with one parameter, or with several beside each other. Its message names them.
type ParamError struct {
	Names []string // the first that is said is the one to mend
	Err   error
}

func (e *ParamError) Error() string { return e.Err.Error() }
func (e *ParamError) Unwrap() error { return e.Err }

func misfit(err error, names ...string) error { return &ParamError{names, err} }

// checkShares refuses shares of the records that are more than all of them.
func (v *values) checkShares(names ...string) error {
	sum := 0.0
	for _, name := range names {
		sum += v.share(name)
	}
	if sum <= 1+1e-9 { // 0.7, 0.2 and 0.1 are a little more
		return nil
	}
	last := len(names) - 1
	return misfit(fmt.Errorf("%s and %s are %.4g of the records together; want 1 at most", strings.Join(names[:last], ", "), names[last], sum), names...)
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
