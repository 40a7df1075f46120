package fleet

// PortMode is what becomes of ports below 1024.
type PortMode string

// The values of PortMode.
const (
	Remap  PortMode = "remap"  // add the offset, in all places that name the port
	Reject PortMode = "reject" // fail the render
	Allow  PortMode = "allow"  // leave the ports alone
)

func (p PortMode) check() error { return oneOf(string(p), p.form().Enum) }

func (PortMode) form() form {
	return form{Enum: []string{string(Remap), string(Reject), string(Allow)}}
}

// Severity is how much a finding matters.
type Severity string

// The values of Severity.
const (
	SeverityError   Severity = "error"   // the render fails
	SeverityWarning Severity = "warning" // it is reported
	SeverityOff     Severity = "off"     // nobody looks
)

func (s Severity) check() error { return oneOf(string(s), s.form().Enum) }

func (Severity) form() form {
	return form{Enum: []string{string(SeverityError), string(SeverityWarning), string(SeverityOff)}}
}

// Topology is where the lot's API server is.
type Topology string

// The values of Topology.
const (
	Local  Topology = "local"  // on the lot's own node
	Joined Topology = "joined" // elsewhere, behind the link
)

func (t Topology) check() error { return oneOf(string(t), t.form().Enum) }

func (Topology) form() form {
	return form{Enum: []string{string(Local), string(Joined)}}
}

// PullPolicy is when an image is pulled.
type PullPolicy string

// The values of PullPolicy.
const (
	PullIfNotPresent PullPolicy = "IfNotPresent" // when the node has none
	PullNever        PullPolicy = "Never"        // the image is brought by other means
	PullAlways       PullPolicy = "Always"       // at each start of a container
)

func (p PullPolicy) check() error { return oneOf(string(p), p.form().Enum) }

func (PullPolicy) form() form {
	return form{Enum: []string{string(PullIfNotPresent), string(PullNever), string(PullAlways)}}
}

// TolerationOperator is how a toleration compares.
type TolerationOperator string

// The values of TolerationOperator.
const (
	TolerationExists TolerationOperator = "Exists" // any value
	TolerationEqual  TolerationOperator = "Equal"  // the same value
)

func (t TolerationOperator) check() error { return oneOf(string(t), t.form().Enum) }

func (TolerationOperator) form() form {
	return form{Enum: []string{string(TolerationExists), string(TolerationEqual)}}
}

// TaintEffect is what a taint does to a pod.
type TaintEffect string

// The values of TaintEffect.
const (
	NoSchedule       TaintEffect = "NoSchedule"       // it is not scheduled
	PreferNoSchedule TaintEffect = "PreferNoSchedule" // it is scheduled elsewhere if possible
	NoExecute        TaintEffect = "NoExecute"        // it is evicted
)

func (t TaintEffect) check() error { return oneOf(string(t), t.form().Enum) }

func (TaintEffect) form() form {
	return form{Enum: []string{string(NoSchedule), string(PreferNoSchedule), string(NoExecute)}}
}

// VetoThen is what happens when a veto reaches its limit.
type VetoThen string

// The values of VetoThen.
const (
	VetoHold    VetoThen = "hold"    // the change stays held, and a person is told
	VetoProceed VetoThen = "proceed" // the change comes
)

func (v VetoThen) check() error { return oneOf(string(v), v.form().Enum) }

func (VetoThen) form() form {
	return form{Enum: []string{string(VetoHold), string(VetoProceed)}}
}

// Arch is a machine's architecture.
type Arch string

// The values of Arch.
const (
	AMD64 Arch = "amd64" // x86-64
	ARM64 Arch = "arm64" // 64-bit ARM
	ARM   Arch = "arm"   // 32-bit ARM (v7)
)

func (a Arch) check() error { return oneOf(string(a), a.form().Enum) }

func (Arch) form() form {
	return form{Enum: []string{string(AMD64), string(ARM64), string(ARM)}}
}
