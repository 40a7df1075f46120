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

// Findings is the severity of each finding; a warning if not given.
type Findings struct {
	// LatestTag finds images that name no version.
	LatestTag Severity `yaml:"latest-tag,omitempty"`
	// AlwaysPull finds containers that cannot start while the registry is away.
	AlwaysPull Severity `yaml:"always-pull,omitempty"`
	// MissingLimits finds containers without a memory limit.
	MissingLimits Severity `yaml:"missing-limits,omitempty"`
}
