package weir

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/workloads"
)

// A difference is told in the words of the job where it has some, and in bytes, not too many, where it has none.
func TestDifferenceInWords(t *testing.T) {
	job := &workloads.Job{
		KeyName: func(k []byte) string { return string(k) },
		Show: func(state string, v []byte) string {
			if state == "count" {
				return "records " + string(v)
			}
			return ""
		},
	}
	entry := func(state, value string) *backends.Entry {
		return &backends.Entry{State: state, Key: []byte("k"), Value: []byte(value)}
	}
	const where = " of key k is not what the input makes of it"
	for _, c := range []struct {
		got, want *backends.Entry
		diff      difference
	}{
		{entry("count", "6"), entry("count", "5"), difference{"State count" + where, "records 5", "records 6"}},
		{entry("count", "6"), nil, difference{"State count" + where, "nothing", "records 6"}},
		{nil, entry("other", "ab"), difference{"State other" + where, "the bytes 6162", "nothing"}},
		{nil, entry("other", "aaaaaaaaaaaaaaaaaaaa"), difference{"State other" + where, "61616161616161616161616161616161… (20 bytes)", "nothing"}},
	} {
		if d := differs(job, c.got, c.want); d != c.diff {
			t.Errorf("differs = %q, want %q", d, c.diff)
		}
	}
}
