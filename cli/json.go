package cli

import (
	"encoding/json"
	"io"

	"github.com/weirbench/weir"
)

// The object that --json prints. results.json in the run folder has all there is.
type jsonRun struct {
	Schema     string                 `json:"schema"`
	Run        string                 `json:"run"` // the folder
	Scenario   string                 `json:"scenario"`
	Seed       uint64                 `json:"seed"`
	Exit       int                    `json:"exit"`
	Exits      []int                  `json:"exits,omitempty"`
	Verdict    string                 `json:"verdict"`
	Headline   string                 `json:"headline"`
	Command    string                 `json:"command"`
	Cells      []jsonCell             `json:"cells"`
	Skipped    []weir.Skipped         `json:"skipped,omitempty"`
	Sim        *weir.SimResult        `json:"sim,omitempty"`
	Thresholds []weir.ThresholdResult `json:"thresholds,omitempty"`
	Warnings   []string               `json:"warnings,omitempty"`
}

type jsonCell struct {
	Name       string             `json:"name"`
	Backend    string             `json:"backend"`
	Label      string             `json:"label"`
	Ranked     bool               `json:"ranked"`
	Driver     string             `json:"driver"`
	Verdict    string             `json:"verdict"`
	Checks     []weir.CheckResult `json:"checks"`
	TraceHash  string             `json:"trace_hash,omitempty"`
	Records    int64              `json:"records"`
	Crashes    int                `json:"crashes"`
	Throughput *weir.Summary      `json:"throughput_rec_per_s"` // null where the verdict is not pass, and where nothing was measured
	Checkpoint *weir.Summary      `json:"checkpoint_duration_s"`
	Recovery   *weir.Summary      `json:"recovery_s"`
	Phases     []weir.Phase       `json:"recovery_phases_s"`
	Size       *weir.Summary      `json:"checkpoint_size_bytes"`
	FullSize   *weir.Summary      `json:"checkpoint_full_size_bytes"`
	Sim        *weir.SimResult    `json:"sim,omitempty"`
	Reproduce  string             `json:"reproduce,omitempty"`
	Folder     string             `json:"folder,omitempty"`
}

// writeJSON prints one object and a line break.
func writeJSON(w io.Writer, folder string, r *weir.Results, code int) error {
	out := jsonRun{Schema: "weir.run/v1", Run: folder, Scenario: r.Scenario, Seed: r.Seed, Exit: code, Exits: r.Exits, Verdict: r.Verdict, Headline: r.Headline,
		Command: r.Command, Cells: []jsonCell{}, Skipped: r.Skipped, Sim: r.Sim, Thresholds: r.Thresholds, Warnings: r.Warnings}
	for i := range r.Cells {
		c := &r.Cells[i]
		out.Cells = append(out.Cells, jsonCell{Name: c.Name, Backend: c.Backend, Label: c.Label, Ranked: c.Ranked, Driver: c.Driver, Verdict: c.Verdict, Checks: orEmpty(c.Checks),
			TraceHash: c.TraceHash, Records: c.Records, Crashes: c.Crashes, Throughput: measured(&c.Throughput), Checkpoint: measured(&c.Checkpoint),
			Recovery: measured(&c.Recovery), Phases: orEmpty(c.Phases), Size: measured(&c.Size), FullSize: measured(&c.FullSize), Sim: c.Sim, Reproduce: c.Reproduce, Folder: c.Folder})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}

func measured(s *weir.Summary) *weir.Summary {
	if s.N == 0 {
		return nil
	}
	return s
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
