// Command clicks is weir with a workload more. What lives here is a job that counts which pages users visit (clicks.go), what its state must
// be (fold.go), a scenario that runs by its name, and a main with all of weir's commands.
//
//	go run . run clicks
//	go run . run clicks --sim --seeds 20
package main

import (
	_ "embed"
	"os"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/catalog"
	"github.com/weirbench/weir/cli"
)

//go:embed clicks.yaml
var scenario []byte

func main() { os.Exit(cli.Main(everything(), os.Args[1:]...)) }

func everything() weir.Catalog {
	c := catalog.Standard()
	c.Workloads = append(c.Workloads, Clicks())
	c.Scenarios = append(c.Scenarios, weir.BuiltIn{Name: "clicks", Doc: "clicks of users, and a crash in the middle of a checkpoint", YAML: scenario})
	return c
}
