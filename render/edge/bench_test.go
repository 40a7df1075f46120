package edge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/fleet"
	"github.com/lotsync/lotsync/render/edge"
)

// benchWorkload is one of a lot's workloads, with what usually comes with it.
const benchWorkload = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: w%[1]d, namespace: parking, labels: {app: w%[1]d, app.kubernetes.io/part-of: parking}}
spec:
  replicas: 1
  revisionHistoryLimit: 2
  selector: {matchLabels: {app: w%[1]d}}
  template:
    metadata:
      labels: {app: w%[1]d, app.kubernetes.io/part-of: parking}
      annotations: {parkco.example/gates: "${site:vars.GATES}"}
    spec:
      serviceAccountName: w%[1]d
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 5
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      initContainers:
      - {name: warm, image: "registry.example.com/warm:1.4.2", resources: {limits: {memory: 16Mi}}}
      containers:
      - name: main
        image: registry.example.com/w%[1]d:1.4.2
        command: [sh, /programs/main.sh]
        envFrom: [{configMapRef: {name: w%[1]d}}]
        env: [{name: OPEN_SECONDS, value: "8"}, {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
        ports: [{name: http, containerPort: 80}, {name: metrics, containerPort: 9101}]
        livenessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 15}
        readinessProbe: {httpGet: {path: /healthz, port: 80}, periodSeconds: 5}
        resources: {requests: {cpu: 10m, memory: 12Mi}, limits: {memory: 24Mi}}
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
        volumeMounts: [{name: programs, mountPath: /programs, readOnly: true}, {name: run, mountPath: /srv}]
      volumes: [{name: programs, configMap: {name: w%[1]d}}, {name: run, emptyDir: {sizeLimit: 1Mi}}]
---
apiVersion: v1
kind: Service
metadata: {name: w%[1]d, namespace: parking, labels: {app: w%[1]d}}
spec: {type: NodePort, selector: {app: w%[1]d}, ports: [{name: http, port: 80, nodePort: 3008%[1]d}, {name: metrics, port: 9101, targetPort: metrics}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: w%[1]d, namespace: parking}
data: {SITE: "${site:name}", TARIFF: "${site:vars.TARIFF}", main.sh: "%[2]s"}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: w%[1]d, namespace: parking}
automountServiceAccountToken: false
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: w%[1]d, namespace: parking}
spec: {podSelector: {matchLabels: {app: w%[1]d}}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}
---`

const benchRest = `
apiVersion: v1
kind: Namespace
metadata: {name: parking}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: parking-critical}
value: 100000
`

// BenchmarkApply is the profile on a lot of 42 objects. The copy that each
// round works on is made outside of the clock.
func BenchmarkApply(b *testing.B) {
	var stream strings.Builder
	for i := range 8 {
		fmt.Fprintf(&stream, benchWorkload, i, strings.Repeat("echo \\\"${GATES}\\\"; ", 100))
	}
	objects := decode(b, stream.String()+benchRest)
	if len(objects) != 42 {
		b.Fatalf("%d objects", len(objects))
	}
	profile := edge.Profile{
		Site: "nl/ams/0042", Labels: map[string]string{"ring": "canary"}, Vars: map[string]string{"TARIFF": "3.20", "GATES": "2"},
		Edge: fleet.Edge{
			NodeSelector: map[string]string{"lotsync.dev/edge": "true", "lotsync.dev/site": "${site:label}"},
			Tolerations:  []fleet.Toleration{{Key: "node-role.kubernetes.io/edge", Operator: fleet.TolerationExists}},
			Images:       fleet.Images{PullPolicy: fleet.PullIfNotPresent, Rewrite: map[string]string{"nginx": "nginxinc/nginx-unprivileged"}},
		},
	}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		lot := make([]edge.Object, len(objects))
		for i, o := range objects {
			lot[i], _ = deepCopy(o).(edge.Object)
		}
		b.StartTimer()
		if findings := edge.Apply(lot, profile); len(findings) > 0 {
			b.Fatal(findings)
		}
	}
}

func deepCopy(v any) any {
	switch v := v.(type) {
	case edge.Object:
		out := make(edge.Object, len(v))
		for key, value := range v {
			out[key] = deepCopy(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = deepCopy(value)
		}
		return out
	}
	return v
}
