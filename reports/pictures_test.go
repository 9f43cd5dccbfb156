package reports

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// A shape is a path of a drawing: its points in the drawing's unit, y upwards, and the colours it has.
type shape struct {
	points       [][2]float64
	fill, stroke string
}

var (
	coordinate = regexp.MustCompile(`[ML]([-0-9.e]+),([-0-9.e]+)`)
	paint      = regexp.MustCompile(`(fill|stroke):([^;]+)`)
)

// shapes reads a drawing and fails when it is not well formed.
func shapes(t *testing.T, svg string) (all []shape, texts []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all, texts
		}
		if err != nil {
			t.Fatalf("the drawing is not well formed: %v in %.300q", err, svg)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "text":
			var s string
			if err := d.DecodeElement(&s, &e); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, s)
		case "path":
			var x shape
			for _, a := range e.Attr {
				switch a.Name.Local {
				case "d":
					for _, m := range coordinate.FindAllStringSubmatch(a.Value, -1) {
						px, _ := strconv.ParseFloat(m[1], 64)
						py, _ := strconv.ParseFloat(m[2], 64)
						x.points = append(x.points, [2]float64{px, py})
					}
				case "style":
					for _, m := range paint.FindAllStringSubmatch(a.Value, -1) {
						if m[1] == "fill" {
							x.fill = m[2]
						} else {
							x.stroke = m[2]
						}
					}
				}
			}
			all = append(all, x)
		}
	}
}

// numbersOf reads the file of a picture's numbers.
func numbersOf(t *testing.T, p *picture) (head []string, lines [][]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(p.csv())).ReadAll()
	if err != nil {
		t.Fatalf("%s.csv: %v", p.name, err)
	}
	if len(all) < 2 {
		t.Fatalf("%s.csv has no numbers", p.name)
	}
	return all[0], all[1:]
}

func float(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// named finds a picture of a result.
func named(t *testing.T, r *weir.Results, name string) *picture {
	t.Helper()
	all := pictures(r)
	i := slices.IndexFunc(all, func(p picture) bool { return p.name == name })
	if i < 0 {
		t.Fatalf("no picture %s", name)
	}
	return &all[i]
}

// Every drawing of every kind of run is well formed, in the page and as a file, names no stencil, and has numbers.
func TestDrawingsAreWellFormed(t *testing.T) {
	for _, s := range append(samples(), sample{"immense", immense()}) {
		for _, p := range pictures(s.r) {
			for _, svg := range []string{p.wide.File(p.title, p.how), p.narrow.File(p.title, p.how), p.wide.Inline("a", "vw", p.title, p.how), p.narrow.Inline("b", "vn", p.title, p.how)} {
				if all, _ := shapes(t, svg); len(all) == 0 {
					t.Errorf("%s, %s: nothing is drawn", s.name, p.name)
				}
				if strings.Contains(svg, "#01") {
					t.Errorf("%s, %s: a stencil is left", s.name, p.name)
				}
			}
			if s.name != "immense" {
				numbersOf(t, &p)
			}
			if p.title == "" || p.how == "" || strings.Contains(p.title+p.how+p.note, "%!") {
				t.Errorf("%s, %s: title %q, how %q, note %q", s.name, p.name, p.title, p.how, p.note)
			}
		}
	}
}

// colors are the fills of the phases in a file.
func colors(t *testing.T, phase string) string {
	t.Helper()
	look := figures.Looks()
	return look[phaseToken(phase)].Light
}

// labels are the numbers that stand at the ticks of a drawing, in order: those of x, then those of y.
func labels(texts []string) (all []float64) {
	for _, s := range texts {
		if v, err := strconv.ParseFloat(strings.ReplaceAll(s, "\u00a0", ""), 64); err == nil {
			all = append(all, v)
		}
	}
	return all
}

// along is the scale of the x axis: how long one of its units is, from its ticks and what stands at them.
func along(t *testing.T, all []shape, texts []string) float64 {
	t.Helper()
	look := figures.Looks()
	var at []float64
	for _, s := range all {
		if s.stroke == look[figures.Axis].Light && len(s.points) == 2 && s.points[0][0] == s.points[1][0] && math.Abs(s.points[0][1]-s.points[1][1]) < 4 {
			at = append(at, s.points[0][0])
		}
	}
	v := labels(texts)
	if len(at) < 2 || len(v) < len(at) {
		t.Fatalf("%d ticks and %d labels", len(at), len(v))
	}
	return (at[len(at)-1] - at[0]) / (v[len(at)-1] - v[0])
}

// The bars of Fig 2 are as long as its numbers say: one scale for all, one bar a line, one part a phase. So is the narrow drawing.
func TestRecoveryBarsAreTheNumbers(t *testing.T) {
	for _, r := range []*weir.Results{passing(), debugged(), undecided()} {
		p := named(t, r, "fig02-recovery")
		head, lines := numbersOf(t, p)
		for which, d := range map[string]figures.Drawing{"wide": p.wide, "narrow": p.narrow} {
			all, texts := shapes(t, d.File(p.title, p.how))
			scale := along(t, all, texts) * 1e3 // the axis has milliseconds
			for col, name := range head[1 : len(head)-2] {
				var widths []float64
				for _, s := range all {
					if s.fill == colors(t, strings.TrimSuffix(name, "_s")) && len(s.points) == 4 {
						widths = append(widths, s.points[1][0]-s.points[0][0])
					}
				}
				if len(widths) != len(lines) {
					t.Fatalf("%s: %d parts of %s, want %d", which, len(widths), name, len(lines))
				}
				for i, w := range widths {
					if want := float(t, lines[i][1+col]) * scale; math.Abs(w-want) > .06 { // the file has five digits
						t.Errorf("%s: %s of %s is %g wide, want %g", which, name, lines[i][0], w, want)
					}
				}
			}
			for _, l := range lines {
				longest := float(t, lines[len(lines)-1][len(head)-2])
				for _, x := range lines {
					longest = max(longest, float(t, x[len(head)-2]))
				}
				if want := seconds(longest).say(float(t, l[len(head)-2])); !slices.Contains(texts, want) {
					t.Errorf("%s: the total of %s is not %q: %q", which, l[0], want, texts)
				}
			}
		}
	}
}

// The phases of a cell add up to the recovery time that Table 1, the terminal and the summary show of it.
func TestPhasesAddUpToTable1(t *testing.T) {
	for _, r := range []*weir.Results{passing(), debugged(), undecided()} {
		head, lines := numbersOf(t, named(t, r, "fig02-recovery"))
		_, cells := numbersOf(t, tableFile(rows(r)))
		for _, l := range lines {
			sum := 0.0
			for _, v := range l[1 : len(head)-2] {
				sum += float(t, v)
			}
			i := slices.IndexFunc(cells, func(c []string) bool { return c[1] == l[0] })
			if i < 0 {
				t.Fatalf("%s is not in Table 1", l[0])
			}
			total, shown := float(t, l[len(head)-2]), float(t, cells[i][4])
			if math.Abs(sum-shown) > 5e-6 || math.Abs(total-shown) > 5e-6 { // numbers are rounded to a microsecond
				t.Errorf("%s: phases add up to %g, the total is %g, Table 1 has %g", l[0], sum, total, shown)
			}
			if md := rendered(t, r, Markdown); !strings.Contains(md, duration(shown)) {
				t.Errorf("the summary does not have %s of %s", duration(shown), l[0])
			}
		}
	}
}

// The line of Fig 3 lies where its numbers say, and what happened stands at its time.
func TestTimelineIsTheNumbers(t *testing.T) {
	p := named(t, passing(), "fig03a-time")
	_, lines := numbersOf(t, p)
	for which, d := range map[string]figures.Drawing{"wide": p.wide, "narrow": p.narrow} {
		all, texts := shapes(t, d.File(p.title, p.how))
		look := figures.Looks()
		i := slices.IndexFunc(all, func(s shape) bool { return s.stroke == look[figures.Heap].Light && len(s.points) > 10 })
		if i < 0 {
			t.Fatalf("%s: no line", which)
		}
		line := all[i].points
		var rates, times []float64
		for _, l := range lines {
			if l[0] == "throughput" {
				rates, times = append(rates, float(t, l[3])), append(times, float(t, l[1]))
			}
		}
		if len(line) != 2*len(rates) {
			t.Fatalf("%s: %d points for %d bins", which, len(line), len(rates))
		}
		most, least := slices.Index(rates, slices.Max(rates)), slices.Index(rates, slices.Min(rates))
		right, up := along(t, all, texts), upwards(t, all, texts)
		if got := (line[2*most][1] - line[2*least][1]) / (rates[most] - rates[least]); math.Abs(got/up-1) > 1e-3 {
			t.Errorf("%s: the line has a scale of %g, its axis one of %g", which, got, up)
		}
		for i := range rates {
			x, y := line[0][0]+right*times[i], line[2*least][1]+up*(rates[i]-rates[least])
			if math.Abs(line[2*i][0]-x) > .06 || math.Abs(line[2*i][1]-y) > .06 {
				t.Errorf("%s: bin %d is drawn at %v, want %.2f,%.2f", which, i, line[2*i], x, y)
			}
		}
		happens(t, which, all, lines, line[0][0], right)
	}
}

// upwards is the scale of the y axis in records per second, from the lines of its grid and what stands at the axis.
func upwards(t *testing.T, all []shape, texts []string) float64 {
	t.Helper()
	look := figures.Looks()
	var at []float64
	for _, s := range all {
		if s.stroke == look[figures.Grid].Light && len(s.points) == 2 && s.points[0][1] == s.points[1][1] {
			at = append(at, s.points[0][1])
		}
	}
	slices.Sort(at)
	v := labels(texts)
	if len(at) < 2 || len(v) < len(at) {
		t.Fatalf("%d lines and %d labels", len(at), len(v))
	}
	v = v[len(v)-len(at):] // zero has no line
	return (at[len(at)-1] - at[0]) / (v[len(v)-1] - v[0]) / 1e3
}

// happens checks that faults and recoveries are drawn at their times.
func happens(t *testing.T, which string, all []shape, lines [][]string, left, right float64) {
	t.Helper()
	look := figures.Looks()
	for _, l := range lines {
		from := left + right*float(t, l[1])
		switch l[0] {
		case "fault":
			if !slices.ContainsFunc(all, func(s shape) bool {
				return s.stroke == look[figures.Bad].Light && len(s.points) == 2 && math.Abs(s.points[0][0]-from) < .06
			}) {
				t.Errorf("%s: no red line at %s s", which, l[1])
			}
		case "restore":
			if !slices.ContainsFunc(all, func(s shape) bool {
				return s.fill == look[figures.RestoreBack].Light && len(s.points) == 4 && math.Abs(s.points[0][0]-from) < .06 && math.Abs(s.points[1][0]-left-right*float(t, l[2])) < .06
			}) {
				t.Errorf("%s: no recovery from %s to %s s", which, l[1], l[2])
			}
		}
	}
}

// Marks of Fig 1 lie where its numbers say, on logarithmic axes.
func TestParetoIsTheNumbers(t *testing.T) {
	p := named(t, passing(), "fig01-pareto")
	_, lines := numbersOf(t, p)
	circle := regexp.MustCompile(`d="M([0-9.]+),([0-9.]+)A4\.125,[^"]*" style="fill:none;stroke:#`)
	for which, d := range map[string]figures.Drawing{"wide": p.wide, "narrow": p.narrow} {
		var at [][2]float64
		for _, m := range circle.FindAllStringSubmatch(d.File(p.title, p.how), -1) {
			at = append(at, [2]float64{float(t, m[1]) - 4.125, float(t, m[2])})
		}
		if len(at) != len(lines) {
			t.Fatalf("%s: %d marks, want %d", which, len(at), len(lines))
		}
		x := func(i int) float64 { return math.Log(float(t, lines[i][2])) }
		y := func(i int) float64 { return math.Log(float(t, lines[i][5])) }
		right, up := (at[3][0]-at[0][0])/(x(3)-x(0)), (at[3][1]-at[0][1])/(y(3)-y(0))
		for i := range at {
			if math.Abs(at[0][0]+right*(x(i)-x(0))-at[i][0]) > .1 || math.Abs(at[0][1]+up*(y(i)-y(0))-at[i][1]) > .1 {
				t.Errorf("%s: %s is drawn at %v", which, lines[i][1], at[i])
			}
		}
	}
}

// The two pictures of a violation say the numbers of the story, and mark one thing each.
func TestViolationIsTheStory(t *testing.T) {
	r := failing()
	value, operations := named(t, r, "figA-value"), named(t, r, "figB-operations")
	_, steps := numbersOf(t, value)
	bad := 0
	for _, l := range steps {
		if l[4] == "true" {
			bad++
			if l[2] != "39" {
				t.Errorf("the mark stands at %s, want 39", l[2])
			}
		}
	}
	_, ops := numbersOf(t, operations)
	for _, l := range ops {
		if l[5] == "no place in any order" {
			bad++
		}
	}
	if bad != 2 {
		t.Errorf("%d marks of the violation, want one in each picture", bad)
	}
	for _, d := range []figures.Drawing{value.wide, value.narrow} {
		_, texts := shapes(t, d.File("", ""))
		all := strings.Join(texts, "|")
		for _, want := range []string{"39", "42 or 43", "attempt 2", "holds 42", "fault: kill task/0"} {
			if !strings.Contains(all, want) {
				t.Errorf("Fig A does not say %q: %s", want, all)
			}
		}
	}
	_, texts := shapes(t, operations.wide.File("", ""))
	for _, l := range ops[len(ops)-4:] {
		if !slices.Contains(texts, l[4]) {
			t.Errorf("Fig B does not show %q: %q", l[4], texts)
		}
	}
	if want := "After the recovery from chk-3: expected 42 or 43, seen 39"; value.title != want {
		t.Errorf("Fig A is called %q, want %q", value.title, want)
	}
}

// A story without a value over time is told by the course of the run, which has no number of its performance.
func TestStoryWithoutPictures(t *testing.T) {
	r := failing()
	r.Cells[2].Story = nil
	p := named(t, r, "figA-course")
	_, texts := shapes(t, p.wide.File(p.title, p.how))
	all := strings.Join(texts, "|")
	for _, want := range []string{"fault: kill task/0 at checkpoint.uploaded", "chk-1", "recovery"} {
		if !strings.Contains(all, want) {
			t.Errorf("the course does not show %q: %s", want, all)
		}
	}
	if strings.Contains(all, "stopped for") || strings.Contains(all, "rec/s") {
		t.Errorf("the course of a wrong cell has numbers of its performance: %s", all)
	}
}

func TestNumbersOfAStory(t *testing.T) {
	for text, want := range map[string]string{"42 or 43": "[42 43]", "record 48950": "[48950]", "39 from checkpoint 3": "[39]", "41 from checkpoint 2 or 42 from checkpoint 3": "[41 42]", "checkpoint 3": "[]", "ab12": "[]", "nothing": "[]", "": "[]", "cd99 or 5": "[5]"} {
		if got := fmt.Sprint(numbers(text)); got != want {
			t.Errorf("numbers(%q) = %s, want %s", text, got, want)
		}
	}
}
