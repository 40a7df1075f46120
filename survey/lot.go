package survey

import (
	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

// Lot is what one lot renders to.
type Lot struct {
	Site sync.Site
	// Key stands for everything that was read for the lot, and for the renderer:
	// equal keys give equal lots.
	Key sync.Digest
	// Error is why the lot does not render, empty if it does.
	Error string
	// Findings are in the order of the objects. A lot that does not render has
	// those of severity error that keep it from it, where they are of an object
	// or a file.
	Findings []Finding
	// Objects are in the order of application; none if the lot does not render.
	Objects []Object
	// Labels are the lot's own, from its site.yaml.
	Labels map[string]string
	// Topology is where its API server is.
	Topology fleet.Topology
	// NodePorts are those that its Services claim.
	NodePorts []NodePort
}

// NodePort is a claim on a port of every node of a cluster.
type NodePort struct {
	Port     int
	Protocol string
	Object   sync.Ref
	Field    string
	File     string
	Line     int
}

// Object is one object of a lot.
type Object struct {
	Ref sync.Ref
	// Digest is that of the object's content, in which the site's own label
	// stands as ${site:label}, so that many lots share an object. The Store has
	// the content.
	Digest sync.Digest
}

// Finding is something to mend in the fleet repository.
type Finding struct {
	Rule     string         `json:"rule"` // such as ports, latest-tag or schema
	Severity fleet.Severity `json:"severity"`
	// File and Line are where to look: the file that the object came from, from
	// the repository's root, and the line of the field, or of the nearest one
	// above it that the file has. Zero if not known.
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`
	Object  sync.Ref `json:"object"`
	Field   string   `json:"field"`
	Message string   `json:"message"` // what is wrong, and what to do
}
