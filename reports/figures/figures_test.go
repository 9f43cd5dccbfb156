package figures

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests get as what they want")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *rewrite {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(name, got, 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test ./reports/figures -rewrite writes it: look at it before and after", name)
	}
}

// A drawn figure has a name.
type drawn struct {
	name         string
	wide, narrow Drawing
}

func marks() []Mark {
	return []Mark{{Backend: Heap}, {Backend: Pebble, Incremental: true}, {Backend: RocksDB, Changelog: true}, {Backend: Pebble, Incremental: true, Changelog: true}, {Backend: RocksDB, Unknown: true}}
}

// figuresOf draws one of each, with names and labels of a text.
func figuresOf(text string) (all []drawn) {
	sc := Scatter{X: Scale{Title: "recovery time p95, ms", Unit: 1e-3}, Y: Scale{Title: "throughput, krec/s", Unit: 1e3}}
	bars := Bars{X: Scale{Title: "time since the fault, ms", Unit: 1e-3}, Text: func(v float64) string { return short(v * 1e3) }}
	for i, m := range marks() {
		x, y := .1*float64(i+1), 1e6*float64(9-i)
		sc.Points = append(sc.Points, Point{Mark: m, Name: text, Rank: fmt.Sprint(i + 1), X: x, XLo: x * .9, XHi: x * 1.2, Y: y, YLo: y * .95, YHi: y * 1.1, Front: i < 3})
		bars.Bars = append(bars.Bars, Bar{Mark: m, Rank: fmt.Sprint(i + 1), Name: text, Bold: i == 0, Total: short(x*1e3) + NoBreak + "ms", Tick: x * .4,
			Parts: []Part{{Phase1, x * .01, false}, {Phase2, x * .2, false}, {Phase3, x * .1, false}, {Phase4, x * .09, false}, {Phase6, x * .6, false}}})
	}
	all = append(all, drawn{"scatter", sc.Draw(Size{480, 380}), sc.Draw(Size{360, 340})})
	all = append(all, drawn{"bars", bars.Draw(Size{748, bars.Height(false)}), bars.Draw(Size{360, bars.Height(true)})})
	few, many := timelineOf(text, 3), timelineOf(text, 20)
	bare := few
	bare.Values = nil
	for i, tl := range []Timeline{few, many, bare} {
		all = append(all, drawn{[]string{"timeline", "timeline-crowded", "timeline-bare"}[i], tl.Draw(Size{748, tl.Height(false)}), tl.Draw(Size{360, tl.Height(true)})})
	}
	all = append(all, drawn{"lines", linesOf(text, false).Draw(Size{748, 260}), linesOf(text, false).Draw(Size{360, 240})}, drawn{"lines-steps", linesOf(text, true).Draw(Size{748, 260}), linesOf(text, true).Draw(Size{360, 240})})
	near, far := valueOf(text, 1), valueOf(text, 1000)
	all = append(all, drawn{"value", near.Draw(Size{748, 330}), near.Draw(Size{360, 330})}, drawn{"value-close", far.Draw(Size{748, 330}), far.Draw(Size{360, 330})})
	l := lanesOf(text)
	return append(all, drawn{"lanes", l.Draw(1136), l.Draw(360)})
}

func timelineOf(text string, checkpoints int) Timeline {
	t := Timeline{Rate: Scale{Title: "throughput, krec/s", Unit: 1e3}, Time: Scale{Title: "time since the start of the run, s", Unit: 1}, Mark: Mark{Backend: Pebble}, Bin: .05, Band: [2]float64{2.6e6, 3.1e6},
		Faults: []Event{{At: .9, Text: "fault: " + text}}}
	for i := range 60 {
		v := 2.9e6 + 2e5*float64(i%3-1)
		if i > 17 && i < 21 {
			v = 0
		}
		t.Values = append(t.Values, v)
	}
	if checkpoints == 3 {
		t.Phases = []Event{{0, "fill"}, {.4, "settle"}, {.45, "measure"}, {.9, text}, {.92, "recover"}, {2, "measure"}}
	}
	for i := range checkpoints {
		at := 3 * float64(i) / float64(checkpoints)
		t.Spans = append(t.Spans, Span{at, at + .05, CheckpointSpan, "chk-" + fmt.Sprint(i+1)})
	}
	t.Spans = append(t.Spans, Span{.88, .9, AbortedSpan, "chk-9 aborted"}, Span{.9, 1.05, RestoreSpan, "stopped for 150 ms"}, Span{1.05, 1.2, ReplaySpan, "lost records applied again"})
	return t
}

// linesOf are lines that end close together, one of which has a single point.
func linesOf(text string, steps bool) Lines {
	l := Lines{Y: Scale{Title: "state in a checkpoint, MiB", Unit: 1 << 20}, Time: Scale{Title: "time since the start of the run, s", Unit: 1}}
	for i, m := range marks() {
		x := Line{Mark: m, Name: text, Steps: steps}
		for j := range 8 - i {
			x.At, x.Values = append(x.At, .5*float64(j)), append(x.Values, float64(3+j%3)*(1<<20)+float64(i)*1e4)
		}
		l.Lines = append(l.Lines, x)
	}
	l.Lines[2].At, l.Lines[2].Values = l.Lines[2].At[:1], l.Lines[2].Values[:1]
	return l
}

func valueOf(text string, by float64) Value {
	v := Value{Title: "count of key " + text, Time: Scale{Title: "time, s", Unit: 1}, Attempt: 2, Want: []float64{6 * by, 6*by + 1}, WantSay: "6 or 7", GotSay: "read 5"}
	for i := range 9 {
		v.Moments = append(v.Moments, Moment{At: float64(i) * .1, N: float64(i) * by, What: "apply"})
		if i%3 == 2 {
			v.Moments = append(v.Moments, Moment{At: float64(i)*.1 + .05, N: float64(i) * by, What: "checkpoint", Text: fmt.Sprintf("chk-%d", i/3+1)}, Moment{At: float64(i)*.1 + .06, N: float64(i) * by, What: "read"})
		}
	}
	return Value{v.Title, v.Time, append(v.Moments, Moment{At: .92, N: 8 * by, What: "fault", Text: text}, Moment{At: 1, N: 6 * by, What: "restore", Text: "chk-2"}, Moment{At: 1.1, N: 6*by - 2, What: "read", Bad: true}), v.Attempt, v.Want, v.WantSay, v.GotSay}
}

func lanesOf(text string) Lanes {
	l := Lanes{Time: Scale{Title: "time, s", Unit: 1}, Fault: text, BadSay: []string{"no place in any order:", "expected 6 or 7"}}
	for i := range 20 {
		o := Op{Lane: []string{"source", "reader", "coordinator"}[i%3], Text: fmt.Sprintf("add 1 → %d", i), Call: int64(3 * i), Return: int64(3*i + 5), At: float64(i) * .1, Attempt: 1, Order: i + 1}
		l.Ops = append(l.Ops, o)
	}
	return Lanes{append(l.Ops, Op{Lane: "source", Text: "add 1 → 21", Call: 61, Return: 63, At: 2.1, Attempt: 1, Unknown: true}, Op{Lane: "coordinator", Text: "restore chk-2", Call: 70, Return: 72, At: 2.5, Attempt: 2, Order: 21},
		Op{Lane: "reader", Text: "read 5", Call: 75, Return: 77, At: 2.6, Attempt: 2, Bad: true}), l.Time, l.Fault, l.BadSay}
}

// What figures look like, as files that one can open.
func TestGolden(t *testing.T) {
	for _, d := range figuresOf("pebble 100ms") {
		golden(t, d.name+".svg", []byte(d.wide.File("a title", "how to read it")))
		golden(t, d.name+"-narrow.svg", []byte(d.narrow.File("a title", "how to read it")))
	}
}

var fontSize, weight = regexp.MustCompile(`font-size:([0-9.]+)px`), regexp.MustCompile(`font-weight:bold`)

// A written is a text of a drawing, and where it is.
type written struct {
	text string
	box
}

// texts are all texts of a drawing.
func texts(t *testing.T, d Drawing) (found []written) {
	t.Helper()
	x := xml.NewDecoder(strings.NewReader(d.File("a", "b")))
	for {
		tok, err := x.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok || e.Name.Local != "text" {
			continue
		}
		at, style := map[string]float64{}, ""
		for _, a := range e.Attr {
			if a.Name.Local == "style" {
				style = a.Value
			}
			at[a.Name.Local], _ = strconv.ParseFloat(a.Value, 64)
		}
		var s string
		if err := x.DecodeElement(&s, &e); err != nil {
			t.Fatal(err)
		}
		px, err := strconv.ParseFloat(fontSize.FindStringSubmatch(style)[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		h := hand{size: px / .75, bold: weight.MatchString(style)}
		found = append(found, written{s, box{at["x"] / .75, -at["y"] / .75, h.width(s), h.size}})
	}
}

// outside finds every text of a drawing that begins or ends beyond it.
func outside(t *testing.T, d Drawing) (found []string) {
	t.Helper()
	for _, l := range texts(t, d) {
		if l.x < -1 || l.x+l.w > d.W+1 || l.y < 0 || l.y > d.H {
			found = append(found, fmt.Sprintf("%q from %.1f to %.1f of %g, at height %.1f of %g", l.text, l.x, l.x+l.w, d.W, l.y, d.H))
		}
	}
	return found
}

// over finds texts that lie over each other: letters are as high as three quarters of their size.
func over(t *testing.T, d Drawing) (found []string) {
	t.Helper()
	all := texts(t, d)
	for i, a := range all {
		for _, b := range all[:i] {
			if a.x < b.x+b.w && b.x < a.x+a.w && a.y-.75*a.h < b.y && b.y-.75*b.h < a.y {
				found = append(found, fmt.Sprintf("%q over %q", a.text, b.text))
			}
		}
	}
	return found
}

// The figures of what went wrong can be read wherever that lies: what is said of the value or of the operation that does not fit stands over nothing else.
func TestTextsOfAFailureStandApart(t *testing.T) {
	v := valueOf("DTW", 1)
	v.WantSay, v.GotSay = "record 3746 or record 3791 or … or record 4010", "record 4011"
	bad := len(v.Moments) - 1
	for _, n := range []float64{-40, 0, 3, 5, 6, 7, 8, 9, 50, 4000} {
		for _, at := range []float64{1.01, 1.1, 1.6, 3} {
			v.Moments[bad].N, v.Moments[bad].At = n, at
			for _, w := range []float64{360, 480, 748} {
				for _, s := range over(t, v.Draw(Size{w, 330})) {
					t.Errorf("the value %g at %g s, %g wide: %s", n, at, w, s)
				}
			}
		}
	}
	for _, lane := range []string{"source", "reader", "coordinator"} {
		for _, alone := range []bool{false, true} {
			l := lanesOf("kill task/0")
			bad := len(l.Ops) - 1
			l.Ops[bad].Lane = lane
			if alone { // the first of its attempt
				l.Ops = append(l.Ops[:bad-1], l.Ops[bad])
			}
			l.BadSay[1] = "expected record 3746 or record 3791 or … or record 4010"
			for _, w := range []float64{360, 748, 1136} {
				for _, s := range over(t, l.Draw(w)) {
					t.Errorf("the lane %s, alone %v, %g wide: %s", lane, alone, w, s)
				}
			}
		}
	}
}

// No label leaves its figure, however long names are.
func TestLabelsStayInside(t *testing.T) {
	for _, name := range []string{"pebble 100ms", "", strings.Repeat("long name ", 30), "<&>\"'|\u00a0→"} {
		for _, d := range figuresOf(name) {
			for which, x := range map[string]Drawing{"wide": d.wide, "narrow": d.narrow} {
				for _, s := range outside(t, x) {
					t.Errorf("%s %s, named %.12q: %s", d.name, which, name, s)
				}
			}
		}
	}
}

// Empty figures, and those of one value, are drawn.
func TestFiguresOfNothing(t *testing.T) {
	for name, d := range map[string]Drawing{"scatter": Scatter{}.Draw(Size{480, 380}), "bars": Bars{}.Draw(Size{748, 100}), "timeline": Timeline{}.Draw(Size{748, 300}), "value": Value{}.Draw(Size{748, 330}), "lanes": Lanes{}.Draw(1136), "lanes narrow": Lanes{}.Draw(360),
		"one point": Scatter{Points: []Point{{X: 1, Y: 1}}}.Draw(Size{480, 380}), "one moment": Value{Moments: []Moment{{N: 3, What: "read", Bad: true}}, Want: []float64{3}}.Draw(Size{360, 330})} {
		if got := outside(t, d); len(got) > 0 || d.body == "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// In a page colors are tokens, in a file those of light; every token has both looks, and text is dark enough on paper.
func TestTokens(t *testing.T) {
	for _, d := range figuresOf("x") {
		in, out := d.wide.Inline("id", "vw", "t", "d"), d.wide.File("t", "d")
		if regexp.MustCompile(`(fill|stroke):#`).MatchString(in) {
			t.Errorf("%s in a page names a color", d.name)
		}
		if strings.Contains(out, "var(") || strings.Contains(out, "#01") {
			t.Errorf("%s as a file has a token or a stencil", d.name)
		}
	}
	sheet := Sheet()
	for i, l := range Looks() {
		if l.Name == "" || l.Light == "" || l.Dark == "" {
			t.Errorf("token %d is %+v", i, l)
		}
		if n := strings.Count(sheet, "--"+l.Name+":"); n != 3 {
			t.Errorf("%s stands %d times in the sheet, want light, dark and print", l.Name, n)
		}
	}
	looks := Looks()
	for _, text := range []Token{Ink, Muted, HeapInk, PebbleInk, RocksDBInk, OK, Bad, Warn, Link} {
		for which, c := range map[string]float64{"light": contrast(t, looks[text].Light, looks[Paper].Light), "dark": contrast(t, looks[text].Dark, looks[Paper].Dark)} {
			if c < 4.5 {
				t.Errorf("%s on %s paper has a contrast of %.1f, want 4.5", looks[text].Name, which, c)
			}
		}
	}
}

// contrast is WCAG 2's.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(s string) float64 {
		n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i, w := range []float64{.2126, .7152, .0722} {
			v := float64(n>>(16-8*i)&255) / 255
			if v <= .03928 {
				v /= 12.92
			} else {
				v = math.Pow((v+.055)/1.055, 2.4)
			}
			sum += w * v
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func TestGroup(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 9999: "9999", 10000: "10\u00a0000", -1234567: "-1\u00a0234\u00a0567", 26277888: "26\u00a0277\u00a0888"} {
		if got := Group(n); got != want {
			t.Errorf("Group(%d) = %q, want %q", n, got, want)
		}
	}
}
