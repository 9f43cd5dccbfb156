package cli_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// canMount tells whether this machine lets its tests mount a file system.
func canMount(t *testing.T) bool {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Logf("no file system can be mounted here: %v", err)
		return false
	}
	return syscall.Unmount(dir, 0) == nil
}

// tmpfs mounts one, which goes when the script ends: tmpfs disk size=64m. With the option ro it is read-only from then on.
func tmpfs(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	ts.Check(syscall.Mount("tmpfs", dir, "tmpfs", 0, strings.Join(args[1:], ",")))
	ts.Defer(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// asNobody makes a program run as a user without rights.
func asNobody(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534, NoSetGroups: true}}
}
