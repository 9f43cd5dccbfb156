package rocksdb

import (
	"debug/elf"
	"path/filepath"
	"regexp"
	"slices"
)

// Info says which RocksDB there is, for whoever asks what a figure was measured on.
type Info struct {
	// Compiled tells whether this binary can open RocksDB. If not, Why says what it lacks and Remedy what to do.
	Compiled    bool
	Why, Remedy string
	// Version is like "7.8.3"; empty when no library was found. In a binary that is not Compiled it is that of the machine's library.
	Version string
	// Debug tells that asserts are compiled in: figures measured on such a library are not RocksDB's. Debian's is one.
	Debug bool
	// Path is the shared library; empty when it is linked into the binary, or absent.
	Path string
}

// Remedies are commands on Debian, where the library is librocksdb-dev.
const (
	remedyBuild   = "apt-get install librocksdb-dev g++, then build with CGO_ENABLED=1 go build -tags 'rocksdb grocksdb_clean_link'"
	remedyRelease = "scripts/rocksdb.sh builds a release library and prints the settings to link with it"
)

// RemedyDebug is what to do about an Info that is Debug.
func (i Info) RemedyDebug() string { return remedyRelease }

// onMachine looks for a shared library where Linux distributions put it.
func onMachine() (path, version string, debug bool) {
	for _, pattern := range []string{"/usr/local/lib/librocksdb.so.*", "/usr/lib/*/librocksdb.so.*", "/usr/lib64/librocksdb.so.*", "/usr/lib/librocksdb.so.*"} {
		found, _ := filepath.Glob(pattern) // the pattern is well formed
		slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) })
		for _, file := range found {
			if version := versionOf(file); version != "" {
				return file, version, asserts(file)
			}
		}
	}
	return "", "", false
}

// versionOf is the version in the name that a library has in the end.
func versionOf(file string) string {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	m := regexp.MustCompile(`librocksdb\.so\.(\d+(?:\.\d+)*)$`).FindStringSubmatch(file)
	if m == nil {
		return ""
	}
	return m[1]
}

// asserts tells whether a library calls what a failed assert calls.
func asserts(file string) bool {
	f, err := elf.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	symbols, err := f.ImportedSymbols()
	return err == nil && slices.ContainsFunc(symbols, func(s elf.ImportedSymbol) bool { return s.Name == "__assert_fail" })
}
