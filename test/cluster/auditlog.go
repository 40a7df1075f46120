package cluster

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
)

// ParseAudit reads an audit log in JSON. A last line that is not whole yet is
// left out; any other that cannot be read is an error that names its number.
func ParseAudit(log io.Reader) ([]AuditEvent, error) {
	var events []AuditEvent
	reader := bufio.NewReader(log)
	for number := 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, err
		}
		event, kept, err := parseAuditLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if kept {
			events = append(events, event)
		}
	}
}

// auditLine is what the API server writes, as far as we read it.
type auditLine struct {
	Stage, Verb, RequestURI, UserAgent string
	User                               struct{ Username string }
	ObjectRef                          struct {
		APIGroup, Resource, Subresource, Namespace, Name string
	}
	ResponseStatus struct{ Code int }
}

// parseAuditLine keeps requests at their end; a watch has a line at its
// beginning too.
func parseAuditLine(text []byte) (_ AuditEvent, kept bool, err error) {
	var line auditLine
	if err := json.Unmarshal(text, &line); err != nil {
		return AuditEvent{}, false, err
	}
	if line.Stage != "ResponseComplete" && line.Stage != "Panic" {
		return AuditEvent{}, false, nil
	}
	target, err := url.ParseRequestURI(line.RequestURI)
	if err != nil {
		return AuditEvent{}, false, err
	}
	object := line.ObjectRef
	return AuditEvent{
		Verb: line.Verb, User: line.User.Username, UserAgent: line.UserAgent,
		Group: object.APIGroup, Resource: object.Resource, Subresource: object.Subresource,
		Namespace: object.Namespace, Name: object.Name,
		DryRun: target.Query().Has("dryRun"),
		Code:   line.ResponseStatus.Code, URI: line.RequestURI,
	}, true, nil
}
