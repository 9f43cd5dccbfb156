package tables

import (
	"strings"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
)

// A list of elements that are no bytes is refused when it is opened: what reads its bytes would find no end of them. With a TTL they have a time
// each, which is bytes.
func TestListOfNothing(t *testing.T) {
	s := ttlScope(t)
	list, err := OpenList(s, "nothing", None{}, backends.Codec[backends.Void](None{}))
	if list != nil || err == nil || !strings.HasPrefix(err.Error(), "open state nothing: the elements of a list are no bytes;") {
		t.Errorf("OpenList = %v, %v; want that elements of no bytes are refused", list, err)
	}
	if _, err := OpenListTTL(s, "nothing", None{}, backends.Codec[backends.Void](None{}), TTL{Life: time.Second}); err != nil {
		t.Errorf("OpenListTTL = %v, want a list of times", err)
	}
	if _, err := OpenListTTL(s, "for ever", None{}, backends.Codec[backends.Void](None{}), TTL{}); err == nil {
		t.Error("OpenListTTL without a TTL opened a list of nothing")
	}
	if _, err := OpenMap(s, "set", None{}, Uint64{}, backends.Codec[backends.Void](None{})); err != nil {
		t.Errorf("OpenMap = %v, want a map whose values are no bytes, which is a set", err)
	}
}
