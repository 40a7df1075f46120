package fleet

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/lotsync/lotsync/sync"
)

// change is one commit: what it is called, and the file that it writes.
type change struct {
	message string
	write   func(w *writer)
}

// CommitToLot changes a lot's tariff, one file of its folder, and returns the
// new tip.
func (f *Fleet) CommitToLot(ctx context.Context, site sync.Site) (sync.Commit, error) {
	if _, ok := f.byName[site]; !ok {
		return "", fmt.Errorf("commit: the fleet has no lot %s", site)
	}
	return f.commit(ctx, f.toLot(site))
}

// CommitToRegion changes one file of a region, and returns the new tip.
func (f *Fleet) CommitToRegion(ctx context.Context, name string) (sync.Commit, error) {
	if !slices.Contains(f.Regions(), name) {
		return "", fmt.Errorf("commit: the fleet has no region %s", name)
	}
	return f.commit(ctx, f.toRegion(name))
}

// CommitToBase changes the image of one of the base's workloads, and returns
// the new tip.
func (f *Fleet) CommitToBase(ctx context.Context) (sync.Commit, error) {
	return f.commit(ctx, f.toBase())
}

// History adds n commits as a fleet's people make them: of 17, one to the base,
// one to a region, the rest to a lot each. It returns the new tip.
func (f *Fleet) History(ctx context.Context, n int) (sync.Commit, error) {
	changes := make([]change, 0, n)
	for range n {
		changes = append(changes, f.usual())
	}
	return f.commit(ctx, changes...)
}

// Rewrite replaces the whole history by one commit with the same files, but for
// a change to the base, and makes the server forget the old commits, except for
// those that other refs hold. It returns the new tip.
func (f *Fleet) Rewrite(ctx context.Context) (sync.Commit, error) {
	tip, err := f.Tip(ctx)
	if err != nil {
		return "", err
	}
	tree, err := f.git(ctx, nil, "rev-parse", string(tip)+"^{tree}")
	if err != nil {
		return "", err
	}
	c := f.toBase()
	err = f.importing(ctx, func(s *stream) error {
		s.begin("the history is written anew", "")
		s.root(tree)
		return s.files(c.write)
	})
	if err != nil {
		return "", fmt.Errorf("rewrite history: %w", err)
	}
	if err := f.Pack(ctx); err != nil {
		return "", err
	}
	if _, err := f.git(ctx, nil, "prune", "--expire=now"); err != nil {
		return "", err
	}
	return f.Tip(ctx)
}

// usual is the next commit of an ordinary day.
func (f *Fleet) usual() change {
	dice := f.dice(fmt.Sprintf("commit %d", f.change))
	switch f.change % 17 {
	case 5:
		return f.toBase()
	case 13:
		return f.toRegion(f.regions[dice.IntN(len(f.regions))].Name)
	}
	return f.toLot(f.lots[dice.IntN(len(f.lots))].site)
}

func (f *Fleet) toLot(site sync.Site) change {
	f.change++
	l := f.byName[site]
	l.Tariff = money(1000 + f.change) // like no tariff before
	return change{"a new tariff for " + string(site), func(w *writer) {
		w.file(path.Join(string(site), "site.yaml"), "lot/site.yaml", l)
	}}
}

func (f *Fleet) toRegion(name string) change {
	f.change++
	r := f.regions[slices.IndexFunc(f.regions, func(r region) bool { return r.Name == name })]
	r.Version = f.change
	return change{"another season in " + name, func(w *writer) {
		w.file("regions/"+name+"/lot.yaml", "region/lot.yaml", r)
	}}
}

func (f *Fleet) toBase() change {
	f.change++
	all := workloads()
	program := all[f.change%len(all)]
	program.Version = f.change
	return change{"a new image for " + program.Name, func(w *writer) {
		w.file("base/"+program.Name+".yaml", "base/workload.yaml", program)
	}}
}

// commit adds commits to the main branch.
func (f *Fleet) commit(ctx context.Context, changes ...change) (sync.Commit, error) {
	tip, err := f.Tip(ctx)
	if err != nil || len(changes) == 0 {
		return tip, err
	}
	err = f.importing(ctx, func(s *stream) error {
		for _, c := range changes {
			s.begin(c.message, string(tip))
			if err := s.files(c.write); err != nil {
				return err
			}
			tip = "" // the next one follows this one
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("commit: %w", err)
	}
	return f.Tip(ctx)
}
