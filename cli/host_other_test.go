//go:build !linux

package cli_test

import (
	"os/exec"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func canMount(*testing.T) bool { return false }

func tmpfs(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("only Linux mounts") }

func asNobody(*exec.Cmd) {}
