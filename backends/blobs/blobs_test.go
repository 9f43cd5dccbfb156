package blobs_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/blobs"
)

func TestMemory(t *testing.T) {
	backendtest.RunBlobs(t, func(*testing.T) backends.Blobs { return blobs.NewMemory() })
}

func TestDir(t *testing.T) {
	backendtest.RunBlobs(t, func(t *testing.T) backends.Blobs {
		d, err := blobs.NewDir(t.TempDir() + "/not/there/yet")
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
}
