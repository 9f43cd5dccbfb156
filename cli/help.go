package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// helpWidth is how wide help is printed, whatever the terminal.
const helpWidth = 80

// help prints what a command does, how it is called, and its flags.
func (a *app) help(cmd *cobra.Command) {
	var b strings.Builder
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	wrap(&b, "", "", about, helpWidth)
	use := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		use = cmd.CommandPath() + " COMMAND"
	}
	fmt.Fprintf(&b, "\n  %s\n", use)
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\nfor example\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\ncommands\n")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				wrap(&b, fmt.Sprintf("  %-11s  ", c.Name()), strings.Repeat(" ", 15), c.Short, helpWidth)
			}
		}
	}
	if cmd.HasAvailableFlags() {
		b.WriteString("\nflags\n" + cmd.Flags().FlagUsagesWrapped(helpWidth))
	}
	io.WriteString(a.out, b.String())
}

// wrap breaks a text between words, the first line behind one prefix and the others behind another. A word that is longer than a line has
// one of its own. width 0: one line, as long as it is.
func wrap(w io.Writer, first, other, text string, width int) error {
	var b strings.Builder
	line, empty := first, true
	for word := range strings.FieldsSeq(text) {
		if !empty && width > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line, empty = other, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// none refuses arguments.
func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument, and %q is one", cmd.Name(), args[0])
	}
	return nil
}

func (a *app) completionCmd() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:       "completion " + strings.Join(shells, "|"),
		Short:     "A script that completes commands and flags in your shell",
		Example:   "  source <(weir completion bash)",
		ValidArgs: shells,
		Args:      oneOf("shell", shells),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			var err error
			switch args[0] {
			case "bash":
				err = root.GenBashCompletionV2(a.out, true)
			case "zsh":
				err = root.GenZshCompletion(a.out)
			case "fish":
				err = root.GenFishCompletion(a.out, true)
			case "powershell":
				err = root.GenPowerShellCompletionWithDesc(a.out)
			}
			return a.printed(err)
		},
	}
}

// oneOf wants one word of a few.
func oneOf(what string, words []string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		all := strings.Join(words, ", ")
		if len(args) != 1 {
			return fmt.Errorf("%s takes one word; want %s", cmd.Name(), all)
		}
		for _, w := range words {
			if w == args[0] {
				return nil
			}
		}
		return fmt.Errorf("no %s %q%s", what, args[0], meant(args[0], words, "; want one of "+all))
	}
}
