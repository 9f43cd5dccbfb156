package workloads

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The units of bare numbers, as Param.Unit says.
const (
	Millis    = "ms"
	Micros    = "us"
	Bytes     = "B"
	InRecords = "records"
)

// measure is a parameter that counts in a unit, "" in none. A time or a size may be given with a unit of its own.
func measure(unit, name, def, doc string, least, most int64) Param {
	return Param{Name: name, Default: def, Doc: doc, Unit: unit, least: least, most: most}.checked()
}

// byClock makes it one whose unit is Micros by the clock.
func (p Param) byClock() Param {
	p.ByClock = true
	return p.checked()
}

// when makes it one that has an effect where another parameter has one of some values, or is not 0.
func (p Param) when(name string, is ...string) Param {
	p.When = append(p.When[:len(p.When):len(p.When)], When{name, is})
	return p
}

// ofParts makes it a number of source partitions.
func (p Param) ofParts() Param {
	p.OfParts = true
	return p
}

// checked checks what is right in one of its units; which one it is, the other parameters say.
func (p Param) checked() Param {
	p.Check = func(v string) error {
		_, err := p.number(v, p.Unit)
		if _, other := p.number(v, Micros); p.ByClock && other == nil {
			return nil
		}
		return err
	}
	return p
}

// unit is the unit of a bare number beside the values of other parameters.
func (p *Param) unit(text func(name string) string) string {
	if p.ByClock && text("time") == processingTime {
		return Micros
	}
	return p.Unit
}

// UnitIn is the unit of a bare number beside the values of all parameters.
func (p *Param) UnitIn(params map[string]string) string {
	return p.unit(func(name string) string { return params[name] })
}

// Plain is a value without its unit, which all parameters together say. Its error is a *ParamError.
func (p *Param) Plain(params map[string]string) (string, error) {
	v := params[p.Name]
	if p.Unit == "" || bare(v) {
		return v, nil
	}
	n, err := p.number(v, p.UnitIn(params))
	if err != nil {
		return "", misfit(err, p.Name)
	}
	return strconv.FormatInt(n, 10), nil
}

// Counts tells whether it has an effect beside the values of all parameters.
func (p *Param) Counts(params map[string]string) bool {
	for _, w := range p.When {
		if w.holds(params[w.Param]) {
			return true
		}
	}
	return len(p.When) == 0
}

func (w *When) holds(v string) bool {
	for _, is := range w.Is {
		if v == is {
			return true
		}
	}
	return len(w.Is) == 0 && strings.ContainsAny(v, "123456789")
}

// A scale is a unit and how many of a smallest one it is: nanoseconds or bytes.
type scale struct {
	unit string
	n    float64
}

// scales are the units that go with one; none with what is no time and no size.
func scales(unit string) []scale {
	switch unit {
	case Millis, Micros:
		return []scale{{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"μs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}, {"d", 86400e9}}
	case Bytes:
		return []scale{{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}
	}
	return nil
}

func scaleOf(unit, of string) float64 {
	for _, s := range scales(of) {
		if s.unit == unit {
			return s.n
		}
	}
	return 0
}

// bare tells whether a number has no unit, "100k" included.
func bare(v string) bool {
	_, unit := cutNumeral(v)
	return unit == "" || unit == "k" || unit == "K" || unit == "M" || unit == "G"
}

// cutNumeral takes "10 s" apart.
func cutNumeral(v string) (numeral, unit string) {
	i := strings.IndexFunc(v, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if i < 0 {
		return v, ""
	}
	return v[:i], strings.TrimSpace(v[i:])
}

// number reads a value in a unit, which a bare number has.
func (p *Param) number(v, unit string) (int64, error) {
	n, ok := int64(0), false
	if own, is := strings.CutSuffix(v, unit); is && bare(strings.TrimSpace(own)) {
		n, ok = parseAmount(strings.TrimSpace(own))
	} else if ok = bare(v) || unit == "" || unit == InRecords; ok {
		n, ok = parseAmount(v)
	} else if numeral, of := cutNumeral(v); scaleOf(of, unit) > 0 {
		f, err := strconv.ParseFloat(numeral, 64)
		f *= scaleOf(of, unit) / scaleOf(unit, unit)
		n, ok = int64(math.Round(f)), err == nil && f < 1<<53 && math.Abs(f-math.Round(f)) <= 1e-9*f
	}
	if !ok || n < p.least || n > p.most {
		return 0, fmt.Errorf("%s %q; want %s", p.Name, short(v), p.wanted(unit))
	}
	return n, nil
}

// wanted says what would be right.
func (p *Param) wanted(unit string) string {
	bounds := fmt.Sprintf("a whole number from %s to %s", counted(p.least), counted(p.most))
	switch unit {
	case Millis:
		if p.ByClock {
			return bounds + ` of milliseconds, of microseconds with time processing, or a time such as "10 s"`
		}
		return bounds + ` of milliseconds, or a time such as "10 s"`
	case Micros:
		return bounds + ` of microseconds, or a time such as "200 ms"`
	case Bytes:
		return bounds + ` of bytes, or a size such as "4 KiB"`
	case InRecords:
		return bounds + " of records"
	}
	return bounds
}

// parseAmount reads "5000000", "5M", "128 B", "4 KiB".
func parseAmount(v string) (int64, bool) {
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
	if err != nil || n > math.MaxInt64/scale || n < 0 {
		return 0, false
	}
	return n * scale, true
}
