package linearizability

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// packAlarms writes what became of timers, one after another: a byte for what it was, the key number and the time as differences to those
// before, zigzag, as varints, and the ID; all in base64. buf is reused.
func packAlarms(all []AlarmEvent, buf []byte) (string, []byte) {
	if len(all) == 0 {
		return "", buf
	}
	buf = buf[:0]
	var before AlarmEvent
	for i := range all {
		e := &all[i]
		what := byte(e.What) << 1
		if e.Processing {
			what |= 1
		}
		buf = binary.AppendVarint(append(buf, what), int64(e.Key-before.Key))
		buf = binary.AppendVarint(buf, e.At-before.At)
		buf = binary.LittleEndian.AppendUint64(buf, e.ID)
		before = *e
	}
	return base64.RawStdEncoding.EncodeToString(buf), buf
}

var errAlarms = errors.New("a list of timers is damaged")

func unpackAlarms(s string, buf []byte) ([]AlarmEvent, []byte, error) {
	if s == "" {
		return nil, buf, nil
	}
	buf, err := base64.RawStdEncoding.AppendDecode(buf[:0], []byte(s))
	if err != nil {
		return nil, buf, errAlarms
	}
	var all []AlarmEvent
	var e AlarmEvent
	for rest := buf; len(rest) > 0; {
		what := rest[0]
		key, n := binary.Varint(rest[1:])
		at, m := binary.Varint(rest[1+max(n, 0):])
		if n <= 0 || m <= 0 || what>>1 >= byte(alarmWhats) || len(rest) < 1+n+m+8 {
			return nil, buf, errAlarms
		}
		rest = rest[1+n+m:]
		e = AlarmEvent{binary.LittleEndian.Uint64(rest), e.At + at, e.Key + int32(key), AlarmWhat(what >> 1), what&1 != 0}
		all, rest = append(all, e), rest[8:]
	}
	return all, buf, nil
}
