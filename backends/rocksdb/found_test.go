package rocksdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
)

// Whoever asks is told which RocksDB there is, or what to do to have one.
func TestFound(t *testing.T) {
	i := Found()
	switch {
	case i.Compiled && (i.Version == "" || i.Why != "" || i.Remedy != ""):
		t.Errorf("Found() = %+v, want a version and nothing to remedy", i)
	case !i.Compiled && (i.Why == "" || !strings.Contains(i.Remedy, "librocksdb-dev")):
		t.Errorf("Found() = %+v, want why not, and a remedy", i)
	}
	if i.Path != "" && i.Debug != asserts(i.Path) {
		t.Errorf("Found().Debug = %v, but that %s calls __assert_fail is %v", i.Debug, i.Path, asserts(i.Path))
	}
	if path, version, debug := onMachine(); path != "" && i.Path == path && (version != i.Version || debug != i.Debug) {
		t.Errorf("the machine's library is %s, debug: %v, Found() says %s, %v", version, debug, i.Version, i.Debug)
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	s, err := Backend{}.Open(backends.Options{Dir: t.TempDir()})
	if Found().Compiled {
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		return
	}
	if err == nil || !strings.Contains(err.Error(), "rocksdb") || !strings.Contains(err.Error(), remedyBuild) {
		t.Errorf("Open = %v, want an error with the remedy", err)
	}
}

func TestVersionIsInTheName(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "librocksdb.so.7.8.3")
	link := filepath.Join(dir, "librocksdb.so.7.8")
	if err := os.WriteFile(real, []byte("no library"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{real: "7.8.3", link: "7.8.3", dir + "/librocksdb.so.9": "9", dir + "/librocksdb.so.x": "", dir + "/libc.so.6": ""} {
		if got := versionOf(file); got != want {
			t.Errorf("versionOf(%s) = %q, want %q", filepath.Base(file), got, want)
		}
	}
	if asserts(real) {
		t.Error("what is no library has asserts")
	}
}
