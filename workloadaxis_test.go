package weir

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirbench/weir/workloads"
)

// twoJobs are workloads that have a field in common, with a default and bounds of their own, and one that only one has.
func twoJobs() Catalog {
	c := planCatalog()
	bounded := func(name, def string, most int) workloads.Param {
		return workloads.Param{Name: name, Default: def, Check: func(v string) error {
			if n, err := parseWhole(v, 0, int64(most)); err != nil || n > int64(most) {
				return fmt.Errorf("%s %q; want a whole number up to %d", name, v, most)
			}
			return nil
		}}
	}
	c.Workloads = []workloads.Workload{
		{Name: "small", Params: []workloads.Param{bounded("keys", "10", 100), bounded("records", "20", 100)}},
		{Name: "large", Params: []workloads.Param{bounded("size", "7", 1000), bounded("records", "400", 1000), bounded("keys", "300", 1000)}},
	}
	return c
}

func TestWorkloadsAsAnAxis(t *testing.T) {
	flat := "matrix: {state.backend: [heap, pebble], workload.type: [small, large]}\nworkload: {records: 50}\n"
	nested := "matrix: {state.backend: [heap, pebble], workload: {type: [small, large]}}\nworkload: {records: 50}\n"
	one := "workload: {type: small, records: 50}\nmatrix: {state.backend: [heap, pebble]}\n"
	for _, c := range []struct {
		src  string
		sets []string
	}{{flat, nil}, {nested, nil}, {one, []string{"workload.type=[small, large]"}}, {one, []string{"matrix.workload.type=[small, large]"}}} {
		s, err := Parse("s.yaml", []byte(c.src), twoJobs(), c.sets)
		if err != nil {
			t.Errorf("%s%v: %v", c.src, c.sets, err)
			continue
		}
		p, err := s.Plan(twoJobs(), PlanOptions{Filter: "backend:pebble"})
		if err != nil || len(p.Cells) != 2 {
			t.Fatalf("%s%v: %v; want two cells of pebble", c.src, c.sets, err)
		}
		for i, want := range []string{"small map[keys:10 records:50] pebble workload=small", "large map[keys:300 records:50 size:7] pebble workload=large"} {
			x := &p.Cells[i]
			if got := fmt.Sprint(x.Workload, " ", x.Params, " ", x.Name); got != want {
				t.Errorf("%s%v: cell %s, want %s", c.src, c.sets, got, want)
			}
		}
		if q, err := s.Plan(twoJobs(), PlanOptions{Filter: "workload:large"}); err != nil || len(q.Cells) != 2 {
			t.Errorf("%s%v: workload:large: %v; want two cells", c.src, c.sets, err)
		}
	}
}

func TestWorkloadsAsAnAxisRefused(t *testing.T) {
	axis := "matrix: {workload.type: [small, large]}\n"
	for _, c := range []struct {
		src  string
		sets []string
		want string
	}{
		{axis + "workload: {size: 3}\n", nil, "s.yaml:2:18: workload.size is no field of small, and workload.type is an axis; want fields that all of its workloads have"},
		{"matrix: {workload.type: [small, large], workload.size: [3, 4]}\n", nil, "s.yaml:1:57: workload.size is no field of small, and workload.type is an axis; want fields that all of its workloads have"},
		{axis, []string{"workload.size=3"}, `--set "workload.size=3": workload.size is no field of small, and workload.type is an axis; want fields that all of its workloads have`},
		{"matrix: {workload.type: [large, small]}\nworkload: {keys: 200}\n", nil, `s.yaml:2:18: workload.keys: "200"; want a whole number up to 100`},
		{axis + "workload: {type: small}\n", nil, "s.yaml:1:10: workload.type is an axis, and has a value on line 2; keep one"},
		{"matrix: {workload.type: [small, lagre]}\n", nil, `s.yaml:1:33: workload.type: no workload "lagre"; did you mean "large"?`},
		{"workload: {type: [small, large]}\n", nil, "s.yaml:1:18: workload.type is a list; want one value, or put the list under matrix"},
	} {
		_, err := Parse("s.yaml", []byte(c.src), twoJobs(), c.sets)
		if got := fmt.Sprint(err); !strings.HasPrefix(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("%s%v:\n%s; want the one line\n%s", c.src, c.sets, got, c.want)
		}
	}
}
