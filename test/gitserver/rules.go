package gitserver

import (
	"fmt"
	"net/http"
)

// Rules are what a server grants its clients, besides what a repository's own
// configuration grants. The zero Rules are git's own: protocol v2 for who asks
// for it, and no filters.
type Rules struct {
	// Filter lets clients leave objects out of what they fetch.
	Filter bool
	// Strict grants only the filters that large hosts promise, blob:none and
	// tree:0. It needs Filter.
	Strict bool
	// AnyHash lets a client of protocol v0 ask for any object by its hash; one
	// of v2 always may.
	AnyHash bool
	// V0 answers everybody in protocol v0, as old servers do.
	V0 bool
}

// environment hands the rules to git, for which it counts more than any file.
func (r Rules) environment() []string {
	settings := [][2]string{
		{"safe.directory", "*"},
		// Threads share out the search for deltas as they happen to be scheduled, so
		// that two packs of the same commits differ in size, and in what they build
		// on: with one, a test that counts bytes counts the same every time.
		{"pack.threads", "1"},
	}
	if r.Filter {
		settings = append(settings, [2]string{"uploadpack.allowFilter", "true"})
	}
	if r.AnyHash {
		settings = append(settings, [2]string{"uploadpack.allowAnySHA1InWant", "true"})
	}
	if r.Strict {
		settings = append(settings, [][2]string{
			{"uploadpackfilter.allow", "false"},
			{"uploadpackfilter.blob:none.allow", "true"},
			{"uploadpackfilter.tree.allow", "true"},
			{"uploadpackfilter.tree.maxDepth", "0"},
		}...)
	}
	env := []string{fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings))}
	for i, setting := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, setting[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, setting[1]))
	}
	return env
}

// protocol takes the wish for a newer protocol out of requests, if the rules
// say so.
func (r Rules) protocol(next http.Handler) http.Handler {
	if !r.V0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		request.Header.Del("Git-Protocol")
		next.ServeHTTP(w, request)
	})
}
