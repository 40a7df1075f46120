// Package fleet knows a fleet repository: where its files lie, what may stand
// in fleet.yaml and site.yaml, and how a site's own words override the fleet's.
package fleet
