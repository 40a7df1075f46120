package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The classes of failure that the agent acts on. Adapters wrap them.
var (
	// ErrOffline: Git could not be asked. The lot keeps what it has.
	ErrOffline = errors.New("git is out of reach")
	// ErrUnavailable: the Kubernetes API could not be asked, or was too busy.
	ErrUnavailable = errors.New("the Kubernetes API is unavailable")
	// ErrInvalid: what Git says cannot run here; only another commit (or a
	// person) mends it. Nothing was changed.
	ErrInvalid = errors.New("invalid")
	// ErrNotFound: the Store has no such bundle, or it is damaged.
	ErrNotFound = errors.New("not found")
)

// Source is where commits come from.
type Source interface {
	// Fetch asks for the newest commit and brings the site's part of it to this
	// machine. It fails with ErrOffline when the remote cannot be asked. It does
	// not judge the content: a missing folder or a broken file is the
	// Renderer's to report.
	Fetch(ctx context.Context) (Revision, error)
	// Snapshot reads what Fetch brought, without the network.
	Snapshot(ctx context.Context, rev Revision) (Snapshot, error)
}

// Renderer turns a lot's part of a commit into objects.
type Renderer interface {
	// Render fails with ErrInvalid when the snapshot is at fault. Equal
	// snapshots give equal bundles for one Version.
	Render(ctx context.Context, snap Snapshot) (Bundle, error)
	// Policy reads when the lot polls and how it judges a rollout.
	Policy(snap Snapshot) (Policy, error)
	// Version changes when equal snapshots may render differently.
	Version() string
}

// Cluster is the lot's Kubernetes API. Every method may be repeated: what is
// done already is left alone. They fail with ErrUnavailable when the API is not
// to be had.
type Cluster interface {
	// Apply brings the bundle's objects into the cluster: it tries the whole
	// set on the server first, calls before, records the inventory, then sends
	// what changed or drifted. A refusal is a *RefusedError. Before is called
	// once, and only if something is to be changed; its error ends the apply
	// with nothing changed and is returned as it is.
	Apply(ctx context.Context, bundle Bundle, before func() error) (Report, error)
	// Observe looks at the bundle's objects and changes nothing.
	Observe(ctx context.Context, bundle Bundle) (Live, error)
	// Prune deletes what the site's inventory has and the bundle has not.
	Prune(ctx context.Context, bundle Bundle) (Report, error)
}

// Store keeps what must survive a power cut.
type Store interface {
	// Load returns the newest state that is whole, the zero State if there is
	// none.
	Load() (State, error)
	// Save returns when the state would survive a power cut. Bundles that it
	// does not name may be gone afterwards.
	Save(st State) error
	// Bundle fails with ErrNotFound when the bundle is missing or damaged.
	Bundle(digest Digest) (Bundle, error)
	// PutBundle returns when the bundle would survive a power cut.
	PutBundle(bundle Bundle) error
}

// Schedule says when something is due.
type Schedule interface {
	// Next is the first moment after t, or the zero time if there is none.
	Next(t time.Time) time.Time
}

// Ref names an object in the cluster.
type Ref struct {
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// String is the form that people read: "Deployment.apps parking/gate-controller".
func (r Ref) String() string {
	s := r.Kind
	if r.Group != "" {
		s += "." + r.Group
	}
	if r.Namespace != "" {
		return s + " " + r.Namespace + "/" + r.Name
	}
	return s + " " + r.Name
}

// Action is what became of an object.
type Action string

// What becomes of an object in a pass.
const (
	Created    Action = "created"
	Configured Action = "configured"
	Deleted    Action = "deleted"
	Kept       Action = "kept" // left in the cluster on purpose; Note says why
)

// Change is one object that a pass touched, or left alone for a reason.
type Change struct {
	Ref    Ref    `json:"ref"`
	Action Action `json:"action"`
	Note   string `json:"note,omitempty"`
}

// Report says what a pass did to the cluster. Objects that needed nothing are
// only counted.
type Report struct {
	Changes   []Change `json:"changes,omitempty"`
	Unchanged int      `json:"unchanged"`
}

// Health is an object's state as a rollout sees it.
type Health string

// The states of an object.
const (
	Healthy     Health = "healthy"
	Progressing Health = "progressing"
	Unhealthy   Health = "unhealthy"
	Missing     Health = "missing"
)

// ObjectStatus is what was seen of one object.
type ObjectStatus struct {
	Ref     Ref    `json:"ref"`
	Health  Health `json:"health"`
	Message string `json:"message,omitempty"`
	// Drifted: a field that Git decides has another value, or the object is
	// gone.
	Drifted bool `json:"drifted,omitempty"`
}

// Live is what the cluster has of a bundle.
type Live struct {
	Objects []ObjectStatus
}

// Healthy reports whether every object is healthy.
func (l Live) Healthy() bool {
	return len(l.where(func(o ObjectStatus) bool { return o.Health != Healthy })) == 0
}

// Drifted lists the objects that differ from what Git says.
func (l Live) Drifted() []ObjectStatus {
	return l.where(func(o ObjectStatus) bool { return o.Drifted })
}

// Ailing lists the objects that are not healthy.
func (l Live) Ailing() []ObjectStatus {
	return l.where(func(o ObjectStatus) bool { return o.Health != Healthy })
}

func (l Live) where(keep func(ObjectStatus) bool) []ObjectStatus {
	var out []ObjectStatus
	for _, o := range l.Objects {
		if keep(o) {
			out = append(out, o)
		}
	}
	return out
}

// Refusal is one object that the API server would not take, and its words.
type Refusal struct {
	Ref     Ref    `json:"ref"`
	Message string `json:"message"`
}

// RefusedError lists every object of a bundle that the API server refused.
type RefusedError struct {
	Refusals []Refusal
	// Touched: the refusal came when part of the bundle had been applied, so
	// that the bundle before must be put back.
	Touched bool
}

// Error lists the refusals, one a line.
func (e *RefusedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the API server refused %d of the bundle's objects:", len(e.Refusals))
	for _, r := range e.Refusals {
		fmt.Fprintf(&b, "\n  %s: %s", r.Ref, r.Message)
	}
	return b.String()
}

// Unwrap makes a refusal an ErrInvalid.
func (e *RefusedError) Unwrap() error { return ErrInvalid }
