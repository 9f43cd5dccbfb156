package engine

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
)

// Whatever is read as a state file yields entries or is corrupt, and yields no more than is there: entries do not share bytes.
func FuzzStateFile(f *testing.F) {
	var file []byte
	for _, e := range []backends.Entry{{State: "count", Key: []byte("k"), Value: []byte("v")}, {State: "timers", Key: []byte("at")}} {
		file = appendEntry(file, &e)
	}
	index := int64(len(file))
	row := append(make([]byte, indexRow-1), byte(index))
	f.Add(slices.Concat(file, row), index)
	f.Add([]byte{}, int64(0))
	long := appendEntry(nil, &backends.Entry{State: "count", Key: make([]byte, 50), Value: make([]byte, 50)})
	row[indexRow-1] = byte(len(long))
	f.Add(slices.Concat(long, row, row, row), int64(len(long))) // one group three times
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, int64(10))
	f.Fuzz(func(t *testing.T, payload []byte, index int64) {
		n := 0
		p := StatePart{Name: "state/1-1-0", Size: int64(len(payload)), Index: index, Groups: backends.Groups{Last: 127}}
		err := EachEntry(p, payload, func(e *backends.Entry) error {
			n += len(e.State) + len(e.Key) + len(e.Value) + 3
			return nil
		})
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Errorf("EachEntry = %v, want an error that wraps ErrCorrupt", err)
		}
		if n > len(payload) {
			t.Errorf("of %d bytes entries of %d bytes were read", len(payload), n)
		}
		if index >= 0 && index <= int64(len(payload)) {
			findGroup(payload[index:], 1)
		}
	})
}

// What is read as an entry of the catalog is written as what reads the same.
func FuzzCatalogEntry(f *testing.F) {
	f.Add((&Entry{Epoch: 2, Ckpt: 7, Retained: []int64{1, 3}, Final: true, Parts: [][]byte{[]byte("offset 3 watermark 9"), []byte("state/1-7-0 10 8 1 3:4:5 0 63")}}).Encode())
	f.Add((&Entry{Epoch: 3, Restored: 7, Why: "checkpoint 8: corrupt"}).Encode())
	f.Add([]byte(catalogHead + "end\nepoch 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEntry(b)
		if (e == nil) == (err == nil) {
			t.Fatalf("ParseEntry = %v, %v, want one of them", e, err)
		}
		if err != nil {
			return
		}
		e.files()
		if again, err := ParseEntry(e.Encode()); err != nil || !bytes.Equal(again.Encode(), e.Encode()) {
			t.Errorf("%+v is written as what reads as %+v, %v", e, again, err)
		}
	})
}

// What tasks and sources acked is read from manifests.
func FuzzParts(f *testing.F) {
	f.Add([]byte(StatePart{Name: "state/1-7-0", Size: 100, Index: 76, Entries: 3}.String()))
	f.Add([]byte(StatePart{Name: "state/1-7-0", Operator: "a+b %/,", States: "n/value+key=k:8,s%2c/list+of=%20x"}.String()))
	f.Add(SourcePart(12, 34))
	f.Add(SourcePart(12, -34))
	f.Add(SourcePart(12, NoMark))
	f.Add([]byte("offset 1 watermark 2 phase 3 since 4 from 5"))
	f.Add([]byte("offset 9223372036854775808 watermark 0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ParseStatePart(b); err == nil {
			if again, err := ParseStatePart([]byte(p.String())); err != nil || !reflect.DeepEqual(again, p) {
				t.Errorf("%v is written as what reads as %v, %v", p, again, err)
			}
		}
		if offset, mark, err := ParseSourcePart(b); err == nil {
			if o, m, err := ParseSourcePart(SourcePart(offset, mark)); err != nil || o != offset || m != mark {
				t.Errorf("%d and %d are written as what reads as %d and %d, %v", offset, mark, o, m, err)
			}
		}
	})
}

// What carries a seal is what was sealed.
func FuzzUnseal(f *testing.F) {
	f.Add(Seal([]byte("payload")))
	f.Add(Seal(nil))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, b []byte) {
		payload, err := Unseal("a blob", b)
		if err != nil && !errors.Is(err, ErrCorrupt) || err == nil && !bytes.Equal(Seal(payload), b) {
			t.Errorf("Unseal of %x = %x, %v", b, payload, err)
		}
	})
}
