package reports

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/reports/figures"
)

// A told story is the violation that a failing report opens with.
type toldStory struct {
	*linearizability.Story
	Cell      *weir.CellResult // nil: it is of the simulated seeds
	Reproduce string
	Page      string // porcupine's, within the run folder
}

// mainStory is the story with pictures, if there is one, else the first; nil when nothing failed.
func mainStory(r *weir.Results) *toldStory {
	var first *toldStory
	take := func(s toldStory) bool {
		if s.Story == nil {
			return false
		}
		if first == nil {
			first = &s
		}
		if len(s.Value) > 0 && len(first.Value) == 0 {
			first = &s
		}
		return len(first.Value) > 0
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		if take(toldStory{c.Story, c, c.Reproduce, c.Page}) {
			return first
		}
	}
	if s := r.Sim; s != nil {
		take(toldStory{s.Story, nil, s.Reproduce, ""})
	}
	return first
}

// violation is Fig A, a value over time, and Fig B, the operations of the partition; without them, the course of the run.
func violation(r *weir.Results) (all []picture) {
	s := mainStory(r)
	if s == nil {
		return nil
	}
	switch {
	case len(s.Value) > 0:
		all = append(all, valueOverTime(s.Story))
	case s.Cell != nil && s.Cell.Series != nil && len(s.Cell.Series.Marks) > 0:
		all = append(all, course(s.Cell))
	}
	if len(s.Lanes) > 0 {
		all = append(all, partition(s.Story))
	}
	return all
}

var counts = regexp.MustCompile(`(?:^| or |record )(\d{1,15})\b`)

// numbers are the counts that a story expects or saw: "42 or 43", "record 48950". Checkpoints are none.
func numbers(text string) (all []float64) {
	for _, m := range counts.FindAllStringSubmatch(text, -1) {
		if v, err := strconv.ParseFloat(m[1], 64); err == nil {
			all = append(all, v)
		}
	}
	return all
}

// stepsMax is how many of the last steps of a value are shown.
const stepsMax = 600

func valueOverTime(s *linearizability.Story) picture {
	p := picture{name: "figA-value", no: "Fig A", head: []string{"time_s", "what", "count", "label", "bad"},
		how: "the step line is the count as acknowledged; dotted verticals are checkpoints with the count that they hold; the green area is what is allowed after the recovery, the red mark is what was seen. Small circles are reads."}
	v := figures.Value{Title: "count of records of the key", Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1}, Want: numbers(s.Want), WantSay: clip(s.Want, 60), GotSay: clip(s.Got, 60)}
	for _, o := range s.Lanes {
		if o.Bad {
			v.Attempt = o.Attempt
		}
	}
	from := ""
	for _, x := range s.Value[max(0, len(s.Value)-stepsMax):] {
		m := figures.Moment{At: float64(x.At) / 1e6, N: float64(x.N), What: x.What, Text: clip(x.Label, 40), Bad: x.Bad}
		switch {
		case x.What == "fault":
			m.Text = strike(x.Label)
		case x.What == "restore":
			from = clip(x.Label, 20)
		}
		if got := numbers(s.Got); x.Bad && len(got) > 0 {
			m.N = got[0]
		}
		v.Moments = append(v.Moments, m)
		p.rows = append(p.rows, []string{micros(m.At), m.What, number(m.N), m.Text, strconv.FormatBool(m.Bad)})
	}
	p.title = fmt.Sprintf("Expected %s, seen %s", v.WantSay, v.GotSay)
	if from != "" {
		p.title = fmt.Sprintf("After the recovery from %s: expected %s, seen %s", from, v.WantSay, v.GotSay)
	}
	if v.Close() {
		p.how += " The line is cut off where it lies far from what was expected."
	}
	p.wide, p.narrow = v.Draw(figures.Size{W: 748, H: 330}), v.Draw(figures.Size{W: 360, H: 330})
	return p
}

// partition is Fig B.
func partition(s *linearizability.Story) picture {
	p := picture{name: "figB-operations", no: "Fig B", head: []string{"order", "time_s", "attempt", "lane", "operation", "result"},
		how: "boxes are operations from call to return, not to scale; numbers and the blue line are the order that the checker found. A dashed box was cut by the fault, so its effect is open. The red box has no place."}
	l := figures.Lanes{Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1}, Fault: "attempt replaced", BadSay: []string{"no place in any order:", "expected " + clip(s.Want, 40)}}
	for _, x := range s.Value {
		if x.What == "fault" {
			l.Fault = strike(x.Label)
		}
	}
	if n := len(s.Lanes); n > 0 && s.Lanes[n-1].At-s.Lanes[0].At < 1_000_000 {
		l.Time.Text = func(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }
	}
	ordered := 0
	for _, o := range s.Lanes {
		op := figures.Op{Lane: clip(o.Lane, 20), Text: clip(o.Label, 40), Call: o.Call, Return: o.Return, At: float64(o.At) / 1e6, Attempt: o.Attempt, Order: o.Order, Unknown: o.Unknown, Bad: o.Bad}
		l.Ops = append(l.Ops, op)
		order, result := "–", "done"
		switch {
		case o.Bad:
			result = "no place in any order"
		case o.Unknown:
			result = "unknown"
		}
		if o.Order > 0 {
			order = strconv.Itoa(o.Order)
			ordered++
		}
		p.rows = append(p.rows, []string{order, micros(op.At), strconv.FormatInt(o.Attempt, 10), op.Lane, op.Text, result})
	}
	p.title = fmt.Sprintf("%s an order, the marked one fits nowhere", counted(ordered, "operation has", "operations have"))
	p.wide, p.narrow = l.Draw(1136), l.Draw(360)
	return p
}

// course is what happened in the run of a cell, without any number of its performance.
func course(c *weir.CellResult) picture {
	p := picture{name: "figA-course", no: "Fig A", title: "What happened until then", head: []string{"kind", "from_s", "to_s", "rec_per_s", "what"},
		how: "grey is a checkpoint, from its trigger to its completion; the red line is the fault, the blue area the recovery until records flow again. A cell that is wrong has no throughput to show."}
	t := figures.Timeline{Rate: figures.Scale{Title: clip(title(c), 60)}, Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1}, Mark: mark(c)}
	p.rows = happened(&t, c.Series.Marks)
	for i := range t.Spans {
		if t.Spans[i].Kind == figures.RestoreSpan {
			t.Spans[i].Text = "recovery"
		}
	}
	p.wide, p.narrow = t.Draw(figures.Size{W: 748, H: t.Height(false)}), t.Draw(figures.Size{W: 360, H: t.Height(true)})
	return p
}
