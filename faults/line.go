package faults

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir/engine"
)

// String is the line of a scenario file that reproduces the fault, in YAML's flow form. ParseSpec reads it. One that a scenario has as a phase of its
// input says which phase that is.
func (s Spec) String() string {
	var b strings.Builder
	put := func(field, value string) {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(field + ": " + value)
	}
	at, ckpt := s.At.String(), s.Checkpoint
	if s.At == engine.AtInputPhase {
		at, ckpt = phasePlace+strconv.FormatInt(ckpt+1, 10), 0
	}
	if s.At != engine.NoPoint {
		put("at", at)
	}
	number := func(field string, n int64, unit string) {
		if n != 0 {
			put(field, strconv.FormatInt(n, 10)+unit)
		}
	}
	number("checkpoint", ckpt, "")
	number("occurrence", int64(s.Occurrence), "")
	number("after", s.After, " records")
	if s.Every != 0 {
		put("every", engine.Span(s.Every))
	}
	put("do", s.Do)
	text := func(field, v string) {
		if v != "" {
			put(field, v)
		}
	}
	text("target", s.Target)
	if len(s.Ops) > 0 {
		put("ops", "["+strings.Join(s.Ops, ", ")+"]")
	}
	text("outcome", s.Outcome)
	if s.Chance != 0 {
		put("probability", strconv.FormatFloat(s.Chance, 'f', -1, 64))
	}
	if s.Delay != 0 {
		put("delay", engine.Span(s.Delay))
	}
	if s.Lost {
		put("lost", "true")
	}
	if s.Note != "" {
		put("note", strconv.Quote(s.Note))
	}
	if s.Maybe {
		put("maybe", "true")
	}
	return "{" + b.String() + "}"
}

// phasePlace and a number, from 1, is a phase of a scenario.
const phasePlace = "phase "

// ParseSpec reads what String wrote, with or without the braces. It does not Validate.
func ParseSpec(line string) (s Spec, err error) {
	rest := strings.TrimSpace(line)
	if strings.HasPrefix(rest, "{") && strings.HasSuffix(rest, "}") {
		rest = rest[1 : len(rest)-1]
	}
	for rest != "" {
		var item string
		if item, rest, err = cutItem(rest); err != nil {
			return s, err
		}
		field, value, ok := strings.Cut(item, ":")
		if !ok {
			return s, fmt.Errorf("%q is not a field; want one like do: kill", strings.TrimSpace(item))
		}
		values, err := scalars(strings.TrimSpace(value))
		if err != nil {
			return s, err
		}
		if s.setPhase(strings.TrimSpace(field), values) {
			continue
		}
		if err := s.Set(strings.TrimSpace(field), values...); err != nil {
			return s, err
		}
	}
	return s, nil
}

// setPhase takes "at: phase 4". Only String writes it: who types a scenario makes such a fault a phase.
func (s *Spec) setPhase(field string, values []string) bool {
	if field != "at" || len(values) != 1 || !strings.HasPrefix(values[0], phasePlace) {
		return false
	}
	n, err := strconv.ParseInt(values[0][len(phasePlace):], 10, 64)
	if err != nil {
		return false
	}
	s.At, s.Checkpoint = engine.AtInputPhase, n-1
	return true
}

// cutItem cuts at the first comma that is neither quoted nor in brackets.
func cutItem(b string) (item, rest string, err error) {
	quoted, depth := false, 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ',' && depth == 0:
			return b[:i], b[i+1:], nil
		}
	}
	if quoted || depth != 0 {
		return "", "", fmt.Errorf("%q does not end; want a closing quote or bracket", strings.TrimSpace(b))
	}
	return b, "", nil
}

// scalars are the values of a list, or the one.
func scalars(v string) (all []string, err error) {
	if !strings.HasPrefix(v, "[") {
		v, err = scalar(v)
		return []string{v}, err
	}
	for rest := strings.TrimSuffix(v[1:], "]"); strings.TrimSpace(rest) != ""; {
		var item string
		if item, rest, err = cutItem(rest); err != nil {
			return nil, err
		}
		if item, err = scalar(strings.TrimSpace(item)); err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

func scalar(v string) (string, error) {
	if !strings.HasPrefix(v, `"`) {
		return v, nil
	}
	s, err := strconv.Unquote(v)
	if err != nil {
		return "", fmt.Errorf("%s is not a quoted text", v)
	}
	return s, nil
}

// fields are what people may type.
func fields() []string {
	return []string{"at", "checkpoint", "occurrence", "after", "every", "do", "target", "ops", "outcome", "probability", "delay", "lost", "note", "maybe"}
}

// Set gives a field the value that people type. Its error is a *FieldError.
func (s *Spec) Set(field string, values ...string) (err error) {
	if field == "ops" {
		if slices.Contains(values, "") {
			return wrong(field, "an operation without a name; want one of %s", strings.Join(opKinds(), ", "))
		}
		s.Ops = values
		return nil
	}
	if len(values) != 1 {
		return wrong(field, "%s is a list; want one value", field)
	}
	switch v := values[0]; field {
	case "at":
		var ok bool
		if s.At, ok = engine.ParsePoint(v); !ok {
			return unknown("at", "point", v, Points())
		}
	case "do":
		s.Do = v
	case "target":
		s.Target = v
	case "outcome":
		s.Outcome = v
	case "note":
		s.Note = v
	case "checkpoint":
		s.Checkpoint, err = whole(field, v)
	case "occurrence":
		var n int64
		n, err = whole(field, v)
		s.Occurrence = int(n)
	case "after":
		s.After, err = records(v)
	case "every":
		s.Every, err = micros(field, v)
	case "delay":
		s.Delay, err = micros(field, v)
	case "probability":
		if s.Chance, err = strconv.ParseFloat(v, 64); err != nil || s.Chance == 0 {
			err = wrong(field, "probability %q; want one above 0, up to 1", v)
		}
	case "lost":
		s.Lost, err = truth(field, v)
	case "maybe":
		s.Maybe, err = truth(field, v)
	default:
		return unknown(field, "field", field, fields())
	}
	return err
}

func whole(field, v string) (int64, error) {
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil {
		return 0, wrong(field, "%s %q; want a whole number", field, v)
	}
	return n, nil
}

func truth(field, v string) (bool, error) {
	if v != "true" && v != "false" {
		return false, wrong(field, "%s %q; want true or false", field, v)
	}
	return v == "true", nil
}

// records reads "5000 records", "5k".
func records(v string) (int64, error) {
	number := strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(v, "records"), "record"))
	scale := int64(1)
	switch {
	case strings.HasSuffix(number, "k"):
		scale = 1e3
	case strings.HasSuffix(number, "M"):
		scale = 1e6
	case strings.HasSuffix(number, "G"):
		scale = 1e9
	}
	if scale > 1 {
		number = strings.TrimSpace(number[:len(number)-1])
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n > math.MaxInt64/scale || n < -math.MaxInt64/scale {
		return 0, wrong("after", "after %q; want one like 5000 records", v)
	}
	return n * scale, nil
}

// micros reads a time with its unit.
func micros(field, v string) (int64, error) {
	at := strings.IndexFunc(v, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '-' && r != '+' })
	if at < 0 {
		return 0, wrong(field, "%s %q has no unit; want one like 20 s or 500 ms", field, v)
	}
	var scale float64
	switch strings.TrimSpace(v[at:]) {
	case "us", "µs":
		scale = 1
	case "ms":
		scale = 1e3
	case "s":
		scale = 1e6
	case "min":
		scale = 60e6
	case "h":
		scale = 3600e6
	}
	n, err := strconv.ParseFloat(v[:at], 64)
	us := math.Round(n * scale)
	if err != nil || scale == 0 || math.Abs(us) > 1e15 || math.Abs(us-n*scale) > 1e-3 {
		return 0, wrong(field, "%s %q; want one like 20 s, 500 ms or 20 us", field, v)
	}
	return int64(us), nil
}
