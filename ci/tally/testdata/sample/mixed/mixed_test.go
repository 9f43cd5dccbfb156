package mixed

import "testing"

func TestPasses(t *testing.T) {}

func TestSubtests(t *testing.T) {
	t.Run("passes", func(t *testing.T) {})
	t.Run("fails", func(t *testing.T) { t.Error("the reason of the subtest") })
	t.Run("skipped", func(t *testing.T) { t.Skip("no such device") })
	t.Run("deep", func(t *testing.T) {
		t.Run("passes", func(t *testing.T) {})
	})
}

func TestFails(t *testing.T) { t.Error("the reason of the test") }

func TestSkipped(t *testing.T) { t.Skip() }

func Example() {
	// Output:
}
