package demo

import (
	"errors"
	"io"
)

// The lot that the story is about, and the one next to it.
const (
	lot       = "nl/ams/0042"
	otherLot  = "be/bru/0003"
	label     = "nl.ams.0042"
	namespace = "parking"
)

// Options says where the story takes place and who hears it.
type Options struct {
	// Kubeconfig is that of a cluster of one's own. Empty: the demo builds and
	// starts a control plane, which it can also stop and look into.
	Kubeconfig string
	// Agent is the path of the lotsync binary that runs as the agent.
	Agent string
	// Out hears the story. Terminal says that lines on it can be drawn again,
	// Colour that it shows colours.
	Out              io.Writer
	Terminal, Colour bool
	// Progress hears of long preparations, such as a first build.
	Progress io.Writer
}

// ErrNotHeld says that a step of the story did not hold; the Summary says which.
var ErrNotHeld = errors.New("not every step held")
