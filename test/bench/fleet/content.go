package fleet

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"text/template"
)

//go:embed template
var templates embed.FS

// workload is a program of the base or of a component.
type workload struct {
	Name, Purpose                               string
	Port, User, Grace, CPU, Memory, Limit, Disk int
	// Version is the change that wrote it.
	Version  int
	Settings []string
}

// workloads are what every lot runs.
func workloads() []workload {
	return []workload{
		{Name: "gate", Purpose: "Opens and closes the barriers.", Port: 8081, User: 10001, Grace: 5, CPU: 20, Memory: 12, Limit: 24, Disk: 1},
		{Name: "payment", Purpose: "Takes the money, by card and by phone.", Port: 8082, User: 10002, Grace: 20, CPU: 30, Memory: 24, Limit: 48, Disk: 8},
		{Name: "occupancy", Purpose: "Reads the loops and the sensors of the bays.", Port: 9101, User: 10003, Grace: 3, CPU: 10, Memory: 8, Limit: 16, Disk: 2},
		{Name: "display", Purpose: "Writes what the signs show.", Port: 8083, User: 10004, Grace: 4, CPU: 12, Memory: 10, Limit: 20, Disk: 3},
		{Name: "cache", Purpose: "Keeps tickets and season passes at hand without a link.", Port: 6380, User: 999, Grace: 10, CPU: 25, Memory: 32, Limit: 64, Disk: 128},
		{Name: "relay", Purpose: "Hands events on to headquarters when there is a link.", Port: 8084, User: 10006, Grace: 15, CPU: 15, Memory: 14, Limit: 28, Disk: 64},
		{Name: "front", Purpose: "The page that staff open on their tablets.", Port: 8080, User: 101, Grace: 6, CPU: 18, Memory: 16, Limit: 32, Disk: 4},
		{Name: "report", Purpose: "Sums up the day for headquarters.", Port: 8086, User: 10008, Grace: 30, CPU: 8, Memory: 20, Limit: 40, Disk: 16},
	}
}

// components are what some lots run besides.
func components() []workload {
	return []workload{
		{Name: "camera", Purpose: "Reads number plates at the gates.", Port: 8090, User: 10011, Grace: 8, CPU: 80, Memory: 48, Limit: 96, Disk: 32},
		{Name: "charging", Purpose: "Shares the grid connection among the charge points.", Port: 8887, User: 10012, Grace: 9, CPU: 22, Memory: 18, Limit: 36, Disk: 5},
	}
}

// settings make up a program's configuration: a screenful.
func (f *Fleet) settings(name string) []string {
	dice := f.dice("settings " + name)
	var lines []string
	for _, section := range []string{"device", "queue", "log", "limits"} {
		lines = append(lines, "["+section+"]")
		for range 4 + dice.IntN(4) {
			key := city(dice.IntN(4900)) + "_" + pick(dice, "timeout_ms", "retries", "size", "threshold", "interval_s", "level")
			lines = append(lines, fmt.Sprintf("%s = %d", key, dice.IntN(10000)))
		}
	}
	return lines
}

// writer fills templates in.
type writer struct {
	parsed *template.Template
	put    func(name string, content string)
	err    error
}

func newWriter(put func(name, content string)) (*writer, error) {
	all := template.New("")
	for _, folder := range []string{"", "base", "component", "region", "lot"} {
		entries, err := templates.ReadDir(path.Join("template", folder))
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.IsDir() {
				continue
			}
			name := path.Join(folder, entry.Name())
			text, err := templates.ReadFile(path.Join("template", name))
			if err != nil {
				return nil, err
			}
			if _, err := all.New(name).Parse(string(text)); err != nil {
				return nil, err
			}
		}
	}
	return &writer{parsed: all, put: put}, nil
}

// file writes a file of the fleet from a template. The first error is kept.
func (w *writer) file(name, from string, values any) {
	var text strings.Builder
	if err := w.parsed.ExecuteTemplate(&text, from, values); err != nil && w.err == nil {
		w.err = fmt.Errorf("write %s: %w", name, err)
	}
	w.put(path.Join(Dir, name), text.String())
}

// all writes every file of a fleet's first commit.
func (f *Fleet) all(w *writer) {
	w.file("fleet.yaml", "fleet.yaml", nil)
	w.file("base/kustomization.yaml", "base/kustomization.yaml", struct{ Workloads []workload }{workloads()})
	w.file("base/lot.yaml", "base/lot.yaml", nil)
	for _, program := range workloads() {
		f.program(w, "base", program)
	}
	for _, component := range components() {
		folder := "components/" + component.Name
		w.file(folder+"/kustomization.yaml", "component/kustomization.yaml", component)
		f.program(w, folder, component)
	}
	for _, r := range f.regions {
		w.file("regions/"+r.Name+"/kustomization.yaml", "region/kustomization.yaml", r)
		w.file("regions/"+r.Name+"/lot.yaml", "region/lot.yaml", r)
		w.file("regions/"+r.Name+"/display.yaml", "region/display.yaml", r)
	}
	for _, l := range f.lots {
		for _, name := range []string{"kustomization.yaml", "site.yaml", "lot.yaml", "gate.yaml", "signs.txt"} {
			w.file(path.Join(string(l.site), name), "lot/"+name, l)
		}
	}
}

// program writes a workload's three files.
func (f *Fleet) program(w *writer, folder string, program workload) {
	program.Settings = f.settings(program.Name)
	w.file(folder+"/"+program.Name+".yaml", "base/workload.yaml", program)
	w.file(folder+"/"+program.Name+"-access.yaml", "base/access.yaml", program)
	w.file(folder+"/settings/"+program.Name+".conf", "base/settings.conf", program)
}
