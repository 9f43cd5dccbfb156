package linearizability

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// packIDs writes IDs as differences to the one before, zigzag, as varints, in base64: records of a source come mostly one after another, so
// one takes about a byte. buf is reused.
func packIDs(ids []ID, buf []byte) (string, []byte) {
	if len(ids) == 0 {
		return "", buf
	}
	buf = buf[:0]
	before := ID(0)
	for _, id := range ids {
		buf = binary.AppendVarint(buf, int64(id-before))
		before = id
	}
	return base64.RawStdEncoding.EncodeToString(buf), buf
}

var errIDs = errors.New("a list of records is damaged")

func unpackIDs(s string, buf []byte) ([]ID, []byte, error) {
	if s == "" {
		return nil, buf, nil
	}
	buf, err := base64.RawStdEncoding.AppendDecode(buf[:0], []byte(s))
	if err != nil {
		return nil, buf, errIDs
	}
	n := 0
	for _, b := range buf {
		if b < 0x80 {
			n++
		}
	}
	ids := make([]ID, 0, n)
	before := ID(0)
	for rest := buf; len(rest) > 0; {
		d, used := binary.Varint(rest)
		if used <= 0 {
			return nil, buf, errIDs
		}
		before += ID(d)
		ids, rest = append(ids, before), rest[used:]
	}
	return ids, buf, nil
}
