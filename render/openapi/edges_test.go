package openapi

import (
	"maps"
	"testing"
)

// edge is an object near where an API server draws the line.
type edge struct {
	object  string
	refused bool
}

const (
	configMap  = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	secret     = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
	deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}\n"
	service    = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
)

func pod(container string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, " + container + "}]}"
}

func limit(memory string) string { return pod("resources: {limits: {memory: " + memory + "}}") }

// edges are objects on both sides of the line.
func edges() map[string]edge {
	out := plainEdges()
	maps.Copy(out, containerEdges())
	maps.Copy(out, quantityEdges())
	return out
}

// plainEdges lie outside of containers.
func plainEdges() map[string]edge {
	return map[string]edge{
		"a whole number written as a fraction": {deployment + "  replicas: 2.0", false},
		"a number that is not whole":           {deployment + "  replicas: 2.5", true},
		"a number in quotes":                   {deployment + "  replicas: \"2\"", true},
		"a number of more than 32 bits":        {deployment + "  replicas: 2147483648", true},
		"a truth for a number":                 {deployment + "  replicas: true", true},
		"null for a number":                    {deployment + "  replicas: null", false},
		"a truth in quotes":                    {deployment + "  paused: \"true\"", true},
		"a number for a truth":                 {deployment + "  paused: 1", true},
		"int-or-string: a percentage":          {deployment + "  strategy: {rollingUpdate: {maxSurge: 50%}}", false},
		"int-or-string: a number":              {deployment + "  strategy: {rollingUpdate: {maxSurge: 1}}", false},
		"int-or-string: a fraction":            {deployment + "  strategy: {rollingUpdate: {maxSurge: 1.5}}", true},
		"int-or-string: a truth":               {deployment + "  strategy: {rollingUpdate: {maxSurge: true}}", true},
		"an unknown field":                     {deployment + "  replica: 1", true},
		"an unknown field that is null":        {deployment + "  replica: null", true},
		"a field in the wrong case":            {deployment + "  Replicas: 1", true},
		"an unknown field at the top":          {configMap + "dat: {}", true},
		"an unknown field in the metadata":     {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, lable: {}}", true},
		"a number for a label":                 {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {a: 1}}", true},
		"a truth for an annotation":            {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {a: true}}", true},
		"null for an annotation":               {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {a: null}}", false},
		"null for a map":                       {configMap + "data: null", false},
		"a list for a map":                     {configMap + "data: []", true},
		"a number in a ConfigMap":              {configMap + "data: {a: 1}", true},
		"binary data that is text":             {configMap + "binaryData: {a: \"no base64!\"}", true},
		"no time yet":                          {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, creationTimestamp: null}", false},
		"a time that is none":                  {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, creationTimestamp: yesterday}", true},
		"an empty time":                        {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, creationTimestamp: \"\"}", true},
		"a secret that is not base64":          {secret + "data: {a: \"no base64!\"}", true},
		"a secret in base64":                   {secret + "data: {a: aGVsbG8=}", false},
		"an empty secret":                      {secret + "data: {a: \"\"}", false},
		"base64 in lines":                      {secret + "data: {a: \"aGVs\\nbG8=\"}", false},
		"base64 without its end":               {secret + "data: {a: aGVsbG8}", true},
		"a finalizer twice":                    {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, finalizers: [a.b/c, a.b/c]}", true},
		"no containers":                        {"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}", true},
		"a service port without a number":      {service + "spec: {ports: [{name: a}]}", true},
		"a service port twice":                 {service + "spec: {ports: [{name: a, port: 80}, {name: b, port: 80}]}", true},
		"a service type that is none":          {service + "spec: {type: Nodeport, ports: [{port: 80}]}", true},
		"a status with an apply":               {service + "spec: {ports: [{port: 80}]}\nstatus: {loadBalancer: {}}", false},
		"a kind that is none":                  {"apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a}", true},
		"a version that was removed":           {"apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}", true},
		"a binding with no group":              {"apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\nroleRef: {kind: Role, name: r}", false},
		"a stateful set without a service":     {"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}", false},
		"a network policy for all pods":        {"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {policyTypes: [Ingress]}", false},
		"an ingress path without a type":       {"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {rules: [{http: {paths: [{path: /, backend: {service: {name: a, port: {number: 80}}}}]}}]}", true},
	}
}

// containerEdges lie in a container.
func containerEdges() map[string]edge {
	return map[string]edge{
		"an environment variable of a number":   {pod("env: [{name: A, value: 1}]"), true},
		"an environment variable without value": {pod("env: [{name: A}]"), false},
		"an environment variable without name":  {pod("env: [{value: a}]"), true},
		"an environment variable twice":         {pod("env: [{name: A, value: a}, {name: A, value: b}]"), true},
		"a port twice":                          {pod("ports: [{containerPort: 80}, {containerPort: 80, protocol: TCP}]"), true},
		"a port twice, with two protocols":      {pod("ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}]"), false},
		"a port without a number":               {pod("ports: [{name: web}]"), true},
		"a port in quotes":                      {pod("ports: [{containerPort: \"80\"}]"), true},
		"arguments twice":                       {pod("args: [a, a]"), false},
		"a number for an argument":              {pod("args: [1]"), true},
		"null for an argument":                  {pod("args: [null]"), false},
		"a word for a list":                     {pod("args: run"), true},
		"a word for fields":                     {pod("securityContext: strict"), true},
		"a pull policy that is none":            {pod("imagePullPolicy: Allways"), true},
		"an empty pull policy":                  {pod("imagePullPolicy: \"\""), false},
		"a pull policy in the wrong case":       {pod("imagePullPolicy: always"), true},
	}
}

// quantityEdges are ways to write a limit.
func quantityEdges() map[string]edge {
	return map[string]edge{
		"quantity: a number":                   {limit("64000000"), false},
		"quantity: a fraction":                 {limit("6.4e7"), false},
		"quantity: binary":                     {limit("64Mi"), false},
		"quantity: with an exponent":           {limit("\"64e6\""), false},
		"quantity: with a signed exponent":     {limit("\"64E+6\""), false},
		"quantity: begins with a point":        {limit("\".5Gi\""), false},
		"quantity: ends with a point":          {limit("\"1.Gi\""), false},
		"quantity: with a sign":                {limit("+64Mi"), false},
		"quantity: only a point":               {limit("\".\""), false},
		"quantity: MB":                         {limit("64MB"), true},
		"quantity: K":                          {limit("64K"), true},
		"quantity: with a space":               {limit("\"64 Mi\""), true},
		"quantity: empty":                      {limit("\"\""), true},
		"quantity: a truth":                    {limit("true"), true},
		"quantity: two points":                 {limit("\"1.2.3\""), true},
		"quantity: two signs":                  {limit("\"+-1\""), true},
		"quantity: only a suffix":              {limit("Mi"), false},
		"quantity: an exponent without digits": {limit("\"1e\""), true},
		"quantity: only a sign":                {limit("\"+\""), false},
		"quantity: only an exponent":           {limit("\"e3\""), false},
		"quantity: a fraction as exponent":     {limit("\"1e1.5\""), true},
		"quantity: a large exponent":           {limit("\"1e99\""), false},
		"quantity: a very large exponent":      {limit("\"1e99999999999\""), true},
		"quantity: more than 64 bits":          {limit("\"99999999999999999999999\""), false},
		"quantity: nano":                       {limit("\"5n\""), false},
		"quantity: exa":                        {limit("\"1E\""), false},
		"quantity: exa with an exponent":       {limit("\"1E5\""), false},
		"quantity: in hexadecimal":             {limit("\"0x10\""), true},
		"quantity: with an underscore":         {limit("\"1_000\""), true},
		"quantity: null":                       {limit("null"), false},
	}
}

func TestEdges(t *testing.T) {
	t.Parallel()
	s := load(t, served)
	for name, c := range edges() {
		if problems := s.Check(parse(t, c.object)[0]); len(problems) > 0 != c.refused {
			t.Errorf("%s: %v, want refused %t", name, problems, c.refused)
		}
	}
}

func TestTheServerDrawsTheSameLine(t *testing.T) {
	s := newServer(t)
	for name, c := range edges() {
		if err := s.refuses(parse(t, c.object)[0]); err != nil != c.refused {
			t.Errorf("%s: the server says %v, want refused %t", name, err, c.refused)
		}
	}
	t.Logf("%d objects", len(edges()))
}
