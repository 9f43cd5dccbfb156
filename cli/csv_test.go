package cli_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// called is what a command said.
type called struct {
	code     int
	out, err string
}

// call runs the command in a folder.
func call(t *testing.T, dir string, args ...string) called {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0], cmd.Dir = "weir", dir
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return called{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

const (
	csvHeader = "time,origin,destination,delay_min,distance_mi\n"
	csvRow    = "2001-01-01T00:00:00,DTW,ORD,5,235\n"
	csvLater  = "2001-01-01T00:01:00,ATL,ORD,-3,606\n"
)

func zipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

func turned(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// A row that cannot be a flight is told with its file, line and column, and with what would be right, in one line and before anything runs.
func TestBadFlights(t *testing.T) {
	long := strings.Repeat(csvRow, 2000)
	z := zipped(csvHeader + long)
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "x.csv:1:1: the file is empty; want a header time,origin,destination,delay_min,distance_mi and a flight a line", nil},
		{"empty lines only", "x.csv:3:1: the file is empty; want a header", []byte("\n\n\n")},
		{"header only", "x.csv:1:1: no flight follows the header; want one row at least", []byte(csvHeader)},
		{"no header", "x.csv:1:1: no header; want the first line to be time,origin,destination,delay_min,distance_mi", []byte(csvRow)},
		{"a missing column", "x.csv:1:1: the column delay_min is missing; want time,origin,destination,delay_min,distance_mi, in any order",
			[]byte("time,origin,destination,distance_mi\n2001-01-01T00:00:00,DTW,ORD,235\n")},
		{"a column twice", "x.csv:1:13: a second column origin; want each once", []byte("time,origin,origin,destination,delay_min,distance_mi\n" + csvRow)},
		{"another delimiter", "x.csv:1:1: no header; want the first line to be time,", []byte(strings.ReplaceAll(csvHeader+csvRow, ",", ";"))},
		{"a bad time", `x.csv:3:1: time "yesterday"; want one like 2001-01-31T23:59:00`, []byte(csvHeader + csvRow + "yesterday,DTW,ORD,5,235\n")},
		{"a day that is none", `x.csv:2:1: time "2001-02-30T00:00:00"; want one like`, []byte(csvHeader + "2001-02-30T00:00:00,DTW,ORD,5,235\n")},
		{"a time of long ago", `x.csv:2:1: time "0001-01-01T00:00:00"; want one of the years 1971 to 2200`, []byte(csvHeader + "0001-01-01T00:00:00,DTW,ORD,5,235\n")},
		{"times that go back", "x.csv:3:1: time 2001-01-01T00:00:00 is before that of the flight above; want flights sorted by time", []byte(csvHeader + csvLater + csvRow)},
		{"a bad delay", `x.csv:2:29: delay_min "late"; want whole minutes from -1000000 to 1000000`, []byte(csvHeader + "2001-01-01T00:00:00,DTW,ORD,late,235\n")},
		{"a delay that is too large", `x.csv:2:29: delay_min "99999999999999999999"; want whole minutes from`, []byte(csvHeader + "2001-01-01T00:00:00,DTW,ORD,99999999999999999999,235\n")},
		{"a delay with a fraction", `x.csv:2:29: delay_min "1.5"; want whole minutes`, []byte(csvHeader + "2001-01-01T00:00:00,DTW,ORD,1.5,235\n")},
		{"a negative distance", `x.csv:2:31: distance_mi "-1"; want whole miles from 0 to 100000`, []byte(csvHeader + "2001-01-01T00:00:00,DTW,ORD,5,-1\n")},
		{"no origin", `x.csv:2:21: origin "" of 0 bytes; want an airport of 1 to 31`, []byte(csvHeader + "2001-01-01T00:00:00,,ORD,5,235\n")},
		{"a long origin", `x.csv:2:21: origin "`, []byte(csvHeader + "2001-01-01T00:00:00," + strings.Repeat("A", 500) + ",ORD,5,235\n")},
		{"a blank in an airport", `x.csv:2:25: destination "O D" has a blank or a control character; want an airport like DTW`, []byte(csvHeader + "2001-01-01T00:00:00,DTW,O D,5,235\n")},
		{"a NUL", `x.csv:2:21: origin "D\x00W" has a blank or a control character`, []byte(csvHeader + "2001-01-01T00:00:00,D\x00W,ORD,5,235\n")},
		{"nothing but NULs", "x.csv:1:1: no header; want the first line to be", make([]byte, 100)},
		{"too few fields", "x.csv:2:1: 4 fields; want 5, as in the header", []byte(csvHeader + "2001-01-01T00:00:00,DTW,ORD,5\n")},
		{"too many fields", "x.csv:2:1: 7 fields; want 5, as in the header", []byte(csvHeader + "2001-01-01T00:00:00,DTW,ORD,5,235,,\n")},
		{"a quote that does not end", `x.csv:2:21: a quote that does not end, or a text behind it; want "text" between commas`, []byte(csvHeader + "2001-01-01T00:00:00,\"DTW,ORD,5,235\n")},
		{"no UTF-8", "x.csv:2:22: a byte that is not UTF-8; want text in UTF-8", []byte(csvHeader + "2001-01-01T00:00:00,D\xffW,ORD,5,235\n")},
		{"UTF-16", "x.csv:1:1: a byte that is not UTF-8", []byte("\xff\xfet\x00i\x00m\x00e\x00")},
		{"a line without end", "x.csv:2:4097: the line goes on behind 4096 bytes; want one flight a line", []byte(csvHeader + strings.Repeat("x", 1<<20))},
		{"a line that is too long", "x.csv:2:4097: the line goes on behind 4096 bytes", []byte(csvHeader + strings.Repeat("x", 5000) + "\n" + csvRow)},
		{"gzip cut short", "x.csv:1:1: the gzip file is cut short; want all of it", z[:20]},
		{"gzip without its checksum", "x.csv:2002:1: the gzip file is cut short; want all of it", z[:len(z)-8]},
		{"gzip in name only", "x.csv:1:1: it begins as gzip and is none", []byte("\x1f\x8bgzip, they said")},
		{"gzip with a wrong checksum", "x.csv:2002:1: the gzip file is damaged: gzip: invalid checksum; want it as it was written", turned(z, len(z)-6)},
		{"gzip with a wrong byte", "x.csv:", turned(z, len(z)/2)},
		{"gzip of an empty file", "x.csv:1:1: the file is empty", zipped("")},
		{"gzip of a bad row", `x.csv:3:1: time "never"; want one like`, zipped(csvHeader + csvRow + "never,DTW,ORD,5,235\n")},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "x.csv"), c.file, 0o644); err != nil {
				t.Fatal(err)
			}
			for _, command := range []string{"run", "explain"} {
				got := call(t, dir, command, "flights", "-s", "workload.path=x.csv")
				if got.code != 2 || got.out != "" || !strings.HasPrefix(got.err, c.want) || strings.Count(got.err, "\n") != 1 {
					t.Errorf("%s: exit %d, printed %q and %q; want exit 2 and a line that begins with %q", command, got.code, got.out, got.err, c.want)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
				t.Errorf("it left %v", left)
			}
		})
	}
}

// So is a file that is none at all.
func TestNoFlights(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		"nothing.csv": "--set \"workload.path=nothing.csv\": open the flights: open nothing.csv: no such file or directory; want a CSV file, plain or gzip\n",
		".":           ".:1:1: cannot be read: read .: is a directory; want a CSV file, plain or gzip\n",
	} {
		if got := call(t, dir, "run", "flights", "-s", "workload.path="+path); got.code != 2 || got.err != want {
			t.Errorf("%s: exit %d, %q; want 2, %q", path, got.code, got.err, want)
		}
	}
	// Neither is what is no path: too much of a good file.
	got := call(t, dir, "run", "flights", "-s", "workload.passes=1000000")
	if got.code != 2 || !strings.HasPrefix(got.err, "--set \"workload.passes=1000000\": passes 1000000 of 20000 flights are more than 50000000; want 2500 at most") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("too many passes: exit %d, %q", got.code, got.err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
}

// What is merely unusual is read: other line ends, a mark of the byte order, columns in another order and more of them, quotes, empty lines,
// other spellings of a time, no line end at the end, flights at the same time.
func TestUnusualFlights(t *testing.T) {
	rows := csvRow + csvLater
	for name, file := range map[string][]byte{
		"CRLF":            []byte(strings.ReplaceAll(csvHeader+rows, "\n", "\r\n")),
		"BOM":             []byte("\ufeff" + csvHeader + rows),
		"other-columns":   []byte("tail,distance_mi,time,origin,destination,delay_min\nN1,235,2001-01-01T00:00:00,DTW,ORD,5\n\"N2, \"\"x\"\"\",606,2001-01-01T00:01:00,ATL,ORD,-3\n"),
		"quotes":          []byte(csvHeader + "\"2001-01-01T00:00:00\",\"DTW\",\"ORD\",\"5\",\"235\"\n" + csvLater),
		"empty-lines":     []byte(csvHeader + "\n" + csvRow + "\n\n" + csvLater + "\n"),
		"no-end":          []byte(strings.TrimSuffix(csvHeader+rows, "\n")),
		"blank-and-zones": []byte(csvHeader + "2001-01-01 00:00:00,DTW,ORD,5,235\n2001-01-01T01:01:00+01:00,ATL,ORD,-3,606\n"),
		"same-time":       []byte(csvHeader + csvRow + csvRow),
		"gzip":            zipped(csvHeader + rows),
		"two-gzip-files":  append(zipped(csvHeader+csvRow), zipped(csvLater)...),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "x.csv"), file, 0o644); err != nil {
				t.Fatal(err)
			}
			got := call(t, dir, "explain", "flights", "-s", "workload.path=x.csv", "-s", "workload.passes=1", "-n", "1")
			if got.code != 0 || !strings.Contains(got.out, "at most 2 records to read") {
				t.Errorf("exit %d, %s%s; want exit 0 and 2 records", got.code, got.out, got.err)
			}
		})
	}
}
