package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

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
	all = append(all, put(filepath.Join(dir, "figures"), "table1-cells.csv", []byte(tableFile(rows(r)).csv())))
	for _, make := range grids() {
		if _, file, ok := make(measured(rows(r))); ok {
			all = append(all, put(filepath.Join(dir, "figures"), file.name+".csv", []byte(file.csv())))
		}
	}
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
