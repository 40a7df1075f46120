package fleet

// Rollout is the policy by which a lot takes new bundles.
type Rollout struct {
	// Windows are the times in which changes may come; always, if there is none.
	Windows []Window `yaml:"windows,omitempty"`
	// Waves are the groups of lots that take a change one after another.
	Waves []Wave `yaml:"waves,omitempty"`
	// Seed reshuffles which lots are in which percent.
	Seed string `yaml:"seed,omitempty"`
	// Since is when the waves began to count; without it, the commit time of the
	// first tip with which a lot saw the bundle.
	Since Time `yaml:"since,omitempty"`
	// Urgent lifts windows and waves for a time.
	Urgent *Urgent `yaml:"urgent,omitempty"`
	// Halt holds every change.
	Halt *bool `yaml:"halt,omitempty"`
	// Pins hold lots at a commit.
	Pins []Pin `yaml:"pins,omitempty"`
	// Retry releases quarantined bundles when it is counted up.
	Retry *int `yaml:"retry,omitempty"`
	// Health says when a bundle is good.
	Health Health `yaml:"health,omitempty"`
	// Guard refuses changes that take too much away.
	Guard Guard `yaml:"guard,omitempty"`
}

// Window is a time in which changes may come.
type Window struct {
	// Open is a cron expression of five fields: when the window opens.
	Open string `yaml:"open"`
	// Duration is how long it stays open.
	Duration Duration `yaml:"duration"`
	// TimeZone is the IANA name of the zone that Open is read in; the site's if
	// empty.
	TimeZone string `yaml:"timeZone,omitempty"`
}

// Wave is a group of lots. Percentages are cumulative.
type Wave struct {
	// Name is how messages call the wave.
	Name string `yaml:"name"`
	// Selector picks lots by their labels.
	Selector map[string]string `yaml:"selector,omitempty"`
	// Percent picks this many of all lots, those of earlier waves counted in.
	Percent *int `yaml:"percent,omitempty"`
	// After is the time from the beginning of the waves to this one.
	After Duration `yaml:"after,omitempty"`
}

// Urgent lifts windows and waves.
type Urgent struct {
	// Until is when windows and waves hold again.
	Until Time `yaml:"until"`
}

// Pin holds lots at a commit.
type Pin struct {
	// Selector picks lots by their labels.
	Selector map[string]string `yaml:"selector,omitempty"`
	// Commit is the commit that the lots stay at, in hex.
	Commit string `yaml:"commit"`
}

// Health says when a bundle is good.
type Health struct {
	// Timeout bounds the time to become healthy.
	Timeout Duration `yaml:"timeout,omitempty"`
	// Settle is how long a bundle must stay healthy.
	Settle Duration `yaml:"settle,omitempty"`
}

// Guard refuses changes that take too much away.
type Guard struct {
	// MaxPrunePercent is the largest part of a lot's objects that one change may
	// delete.
	MaxPrunePercent *int `yaml:"maxPrunePercent,omitempty"`
}
