package fleet

// Edge is the edge profile.
type Edge struct {
	// NodeLabels are set on the lot's node where the agent may.
	NodeLabels map[string]string `yaml:"nodeLabels,omitempty"`
	// NodeSelector goes into every pod template. What the overlay says itself
	// wins, except for lotsync.dev/site.
	NodeSelector map[string]string `yaml:"nodeSelector,omitempty"`
	// Tolerations go into every pod template.
	Tolerations []Toleration `yaml:"tolerations,omitempty"`
	// Ports says what becomes of ports below 1024.
	Ports Ports `yaml:"ports,omitempty"`
	// Images says which images run, and when they are pulled.
	Images Images `yaml:"images,omitempty"`
	// PodTemplates says where custom resources keep pod templates, so that the
	// profile reaches the pods that are made from them.
	PodTemplates []PodTemplate `yaml:"podTemplates,omitempty"`
	// StorageClasses are those whose volumes lie on the lot's own node;
	// local-path, k3s' own, if not given.
	StorageClasses []string `yaml:"storageClasses,omitempty"`
	// Findings says how severe each finding is.
	Findings Findings `yaml:"findings,omitempty"`
}

// Toleration is a Kubernetes toleration.
type Toleration struct {
	// Key is the taint's key; empty with operator Exists means every taint.
	Key string `yaml:"key,omitempty"`
	// Operator is how Value is compared; Equal if empty.
	Operator TolerationOperator `yaml:"operator,omitempty"`
	// Value is the taint's value.
	Value string `yaml:"value,omitempty"`
	// Effect is the taint's effect; empty means every effect.
	Effect TaintEffect `yaml:"effect,omitempty"`
	// TolerationSeconds bounds a NoExecute toleration; without it there is no
	// limit.
	TolerationSeconds *int `yaml:"tolerationSeconds,omitempty"`
}

// Ports is the port policy.
type Ports struct {
	// Mode is remap (the default), reject or allow.
	Mode PortMode `yaml:"mode,omitempty"`
	// Offset is added to ports below 1024 by remap; 8000 if not given.
	Offset *int `yaml:"offset,omitempty"`
	// NodePorts is the range that node ports must lie in, such as 30000-32767.
	NodePorts PortRange `yaml:"nodePorts,omitempty"`
}

// Images is the image policy.
type Images struct {
	// PullPolicy is set where a container has none.
	PullPolicy PullPolicy `yaml:"pullPolicy,omitempty"`
	// Rewrite replaces image names; the tag stays.
	Rewrite map[string]string `yaml:"rewrite,omitempty"`
}

// PodTemplate is the place of a pod template in a kind of custom resource.
type PodTemplate struct {
	// Group is the kind's API group, such as argoproj.io.
	Group string `yaml:"group"`
	// Kind is the kind, such as Rollout.
	Kind string `yaml:"kind"`
	// Path leads to the template, which has metadata and spec; such as
	// spec.template.
	Path FieldPath `yaml:"path"`
}

// Findings is the severity of each finding. What is not given is as the
// default says. docs/FINDINGS.md explains each.
type Findings struct {
	// LatestTag finds images that name no version; a warning by default.
	LatestTag Severity `yaml:"latest-tag,omitempty" default:"warning"`
	// NoDigest finds images that are not held at a digest; off by default.
	NoDigest Severity `yaml:"no-digest,omitempty" default:"off"`
	// AlwaysPull finds containers that cannot start while the registry is away;
	// a warning by default.
	AlwaysPull Severity `yaml:"always-pull,omitempty" default:"warning"`
	// PortMoved finds known images that will not listen where their port has
	// moved; an error by default.
	PortMoved Severity `yaml:"port-moved,omitempty" default:"error"`
	// MissingLimits finds containers without a memory limit; a warning by
	// default.
	MissingLimits Severity `yaml:"missing-limits,omitempty" default:"warning"`
	// MemorySum finds lots whose memory limits exceed the node's memory; a
	// warning by default.
	MemorySum Severity `yaml:"memory-sum,omitempty" default:"warning"`
	// MissingProbes finds long-running containers that nothing probes; a warning
	// by default.
	MissingProbes Severity `yaml:"missing-probes,omitempty" default:"warning"`
	// RestartPolicy finds bare pods, which nobody makes anew; a warning by
	// default.
	RestartPolicy Severity `yaml:"restart-policy,omitempty" default:"warning"`
	// TopologySpread finds spread and anti-affinity that one node can never
	// meet; a warning by default.
	TopologySpread Severity `yaml:"topology-spread,omitempty" default:"warning"`
	// LocalStorage finds claims for storage that does not lie on the lot's node;
	// a warning by default.
	LocalStorage Severity `yaml:"local-storage,omitempty" default:"warning"`
}
