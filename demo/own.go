package demo

import (
	"context"
	"errors"
	"fmt"
)

// The namespaces that the story makes.
const (
	twinNamespace = "parking-twin"
	ownNamespace  = "lotsync-system" // the inventory's
)

// claimCluster makes sure that a cluster of one's own has nothing that the story
// would overwrite, or take away at its end.
func (s *stage) claimCluster(ctx context.Context) error {
	s.say("it changes the cluster at %s: namespaces %s and %s, PriorityClass parking-critical, node ports 30080 and 30081; they go again at the end", s.api.server, namespace, twinNamespace)
	for _, name := range []string{namespace, twinNamespace} {
		err := s.api.read(ctx, "/api/v1/namespaces/"+name, new(thing))
		if err == nil {
			return fmt.Errorf("the cluster at %s has a namespace %s, which may be in use: delete it, or name another cluster", s.api.server, name)
		}
		if !notFound(err) {
			return err
		}
	}
	err := s.api.read(ctx, "/api/v1/namespaces/"+ownNamespace, new(thing))
	if err != nil && !notFound(err) {
		return err
	}
	s.claimed, s.hadOwn = true, err == nil
	return nil
}

// cleanCluster takes out of a cluster of one's own what the story has put in.
func (s *stage) cleanCluster(ctx context.Context) error {
	if !s.claimed {
		return nil
	}
	paths := []string{
		"/api/v1/namespaces/" + namespace, "/api/v1/namespaces/" + twinNamespace,
		"/apis/scheduling.k8s.io/v1/priorityclasses/parking-critical",
		"/api/v1/namespaces/" + ownNamespace + "/configmaps/lotsync-inventory-" + label,
	}
	if !s.hadOwn {
		paths = append(paths, "/api/v1/namespaces/"+ownNamespace)
	}
	var errs []error
	for _, path := range paths {
		errs = append(errs, s.api.remove(ctx, path))
	}
	return errors.Join(errs...)
}
