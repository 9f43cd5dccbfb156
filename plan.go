package weir

import (
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

// A Plan is a scenario resolved into cells: every value, and where it came from. It is written to plan.json before anything runs.
type Plan struct {
	Scenario    string      `json:"scenario"`
	Description string      `json:"description,omitempty"`
	File        string      `json:"file"` // as given; "builtin:demo" for an embedded one
	Source      []byte      `json:"-"`    // the bytes of the scenario as given
	Seed        uint64      `json:"seed"`
	Reps        int         `json:"reps"`
	SimSeeds    int         `json:"sim_seeds"`   // simulated seeds behind the live cells; 0: none
	SimSeconds  float64     `json:"sim_seconds"` // instead of SimSeeds: as many as fit
	Cells       []Cell      `json:"cells"`
	Skipped     []Skipped   `json:"skipped,omitempty"`
	Thresholds  []Threshold `json:"thresholds,omitempty"`
	Ignored     []Setting   `json:"ignored,omitempty"` // Flink keys that weir knows nothing of
	Warnings    []string    `json:"warnings,omitempty"`
	Broken      string      `json:"broken,omitempty"` // the planted bug that every cell carries
}

// A Cell is one combination of the axes.
type Cell struct {
	Name     string    `json:"name"` // made of the axes that vary: "heap 100ms"
	Axes     []Setting `json:"axes"` // those
	Settings []Setting `json:"settings"`

	Backend string `json:"backend"`                // name in the Catalog
	Memory  int64  `json:"memory_bytes,omitempty"` // for the backend of one task, 0: its default
	Keep    int    `json:"keep,omitempty"`         // keys an LSM table keeps over batches
	// BytesMax limits a key and a value of an LSM backend.
	BytesMax int `json:"bytes_max,omitempty"`
	// Timers is where an LSM backend keeps them.
	Timers backends.TimerPlace `json:"timers,omitempty"`

	Parallelism int `json:"parallelism"`
	Sources     int `json:"sources"` // source partitions
	Groups      int `json:"groups"`
	Batch       int `json:"batch"`

	Mode       linearizability.Mode `json:"mode"`
	Interval   time.Duration        `json:"interval"`
	Timeout    time.Duration        `json:"timeout"`
	MinPause   time.Duration        `json:"min_pause"`
	Concurrent int                  `json:"concurrent"`
	Tolerable  int                  `json:"tolerable"`
	Retained   int                  `json:"retained"`
	Restart    engine.Restart       `json:"restart"`

	Workload  string            `json:"workload"`
	places    map[string]origin // where parameters of the workload, and its type, were given; nil of a plan that was read again
	Params    map[string]string `json:"params"`
	Readers   int               `json:"readers"`
	ReadEvery time.Duration     `json:"read_every"`
	// Duration ends the input of a live run early: every source reads so long and no longer. 0: the input's own end.
	Duration time.Duration `json:"duration,omitempty"`

	// Phases are how the input of a live run is read; none: as fast as it goes, to its end.
	Phases []engine.Phase `json:"phases,omitempty"`

	Faults       []faults.Spec `json:"faults"`
	Checks       []string      `json:"checks"` // empty: all
	CheckTimeout time.Duration `json:"check_timeout"`
}

// A Threshold is one line of "thresholds": it holds, or exit code 20.
type Threshold struct {
	Metric string  `json:"metric"`
	Expr   string  `json:"expr"`
	Where  string  `json:"where"`
	Reduce string  `json:"reduce"` // avg, min, med, max, p
	P      float64 `json:"p,omitempty"`
	Op     string  `json:"op"`    // < <= > >=
	Bound  float64 `json:"bound"` // SI base units
}
