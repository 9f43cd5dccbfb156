package weir

import (
	"time"

	"github.com/weirbench/weir/backends/probes"
	"github.com/weirbench/weir/linearizability"
)

// Results is what results.json holds: everything that a report shows. Numbers are SI base units: seconds, bytes, records.
type Results struct {
	Schema     string            `json:"schema"` // "weir.results/v1"
	Run        string            `json:"run"`    // name of the run folder
	Scenario   string            `json:"scenario"`
	About      string            `json:"about,omitempty"`  // the scenario's description
	Command    string            `json:"command"`          // that makes this run again
	Broken     string            `json:"broken,omitempty"` // the planted bug that every cell carried
	Seed       uint64            `json:"seed"`
	Started    time.Time         `json:"started"`
	Took       float64           `json:"took_s"`
	Exit       int               `json:"exit"`
	Exits      []int             `json:"exits,omitempty"` // all codes that apply, ascending
	Verdict    string            `json:"verdict"`         // pass, fail, undecided
	Headline   string            `json:"headline"`        // what holds, in one line
	Reps       int               `json:"reps"`
	Machine    Machine           `json:"machine"`
	Config     []Setting         `json:"config"` // what all cells share, with where each came from
	Cells      []CellResult      `json:"cells"`
	Skipped    []Skipped         `json:"skipped,omitempty"`
	Sim        *SimResult        `json:"sim,omitempty"`
	Thresholds []ThresholdResult `json:"thresholds,omitempty"`
	Warnings   []string          `json:"warnings,omitempty"`
}

// Machine is where and with what a run was made.
type Machine struct {
	ID       string `json:"machine_id"`
	CPU      string `json:"cpu"`
	Cores    int    `json:"cores"`
	Memory   int64  `json:"memory_bytes"`
	OS       string `json:"os"`
	Disk     string `json:"disk"` // file system of the run folder
	Free     int64  `json:"disk_free_bytes,omitempty"`
	Go       string `json:"go"`
	Commit   string `json:"commit"`
	Pebble   string `json:"pebble"`
	RocksDB  string `json:"rocksdb,omitempty"` // "7.8.3 (debug build)"; empty: none
	Checker  string `json:"porcupine"`
	Governor string `json:"governor,omitempty"`
}

// A Setting is one value of the plan.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Unit  string `json:"unit,omitempty"` // of a bare number: "ms"
	From  string `json:"from"`           // "default", "scenario.yaml:12", "--set", "flink default"
}

// A Skipped part of the plan.
type Skipped struct {
	Cell   string `json:"cell"`
	Reason string `json:"reason"`
	Remedy string `json:"remedy"`
}

// A CellResult is one combination of the axes, over all its repetitions.
type CellResult struct {
	Name      string        `json:"name"`    // of the axes that vary: "pebble 250ms"
	Backend   string        `json:"backend"` // heap, pebble, rocksdb
	Label     string        `json:"label"`   // as people see it: "RocksDB (debug build)"
	Ranked    bool          `json:"ranked"`  // false: its numbers are shown and not compared
	Axes      []Setting     `json:"axes"`
	Driver    string        `json:"driver"`  // live, sim
	Verdict   string        `json:"verdict"` // pass, fail, undecided
	Checks    []CheckResult `json:"checks"`
	TraceHash string        `json:"trace_hash,omitempty"`
	Records   int64         `json:"records"` // of the input
	Crashes   int           `json:"crashes"`
	// Numbers are absent (zero n) where the verdict is not pass.
	Throughput     Summary              `json:"throughput_rec_per_s"` // P50 over repetitions of the rate while running, outage excluded
	Checkpoint     Summary              `json:"checkpoint_duration_s"`
	CheckpointSync Summary              `json:"checkpoint_sync_s"`
	Recovery       Summary              `json:"recovery_s"`
	Phases         []Phase              `json:"recovery_phases_s"`           // in order of time; of the recovery whose total is Recovery.P95, which they add up to
	Verify         float64              `json:"recovery_verify_s,omitempty"` // of that recovery: the scan that compares digests, outside of the phases
	Size           Summary              `json:"checkpoint_size_bytes"`
	FullSize       Summary              `json:"checkpoint_full_size_bytes"`
	PeakMemory     Summary              `json:"peak_memory_bytes"`      // Go heap of the process
	Memory         MemoryUse            `json:"memory"`                 // of the first repetition
	Probed         *probes.Found        `json:"probed,omitempty"`       // what the backend did when it was asked, at this run
	Samples        map[string][]float64 `json:"samples,omitempty"`      // by metric, one a repetition
	Series         *Series              `json:"series,omitempty"`       // of one repetition
	Stretches      []Stretch            `json:"input_phases,omitempty"` // of the first repetition, when the input has phases
	// Accesses are of the first repetition, and Asking are the records that made them, those that were applied again included.
	Accesses  []StateAccesses        `json:"state_accesses,omitempty"`
	Asking    int64                  `json:"asking_records,omitempty"`
	AskedIn   string                 `json:"asked_in,omitempty"` // the phases of the input in which they were made; "": all of the run
	Story     *linearizability.Story `json:"story,omitempty"`
	Sim       *SimResult             `json:"sim,omitempty"`       // of a simulated cell
	Reproduce string                 `json:"reproduce,omitempty"` // a command
	Page      string                 `json:"page,omitempty"`      // porcupine's page of the story's partition, within the run folder
	Folder    string                 `json:"folder"`              // within the run folder
	Hits      map[string]int64       `json:"hits"`

	raw map[string][]float64 // every sample, by the name of a threshold\'s metric
}

// A CheckResult is one check over all repetitions: the worst of them.
type CheckResult struct {
	Name    string `json:"name"`
	Verdict string `json:"verdict"` // pass, fail, undecided, not applicable
	Reason  string `json:"reason"`
	Judged  int64  `json:"judged"`
}

// A Summary of samples. Quantiles are of the samples themselves, never averages of quantiles.
type Summary struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	Min float64 `json:"min"`
	Max float64 `json:"max"`
	N   int     `json:"n"`
}

// A Phase of recovery: detection, restart, download, restore, re-process.
type Phase struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"s"`
}

// Series is behaviour over time of one repetition.
type Series struct {
	Rep   int          `json:"rep"`
	Bin   float64      `json:"bin_s"`
	Rate  []float64    `json:"rec_per_s"`              // by bin from 0
	Fired []float64    `json:"timers_per_s,omitempty"` // timers that fired, by bin from 0; none in a job without timers
	State []SizeSample `json:"state,omitempty"`        // by completed checkpoint, in the order of time
	Marks []Mark       `json:"marks"`
	Band  [2]float64   `json:"band"` // pre-fault rate, from and to
}

// A Mark on the time axis.
type Mark struct {
	Kind string  `json:"kind"` // checkpoint, aborted, fault, restore (until records flow again), replay (until what was lost is applied again)
	From float64 `json:"from_s"`
	To   float64 `json:"to_s"`
	Text string  `json:"text"` // "chk-3", "fault: kill task/0 at checkpoint.uploaded"
}

// SimResult is what the simulated seeds said.
type SimResult struct {
	Backend   string                 `json:"backend"`
	From      uint64                 `json:"from_seed"`
	Seeds     int                    `json:"seeds"`
	Passed    int                    `json:"passed"`
	Failed    int                    `json:"failed"`
	Undecided int                    `json:"undecided"`
	Vacuous   int                    `json:"vacuous"` // nothing struck, or nothing was recovered
	Faults    int                    `json:"faults"`  // that struck, in all
	Crashes   int                    `json:"crashes"`
	Rate      float64                `json:"seeds_per_s"`
	First     uint64                 `json:"first_failing_seed,omitempty"`
	Story     *linearizability.Story `json:"story,omitempty"`
	Reproduce string                 `json:"reproduce,omitempty"`
}

// A ThresholdResult says whether one expression of the scenario holds for one cell.
type ThresholdResult struct {
	Metric string  `json:"metric"` // throughput, checkpoint_duration, recovery_time
	Expr   string  `json:"expr"`   // "p(95) < 8s"
	Cell   string  `json:"cell"`
	Value  float64 `json:"value"`
	Met    bool    `json:"met"`
	Where  string  `json:"where"` // file:line:column
}
