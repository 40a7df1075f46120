package render

// Confine is what a child does to itself first.
var Confine = confine

// Origins is how a plain build learns which file each object came from.
var Origins = origins

// MostBytes bounds what the encoder makes of objects.
var MostBytes = mostBytes
