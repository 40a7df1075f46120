// Package edge makes rendered objects fit for a lot's node: ports above 1024,
// on the right node, with images that survive without a link, and labelled as
// the site's own. Each rule is one file, and a pure function of the objects and
// the profile.
//
// Objects are plain maps and slices, not YAML trees: comments and styles of the
// source cannot reach the bytes of a bundle.
package edge
