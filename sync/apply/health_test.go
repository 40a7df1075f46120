package apply_test

import (
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
)

const (
	count = `{apiVersion: batch/v1, kind: Job, metadata: {name: count, namespace: NS, labels: LABELS}, spec: {suspend: false, template: {spec: {restartPolicy: Never, containers: [{name: count, image: "registry.example/count:1.0"}]}}}}`
	disk  = `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: disk, namespace: NS, labels: LABELS}, spec: {storageClassName: CLASS, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}`
	class = `{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: NS-MODE, labels: LABELS}, provisioner: example.com/none, volumeBindingMode: MODE}`
)

func TestHealthOfADeployment(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(web, tariff, front)
	l.apply(b)
	l.eventually("all is healthy", func() bool { live := l.observe(b); return live.Healthy() })

	broken := l.bundle(strings.Replace(web, "web:1.0", "broken:1.0", 1))
	l.apply(broken)
	l.eventually("the pod complains", func() bool {
		return strings.Contains(l.status(broken, "Deployment").Message, "ImagePullBackOff")
	})
	status := l.status(broken, "Deployment")
	if status.Health != sync.Progressing || !strings.Contains(status.Message, "pod web-") || status.Drifted {
		t.Errorf("status = %+v, want a progressing Deployment with its pod's words", status)
	}
}

func TestHealthOfJobs(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		manifest string
		want     sync.Health
	}{
		"one that completes":      {count, sync.Healthy},
		"one that is suspended":   {strings.Replace(count, "suspend: false", "suspend: true", 1), sync.Healthy},
		"one that cannot start":   {strings.Replace(count, "count:1.0", "broken:1.0", 1), sync.Progressing},
		"one that is out of time": {strings.Replace(strings.Replace(count, "count:1.0", "broken:1.0", 1), "suspend: false", "activeDeadlineSeconds: 1", 1), sync.Unhealthy},
		"one of two pods":         {strings.Replace(count, "suspend: false", "completions: 2", 1), sync.Healthy},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l := newLot(t)
			b := l.bundle(c.manifest)
			l.apply(b)
			l.eventually(what+" is "+string(c.want), func() bool { return l.status(b, "Job").Health == c.want })
		})
	}
}

func TestHealthOfAClaim(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]sync.Health{"WaitForFirstConsumer": sync.Healthy, "Immediate": sync.Progressing} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			l := newLot(t)
			b := l.bundle(strings.ReplaceAll(class, "MODE", mode), strings.Replace(disk, "CLASS", "NS-"+mode, 1))
			// A storage class's name is lower case.
			b = sync.NewBundle(sync.Revision{}, []byte(strings.ReplaceAll(string(b.Manifest), l.namespace+"-"+mode, l.namespace+"-"+strings.ToLower(mode))))
			l.apply(b)
			if got := l.status(b, "PersistentVolumeClaim"); got.Health != want {
				t.Errorf("status = %+v, want %s", got, want)
			}
			l.prune(l.bundle(tariff))
		})
	}
}

func TestMissingObjectsAreSeen(t *testing.T) {
	t.Parallel()
	l := newLot(t)
	b := l.bundle(tariff, north)
	for _, o := range l.observe(b).Objects {
		if o.Health != sync.Missing || !o.Drifted {
			t.Errorf("%s: %s, drifted %v, want missing and drifted", o.Ref, o.Health, o.Drifted)
		}
	}
}
