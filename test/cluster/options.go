package cluster

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
)

// Options says how Start makes a control plane. Binary is all that it needs.
type Options struct {
	// Dir holds the database, certificates, logs and kubeconfigs. Empty: a
	// temporary folder, which Stop removes. A folder that is named stays.
	Dir string
	// Binary is what Build returned.
	Binary string
	// NodeName names the hollow node. Empty: "hollow".
	NodeName string
	// NodeLabels are the node's labels besides those that every node has.
	NodeLabels map[string]string
	// NodeTaints are the node's taints, each as "key=value:Effect" or "key:Effect".
	NodeTaints []string
	// Log is told what starts and stops. Nil: nobody.
	Log *slog.Logger
}

// complete fills in what is left open; temporary says that the folder is ours
// to remove.
func (o Options) complete() (_ Options, temporary bool, err error) {
	if o.Binary == "" {
		return o, false, errors.New("options: no binary: set the path that Build returned")
	}
	if o.NodeName == "" {
		o.NodeName = "hollow"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Dir == "" {
		o.Dir, err = os.MkdirTemp("", "lotsync-controlplane-")
		return o, true, err
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return o, false, err
	}
	return o, false, os.MkdirAll(o.Dir, privateDir)
}
