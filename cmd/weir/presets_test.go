package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends/rocksdb"
	"github.com/weirbench/weir/cli"
)

// The presets run by their names, small, and their reports show what the states were asked, how large they were over time, and how many timers
// fired when: all that fired, those included that fire when the last record has come.
func TestPresetsReport(t *testing.T) {
	for _, c := range []struct {
		name, state string // a state of the job, and what it is asked
		asked       string
		sets        []string
	}{
		{"many-timers", "alarms", "registered", []string{"workload.keys=1k", "workload.records=40k", "workload.delay=2k"}},
		{"long-windows", "window-contents", "adds", []string{"workload.keys=100", "workload.records=40k", "workload.size=1k", "workload.slide=500", "workload.out_of_order=100"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := t.TempDir()
			// It is measured slowly enough for a watermark to come, and long enough for tasks that lag behind their sources to be in the same phase.
			args := []string{"run", c.name, "-q", "--seed", "1", "--out", out, "-s", "size=small"}
			for _, set := range append(c.sets, "execution.checkpointing.interval=20 ms", "restart-strategy.fixed-delay.delay=1 ms", "phases=[{phase: fill, records: 5k}, {phase: settle, checkpoints: 1}, "+
				"{phase: measure, records: 20k, rate: 50k/s}, {phase: fault, do: kill, target: task/0}, {phase: recover, records: 5k}]") {
				args = append(args, "-s", set)
			}
			if code := cli.Main(everything(), args...); code != 0 {
				t.Fatalf("weir %s: exit %d, want 0", strings.Join(args, " "), code)
			}
			folder := filepath.Join(out, "latest")
			sizes, fired := counts(table(t, folder, "fig10-state"), "cell"), map[string]float64{}
			for _, bin := range table(t, folder, "fig11-timers") {
				fired[bin["cell"]] += num(bin["timers_per_s"]) * (num(bin["to_s"]) - num(bin["from_s"]))
			}
			asked, told := map[string]float64{}, map[string]float64{}
			for _, row := range table(t, folder, "table3-accesses") {
				told[row["cell"]] += num(row["fired"])
				if row["state"] == c.state {
					asked[row["cell"]] = num(row[c.asked])
				}
			}
			for _, cell := range []string{"heap", "pebble", "rocksdb"} {
				if cell == "rocksdb" && !rocksdb.Compiled {
					continue
				}
				if asked[cell] == 0 || sizes[cell] < 2 || told[cell] == 0 {
					t.Errorf("%s: %s %s %v times, %d sizes of the state, %v timers fired; want some of each", cell, c.state, c.asked, asked[cell], sizes[cell], told[cell])
				}
				if fired[cell] < told[cell]*.99 { // the figure shows the whole run, the table what is measured of it
					t.Errorf("%s: %v timers are in the figure over time, want at least the %v that fired while it was measured", cell, fired[cell], told[cell])
				}
			}
			page, err := os.ReadFile(filepath.Join(folder, "report.html"))
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"Table 3", "Fig 10", "Fig 11"} {
				if !strings.Contains(string(page), part) {
					t.Errorf("the report has no %s", part)
				}
			}
		})
	}
}

// What the presets measure begins when all that was filled is in a checkpoint, in every size, and the full size reads what there is.
func TestPresetsSettleAndDrain(t *testing.T) {
	for _, name := range []string{"large-state", "many-timers", "long-windows"} {
		for _, size := range []string{"", "small", "full"} {
			var sets []string
			if size != "" {
				sets = []string{"size=" + size}
			}
			all := planned(t, name, sets).Cells[0].Phases
			if len(all) < 3 || all[0].Name != "fill" || all[1].Name != "settle" || all[1].Checkpoints == 0 || all[2].Name != "measure" {
				t.Errorf("%s %s: phases %+v; want it filled, settled until a checkpoint is complete, and measured", name, size, all)
			}
			if size == "full" && !all[len(all)-1].Drain {
				t.Errorf("%s %s: phases %+v; want the last to drain", name, size, all)
			}
		}
	}
}

// table reads the numbers behind a figure or a table of a run, row by row, by the names of the columns.
func table(t *testing.T, folder, name string) (rows []map[string]string) {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "figures", name+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, v := range line {
			row[all[0][i]] = v
		}
		rows = append(rows, row)
	}
	return rows
}

// counts is how many rows have each value in a column.
func counts(rows []map[string]string, column string) map[string]int {
	n := map[string]int{}
	for _, row := range rows {
		n[row[column]]++
	}
	return n
}

// num is a number of a table, 0 where there is none.
func num(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
