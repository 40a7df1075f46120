package demo

import "context"

// step is one scene of the story.
type step struct {
	// Title names it, Shows says what is to be seen, for someone who has never
	// heard of it.
	Title, Shows string
	// Inside: it can be shown only in a control plane of the demo's own.
	Inside bool
	// Do shows it. An error says that it did not hold.
	Do func(ctx context.Context, s *stage) ([]Measure, error)
}

// story lists the scenes in their order; each goes on where the one before it
// ended.
func story() []step {
	return []step{
		{
			Title: "First sync",
			Shows: "An agent that knows nothing but its name and a URL brings its lot up from the lot's own folder in Git.",
			Do:    firstSync,
		},
		{
			Title: "A commit changes a tariff",
			Shows: "Somebody pushes a new price. Only what it changes is fetched, and only what it changes is sent.",
			Do:    changeTariff,
		},
		{
			Title: "Against git fetch && kubectl apply -k",
			Shows: "The same kind of commit, five times each way in turn, with a twin of the lot for kubectl.",
			Do:    race,
		},
		{
			Title: "A commit to another lot",
			Shows: "Six thousand lots share one repository. What does not concern a lot costs it next to nothing.",
			Do:    foreignCommit,
		},
		{
			Title: "Git cut off, and back",
			Shows: "The link to Git goes down for as long as it likes: the lot runs on, and repairs itself.",
			Do:    gitOutage,
		},
		{
			Title:  "The API server stopped, and back",
			Shows:  "A commit lands while the Kubernetes API is gone. Nobody is on site: the lot has to catch up by itself.",
			Inside: true,
			Do:     apiOutage,
		},
		{
			Title: "A bad commit",
			Shows: "Three mistakes in one commit: all are reported at once, and nothing of the lot is touched.",
			Do:    badCommit,
		},
		{
			Title: "An object leaves Git",
			Shows: "The cameras are taken down. What runs them goes once the lot is good without it, not before.",
			Do:    removal,
		},
		{
			Title: "What the technician sees, and what it all took",
			Shows: "The lot's own account of the story, and the agent's memory through all of it.",
			Do:    account,
		},
	}
}
