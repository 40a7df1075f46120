package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/lotsync/lotsync/internal/config"
	"github.com/lotsync/lotsync/sync"
)

// app is what every verb has at hand.
type app struct {
	out, err io.Writer
	colour   bool

	configPath string
	output     string
	verbose    bool
	logJSON    bool

	spec config.Spec
	log  *slog.Logger
}

func newApp(out, errOut *os.File) *app {
	colour := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(out.Fd()))
	return &app{out: out, err: errOut, colour: colour}
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "lotsync",
		Short: "Keep a parking lot in step with its folder in Git",
		Long: `lotsync keeps thousands of parking lots in step with one Git repository. Each lot
runs one agent: it pulls the lot's own folder, renders it with kustomize into
something that runs on an edge node, and applies it to the lot's Kubernetes. The
links to Git and to Kubernetes may be down for days.`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.load(cmd) },
	}
	root.SetUsageFunc(shortUsage(root.UsageFunc()))
	f := root.PersistentFlags()
	f.StringVar(&a.configPath, "config", "", "the agent's configuration (default "+config.DefaultPath+", if it is there)")
	f.StringVarP(&a.output, "output", "o", "table", "output: table, json or yaml; of impact also markdown")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "log what is decided, too")
	f.BoolVar(&a.logJSON, "log-json", false, "log in JSON")
	defaults := config.Default()
	for _, s := range config.Settings() {
		f.String(s.Flag, *s.Field(&defaults), s.Usage)
	}
	root.AddCommand(a.runCommand(), a.syncCommand(), a.renderCommand(), a.diffCommand(), a.validateCommand(),
		a.impactCommand(), a.statusCommand(), a.historyCommand(), a.doctorCommand(), a.demoCommand(), a.versionCommand())
	return root
}

// shortUsage leaves the common flags of a verb to `lotsync --help`, so that its
// own stand out. A usage template would do, too, but text/template makes the
// linker keep every method: 5 MB.
func shortUsage(whole func(*cobra.Command) error) func(*cobra.Command) error {
	return func(cmd *cobra.Command) error {
		if !cmd.HasParent() {
			return whole(cmd)
		}
		cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = true })
		if err := whole(cmd); err != nil {
			return err
		}
		cmd.Println("\nThe common flags are listed by \"lotsync --help\"; each can also be set in the\nenvironment: --state-dir as LOTSYNC_STATE_DIR.")
		return nil
	}
}

// load reads the configuration: flags over the environment over the file.
func (a *app) load(cmd *cobra.Command) error {
	if err := a.checkOutput(cmd); err != nil {
		return err
	}
	spec, err := config.Load(a.configPath, os.LookupEnv)
	if err != nil {
		return err
	}
	for _, s := range config.Settings() {
		if f := cmd.Flags().Lookup(s.Flag); f.Changed {
			*s.Field(&spec) = f.Value.String()
		}
	}
	a.spec = spec
	level := slog.LevelInfo
	if a.verbose {
		level = slog.LevelDebug
	}
	opts := &slog.HandlerOptions{Level: level}
	a.log = slog.New(slog.NewTextHandler(a.err, opts))
	if a.logJSON {
		a.log = slog.New(slog.NewJSONHandler(a.err, opts))
	}
	return nil
}

// site is the site that the configuration names.
func (a *app) site() (sync.Site, error) {
	if a.spec.Site == "" {
		return "", fmt.Errorf("which site? Give --site, LOTSYNC_SITE or spec.site in %s", config.DefaultPath)
	}
	return sync.ParseSite(a.spec.Site)
}
