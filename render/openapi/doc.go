// Package openapi tells what an API server would refuse in an object for its
// shape alone: unknown kinds, unknown fields, values of the wrong type, and what
// is missing. It knows several minor versions of Kubernetes, with no network and
// no cluster.
//
// It is as strict as an apply with fieldValidation=Strict, and never stricter: what
// the admission of a kind checks beyond its shape (names, ranges, what excludes what)
// is the server's to say. Whole numbers may be written as 3.0, which JSON sends as 3.
// null is a field that is not set. A status is not looked at. Objects of API groups
// that no version of Kubernetes has are custom resources, which With learns about.
package openapi

import _ "embed"

//go:generate go run ./gen -output kubernetes.txt.gz

// packed is the schema of all versions, as gen writes it. Its text is:
//
//	1.37 1.36 1.35                           the versions, newest first
//	apps/v1 Deployment 99                    a kind, and which definition it is
//	resource.k8s.io/v1 DeviceClass 640 3     … in the versions of this set (bits, hexadecimal)
//	                                         an empty line
//	core.v1.Container                        definition 0 …
//	image s                                  a field and its shape
//	name! s                                  … which must be there
//	ports [235:containerPort,protocol        a list of definition 235, each with other values of these two
//	imagePullPolicy s|Always|Never           a string of these
//	restartPolicyRules [240 f                … in the versions of this set
//	                                         an empty line, and so on
//
// A shape is a letter of the constants in schema.go, or the number of a definition,
// after a [ for each list and a { for each map that it lies in.
//
//go:embed kubernetes.txt.gz
var packed []byte
