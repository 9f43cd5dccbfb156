package weir

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir/workloads"
)

// What a scenario says of the parameters of workloads, beside each other and beside the rest of a cell.

const paramPrefix = "workload."

// params makes the parameters of a cell bare numbers, and refuses what one alone does not show. places are where they were given.
func (r *reader) params(c *Cell) bool {
	w, err := r.catalog.workload(c.Workload)
	if err != nil {
		return true // that is said already
	}
	plain, ok := maps.Clone(c.Params), true
	for i := range w.Params {
		p := &w.Params[i]
		v, err := p.Plain(c.Params)
		if n, bad := strconv.Atoi(v); err == nil && p.OfParts && bad == nil && n >= c.Sources && n > 0 {
			err = fmt.Errorf("%d of %s; want %d at most", n, plural(c.Sources, "source partition", "source partitions"), c.Sources-1)
		}
		if err != nil {
			r.add(c.placeOf(p.Name), "%s%s: %s", paramPrefix, p.Name, strings.TrimPrefix(err.Error(), p.Name+" "))
			ok = false
			continue
		}
		plain[p.Name] = v
	}
	c.Params = plain
	return ok
}

// placeOf is where the first of some parameters that was given was, the command line before the file; or else the type of the workload.
func (c *Cell) placeOf(names ...string) origin {
	at, found := c.places["type"], false
	for _, name := range names {
		if o, ok := c.places[name]; ok && (!found || o.set != "" && at.set == "") {
			at, found = o, true
		}
	}
	return at
}

// ownPlace begins the error of a row of a file.
var ownPlace = regexp.MustCompile(`^[^"]+?:\d+:\d+: `)

// misplaced is an error of parameters with where they were given, if a scenario gave them.
func (c *Cell) misplaced(err error) error {
	if err == nil || ownPlace.MatchString(err.Error()) {
		return err
	}
	var names []string
	if of := (*workloads.ParamError)(nil); errors.As(err, &of) {
		names = of.Names
	}
	if at := c.placeOf(names...); at.file != "" {
		return fmt.Errorf("%s: %w", at, err)
	}
	return err
}

// unitOf is the unit that a bare value of a setting has in a cell, as a plan shows it.
func (c *Cell) unitOf(w *workloads.Workload, key, value string) string {
	name, ok := strings.CutPrefix(key, paramPrefix)
	i := slices.IndexFunc(w.Params, func(p workloads.Param) bool { return p.Name == name })
	if !ok || i < 0 || strings.TrimRight(value, "0123456789kKMG") != "" {
		return ""
	}
	return w.Params[i].UnitIn(c.Params)
}

// without says which parameters a user set that have no effect in any cell. Scenarios that run by name say what fits them as they are.
func (r *reader) without(cells []Cell) (out []string) {
	said := maps.Clone(r.given)
	for _, a := range r.axes {
		if len(a.values) > 0 {
			said[a.set.key] = a.values[0]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(said)) {
		g := said[key]
		own := g.at.set != "" && !strings.HasPrefix(g.at.set, "size=")
		name, is := strings.CutPrefix(key, paramPrefix)
		if !is || !own && strings.HasPrefix(r.file, "builtin:") {
			continue
		}
		var idle *workloads.Param
		for i := range cells {
			if p := r.catalog.param(cells[i].Workload, name); p != nil {
				if idle = p; p.Counts(cells[i].Params) {
					idle = nil
					break
				}
			}
		}
		if idle != nil {
			out = append(out, fmt.Sprintf("%s: %s has no effect unless %s", g.at, g.spelt, unless(idle.When)))
		}
	}
	return out
}

// param is a parameter of a workload, nil when it has none of that name.
func (c *Catalog) param(workload, name string) *workloads.Param {
	w, err := c.workload(workload)
	if err != nil {
		return nil
	}
	for i := range w.Params {
		if w.Params[i].Name == name {
			return &w.Params[i]
		}
	}
	return nil
}

// unless is where a parameter has an effect: "workload.window is sliding or cumulate".
func unless(when []workloads.When) string {
	var cases []string
	for _, w := range when {
		is := "more than 0"
		if len(w.Is) > 0 {
			is = oneOf(w.Is)
		}
		cases = append(cases, paramPrefix+w.Param+" is "+is)
	}
	return oneOf(cases)
}
