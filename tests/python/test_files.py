"""What a run writes, read with the programs that users have: h5py, xarray, pandas, libsonata, bmtk, Neo, elephant, eFEL, Octave."""

import subprocess
import time

import efel
import h5py
import libsonata
import neo
import numpy as np
import pandas as pd
import pytest
import quantities as pq
import xarray as xr
from bmtk.utils.reports import CompartmentReport, SpikeTrains
from elephant.statistics import mean_firing_rate

CONFIG = """# Three neurons of five, at two intervals, and a population that stays silent.
simulation: {{duration: 100 ms, dt: 0.1 ms, seed: 18446744073709551557}}
populations:
  exc:
    size: 5
    model: lif
    receptors: {{ampa: {{model: exp_conductance, tau: 5 ms, E_rev: 0 mV}}}}
  silent: {{size: 2, model: lif}}
inputs:
  step: {{type: dc, target: exc, amplitude: {{linspace: [1 nA, 2 nA]}}, start: 10 ms}}
record:
  exc: {{spikes: true, V: {{neurons: [0, 2, 4]}}, g_ampa: {{neurons: [0, 2, 4]}}, I: {{every: 0.5 ms}}{more}}}
  silent: [spikes, V]
"""
MEAN = """# A population and its mean.
simulation: {duration: 100 ms, dt: 0.1 ms}
populations:
  exc: {size: 5, model: lif}
  silent: {size: 2, model: lif}
inputs:
  step: {type: dc, target: exc, amplitude: {linspace: [1 nA, 2 nA]}, start: 10 ms}
record:
  exc: {spikes: true, V: {mean: true}}
  silent: [spikes, V]
"""


@pytest.fixture
def finished(run_hillock):
    return run_hillock(CONFIG.format(more="")).output


def test_h5py_finds_every_part_with_its_unit(finished):
    with h5py.File(finished) as file:
        assert set(file) == {"meta", "report", "spikes"}
        assert file.attrs["magic"] == 0x0A7A and list(file.attrs["version"]) == [0, 1]
        assert file.attrs["hillock_format"] == b"1.0" and file.attrs["hillock_kind"] == b"run"
        assert file.attrs["seed"] == 18446744073709551557
        assert file.attrs["complete"] == 1 and file.attrs["status"] == b"complete"
        exc = file["report/exc"]
        assert exc["V"].shape == (1000, 3) and exc["V"].dtype == np.float32 and exc["V"].attrs["units"] == b"mV"
        assert exc["g_ampa"].attrs["units"] == b"nS"
        assert exc["V"].chunks == (1000, 3) and exc["V"].compression is None
        assert np.array_equal(exc["time"], np.arange(1000) * 0.1)
        assert np.array_equal(exc["neuron"], [0, 2, 4])
        assert exc.get("data", getlink=True).path == "V"
        assert file["report/exc.I/I"].shape == (200, 5)
        spikes = file["spikes/exc"]
        assert h5py.check_enum_dtype(spikes.attrs.get_id("sorting").dtype) == {"none": 0, "by_id": 1, "by_time": 2}
        assert spikes.attrs["sorting"] == 2 and spikes["timestamps"].attrs["units"] == b"ms"
        assert len(spikes["timestamps"]) > 5 and np.all(np.diff(spikes["timestamps"]) >= 0)
        assert spikes["node_ids"].dtype == np.uint64
        assert file["spikes/silent/timestamps"].shape == (0,)
        assert file["meta/config"][()].decode().startswith("# Three neurons of five")


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4", None])
def test_xarray_reads_reports_spikes_and_the_whole_tree(finished, engine):
    with xr.open_dataset(finished, group="report/exc", engine=engine) as exc:
        assert dict(exc.sizes) == {"time": 1000, "neuron": 3} and set(exc.coords) == {"time", "neuron"}
        assert exc.V.dims == ("time", "neuron") and exc.V.attrs["units"] == "mV" and exc.V.dtype == np.float32
        assert exc.time.dtype == np.float64  # a number, no timedelta
        with h5py.File(finished) as file:
            assert exc.V.sel(time=12.3, neuron=2, method="nearest") == file["report/exc/V"][123, 1]
    with xr.open_dataset(finished, group="spikes/exc", engine=engine) as spikes:
        early = spikes.node_ids.sel(timestamps=slice(0, 50))
        assert 0 < early.sizes["timestamps"] < spikes.sizes["timestamps"]
    with xr.open_dataset(finished, group="spikes/silent", engine=engine) as silent:
        assert silent.sizes["timestamps"] == 0
    with xr.open_dataset(finished, engine=engine) as root:
        assert root.attrs["hillock_format"] == "1.0" and root.attrs["status"] == "complete"
    with xr.open_datatree(finished, engine=engine) as tree:
        assert {"/report/exc", "/report/exc.I", "/spikes/exc", "/spikes/silent", "/meta"} <= {node.path for node in tree.subtree}


def test_pandas_takes_traces_and_spikes(finished):
    with xr.open_dataset(finished, group="report/exc") as exc:
        table = exc.V.to_pandas()
    assert table.shape == (1000, 3) and list(table.columns) == [0, 2, 4]
    with h5py.File(finished) as file:
        spikes = pd.DataFrame({name: file["spikes/exc"][name][:] for name in ("timestamps", "node_ids")})
    counts = spikes.groupby("node_ids").size()
    assert counts.sum() == len(spikes) and counts.is_monotonic_increasing  # more current, more spikes


def test_libsonata_reads_spikes_and_reports(finished):
    spikes = libsonata.SpikeReader(str(finished))
    assert spikes.get_population_names() == ["exc", "silent"]
    assert spikes["exc"].sorting == "by_time" and spikes["silent"].get() == []
    with h5py.File(finished) as file:
        times, ids = file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:]
        V = file["report/exc/V"][:]
    assert spikes["exc"].get() == list(zip(ids, times))
    assert [t for _, t in spikes["exc"].get(tstart=20, tstop=40)] == list(times[(times >= 20) & (times <= 40)])
    reports = libsonata.SomaReportReader(str(finished))
    assert set(reports.get_population_names()) == {"exc", "exc.I", "silent"}
    assert reports["exc"].data_units == "mV" and reports["exc"].time_units == "ms"
    assert reports["exc"].times == (0.0, 100.0, 0.1)
    whole = reports["exc"].get()
    assert np.array_equal(whole.data, V) and list(whole.ids) == [0, 2, 4]
    part = reports["exc"].get(node_ids=[2], tstart=10, tstop=20)
    assert np.array_equal(part.data, V[100:201, 1:2])


def test_bmtk_reads_spikes_and_reports(finished):
    with h5py.File(finished) as file:
        times, ids, V = file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:], file["report/exc/V"][:]
    spikes = SpikeTrains.load(str(finished))
    assert set(spikes.populations) == {"exc", "silent"} and len(spikes.get_times(node_id=0, population="silent")) == 0
    for neuron in range(5):
        assert np.array_equal(spikes.get_times(node_id=neuron, population="exc"), times[ids == neuron])
    table = spikes.to_dataframe(populations="exc").sort_values(["timestamps", "node_ids"])
    assert np.array_equal(table.timestamps, times) and np.array_equal(table.node_ids, ids)
    reports = CompartmentReport.load(str(finished))
    assert set(reports.populations) == {"exc", "exc.I", "silent"} and reports.units(population="exc") == "mV"
    assert np.array_equal(reports.node_ids(population="exc"), [0, 2, 4]) and reports.dt(population="exc") == 0.1
    assert np.array_equal(reports.data(population="exc"), V)
    assert np.array_equal(reports.data(node_id=2, population="exc").ravel(), V[:, 1])


def test_neo_elephant_and_efel_take_what_is_in_the_file(run_hillock, finished):
    with h5py.File(finished) as file:
        times, ids = file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:]
        stop, trains = file["meta"].attrs["duration_ms"], int(file["spikes/exc"].attrs["neurons"])
        signal = neo.AnalogSignal(file["report/exc/V"][:], units=file["report/exc/V"].attrs["units"].decode(), sampling_rate=10 * pq.kHz)
    assert trains == 5 and signal.t_stop.rescale("ms") == 100 * pq.ms
    rates = [float(mean_firing_rate(neo.SpikeTrain(times[ids == neuron], t_stop=stop, units="ms")).rescale("Hz")) for neuron in range(5)]
    assert rates == pytest.approx(np.bincount(ids.astype(int), minlength=5) / 0.1)
    quickstart = run_hillock("configs/quickstart.yaml").output
    with h5py.File(quickstart) as file:
        report = file["report/cell"]
        trace = {"T": report["time"][:], "V": report["V"][:, 0], "stim_start": [report.attrs["stimulus_start_ms"]],
                 "stim_end": [report.attrs["stimulus_stop_ms"]]}
        peak = report["time"][report["V"][:, 0].argmax()]
    assert trace["stim_start"] == [50] and trace["stim_end"] == [52]
    assert efel.get_feature_values([trace], ["peak_time"])[0]["peak_time"] == pytest.approx([peak], abs=0.1)


def test_octave_reads_with_load_and_ncread(run_hillock, repo):
    config = CONFIG.format(more="").replace("I: {every: 0.5 ms}", "I: {every: 0.5 ms, mean: true}")
    path = run_hillock(config).output
    done = subprocess.run(["octave-cli", "--no-gui", "-q", str(repo / "tests/octave/read_run.m"), str(path)],
                          capture_output=True, text=True, timeout=120)
    found = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    with h5py.File(path) as file:
        V, spikes = file["report/exc/V"][:], len(file["spikes/exc/timestamps"])
        size = file["report/exc.mean/I"].shape
    numbers = lambda name: np.array(found[name].strip("[]").split(), dtype=float)
    assert found["load.fields"] == '"meta,report,spikes"', done.stderr
    assert found["load.V.size"] == "[3 1000]" and np.array_equal(numbers("load.V.first"), V[0])
    assert np.array_equal(numbers("load.time"), [0, 0.1, 999 * 0.1]) and np.array_equal(numbers("load.neuron"), [0, 2, 4])
    assert found["load.mean.size"] == f"[1 {size[0]}]"
    assert found["load.spikes.count"] == str(spikes) and found["load.spikes.class"] == '"uint64"'
    assert found["load.silent.count"] == "0"
    assert found["load.config"] == '"# Three neurons of five, at two intervals, and a population that stays silent."'
    assert found["ncread.V.size"] == "[3 1000]" and found["ncread.V.class"] == '"single"'
    assert numbers("ncread.V.sum")[0] == pytest.approx(V.astype(float).sum(), rel=1e-12)
    assert np.array_equal(numbers("ncread.part"), V[:5, 1])
    assert found["ncread.spikes.count"] == str(spikes)
    assert found["ncread.units"] == '"mV"' and found["ncread.status"] == '"complete"'


def test_float64_and_compression_change_the_storage_and_not_the_values(run_hillock):
    plain, double, packed = (run_hillock(CONFIG.format(more=more)).output
                             for more in ("", ", dtype: float64", ", compress: 1"))
    with h5py.File(plain) as a, h5py.File(double) as b, h5py.File(packed) as c:
        V, V64, Vz = (file["report/exc/V"] for file in (a, b, c))
        assert V64.dtype == np.float64 and np.array_equal(V64[:].astype(np.float32), V[:])
        assert Vz.compression == "gzip" and Vz.shuffle and np.array_equal(Vz[:], V[:])
        assert "data" in a["report/exc"] and "data" not in b["report/exc"] and "data" not in c["report/exc"]
        assert np.array_equal(c["report/exc/time"][:], a["report/exc/time"][:])
    with xr.open_dataset(packed, group="report/exc", engine="netcdf4") as exc, h5py.File(plain) as a:
        assert np.array_equal(exc.V.values, a["report/exc/V"][:])


def test_a_mean_is_a_trace_of_one_dimension(run_hillock):
    path = run_hillock(MEAN).output
    with xr.open_dataset(path, group="report/exc.mean") as mean:
        assert mean.V.dims == ("time",) and mean.sizes["time"] == 1000
    with xr.open_datatree(path) as tree:
        assert "/report/exc.mean" in {node.path for node in tree.subtree}
    assert libsonata.SpikeReader(str(path)).get_population_names() == ["exc", "silent"]


def test_a_run_can_be_read_while_it_goes_on(hillock, tmp_path):
    config = tmp_path / "long.yaml"
    config.write_text("""# Long enough to be read while it goes on.
simulation: {duration: 1000 s, dt: 0.1 ms}
populations: {exc: {size: 50, model: lif}}
inputs: {step: {type: dc, target: exc, amplitude: 1 nA}}
record: {exc: [V, spikes]}
""")
    output = tmp_path / "long.h5"
    process = subprocess.Popen([hillock, "run", config, "--out", output, "--quiet"], stdin=subprocess.DEVNULL)
    reads = 0
    try:
        deadline = time.monotonic() + 60
        while reads < 20 and time.monotonic() < deadline:
            assert process.poll() is None
            try:
                with h5py.File(f"{output}.partial") as file:
                    group = file["report/exc"]
                    frames = round(group["mapping/time"][1] / 0.1)
                    if frames == 0:
                        continue
                    V = group["V"][max(0, frames - 1000):frames]
                    assert file.attrs["complete"] == 0 and file.attrs["status"] == b"running"
            except OSError:  # caught in the middle of a flush
                continue
            assert np.all((V < -40) & (V > -90))  # written values, no zeros
            reads += 1
    finally:
        process.terminate()
        process.wait(30)
    assert reads == 20
    with h5py.File(f"{output}.partial") as file:
        assert file.attrs["status"] == b"interrupted" and file.attrs["reason"] == b"SIGTERM"
        assert file.attrs["stopped_at_ms"] > 0
