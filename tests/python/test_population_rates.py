"""Rates, means and sums of populations, and where neurons are: what a file says of neurons together, against their spikes and traces."""

from __future__ import annotations

import subprocess

import h5py
import libsonata
import numpy as np
import pytest
import xarray
from faults import wait_until

NETWORK = """
simulation: {duration: 203 ms, dt: 0.1 ms, seed: 7}
populations:
  exc:
    size: 160
    model: lif
    params: {V_th: -52 mV, t_ref: 2 ms}
    init: {V: {uniform: [-70 mV, -53 mV]}}
    receptors: {ampa: {model: exp_conductance, tau: 5 ms, E_rev: 0 mV}, gaba: {model: exp_conductance, tau: 10 ms, E_rev: -80 mV}}
  inh: {like: exc, size: 40}
  source: {size: 30, model: poisson_source, params: {rate: 50 Hz}}
inputs:
  background: {type: poisson, target: [exc, inh], receptor: ampa, rate: 1 kHz, weight: 2 nS}
connections:
  e: {source: [exc, source], target: [exc, inh], receptor: ampa, rule: {fixed_indegree: 10}, weight: 0.6 nS, delay: 1.5 ms}
  i: {source: inh, target: exc, receptor: gaba, rule: {fixed_indegree: 10}, weight: 3 nS, delay: 0.8 ms}
record:
  exc: {spikes: true, rate: {every: 5 ms}, V: {every: 1 ms}}
  inh: {spikes: true, rate: {neurons: 3..22}, dtype: float64}
  source: [spikes, rate]
"""


def binned(file, population, neurons, every, end=203.0):
    """Spikes per neuron and second in the bins (t, t + every], the last one up to `end`."""
    group = file[f"spikes/{population}"]
    times = group["timestamps"][np.isin(group["node_ids"][:], neurons)]
    begins = np.arange(int(np.ceil(end / every - 1e-9))) * every
    stops = np.minimum(begins + every, end)
    counts = np.array([((times > begin + 1e-6) & (times < stop + 1e-6)).sum() for begin, stop in zip(begins, stops)])
    return begins, counts / (len(neurons) * (stops - begins) / 1000)


def check_rates(path, end=203.0):
    with h5py.File(path) as file:
        for population, neurons, every in (("exc", range(160), 5.0), ("inh", range(3, 23), 0.1), ("source", range(30), 0.1)):
            report = file[f"report/{population}.rate"]
            times, rates = binned(file, population, list(neurons), every, end)
            assert np.allclose(report["time"], times, rtol=0, atol=1e-9)
            assert np.allclose(report["rate"], rates, rtol=1e-6, atol=0) and rates.max() > 0
            assert report["rate"].attrs["units"] == b"Hz"
        assert file["report/inh.rate/rate"].dtype == np.float64
        assert file["report/inh.rate/rate"].attrs["long_name"] == b"spikes per neuron and second of 20 neurons, from this time to the next"


def rates_of(path):
    with h5py.File(path) as file:
        return {group: file[f"report/{group}/rate"][:].tobytes() for group in file["report"] if group.endswith(".rate")}


def test_rates_count_each_spike_of_the_file_once_whatever_the_threads(run_hillock):
    one = run_hillock(NETWORK, "--threads", "1").output
    check_rates(one)
    for words in (("--threads", "2"), ("--threads", "5"), (), ("--threads", "3", "--backend", "interpreter")):
        assert rates_of(run_hillock(NETWORK, *words).output) == rates_of(one)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_rate_of_a_run_that_a_condition_ends_reaches_to_its_end(run_hillock, threads):
    path = run_hillock(NETWORK + "stop_when: {exc: spike_count >= 40}\n", "--threads", threads).output
    with h5py.File(path) as file:
        stopped = float(file.attrs["stopped_at_ms"])
        assert 0 < stopped % 5 < 5
    check_rates(path, stopped)


def test_rates_go_on_where_parameters_change_on_the_way(run_hillock):
    path = run_hillock(NETWORK + "at: {52 ms: {set: {inputs.background.rate: 3 kHz}}}\n").output
    check_rates(path)
    with h5py.File(path) as file:
        rates = file["report/exc.rate/rate"][:]
        assert rates[11:14].mean() > 5 * rates[7:10].mean()


SWEEP = """
simulation: {duration: 52 ms, dt: 0.1 ms, seed: 3}
populations: {cell: {size: 20, model: lif}}
inputs: {drive: {type: white_noise, target: cell, mean: 400 pA, sigma: 400 pA ms^0.5}}
record: {cell: {spikes: true, rate: {every: 5 ms}, V: {sum: true, every: 5 ms}}}
"""


def test_each_point_of_a_sweep_has_its_own_rate(run_hillock, call, tmp_path):
    (tmp_path / "sweep.yaml").write_text(SWEEP + "sweep: {parameters: {inputs.drive.mean: [400 pA, 500 pA, 600 pA]}, keep: [spikes, traces]}\n")
    call("sweep", "sweep.yaml", "--out", "sweep.h5")
    with h5py.File(tmp_path / "sweep.h5") as file:
        rates, sums = file["report/cell.rate/rate"][...], file["report/cell.sum/V"][...]
    assert rates.shape == (3, 11, 1)
    for k, mean in enumerate((400, 500, 600)):
        with h5py.File(run_hillock(SWEEP, "--set", f"inputs.drive.mean={mean} pA").output) as file:
            assert np.array_equal(file["report/cell.rate/rate"], rates[k, :, 0])
            assert np.array_equal(file["report/cell.sum/V"], sums[k, :, 0])
            assert np.allclose(rates[k, :, 0], binned(file, "cell", list(range(20)), 5.0, 52.0)[1], rtol=1e-6)


POOLED = """
simulation: {duration: 60 ms, dt: 0.1 ms}
populations: {cell: {size: 7, model: lif, receptors: {ampa: {model: exp_conductance}, nmda: {model: exp_current, tau: 20 ms}}}}
inputs:
  a: {type: poisson, target: cell, receptor: ampa, rate: 2 kHz, weight: 1 nS}
  n: {type: poisson, target: cell, receptor: nmda, rate: 500 Hz, weight: 20 pA}
  noise: {type: noise, target: cell, std: 50 pA}
record:
  cell: {dtype: float64, V: %s, I: %s, I_syn: %s, I_ampa: %s, I_nmda: %s, g_ampa: %s}
"""
NAMES = ("V", "I", "I_syn", "I_ampa", "I_nmda", "g_ampa")


@pytest.mark.parametrize("pooling", ["mean", "sum"])
def test_means_and_sums_of_all_that_can_be_recorded_are_those_of_the_neurons(run_hillock, pooling):
    with h5py.File(run_hillock(POOLED % (("true",) * 6)).output) as file:
        each = {name: file[f"report/cell/{name}"][:] for name in NAMES}
    take = np.mean if pooling == "mean" else np.sum
    with h5py.File(run_hillock(POOLED % ((f"{{{pooling}: true}}",) * 6), "--threads", "2").output) as file:
        for name in NAMES:
            assert np.allclose(file[f"report/cell.{pooling}/{name}"], take(each[name], axis=1), rtol=1e-12, atol=1e-12), name
            assert each[name].std() > 0
    # Of other neurons each has its own group: one variable's neurons are not taken for the other's.
    mixed = POOLED % (f"{{{pooling}: true, neurons: 0..2}}", f"{{{pooling}: true, neurons: [5, 6]}}", *("true",) * 4)
    with h5py.File(run_hillock(mixed).output) as file:
        assert np.allclose(file[f"report/cell.{pooling}/V"], take(each["V"][:, :3], axis=1), rtol=1e-12)
        assert np.allclose(file[f"report/cell.{pooling}.I/I"], take(each["I"][:, 5:], axis=1), rtol=1e-12)


PLACES = """
simulation: {duration: 5 ms, dt: 0.1 ms, seed: 4}
populations:
  sheet: {size: 12, model: lif, positions: {grid: [4, 3], extent: [400 um, 0.3 mm]}}
  cloud: {size: 50, model: lif, positions: {uniform: [1 mm, 2 mm, 0.5 mm], periodic: true}}
  line: {size: 3, model: lif, positions: {list: [[0 um], [10 um], [-2.5 um]]}}
  nowhere: {size: 4, model: lif}
record: {sheet: [spikes, V], nowhere: [spikes]}
"""


def test_the_positions_of_neurons_are_sonata_nodes(run_hillock):
    path = run_hillock(PLACES).output
    storage = libsonata.NodeStorage(str(path))
    assert storage.population_names == {"sheet", "cloud", "line"}
    sheet, cloud, line = (storage.open_population(name) for name in ("sheet", "cloud", "line"))
    assert (sheet.size, cloud.size, line.size) == (12, 50, 3)
    assert sheet.attribute_names == {"x", "y"} and cloud.attribute_names == {"x", "y", "z"} and line.attribute_names == {"x"}
    assert np.allclose(sheet.get_attribute("x", sheet.select_all()), np.tile([-150, -50, 50, 150], 3))
    assert np.allclose(sheet.get_attribute("y", sheet.select_all()), np.repeat([-100, 0, 100], 4))
    assert np.allclose(line.get_attribute("x", libsonata.Selection([2, 1])), [-2.5, 10]) or np.allclose(
        line.get_attribute("x", libsonata.Selection([1, 2])), [10, -2.5])
    for axis, extent in (("x", 1000), ("y", 2000), ("z", 500)):
        places = cloud.get_attribute(axis, cloud.select_all())
        assert abs(places).max() < extent / 2 and places.std() == pytest.approx(extent / np.sqrt(12), rel=0.25)
    for engine in ("h5netcdf", "netcdf4"):
        with xarray.open_dataset(path, group="nodes/sheet/0", engine=engine) as nodes:
            assert nodes.x.dims == ("node_id",) and nodes.x.units == "um" and nodes.y.shape == (12,)
        with xarray.open_datatree(path, engine=engine) as tree:
            assert "/nodes/cloud/0" in {node.path for node in tree.subtree}
    with h5py.File(path) as file:
        nodes = file["nodes/sheet"]
        assert list(nodes["node_group_index"]) == list(nodes["node_id"]) == list(range(12))
        assert not np.any(nodes["node_group_id"]) and not np.any(nodes["node_type_id"])
        assert list(file["spikes"]) == ["nowhere", "sheet"]


def test_octave_reads_positions_and_rates(run_hillock):
    path = run_hillock(PLACES.replace("sheet: [spikes, V]", "sheet: [spikes, V, rate]")).output
    code = (f'pkg load netcdf; f = "{path}"; s = load("-hdf5", f); printf("%d ", size(s.nodes.cloud.node_id)); '
            'printf("%g ", ncread(f, "/nodes/sheet/0/x")(1:4)); printf("%s ", ncreadatt(f, "/nodes/sheet/0/x", "units")); '
            'printf("%d", numel(ncread(f, "/report/sheet.rate/rate")))')
    done = subprocess.run(["octave-cli", "--no-gui", "-q", "--eval", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["1", "50", "-150", "-50", "50", "150", "um", "50"], done.stderr


def test_a_killed_run_leaves_the_rates_of_its_whole_bins(run_hillock, hillock, call, tmp_path):
    whole = run_hillock(NETWORK, "--set", "simulation.duration=20 s", "--threads", "1").output
    (tmp_path / "long.yaml").write_text(NETWORK)
    running = subprocess.Popen([str(hillock), "run", "long.yaml", "--set", "simulation.duration=20 s", "--threads", "1", "--out", "killed.h5"],
                               cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    partial = tmp_path / "killed.h5.partial"

    def some_are_there():
        try:
            with h5py.File(partial) as file:
                return float(file.attrs["recorded_until_ms"]) > 0 or running.poll() is not None
        except (OSError, KeyError):
            return running.poll() is not None

    wait_until(some_are_there)
    running.kill()
    running.wait()
    if partial.exists():  # it may have been faster than that
        call("recover", partial)
    with h5py.File(whole) as full, h5py.File(tmp_path / "killed.h5") as file:
        for group in ("exc.rate", "inh.rate"):
            rates = file[f"report/{group}/rate"][:]
            assert len(rates) > 0 and np.array_equal(rates, full[f"report/{group}/rate"][:len(rates)])


def test_info_and_check_say_what_a_report_holds(run_hillock, call, tmp_path):
    run = run_hillock(NETWORK.replace("V: {every: 1 ms}", "V: {sum: true, every: 1 ms}, I: {mean: true, every: 1 ms}"))
    shown = call("info", run.output).stdout
    for line in ("/report/exc.rate: 41 frames every 5 ms, a rate\n", "/report/exc.sum: 203 frames every 1 ms, a sum\n",
                 "/report/exc.mean: 203 frames every 1 ms, a mean\n"):
        assert line in shown
    checked = run_hillock(run.config, command="check").stdout
    assert "record exc: spikes, rate of 160 neurons every 5 ms, V (sum) every 1 ms, I (mean) every 1 ms\n" in checked
    assert "record inh: spikes, rate of 20 neurons every 0.1 ms\n" in checked


def test_without_positions_a_file_has_no_nodes(run_hillock):
    with h5py.File(run_hillock(SWEEP).output) as file:
        assert "nodes" not in file
