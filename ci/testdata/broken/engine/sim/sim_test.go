package sim

import (
	"testing"
	"time"

	_ "github.com/weirbench/weir/faults"
	_ "github.com/weirbench/weir/linearizability" // want imports
)

func TestMayLookAtTheClock(t *testing.T) { _ = time.Now() }

func init() {} // want init
