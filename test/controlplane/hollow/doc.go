// Package hollow stands in for a kubelet: it registers one node, keeps it
// ready, and tells the API server what a kubelet would tell about the pods that
// are bound to it, without running anything.
//
// What it does: a pod becomes Running and Ready at once, with an address and
// the states of its containers; one with restartPolicy Never or OnFailure
// becomes Succeeded; one that is being deleted is gone at once; and an image
// whose reference contains "broken" cannot be pulled (ImagePullBackOff, with an
// event), so that an unhealthy rollout can be tried.
//
// What it does not: no container runs and no address answers; probes, resource
// limits, lifecycle hooks, readiness gates, volumes and grace periods are not
// looked at; there are no logs, no exec and no metrics. What depends on any of
// these needs a real node.
package hollow
