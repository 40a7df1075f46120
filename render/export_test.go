package render

// Confine is what a child does to itself first.
var Confine = confine
