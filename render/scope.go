package render

import "github.com/lotsync/lotsync/render/edge"

// kind is a kind of object, whatever its version.
type kind struct{ group, kind string }

// clusterScoped are the kinds that lie in no namespace: Kubernetes' own, and
// those that the bundle defines.
func clusterScoped(objects []edge.Object) map[kind]bool {
	out := map[kind]bool{}
	for group, kinds := range builtinClusterScoped() {
		for _, k := range kinds {
			out[kind{group, k}] = true
		}
	}
	for _, o := range objects {
		if edge.RefOf(o).Kind == "CustomResourceDefinition" && edge.Text(o, "spec", "scope") == "Cluster" {
			out[kind{edge.Text(o, "spec", "group"), edge.Text(o, "spec", "names", "kind")}] = true
		}
	}
	return out
}

func builtinClusterScoped() map[string][]string {
	return map[string][]string{
		"": {"ComponentStatus", "Namespace", "Node", "PersistentVolume"},
		"admissionregistration.k8s.io": {
			"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration",
			"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
		},
		"apiextensions.k8s.io":         {"CustomResourceDefinition"},
		"apiregistration.k8s.io":       {"APIService"},
		"authentication.k8s.io":        {"SelfSubjectReview", "TokenReview"},
		"authorization.k8s.io":         {"SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"},
		"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
		"flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
		"internal.apiserver.k8s.io":    {"StorageVersion"},
		"networking.k8s.io":            {"IPAddress", "IngressClass", "ServiceCIDR"},
		"node.k8s.io":                  {"RuntimeClass"},
		"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
		"resource.k8s.io":              {"DeviceClass", "DeviceTaintRule", "ResourceSlice"},
		"scheduling.k8s.io":            {"PriorityClass"},
		"storage.k8s.io":               {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"},
		"storagemigration.k8s.io":      {"StorageVersionMigration"},
	}
}
