package weir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/weirbench/weir/linearizability"
)

// Recheck judges the stored histories of a run folder again, with the checks of this build, and changes nothing in it. The folder of a run
// that was killed is judged as far as it came.
func Recheck(ctx context.Context, c Catalog, folder string) (*Results, error) {
	b, err := os.ReadFile(filepath.Join(folder, "plan.json"))
	if err != nil {
		return nil, &BadInput{fmt.Errorf("%s is not a run folder: %w", folder, err)}
	}
	p := &Plan{}
	if err := json.Unmarshal(b, p); err != nil {
		return nil, &BadInput{fmt.Errorf("%s/plan.json: %w", folder, err)}
	}
	r := &runner{catalog: &c, plan: p, opts: RunOptions{Command: "weir check " + folder}, folder: folder}
	if r.results, err = ReadResults(folder); err != nil {
		r.results = newResults(p, r.opts)
		r.results.Run = filepath.Base(folder)
		r.results.Warnings = append(r.results.Warnings, "the run did not end: what it left is judged")
	}
	old := r.results.Cells
	r.results.Cells, r.results.Exits, r.results.Exit = nil, nil, 0
	for i := range p.Cells {
		var cr cellRuns
		cr.init(r, i)
		if j := slices.IndexFunc(old, func(o CellResult) bool { return o.Name == cr.out.Name }); j >= 0 {
			cr.out = old[j]
		}
		if err := cr.rejudge(ctx); err != nil {
			return nil, fmt.Errorf("cell %s: %w", cr.cell.Name, err)
		}
		r.results.Cells = append(r.results.Cells, cr.out)
	}
	r.conclude(ctx.Err())
	return r.results, ctx.Err()
}

func (cr *cellRuns) rejudge(ctx context.Context) error {
	sub, err := cr.subject(cr.cell)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(cr.folder, cr.out.Folder, "history-*.jsonl.zst"))
	if err != nil || len(files) == 0 {
		if cr.out.Verdict == "" {
			cr.out.Verdict = "undecided"
		}
		return err
	}
	slices.Sort(files)
	for _, name := range files {
		h, err := readHistory(name)
		if err != nil && !errors.Is(err, linearizability.ErrTruncated) {
			return fmt.Errorf("%s: %w", name, err)
		}
		sub.end(h, cr.cell.Duration > 0)
		vs := linearizability.Check(ctx, h, linearizability.Options{Timeout: cr.cell.CheckTimeout, Porcupine: true})
		if err != nil {
			vs = append(vs, linearizability.Verdict{Check: "history", Result: linearizability.Undecided, Reason: fmt.Sprintf("%s: %v", filepath.Base(name), err)})
		}
		cr.verdicts = append(cr.verdicts, vs)
		cr.story(vs, "")
	}
	cr.out.Checks = worst(cr.verdicts)
	cr.out.Verdict = verdict(cr.out.Checks)
	return nil
}

func readHistory(name string) (*linearizability.History, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return linearizability.ReadHistory(f)
}
