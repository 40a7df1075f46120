//go:build node

package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// demoCommand says where the demo is: it is built from a checkout of the project
// and runs Go, which a lot's node does not have, and so the node's binary does
// without its megabyte.
func (*app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Tell the whole story (from a checkout of the project: make demo)",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("this build is for a lot's node, where the demo has no place: run `make demo` in a checkout of the project")
		},
	}
}
