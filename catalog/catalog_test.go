package catalog_test

import (
	"testing"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/catalog"
)

// Every scenario that weir brings runs with the heap alone. What it says of other backends of weir's is skipped, with the reason.
func TestScenariosRunWithTheHeapAlone(t *testing.T) {
	c, skipped := catalog.Standard(), 0
	if len(c.Scenarios) == 0 {
		t.Fatal("there is no scenario")
	}
	for _, x := range c.Scenarios {
		s, err := weir.Parse(x.Name, x.YAML, c, nil)
		if err != nil {
			t.Errorf("%s: %v", x.Name, err)
			continue
		}
		p, err := s.Plan(c, weir.PlanOptions{})
		if err != nil {
			t.Errorf("%s: %v", x.Name, err)
			continue
		}
		for _, cell := range p.Cells {
			if cell.Backend != "heap" {
				t.Errorf("%s: a cell of %s, want heap alone", x.Name, cell.Backend)
			}
		}
		for _, no := range p.Skipped {
			if skipped++; no.Reason == "" || no.Remedy == "" {
				t.Errorf("%s: %s is skipped for %q, and the remedy is %q; want both", x.Name, no.Cell, no.Reason, no.Remedy)
			}
		}
	}
	if skipped == 0 {
		t.Error("no cell of another backend was skipped")
	}
}
