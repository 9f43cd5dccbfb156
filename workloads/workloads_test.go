package workloads_test

import (
	"testing"

	"github.com/weirbench/weir/workloads"
	"github.com/weirbench/weir/workloads/workloadtest"
)

func TestFlights(t *testing.T) {
	workloadtest.Run(t, workloads.Flights(), map[string]string{"records": "150", "passes": "2"})
}

func TestCount(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"uniform": {"records": "400", "keys": "20"},
		"zipfian": {"records": "400", "keys": "300", "distribution": "zipfian", "event_time": "true"},
		"padded":  {"records": "400", "keys": "20", "value_size": "100"},
		"one-key": {"records": "300", "keys": "1"},
		"hotspot": {"records": "300", "keys": "50", "distribution": "hotspot"},
		"latest":  {"records": "300", "keys": "20", "distribution": "latest", "new_keys": "0.2"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.Count(), small) })
	}
}

func TestManyTimers(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"alone":   {"records": "400", "keys": "20", "delay": "40", "deletes": "30"},
		"bursts":  {"records": "400", "keys": "7", "delay": "90", "burst": "25"},
		"one-key": {"records": "300", "keys": "1", "delay": "1000", "deletes": "0"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.ManyTimers(), small) })
	}
}

func TestLargeState(t *testing.T) {
	for name, small := range map[string]map[string]string{
		"mixed":  {"records": "400", "keys": "40", "value_size": "64"},
		"writes": {"records": "300", "keys": "20", "reads": "0", "value_size": "32"},
		"zipf":   {"records": "400", "keys": "100", "distribution": "zipfian", "reads": "0.9"},
	} {
		t.Run(name, func(t *testing.T) { workloadtest.Run(t, workloads.LargeState(), small) })
	}
}
