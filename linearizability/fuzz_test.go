package linearizability

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// packed are lines as a stored history has them.
func packed(t testing.TB, lines []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(lines, nil)
}

// What decompresses to a line that no history has is not read to its end.
func TestALineIsLimited(t *testing.T) {
	const most = 1 << 20
	for _, lines := range [][]byte{make([]byte, 64<<20), append([]byte(`{"format":"weir.history/v1","ops":1,"txns":0}`+"\n"), make([]byte, 64<<20)...)} {
		small := packed(t, lines)
		if h, err := readHistory(bytes.NewReader(small), most); h != nil || err == nil || !strings.Contains(err.Error(), "a line of over 1048576 bytes") {
			t.Errorf("%d bytes that are %d decompressed: %v, %v, want a line that is too long", len(small), len(lines), h, err)
		}
	}
}

// What is read as a history, whole or broken off, is written as what reads the same. Whatever else it is, it is an error.
func FuzzReadHistory(f *testing.F) {
	const head = `{"format":"weir.history/v1","ops":2,"txns":1}` + "\n"
	f.Add([]byte(head + `{"k":"apply","e":1,"t":1,"r":2,"ids":"AgIC"}` + "\n" + `{"k":"mark","e":1,"t":3,"mark":-5,"alarms":"AgICAAAAAAAAAAA"}` + "\n" + `{"ids":"Ag","looks":"AgIC"}` + "\n"))
	f.Add([]byte(head + `{"k":"commit","e":1,"kept":[1,2],"cursors":[{}],"digest":{}}` + "\n"))
	f.Add([]byte(`{"format":"weir.history/v1","ops":9223372036854775807,"txns":9223372036854775807}` + "\n"))
	f.Add([]byte(head + `{"k":"apply","ids":"gICAgICAgICAgICA"}` + "\n"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		if _, err := ReadHistory(bytes.NewReader(lines)); err == nil {
			t.Error("lines that are not compressed are a history")
		}
		h, err := ReadHistory(bytes.NewReader(packed(t, lines)))
		if h == nil {
			if err == nil {
				t.Error("neither a history nor an error")
			}
			return
		}
		var first, second bytes.Buffer
		if err := h.Write(&first); err != nil {
			t.Fatal(err)
		}
		again, err := ReadHistory(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Write(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("what is written of it reads as another: %v", err)
		}
	})
}
