package cli

import (
	"encoding/json"
	"io"

	"github.com/weirbench/weir"
)

// The object that --json prints: what a program asks first. results.json in the run folder has all there is.
type jsonRun struct {
	Run     string     `json:"run"` // the folder
	Seed    uint64     `json:"seed"`
	Exit    int        `json:"exit"`
	Verdict string     `json:"verdict"`
	Cells   []jsonCell `json:"cells"`
}

type jsonCell struct {
	Name       string       `json:"name"`
	Backend    string       `json:"backend"`
	Verdict    string       `json:"verdict"`
	Checks     []jsonCheck  `json:"checks"`
	TraceHash  string       `json:"trace_hash,omitempty"` // of simulated seeds
	Throughput *jsonSummary `json:"throughput_rec_per_s"` // null where the verdict is not pass, and where nothing was measured
	Checkpoint *jsonSummary `json:"checkpoint_duration_s"`
	Recovery   *jsonSummary `json:"recovery_s"`
	Phases     []weir.Phase `json:"recovery_phases_s"`
	Size       *jsonSummary `json:"checkpoint_size_bytes"`
	FullSize   *jsonSummary `json:"checkpoint_full_size_bytes"`
}

type jsonCheck struct {
	Name    string `json:"name"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason"`
}

type jsonSummary struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	Max float64 `json:"max"`
	N   int     `json:"n"`
}

// writeJSON prints one object and a line break.
func writeJSON(w io.Writer, folder string, r *weir.Results, code int) error {
	out := jsonRun{Run: folder, Seed: r.Seed, Exit: code, Verdict: r.Verdict, Cells: []jsonCell{}}
	for i := range r.Cells {
		c := &r.Cells[i]
		cell := jsonCell{Name: c.Name, Backend: c.Backend, Verdict: c.Verdict, Checks: []jsonCheck{}, TraceHash: c.TraceHash,
			Throughput: measured(c.Throughput), Checkpoint: measured(c.Checkpoint), Recovery: measured(c.Recovery),
			Phases: append([]weir.Phase{}, c.Phases...), Size: measured(c.Size), FullSize: measured(c.FullSize)}
		for _, k := range c.Checks {
			cell.Checks = append(cell.Checks, jsonCheck{k.Name, k.Verdict, k.Reason})
		}
		out.Cells = append(out.Cells, cell)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}

func measured(s weir.Summary) *jsonSummary {
	if s.N == 0 {
		return nil
	}
	return &jsonSummary{s.P50, s.P95, s.Max, s.N}
}
