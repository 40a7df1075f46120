package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/render"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := struct {
				Version  string `json:"version"`
				Go       string `json:"go"`
				Platform string `json:"platform"`
				Renderer string `json:"renderer"`
			}{version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, render.Version}
			return a.print(v, func() {
				fmt.Fprintf(a.out, "lotsync %s (%s, %s, renderer %s)\n", v.Version, v.Go, v.Platform, v.Renderer)
			})
		},
	}
}
