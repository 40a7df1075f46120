package fleet

// APIVersion is the version of the Fleet and Site kinds.
const APIVersion = "lotsync.dev/v1alpha1"

// Fleet is the content of fleet.yaml: what holds for every lot.
type Fleet struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Spec       Spec   `yaml:"spec"`
}

// Spec is what a fleet says of all its lots.
type Spec struct {
	// Edge is the edge profile: how rendered objects are made fit for a lot's
	// node. It is read from the commit that is rendered.
	Edge Edge `yaml:"edge,omitempty"`
	// Schedule says when a lot asks Git and looks at its cluster.
	Schedule Schedule `yaml:"schedule,omitempty"`
	// Rollout says when and how a lot takes a new bundle. It is read from the
	// tip of Git.
	Rollout Rollout `yaml:"rollout,omitempty"`
}

// Site is the content of site.yaml: what is true of one lot only.
type Site struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   Metadata `yaml:"metadata,omitempty"`
	Spec       SiteSpec `yaml:"spec,omitempty"`
}

// Metadata is what waves, pins and ${site:labels.X} know a lot by.
type Metadata struct {
	// Labels are the lot's own, such as ring or operator.
	Labels map[string]string `yaml:"labels,omitempty"`
}

// SiteSpec is what a lot says of itself.
type SiteSpec struct {
	// Vars are the values of ${site:vars.NAME}.
	Vars map[string]string `yaml:"vars,omitempty"`
	// TimeZone is an IANA name such as Europe/Amsterdam; UTC if empty.
	TimeZone string `yaml:"timeZone,omitempty"`
	// Topology says where the lot's API server is: on its own node (local, the
	// default) or elsewhere (joined).
	Topology Topology `yaml:"topology,omitempty"`
	// Node is the machine that the lot runs on.
	Node Node `yaml:"node,omitempty"`
	// Probes are asked on the node when a new bundle is judged.
	Probes []Probe `yaml:"probes,omitempty"`
	// Veto is how the lot says that this is no time for a change.
	Veto *Veto `yaml:"veto,omitempty"`
	// Edge overrides the fleet's edge profile, field by field.
	Edge Edge `yaml:"edge,omitempty"`
	// Schedule overrides the fleet's schedule, field by field.
	Schedule Schedule `yaml:"schedule,omitempty"`
	// Rollout overrides the fleet's rollout, field by field.
	Rollout Rollout `yaml:"rollout,omitempty"`
}

// Node describes the lot's machine.
type Node struct {
	// Memory is the machine's memory as a Kubernetes quantity, such as 1Gi.
	Memory Quantity `yaml:"memory,omitempty"`
	// Arch is the machine's architecture.
	Arch Arch `yaml:"arch,omitempty"`
}

// Probe is a question that the lot must answer to be healthy.
type Probe struct {
	// Name is how findings call the probe.
	Name string `yaml:"name"`
	// HTTP is a URL that must answer with a status below 400.
	HTTP string `yaml:"http"`
	// Every is the time between two questions.
	Every Duration `yaml:"every,omitempty"`
}

// Veto is asked before a change; exactly one of HTTP, Annotation and Lease says
// where.
type Veto struct {
	// HTTP is a URL; a status below 400 means that a change may come.
	HTTP string `yaml:"http,omitempty"`
	// Annotation names an annotation of the lot's node that holds changes.
	Annotation string `yaml:"annotation,omitempty"`
	// Lease names a Lease, namespace/name, that holds changes while it is held.
	Lease string `yaml:"lease,omitempty"`
	// Limit is how long a veto can hold a change.
	Limit Duration `yaml:"limit,omitempty"`
	// Then is what happens when the limit is reached.
	Then VetoThen `yaml:"then,omitempty"`
}

// Schedule says when a lot acts of its own accord.
type Schedule struct {
	// Poll is a cron expression of five fields, in the site's time zone.
	Poll string `yaml:"poll,omitempty"`
	// Spread is the longest time by which a lot polls later than Poll says.
	// Without it: the schedule's period, at most 15 minutes.
	Spread Duration `yaml:"spread,omitempty"`
	// Drift is the time between two comparisons of the cluster with the bundle,
	// at least 10s.
	Drift Duration `yaml:"drift,omitempty"`
}
