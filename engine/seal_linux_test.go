package engine

import (
	"strings"
	"syscall"
	"testing"

	"github.com/weirbench/weir/backends"
)

// untouched is storage that nothing may come to.
type untouched struct{ backends.Blobs }

// A payload whose length its seal cannot say is refused before anything is written, instead of being sealed with a length that has wrapped. The
// memory of it cannot be read: its length alone is looked at.
func TestPayloadOverItsSeal(t *testing.T) {
	n := int64(PayloadBytesMax) + 1
	payload, err := syscall.Mmap(-1, 0, int(n), syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	if err != nil {
		t.Skipf("missing: 4 GiB of addresses: %v", err)
	}
	defer syscall.Munmap(payload)
	for _, verb := range []Verb{Put, PutNew} {
		op := &Op{Verb: verb, Name: "state/1-1-0"}
		r := Apply(untouched{}, op, payload)
		if r.Err == nil || !Certain(r.Err) || !strings.HasPrefix(r.Err.Error(), "state/1-1-0: a payload of 4294967296 bytes, more than the 4294967295 of a blob") {
			t.Errorf("Apply of 4 GiB = %v, want that it is more than a blob has, for certain", r.Err)
		}
		Tear(untouched{}, op, payload)
	}
	if err := sealable("x", PayloadBytesMax); err != nil {
		t.Errorf("the longest payload is refused: %v", err)
	}
}
