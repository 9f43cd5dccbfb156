package faults

import (
	"reflect"
	"testing"
)

// A line of a scenario file is a fault or an error, and a fault that is valid is its line.
func FuzzParseSpec(f *testing.F) {
	f.Add(`{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0, note: "after, upload"}`)
	f.Add(`after: 5k records, do: fail, ops: [put, get], outcome: torn, probability: 0.25, delay: 20 ms, lost: true, maybe: true`)
	f.Add(`{note: "\"}`)
	f.Add(`do:0000,ops:`)
	f.Add(`every: 99999999999999999999 h`)
	f.Add(`at: phase 4, do: kill, target: task/0`)
	f.Add(`at: phase -9223372036854775808, do: kill`)
	f.Fuzz(func(t *testing.T, line string) {
		s, err := ParseSpec(line)
		if err != nil {
			return
		}
		if Validate(s, All()...) != nil {
			return
		}
		if again, err := ParseSpec(s.String()); err != nil || !reflect.DeepEqual(again, s) {
			t.Errorf("%q is %+v, written as %s, which is %+v, %v", line, s, s, again, err)
		}
	})
}
