package reports

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/reports/figures"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

func styles() string { return figures.Sheet() + pageCSS }

// HTML writes the page: one file that asks the network for nothing.
func HTML(w io.Writer, r *weir.Results) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"sign": sign, "word": word, "title": title, "millis": millis, "size": size, "reason": reason,
		"krec": func(v float64) string { return fmt.Sprintf("%.0f", v/1e3) }, "class": class,
		"icon": func(c *weir.CellResult) template.HTML { return template.HTML(mark(c).Icon(14)) },
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, view(r))
}

// A page is what the template sees.
type page struct {
	*weir.Results
	CSS    template.CSS
	Cells  []*weir.CellResult
	Story  *linearizability.Story
	Again  string
	Figs   []fig
	Checks []string
}

type fig struct {
	No, Title, How string
	Wide, Narrow   template.HTML
	Head           []string
	Rows           [][]string
}

func view(r *weir.Results) page {
	p := page{Results: r, CSS: template.CSS(styles()), Cells: ranked(r)}
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Story != nil && p.Story == nil {
			p.Story, p.Again = c.Story, c.Reproduce
		}
		for _, k := range r.Cells[i].Checks {
			if !strings.Contains("\n"+strings.Join(p.Checks, "\n")+"\n", "\n"+k.Name+"\n") {
				p.Checks = append(p.Checks, k.Name)
			}
		}
	}
	if s := r.Sim; s != nil && p.Story == nil && s.Story != nil {
		p.Story, p.Again = s.Story, s.Reproduce
	}
	for i, x := range pictures(r) {
		f := fig{No: fmt.Sprintf("Fig %d", 2+i), Title: x.title, How: x.how, Head: x.head, Rows: x.rows,
			Wide: template.HTML(x.wide.Inline(x.name+"-w", "vw", x.title, x.how)), Narrow: template.HTML(x.narrow.Inline(x.name+"-n", "vn", x.title, x.how))}
		p.Figs = append(p.Figs, f)
	}
	return p
}

// Verdicts are those of a cell, in the order of the page's checks.
func (p page) Verdicts(c *weir.CellResult) (all []weir.CheckResult) {
	for _, name := range p.Checks {
		found := weir.CheckResult{Name: name, Verdict: "not applicable"}
		for _, k := range c.Checks {
			if k.Name == name {
				found = k
			}
		}
		all = append(all, found)
	}
	return all
}

func class(verdict string) string {
	switch verdict {
	case "pass":
		return "ok"
	case "fail":
		return "bad"
	}
	return "warn"
}
