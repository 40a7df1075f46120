package edge

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lotsync/lotsync/fleet"
)

// The annotations that name what tells a program its port: a program does not
// move by itself. They stand beside PortMode, list container:NAME with commas
// between them, and NAME's value is a port, or ends in one: 80, :80,
// 0.0.0.0:80.
const (
	// PortsEnv names variables: "web:LISTEN_PORT".
	PortsEnv = "lotsync.dev/ports-env"
	// PortsArgs names flags among command and args: "web:--listen", for
	// --listen=:80 as well as for --listen :80.
	PortsArgs = "lotsync.dev/ports-args"
)

// portSettings moves the ports that annotations name.
func (w *work) portSettings(p *pod, m mover) {
	annotations := fields(p.owner, "metadata", "annotations")
	for _, s := range []struct {
		annotation string
		move       func(c *container, name string, m mover) error
	}{
		{PortsEnv, moveVariable},
		{PortsArgs, moveFlag},
	} {
		if annotations[s.annotation] == nil || p.mode == fleet.Allow {
			continue
		}
		for entry := range strings.SplitSeq(Text(annotations, s.annotation), ",") {
			if err := p.moveSetting(strings.TrimSpace(entry), s.move, m); err != nil {
				w.fail("ports", p.owner, "metadata.annotations."+s.annotation, "%s", err)
			}
		}
	}
}

func (p *pod) moveSetting(entry string, move func(*container, string, mover) error, m mover) error {
	name, setting, pair := strings.Cut(entry, ":")
	if !pair || name == "" || setting == "" {
		return fmt.Errorf("%q is not container:NAME: write, for example, web:LISTEN_PORT", entry)
	}
	c := p.named(name)
	if c == nil {
		return fmt.Errorf("there is no container %s: correct its name", name)
	}
	if err := move(c, setting, m); err != nil {
		return fmt.Errorf("container %s: %w", name, err)
	}
	c.told = true
	return nil
}

func moveVariable(c *container, name string, m mover) error {
	for _, v := range items(c.Object, "env") {
		if Text(v, "name") != name {
			continue
		}
		value, ok := v["value"].(string)
		if !ok {
			return fmt.Errorf("variable %s has no value here that could be changed: write it out", name)
		}
		to, err := m.setting(value)
		if err != nil {
			return fmt.Errorf("variable %s: %w", name, err)
		}
		v["value"] = to
		return nil
	}
	return fmt.Errorf("there is no variable %s among env: correct its name (those of envFrom cannot be changed)", name)
}

func moveFlag(c *container, name string, m mover) error {
	for _, list := range []string{"command", "args"} {
		args, _ := c.Object[list].([]any)
		for i := range args {
			at, value := i, ""
			flag, joined, hasValue := strings.Cut(text(args[i]), "=")
			switch {
			case flag != name:
				continue
			case hasValue:
				flag, value = flag+"=", joined
			case i+1 < len(args):
				at, flag, value = i+1, "", text(args[i+1])
			}
			to, err := m.setting(value)
			if err != nil {
				return fmt.Errorf("argument %s: %w", name, err)
			}
			args[at] = flag + to
			return nil
		}
	}
	return fmt.Errorf("there is no argument %s in command or args: correct it (one that is part of a script cannot be changed)", name)
}

// setting moves the port that a value ends in.
func (m mover) setting(value string) (string, error) {
	start := strings.LastIndexByte(value, ':') + 1
	from, err := strconv.Atoi(value[start:])
	if err != nil || from <= 0 || from > lastPort {
		return "", fmt.Errorf("%q is no port, and does not end in one: remove it from the annotation, or write the port as 80, :80 or 0.0.0.0:80", value)
	}
	to, err := m.target(from)
	if err != nil {
		return "", err
	}
	return value[:start] + strconv.Itoa(to), nil
}
