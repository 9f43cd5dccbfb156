package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirbench/weir"
)

// Write writes report.html, summary.md, results.json, results.bench.txt and the figures into a run folder, each whole or not at all.
func Write(dir string, r *weir.Results) error {
	page, err := render(func(w io.Writer) error { return HTML(w, r) })
	if err != nil {
		return err
	}
	md, err := render(func(w io.Writer) error { return Markdown(w, r) })
	if err != nil {
		return err
	}
	lines, err := render(func(w io.Writer) error { return Bench(w, r) })
	if err != nil {
		return err
	}
	js, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	all := []error{put(dir, "report.html", page), put(dir, "summary.md", md), put(dir, "results.bench.txt", lines), put(dir, "results.json", append(js, '\n'))}
	for _, f := range pictures(r) {
		all = append(all, put(filepath.Join(dir, "figures"), f.name+".svg", []byte(f.wide.File(f.title, f.how))), put(filepath.Join(dir, "figures"), f.name+".csv", []byte(f.csv())))
	}
	return errors.Join(all...)
}

func render(to func(io.Writer) error) ([]byte, error) {
	var b bytes.Buffer
	err := to(&b)
	return b.Bytes(), err
}

func put(dir, name string, data []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	at := filepath.Join(dir, name)
	if err := os.WriteFile(at+".tmp", data, 0o644); err != nil {
		os.Remove(at + ".tmp")
		return err
	}
	return os.Rename(at+".tmp", at)
}

// Index writes index.html of a folder of runs: every run with its verdict, newest first.
func Index(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*", "results.json"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	slices.Reverse(files)
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>weir runs</title><style>` + styles() + `</style><div class="page"><h2>Runs</h2><table><thead><tr><th class="tl">run<th class="tl">scenario<th class="tl">verdict<th>seed</thead>`)
	for _, f := range files {
		run := filepath.Base(filepath.Dir(f))
		if run == "latest" {
			continue
		}
		r, err := weir.ReadResults(filepath.Dir(f))
		if err != nil {
			continue
		}
		fmt.Fprintf(&b, `<tr><td class="tl"><a href="%s/report.html">%s</a><td class="tl">%s<td class="tl">%s %s<td>%d`, html.EscapeString(run), html.EscapeString(run), html.EscapeString(r.Scenario), sign(r.Verdict), html.EscapeString(r.Verdict), r.Seed)
	}
	b.WriteString("</table></div></html>\n")
	return put(dir, "index.html", []byte(b.String()))
}

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

// ranked are the cells in the order of the table: those that count by recovery time and then throughput, then those that are shown only.
func ranked(r *weir.Results) (cells []*weir.CellResult) {
	for i := range r.Cells {
		cells = append(cells, &r.Cells[i])
	}
	place := func(c *weir.CellResult) int {
		switch {
		case c.Verdict == "pass" && c.Ranked:
			return 0
		case c.Verdict == "pass":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(cells, func(a, b *weir.CellResult) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		switch {
		case a.Recovery.P95 < b.Recovery.P95:
			return -1
		case a.Recovery.P95 > b.Recovery.P95:
			return 1
		}
		return 0
	})
	return cells
}

// title is a cell as people see it: its name, with the label of its backend.
func title(c *weir.CellResult) string {
	if strings.HasPrefix(c.Name, c.Backend) {
		return c.Label + strings.TrimPrefix(c.Name, c.Backend)
	}
	return c.Name
}

func millis(s float64) string {
	switch {
	case s >= 10:
		return fmt.Sprintf("%.1f s", s)
	case s >= 1:
		return fmt.Sprintf("%.2f s", s)
	}
	return fmt.Sprintf("%.0f ms", s*1e3)
}

func size(b float64) string {
	switch {
	case b >= 1<<20:
		return fmt.Sprintf("%.1f MiB", b/(1<<20))
	case b >= 1<<10:
		return fmt.Sprintf("%.1f KiB", b/(1<<10))
	}
	return fmt.Sprintf("%.0f B", b)
}
