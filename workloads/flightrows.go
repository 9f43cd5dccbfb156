package workloads

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// flightRows are the rows of a file, by column.
type flightRows struct {
	origins []string // in the order of their first flights
	origin  []int32  // which of them
	delay   []int32  // minutes
	at      []int64  // departure, milliseconds since 1970, ascending
}

// The columns of a file, in any order; others are not looked at.
const (
	timeCol = iota
	originCol
	destinationCol
	delayCol
	distanceCol
	flightCols
)

func flightColumns() [flightCols]string {
	return [flightCols]string{"time", "origin", "destination", "delay_min", "distance_mi"}
}

const (
	lineBytesMax = 4096
	codeBytesMax = 31 // of an airport: so that its length is no printable character
	flightsMax   = 50_000_000
	minutesMax   = 1_000_000
	milesMax     = 100_000
)

// readFlights reads a file, plain or gzip. Its errors begin with file:line:column.
func readFlights(file string, r io.Reader) (*flightRows, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%s:1:1: it begins as gzip and is none (%v); want a CSV file, plain or gzip", file, err)
		}
		in = bufio.NewReaderSize(z, 64<<10)
	}
	f := &flightFile{file: file, in: in, known: map[string]int32{}, rows: &flightRows{}}
	if err := f.header(); err != nil {
		return nil, err
	}
	for {
		line, err := f.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = f.row(line)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(f.rows.at) == 0 {
		return nil, f.wrong(0, "no flight follows the header; want one row at least")
	}
	return f.rows, nil
}

// flightFile is a file being read.
type flightFile struct {
	file   string
	in     *bufio.Reader
	line   int
	places [flightCols]int // of our columns among the file's
	cols   int             // of the file
	fields []field
	known  map[string]int32 // origins
	rows   *flightRows
}

// A field is what is between two commas.
type field struct {
	text []byte
	col  int // from 0
}

func (f *flightFile) wrong(col int, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %s", f.file, max(1, f.line), col+1, fmt.Sprintf(format, args...))
}

// next returns the next line that is not empty, valid until the next call.
func (f *flightFile) next() ([]byte, error) {
	for {
		line, err := f.in.ReadSlice('\n')
		if len(line) > 0 || err != nil && err != io.EOF {
			f.line++
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull) || len(line) > lineBytesMax:
			return nil, f.wrong(lineBytesMax, "the line goes on behind %d bytes; want one flight a line", lineBytesMax)
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, f.wrong(0, "the gzip file is cut short; want all of it")
		case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, new(flate.CorruptInputError)):
			return nil, f.wrong(0, "the gzip file is damaged: %v; want it as it was written", err)
		case err != nil && err != io.EOF:
			return nil, f.wrong(0, "cannot be read: %v; want a CSV file, plain or gzip", err)
		}
		end := err
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if len(line) == 0 && end == io.EOF {
			return nil, io.EOF
		}
		if len(line) == 0 {
			continue
		}
		if !utf8.Valid(line) {
			return nil, f.wrong(invalidAt(line), "a byte that is not UTF-8; want text in UTF-8")
		}
		return line, nil
	}
}

func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return 0
}

// split cuts a line into f.fields.
func (f *flightFile) split(line []byte) error {
	f.fields = f.fields[:0]
	for at := 0; ; {
		text, rest := line[at:], []byte(nil)
		next := -1
		if len(text) > 0 && text[0] == '"' {
			end := closing(text)
			if end < 0 {
				return f.wrong(at, `a quote that does not end, or a text behind it; want "text" between commas`)
			}
			rest = text[end+1:]
			text = bytes.ReplaceAll(text[1:end], []byte(`""`), []byte(`"`))
			if len(rest) > 0 {
				next = len(line) - len(rest) + 1
			}
		} else if i := bytes.IndexByte(text, ','); i >= 0 {
			text, next = text[:i], at+i+1
		}
		f.fields = append(f.fields, field{text, at})
		if next < 0 {
			return nil
		}
		at = next
	}
}

// closing is where the quote at the beginning ends: before a comma or at the line's end; -1 when it does not.
func closing(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] != '"':
		case i+1 < len(b) && b[i+1] == '"':
			i++
		case i+1 == len(b) || b[i+1] == ',':
			return i
		default:
			return -1
		}
	}
	return -1
}

func (f *flightFile) header() error {
	want := flightColumns()
	all := strings.Join(want[:], ",")
	line, err := f.next()
	if err == io.EOF {
		return f.wrong(0, "the file is empty; want a header %s and a flight a line", all)
	}
	if err != nil {
		return err
	}
	if err := f.split(bytes.TrimPrefix(line, []byte("\ufeff"))); err != nil {
		return err
	}
	f.cols = len(f.fields)
	f.places = [flightCols]int{-1, -1, -1, -1, -1}
	found := 0
	for i, x := range f.fields {
		c := slices.Index(want[:], string(bytes.TrimSpace(x.text)))
		if c < 0 {
			continue
		}
		if f.places[c] >= 0 {
			return f.wrong(x.col, "a second column %s; want each once", want[c])
		}
		f.places[c] = i
		found++
	}
	if found == 0 {
		return f.wrong(0, "no header; want the first line to be %s", all)
	}
	for c, i := range f.places {
		if i < 0 {
			return f.wrong(0, "the column %s is missing; want %s, in any order", want[c], all)
		}
	}
	return nil
}

func (f *flightFile) row(line []byte) error {
	if err := f.split(line); err != nil {
		return err
	}
	if len(f.fields) != f.cols {
		return f.wrong(0, "%d fields; want %d, as in the header", len(f.fields), f.cols)
	}
	if len(f.rows.at) == flightsMax {
		return f.wrong(0, "more than %d flights; cut the file, or set records", flightsMax)
	}
	at, err := f.time(f.fields[f.places[timeCol]])
	if err != nil {
		return err
	}
	origin := f.fields[f.places[originCol]]
	for _, c := range []int{originCol, destinationCol} {
		if err := f.code(c); err != nil {
			return err
		}
	}
	delay, err := f.number(delayCol, -minutesMax, minutesMax, "whole minutes")
	if err != nil {
		return err
	}
	if _, err := f.number(distanceCol, 0, milesMax, "whole miles"); err != nil {
		return err
	}
	no, ok := f.known[string(origin.text)]
	if !ok {
		no = int32(len(f.rows.origins))
		name := string(origin.text)
		f.known[name] = no
		f.rows.origins = append(f.rows.origins, name)
	}
	f.rows.origin, f.rows.delay, f.rows.at = append(f.rows.origin, no), append(f.rows.delay, int32(delay)), append(f.rows.at, at)
	return nil
}

func (f *flightFile) time(x field) (int64, error) {
	const want = "2001-01-31T23:59:00"
	t, err := time.Parse("2006-01-02T15:04:05", string(x.text))
	if err != nil {
		if t, err = time.Parse(time.RFC3339, string(x.text)); err != nil {
			if t, err = time.Parse("2006-01-02 15:04:05", string(x.text)); err != nil {
				return 0, f.wrong(x.col, "time %q; want one like %s", short(string(x.text)), want)
			}
		}
	}
	at := t.UnixMilli()
	if t.Year() < 1971 || t.Year() > 2200 {
		return 0, f.wrong(x.col, "time %q; want one of the years 1971 to 2200", short(string(x.text)))
	}
	if n := len(f.rows.at); n > 0 && at < f.rows.at[n-1] {
		return 0, f.wrong(x.col, "time %s is before that of the flight above; want flights sorted by time", short(string(x.text)))
	}
	return at, nil
}

func (f *flightFile) code(col int) error {
	x := f.fields[f.places[col]]
	name := flightColumns()[col]
	if len(x.text) == 0 || len(x.text) > codeBytesMax {
		return f.wrong(x.col, "%s %q of %d bytes; want an airport of 1 to %d", name, short(string(x.text)), len(x.text), codeBytesMax)
	}
	for _, c := range x.text {
		if c <= ' ' || c == 0x7f {
			return f.wrong(x.col, "%s %q has a blank or a control character; want an airport like DTW", name, x.text)
		}
	}
	return nil
}

func (f *flightFile) number(col int, least, most int64, what string) (int64, error) {
	x := f.fields[f.places[col]]
	n, err := strconv.ParseInt(string(x.text), 10, 64)
	if err != nil || n < least || n > most {
		return 0, f.wrong(x.col, "%s %q; want %s from %d to %d", flightColumns()[col], short(string(x.text)), what, least, most)
	}
	return n, nil
}
