package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	stdsync "sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/survey"
	"github.com/lotsync/lotsync/sync"
)

// builder is a surveyor that builds each lot of each state.
type builder struct {
	app  *app
	root string

	mu       stdsync.Mutex
	contents map[sync.Digest]edge.Object
}

func (a *app) surveyor(root string) *builder {
	return &builder{app: a, root: root, contents: map[sync.Digest]edge.Object{}}
}

func (b *builder) worktree(ctx context.Context) ([]survey.Lot, error) { return b.lots(ctx, b.root) }

// commit writes the fleet as it is in a commit to a folder of its own, for the
// time in which it is built. The checkout and its index stay as they are.
func (b *builder) commit(ctx context.Context, commit string) (lots []survey.Lot, err error) {
	dir, err := os.MkdirTemp("", "lotsync-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	w, index := worktree{b.root}, filepath.Join(dir, "index")
	if _, err := w.git(ctx, index, "read-tree", commit); err != nil {
		return nil, err
	}
	tree := filepath.Join(dir, "tree")
	if _, err := w.git(ctx, index, "checkout-index", "--all", "--prefix="+tree+"/"); err != nil {
		return nil, err
	}
	return b.lots(ctx, tree)
}

func (b *builder) content(digest sync.Digest) (edge.Object, error) {
	o, ok := b.contents[digest]
	if !ok {
		return nil, fmt.Errorf("no object has the digest %s", digest.Short())
	}
	return o, nil
}

func (b *builder) lots(ctx context.Context, root string) ([]survey.Lot, error) {
	sites, err := fleet.ListSites(os.DirFS(root), b.app.spec.Git.Dir)
	if err != nil {
		return nil, err
	}
	lots := make([]survey.Lot, len(sites))
	bar := b.app.progress("lots", len(sites))
	defer bar.done()
	var next atomic.Int64
	var workers stdsync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(sites)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(sites) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				lots[i] = b.lot(ctx, root, sites[i])
				bar.step()
			}
		})
	}
	workers.Wait()
	return lots, ctx.Err()
}

func (b *builder) lot(ctx context.Context, root string, site sync.Site) survey.Lot {
	lot := survey.Lot{Site: site}
	bundle, _, err := b.app.build(ctx, root, site)
	if err == nil {
		lot.Objects, err = b.objects(site, bundle.Manifest)
	}
	if err != nil {
		lot.Error = err.Error()
	}
	return lot
}

func (b *builder) objects(site sync.Site, manifest []byte) ([]survey.Object, error) {
	var out []survey.Object
	for dec := yaml.NewDecoder(bytes.NewReader(manifest)); ; {
		var o edge.Object
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		ref := edge.RefOf(o)
		shared(o, site.Label())
		data, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ref, err)
		}
		digest := sync.DigestOf(data)
		out = append(out, survey.Object{Ref: ref, Digest: digest})
		b.mu.Lock()
		b.contents[digest] = o
		b.mu.Unlock()
	}
}

// shared puts ${site:label} where the lot's label is, so that lots share the
// contents of their objects.
func shared(o map[string]any, label string) {
	for key, value := range o {
		switch v := value.(type) {
		case string:
			if v == label {
				o[key] = "${site:label}"
			}
		case map[string]any:
			shared(v, label)
		case []any:
			for _, item := range v {
				if m, ok := item.(map[string]any); ok {
					shared(m, label)
				}
			}
		}
	}
}
