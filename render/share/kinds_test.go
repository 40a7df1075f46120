package share_test

// kinds are objects that refer to each other in all the ways that kustomize
// follows. @ stands for what makes their names differ.
func kinds() []string {
	return []string{
		`apiVersion: apps/v1
kind: Deployment
metadata: {name: "@gate", labels: {app: gate}}
spec:
  replicas: 1
  selector: {matchLabels: {app: gate}}
  template:
    metadata: {labels: {app: gate}}
    spec:
      serviceAccountName: gate
      containers:
      - name: gate
        image: registry.example.com/gate:1.2
        envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: login}}]
        env: [{name: A, valueFrom: {configMapKeyRef: {name: made, key: a}}}]
      - {name: sidecar, image: "sidecar@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3"}
      initContainers: [{name: init, image: nginx}]
      volumes:
      - {name: s, configMap: {name: settings}}
      - {name: p, projected: {sources: [{configMap: {name: settings}}, {secret: {name: token}}]}}
      - {name: c, persistentVolumeClaim: {claimName: store}}
`, `apiVersion: v1
kind: Service
metadata: {name: "@gate"}
spec: {selector: {app: gate}, ports: [{port: 80}]}
`, `apiVersion: v1
kind: ConfigMap
metadata: {name: "@settings", annotations: {}}
data:
  a: "1" # a comment
  b: |
    # not a comment
    more
`, `apiVersion: v1
kind: ConfigMap
metadata: {name: "@only", annotations: {config.kubernetes.io/local-config: "true"}}
`, `apiVersion: v1
kind: Secret
metadata: {name: "@login"}
stringData: {user: u}
`, `apiVersion: v1
kind: ServiceAccount
metadata: {name: "@gate"}
imagePullSecrets: [{name: login}]
`, `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: "@gate"}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [login, token], verbs: [get]}]
`, `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: "@gate"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: gate}
subjects:
- {kind: ServiceAccount, name: gate, namespace: parking}
- {kind: ServiceAccount, name: default, namespace: lot}
- {kind: ServiceAccount, name: gate, namespace: default}
- {kind: User, name: gate, apiGroup: rbac.authorization.k8s.io}
`, `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "@gate"}
rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [settings], verbs: [get]}]
`, `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "@gate"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: gate}
subjects: [{kind: ServiceAccount, name: gate, namespace: default}]
`, `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: "@gate", annotations: {nginx.ingress.kubernetes.io/auth-secret: login}}
spec:
  tls: [{secretName: token}]
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: gate, port: {number: 80}}}}]}}]
`, `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: "@gate"}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: gate}, maxReplicas: 2}
`, `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: "@store", namespace: other}
spec:
  serviceName: gate
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}, annotations: {note: old}}
    spec:
      priorityClassName: critical
      containers: [{name: store, image: "nginx:1"}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: fast}
`, `apiVersion: batch/v1
kind: CronJob
metadata: {name: "@report"}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          containers: [{name: r, image: nginx, envFrom: [{configMapRef: {name: made}}]}]
          volumes: [{name: s, secret: {secretName: login}}]
`, `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: "@store"}
spec: {storageClassName: fast}
`, `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: "@fast"}
`, `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: "@critical"}
value: 10
`, `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: "@hook"}
webhooks: [{name: a.example.com, clientConfig: {service: {name: gate, namespace: default}}}, {name: b.example.com, clientConfig: {service: {name: gate}}}]
`, `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: "@lots.example.com"}
spec: {group: example.com, conversion: {webhook: {clientConfig: {service: {namespace: x, name: gate}}}}}
`, `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: "@v1.example.com"}
spec: {service: {name: gate}}
`, `apiVersion: example.com/v1
kind: Lot
metadata: {name: "@lot", labels: {tier: 1}}
spec: {bays: [1, 2], open: yes, containers: [{name: c, image: nginx}], float: 1.50}
`, `apiVersion: v1
kind: Namespace
metadata: {name: "@parking"}
`, `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: "@gate"}
spec: {podSelector: {matchLabels: {app: gate}}, ingress: [{from: [{podSelector: {matchLabels: {app: store}}}]}]}
`, `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: "@inlist"}, data: {a: "1"}}
- {apiVersion: v1, kind: Pod, metadata: {name: "@inlist"}, spec: {containers: [{name: p, image: nginx}], volumes: [{name: m, configMap: {name: inlist}}]}}
`,
	}
}
