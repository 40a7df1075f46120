package fleet_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/sync"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	site := fleet.Site{Spec: fleet.SiteSpec{TimeZone: "Europe/Amsterdam", Rollout: fleet.Rollout{Health: fleet.Health{Settle: "1m"}}}}
	given := fleet.Fleet{Spec: fleet.Spec{
		Schedule: fleet.Schedule{Poll: "0 * * * *", Spread: "5m", Drift: "20m"},
		Rollout:  fleet.Rollout{Health: fleet.Health{Timeout: "15m", Settle: "10s"}},
	}}
	whole := sync.Policy{
		Poll: "0 * * * *", Spread: 5 * time.Minute, TimeZone: "Europe/Amsterdam",
		Drift: 20 * time.Minute, HealthTimeout: 15 * time.Minute, Settle: time.Minute,
	}
	for name, test := range map[string]struct {
		fleet fleet.Fleet
		site  fleet.Site
		want  sync.Policy
	}{
		"nothing is said":            {fleet.Fleet{}, fleet.Site{}, sync.DefaultPolicy()},
		"the fleet and a site speak": {given, site, whole},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := fleet.Policy(test.fleet, test.site)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPolicyOfNoTimeIsRefused(t *testing.T) {
	t.Parallel()
	for field, f := range map[string]fleet.Spec{
		"spec.schedule.drift":         {Schedule: fleet.Schedule{Drift: "0s"}},
		"spec.rollout.health.timeout": {Rollout: fleet.Rollout{Health: fleet.Health{Timeout: "0m"}}},
	} {
		_, err := fleet.Policy(fleet.Fleet{Spec: f}, fleet.Site{})
		if !errors.Is(err, sync.ErrInvalid) || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: got %v, want sync.ErrInvalid that names it", field, err)
		}
	}
}

func TestListSites(t *testing.T) {
	t.Parallel()
	file := &fstest.MapFile{}
	got, err := fleet.ListSites(fstest.MapFS{
		"sites/nl/ams/0042/site.yaml": file, "sites/nl/ams/0001/site.yaml": file, "sites/depot/site.yaml": file,
		"sites/base/kustomization.yaml": file, "sites/site.yaml": file, "sites/.git/x/site.yaml": file, "other/site.yaml": file,
	}, "sites")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]sync.Site{"depot", "nl/ams/0001", "nl/ams/0042"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestListSitesOfWhatIsNoFleet(t *testing.T) {
	t.Parallel()
	if _, err := fleet.ListSites(fstest.MapFS{}, "sites"); err == nil || !strings.Contains(err.Error(), "no such folder") {
		t.Errorf("a missing folder: got %v", err)
	}
	_, err := fleet.ListSites(fstest.MapFS{"sites/Nord Pol/site.yaml": &fstest.MapFile{}}, "sites")
	if err == nil || !strings.Contains(err.Error(), "sites/Nord Pol") || !strings.Contains(err.Error(), "rename") {
		t.Errorf("a bad name: got %v", err)
	}
}
