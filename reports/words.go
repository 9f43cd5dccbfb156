package reports

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// sign is a verdict as a character; a word always stands beside it.
func sign(verdict string) string {
	switch verdict {
	case "pass":
		return "✓"
	case "fail":
		return "✗"
	case "undecided":
		return "?"
	}
	return "–"
}

// word is the verdict of a run.
func word(verdict string) string {
	switch verdict {
	case "pass":
		return "OK"
	case "fail":
		return "VIOLATION"
	}
	return "UNDECIDED"
}

// class is a verdict in the style sheet.
func class(verdict string) string {
	switch verdict {
	case "pass":
		return "ok"
	case "fail":
		return "bad"
	case "undecided":
		return "warn"
	}
	return "none"
}

// hyphens says where the long names of checks may break when columns are narrow.
func hyphens(check string) string {
	const soft = "\u00ad"
	return strings.NewReplacer("linearizability", "linear"+soft+"iza"+soft+"bility", "watermarks", "water"+soft+"marks").Replace(check)
}

// title is a cell as people see it: its name, with the label of its backend.
func title(c *weir.CellResult) string {
	if strings.HasPrefix(c.Name, c.Backend) && c.Label != "" {
		return c.Label + strings.TrimPrefix(c.Name, c.Backend)
	}
	return c.Name
}

// reason is that of the first check that is not passed.
func reason(c *weir.CellResult) string {
	for _, want := range []string{"fail", "undecided"} {
		for _, k := range c.Checks {
			if k.Verdict == want {
				return k.Name + ": " + k.Reason
			}
		}
	}
	return "nothing was judged"
}

// A unit is how the numbers of one column or axis are written.
type unit struct {
	name     string
	of       float64 // one of it, in SI base units
	decimals int
}

// text writes a number of SI base units without the unit's name.
func (u unit) text(v float64) string {
	v /= u.of
	if math.Abs(v) >= 1000 {
		return figures.Group(int64(math.Round(v)))
	}
	return strconv.FormatFloat(v, 'f', u.decimals, 64)
}

// say writes a number of SI base units with the unit's name.
func (u unit) say(v float64) string { return u.text(v) + figures.NoBreak + u.name }

// with gives a unit as many decimals as leave three digits of the greatest number.
func (u unit) with(most float64) unit {
	switch m := math.Abs(most) / u.of; {
	case m >= 100 || m == 0:
		u.decimals = 0
	case m >= 10:
		u.decimals = 1
	default:
		u.decimals = 2
	}
	return u
}

// seconds is the unit in which times up to most are written.
func seconds(most float64) unit {
	switch {
	case most >= 2:
		return unit{"s", 1, 0}.with(most)
	case most >= 1e-3 || most <= 0:
		return unit{"ms", 1e-3, 0}.with(most)
	}
	return unit{"µs", 1e-6, 0}.with(most)
}

// sizes is the unit in which sizes up to most are written.
func sizes(most float64) unit {
	switch {
	case most >= 1<<30:
		return unit{"GiB", 1 << 30, 0}.with(most)
	case most >= 1<<20:
		return unit{"MiB", 1 << 20, 0}.with(most)
	case most >= 1<<10:
		return unit{"KiB", 1 << 10, 0}.with(most)
	}
	return unit{"B", 1, 0}
}

// rates is the unit of rates of records up to most.
func rates(most float64) unit {
	if most >= 1e3 || most <= 0 {
		return unit{"krec/s", 1e3, 0}.with(most)
	}
	return unit{"rec/s", 1, 0}.with(most)
}

// duration, size and rate write one number alone.
func duration(s float64) string { return seconds(s).say(s) }
func size(b float64) string     { return sizes(b).say(b) }
func rate(r float64) string     { return rates(r).say(r) }

// exactly writes a time that is a round number of milliseconds without decimals.
func exactly(s float64) string {
	return strconv.FormatFloat(math.Round(s*1e6)/1e3, 'f', -1, 64) + figures.NoBreak + "ms"
}

// large writes a count in words that fit a chip: "26.3", "million records".
func large(n int64, what string) (value, name string) {
	switch {
	case n >= 1e9:
		return strconv.FormatFloat(float64(n)/1e9, 'f', 2, 64), "billion " + what
	case n >= 1e6:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64), "million " + what
	}
	return figures.Group(n), what
}

// counted writes a number with the singular or the plural of what it counts.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1" + figures.NoBreak + one
	}
	return figures.Group(int64(n)) + figures.NoBreak + many
}

// spelled writes small numbers as words, at the beginning of a sentence.
func spelled(n int) string {
	words := []string{"No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return figures.Group(int64(n))
}

// spread is half the distance between the least and the most of the repetitions, as a share of the median; "" for one repetition.
func spread(s weir.Summary) string {
	if s.N < 2 || s.P50 <= 0 {
		return ""
	}
	p := (s.Max - s.Min) / 2 / s.P50 * 100
	if p < 10 {
		return "±" + strconv.FormatFloat(p, 'f', 1, 64) + figures.NoBreak + "%"
	}
	return "±" + strconv.FormatFloat(p, 'f', 0, 64) + figures.NoBreak + "%"
}

var fields = regexp.MustCompile(`(?:^|[{,])\s*(at|checkpoint|after|every|do|target): ?([^,}]+)`)

// strike is a fault of a plan in a few words: "kill task/0 at checkpoint.uploaded", "kill task/0 at phase 4, fault". What is no fault's line is clipped.
func strike(line string) string {
	f := map[string]string{}
	line, _, _ = strings.Cut(line, ", note: ")
	for _, m := range fields.FindAllStringSubmatch(line, -1) {
		f[m[1]] = strings.TrimSpace(m[2])
	}
	if f["do"] == "" {
		return clip(line, 60)
	}
	text := f["do"]
	if f["target"] != "" {
		text += " " + f["target"]
	}
	for _, where := range []string{"at", "after", "every"} {
		if f[where] != "" {
			text += " " + where + " " + f[where]
		}
		if where == "at" && strings.HasPrefix(f[where], "phase ") { // which the scenario calls so
			text += ", fault"
		}
	}
	return clip(text, 80)
}

// clip shortens a text to at most so many characters, and puts it on one line without control characters.
func clip(s string, most int) string {
	if enough := 8*most + 64; len(s) > enough {
		s = strings.ToValidUTF8(s[:enough], "")
	}
	r := []rune(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069: // controls, and what turns the direction of text
			return -1
		}
		return r
	}, s))
	if len(r) > most {
		return strings.TrimRight(string(r[:most-1]), " ") + "…"
	}
	return string(r)
}

// several joins names: "a, b and 3 more".
func several(names []string, most int) string {
	if n := len(names); n > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", n-most)
	}
	return strings.Join(names, ", ")
}

var long = regexp.MustCompile(`\b\d{5,18}\b`)

// grouped writes the long numbers of a text in groups of digits.
func grouped(s string) string {
	return long.ReplaceAllStringFunc(s, func(d string) string {
		n, err := strconv.ParseInt(d, 10, 64)
		if err != nil {
			return d
		}
		return figures.Group(n)
	})
}
