package sync

import "time"

// Policy is what the fleet asks of a lot's agent, read from the tip of Git. The
// last valid one stays in force.
type Policy struct {
	// Poll is a cron expression of five fields, in the site's time zone.
	Poll string `json:"poll"`
	// Spread is the longest time by which a lot polls later than Poll says, so
	// that not all lots ask at once. Zero: the schedule's own period, at most
	// 15 minutes.
	Spread time.Duration `json:"spread"`
	// TimeZone is the IANA name of the site's zone; empty means UTC.
	TimeZone string `json:"timeZone,omitempty"`
	// Drift is how often the cluster is compared with the bundle.
	Drift time.Duration `json:"drift"`
	// HealthTimeout bounds how long a new bundle may take to become healthy;
	// only time in which its health could be seen counts.
	HealthTimeout time.Duration `json:"healthTimeout"`
	// Settle is how long a new bundle must stay healthy to be good.
	Settle time.Duration `json:"settle"`
}

// DefaultPolicy is what holds for what the fleet does not say.
func DefaultPolicy() Policy {
	return Policy{
		Poll:          "*/5 * * * *",
		Drift:         10 * time.Minute,
		HealthTimeout: 10 * time.Minute,
		Settle:        30 * time.Second,
	}
}
