package ci

import (
	"slices"
	"strings"
)

// A row says what a room, and what lies in folders below it, may import of ours. Folders below a row may import one another.
type row struct {
	room  string
	may   []string // rooms; a name that ends in /... stands for what lies below it too
	tests []string // what its tests may import besides, and besides their own room and the suites
}

// rows are the directions in which imports run. A room may import what stands above it here, and not all of that.
func rows() []row {
	contract := []string{"backends"}
	typed := []string{"backends", "backends/tables"}
	passive := slices.Concat(typed, []string{"engine", "engine/state"})
	left := slices.Concat(passive, []string{"backends/blobs", "backends/broken", "backends/probes", "engine/sim", "engine/live", "workloads/...", "faults/...", "linearizability/..."})
	return []row{
		{"backends", nil, []string{"backends/..."}},
		{"backends/tables", contract, []string{"backends/..."}},
		{"backends/heap", contract, []string{"backends/..."}},
		{"backends/kv", contract, []string{"backends/..."}},
		{"backends/blobs", contract, []string{"backends/..."}},
		{"backends/broken", contract, []string{"backends/..."}},
		{"backends/pebble", []string{"backends", "backends/kv"}, []string{"backends/..."}},
		{"backends/rocksdb", []string{"backends", "backends/kv"}, []string{"backends/..."}},
		{"backends/backendtest", slices.Concat(typed, []string{"backends/broken", "backends/heap", "backends/kv"}), []string{"backends/..."}},
		{"backends/backendtest/every", []string{"backends", "backends/heap", "backends/kv", "backends/pebble", "backends/rocksdb"}, nil},
		{"backends/probes", typed, []string{"backends/..."}},
		{"engine/state", typed, []string{"backends/..."}},
		{"engine", slices.Concat(typed, []string{"engine/state"}), []string{"backends/...", "engine/..."}},
		{"engine/window", passive, []string{"backends/..."}},
		{"engine/sim", slices.Concat(typed, []string{"engine"}), []string{"backends/...", "engine/...", "workloads/...", "faults/..."}},
		{"engine/live", slices.Concat(typed, []string{"engine"}), []string{"backends/...", "engine/...", "workloads/...", "faults/..."}},
		{"workloads", slices.Concat(passive, []string{"engine/window"}), []string{"backends/...", "engine/..."}},
		{"workloads/workloadtest", slices.Concat(passive, []string{"workloads", "backends/heap"}), []string{"backends/...", "engine/..."}},
		{"faults", []string{"backends", "engine"}, []string{"backends/...", "engine/..."}},
		{"faults/faulttest", []string{"backends", "engine", "faults"}, []string{"backends/...", "engine/..."}},
		{"linearizability", nil, nil},
		{"", left, slices.Concat(left, []string{"backends/...", "engine/..."})},
		{"reports", []string{"", "backends/probes", "linearizability"}, nil},
		{"ci", nil, nil},
		{"ci/kills", []string{"", "backends/...", "workloads"}, nil},
		{"cli", slices.Concat(left, []string{"", "reports/..."}), []string{"backends/...", "catalog"}},
		{"catalog", []string{"", "backends", "backends/heap", "workloads", "faults", "linearizability"}, nil},
		{"cmd/weir", []string{"", "backends/...", "catalog", "cli"}, nil},
	}
}

// suites are what the tests of a tenant may call, and hence import, from wherever they are.
func suites() []string {
	return []string{"backends/backendtest", "workloads/workloadtest", "faults/faulttest"}
}

// imports: every import of a room of ours stands in its row.
func imports(t *tree) (found []finding) {
	all := rows()
	for _, r := range t.rooms {
		row, ok := rowOf(all, r.path)
		if !ok {
			found = append(found, t.at(r.files[0].ast.Package, "imports", "%q has no row in ci/imports_test.go: say what it may import", r.path))
			continue
		}
		for _, f := range r.files {
			for _, i := range f.ast.Imports {
				p := strings.Trim(i.Path.Value, `"`)
				if !ours(p) {
					continue
				}
				to := strings.TrimPrefix(strings.TrimPrefix(p, module), "/")
				if target, _ := rowOf(all, to); target.room == row.room || allows(row.may, to) {
					continue
				}
				if f.test && (allows(suites(), to) || allows(row.tests, to)) && row.room != "linearizability" {
					continue
				}
				found = append(found, t.at(i.Pos(), "imports", "%s may not import %s", name(r.path), name(to)))
			}
		}
	}
	return found
}

// rowOf is the row of a room: its own, or else that of the folder it lies in.
func rowOf(all []row, room string) (row, bool) {
	for {
		if i := slices.IndexFunc(all, func(r row) bool { return r.room == room }); i >= 0 {
			return all[i], true
		}
		i := strings.LastIndexByte(room, '/')
		if i < 0 {
			return row{room: "none"}, false
		}
		room = room[:i]
	}
}

func allows(patterns []string, room string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		below, all := strings.CutSuffix(p, "/...")
		return p == room || all && (room == below || strings.HasPrefix(room, below+"/"))
	})
}

// name is how people call a room.
func name(room string) string {
	if room == "" {
		return "the root"
	}
	return room
}
