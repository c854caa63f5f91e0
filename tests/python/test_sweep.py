"""Sweeps: the table as readers see it, each point with the bits of a run of its own, and failed points beside good ones."""

import h5py
import numpy as np
import pandas
import pytest
import xarray
from faults import datasets, same_bytes
from reference.octave import Octave, texts

TABLE = """
simulation: {duration: 60 ms, dt: 0.1 ms, seed: 7}
populations: {cell: {size: 2, model: lif}}
inputs:
  step: {type: dc, target: cell, amplitude: 400 pA}
  noise: {type: white_noise, target: cell, sigma: 300 pA ms^0.5}
record: {cell: {spikes: true, V: {every: 1 ms}}}
sweep:
  parameters:
    inputs.step.amplitude: {from: 300 pA, to: 700 pA, count: 3}
    populations.cell.params.tau_m: [10 ms, 20 ms]
  keep: [summary, spikes, traces]
"""

LIF = "{size: 3, model: lif, params: {tau_m: 10 ms}}"
HEARING = "{size: 2, model: lif, receptors: {exc: {model: RECEPTOR}}}"
V = "{cell: {spikes: true, V: {every: 0.5 ms}, dtype: float64}}"
AMPLITUDES = "inputs.drive.amplitude: [300 pA, 500 pA, 700 pA]"


def config(parameters: str, drive: str = "{type: dc, target: cell, amplitude: 500 pA}", cell: str = LIF, record: str = V, more: str = "",
           simulation: str = "duration: 50 ms, dt: 0.1 ms, seed: 3", **sweep) -> str:
    words = "".join(f"\n  {key}: {value}" for key, value in sweep.items())
    return f"""
simulation: {{{simulation}}}
populations: {{cell: {cell}}}
inputs: {{drive: {drive}}}
record: {record}
{more}
sweep:
  parameters: {{{parameters}}}
  keep: [summary, spikes, traces]{words}
"""


def heard(drive: str, receptor: str = "exp_current", parameters: str = "inputs.drive.weight: [300 pA, 600 pA, 900 pA]", **others) -> str:
    return config(parameters, f"{{target: cell, receptor: exc, weight: 300 pA, {drive}}}", HEARING.replace("RECEPTOR", receptor), **others)


ESCAPE = """name: escape
summary: A leaky neuron with a chance to fire
source: "made for this test"
inputs: {I: pA}
params:
  tau: {default: 10 ms}
  slope: {default: 2 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: (-70 mV - V)/tau + I/(250 pF)
spike:
  rate: 0.1 kHz*exp((V + 55 mV)/slope)
  reset:
    V: -70 mV
"""
SEVERAL = """
vars: {strength: 1}
simulation: {duration: 40 ms, dt: 0.05 ms, seed: 18446744073709551000}
populations:
  axon: {size: 2, model: hodgkin_huxley, init: {V: {uniform: [-70 mV, -60 mV]}}}
  adapting: {size: 5, model: adex, params: {b: {normal: [80 pA, 10 pA]}}, init: rest}
  leaky: {size: 3, model: lif, receptors: {exc: {model: exp_current, tau: {uniform: [2 ms, 4 ms]}}, inh: {model: alpha_current, tau: 5 ms}}}
inputs:
  dc: {type: dc, target: axon, amplitude: {linspace: [0 uA/cm2, 20 uA/cm2]}}
  step: {type: ramp, target: adapting 1..3, to: 1500 pA, stop: 40 ms}
  noise: {type: white_noise, target: leaky, mean: 300 pA, sigma: 300 pA ms^0.5}
  coloured: {type: ou, target: [leaky 1..2, adapting 0], mean: 0 pA, sigma: "= 100 pA*strength", tau: 5 ms}
  up: {type: poisson, target: leaky, receptor: exc, rate: 8 kHz, weight: {normal: [40 pA, 5 pA]}}
  down: {type: poisson, target: leaky, receptor: inh, rate: 2 kHz, weight: -40 pA, shared: true}
record:
  axon: {spikes: true, V: {every: 0.5 ms}}
  adapting: {spikes: true, w: {every: 1 ms, neurons: [0, 4]}, dtype: float64}
  leaky: {V: {every: 1 ms}, I: {every: 2 ms}}
analysis:
  adapting: {features: [mean_frequency, AP_amplitude, voltage_base], statistics: [rate, cv, fano_factor, correlation]}
sweep:
  parameters:
    vars.strength: [1, 1.5]
    populations.adapting.params.b: [60 pA, {normal: [80 pA, 10 pA]}]
    inputs.up.rate: [6 kHz, 9 kHz]
  repeat: 2
  keep: [summary, spikes, traces]
"""
POINTS = {
    "dc": config(f"{AMPLITUDES}, populations.cell.params.tau_m: [10 ms, '15 ms']", cell="{size: 1, model: lif}", more="analysis: {cell: {features: [mean_frequency, voltage_base], statistics: all}}"),
    "times": config("inputs.drive.start: [0 ms, 12.3 ms, 20 ms], inputs.drive.stop: [30 ms, 50 ms]"),
    "steps": config(AMPLITUDES, "{type: steps, target: cell, amplitude: 300 pA, start: 5 ms, width: 12 ms, period: 20 ms}"),
    "ramp": config("inputs.drive.to: [500 pA, {uniform: [600 pA, 900 pA]}, [1 nA, 1.1 nA, 1.2 nA]]", "{type: ramp, target: cell, to: 300 pA}"),
    "sine": config("inputs.drive.frequency: [50 Hz, 80 Hz], inputs.drive.phase: [0, 1.5]", "{type: sine, target: cell, amplitude: 700 pA, frequency: 50 Hz, offset: 200 pA}"),
    "waveform": config("vars.a: [1, 2, 3]", "{type: waveform, target: cell, current: 'a*300 pA*exp(-t/(30 ms))'}", more="vars: {a: 1}"),
    "white_noise": config("inputs.drive.sigma: [500 pA ms^0.5, 900 pA ms^0.5], inputs.drive.mean: [300 pA, 400 pA]",
                          "{type: white_noise, target: cell, mean: 300 pA, sigma: 500 pA ms^0.5}", repeat=2),
    "noise": config("inputs.drive.std: [500 pA, 900 pA], simulation.seed: [1, 18446744073709551615]", "{type: noise, target: cell 1..2, mean: 400 pA, std: 500 pA, every: 1 ms}"),
    "ou": config("inputs.drive.mean: [300 pA, 400 pA], inputs.drive.tau: [2 ms, 5 ms]", "{type: ou, target: cell, mean: 300 pA, sigma: 300 pA, tau: 5 ms}", repeat=2),
    "shared ou": config("inputs.drive.mean: [300 pA, 400 pA]", "{type: ou, target: cell, mean: 300 pA, sigma: 300 pA, tau: 5 ms, shared: true}", repeat=3),
    "file": config("populations.cell.params.C_m: [200 pF, 250 pF, 300 pF]", "{type: file, target: cell, path: current.csv, column: I, unit: pA, interval: 10 ms}"),
    "voltage_clamp": config("inputs.drive.voltage: [-60 mV, -40 mV], inputs.drive.resistance: [5 MOhm, 10 MOhm]", "{type: voltage_clamp, target: cell, voltage: -60 mV, resistance: 5 MOhm}"),
    "spikes": heard("type: spikes, times: [5 ms, 6 ms, 7 ms, 20.1 ms], delay: 1 ms", parameters="inputs.drive.weight: [1 nA, 2 nA, 3 nA]"),
    "regular": heard("type: regular, interval: 3 ms", "alpha_current"),
    "poisson": heard("type: poisson, rate: 500 Hz", parameters="inputs.drive.weight: [300 pA, 600 pA], inputs.drive.rate: [500 Hz, 900 Hz]", repeat=2),
    "shared poisson": heard("type: poisson, rate: 500 Hz, shared: true", "delta", "inputs.drive.weight: [1 mV, 5 mV]", repeat=3).replace("weight: 300 pA", "weight: 1 mV"),
    "conductance": heard("type: poisson, rate: 800 Hz", "exp_conductance", "inputs.drive.weight: [20 nS, {normal: [20 nS, 5 nS]}], populations.cell.receptors.exc.tau: [2 ms, 6 ms]").replace("weight: 300 pA", "weight: 20 nS"),
    "alpha_conductance": heard("type: poisson, rate: 800 Hz, delay: 2 ms", "alpha_conductance", "inputs.drive.weight: [10 nS, 20 nS], inputs.drive.delay: [1 ms, 2 ms]").replace("weight: 300 pA", "weight: 20 nS"),
    "spike_file": heard("type: spike_file, path: spikes.csv, timestamps: t, node_ids: i", parameters="inputs.drive.weight: [1 nA, 2 nA, 3 nA]"),
    "escape noise": config("populations.cell.params.slope: [2 mV, 3 mV], inputs.drive.amplitude: [300 pA, 400 pA]", cell="{size: 3, model: escape.yaml, params: {tau: {uniform: [8 ms, 12 ms]}}}", repeat=2),
    "decisions": config("populations.cell.params.bias: [-2, 0, {normal: [0, 1]}]", "{type: dc, target: cell, amplitude: 0.5}", "{size: 4, model: logistic}", "{cell: {spikes: true}}", repeat=3),
    "drawn": config("populations.cell.params.tau_m: [{normal: [10 ms, 1 ms]}, {uniform: [8 ms, 12 ms]}], populations.cell.init.V: [-70 mV, {uniform: [-70 mV, -50 mV]}]",
                    "{type: dc, target: cell, amplitude: {lognormal: [500 pA, 0.2]}}", repeat=2),
    "adaptive": config("inputs.drive.amplitude: [5 uA/cm2, 10 uA/cm2, 20 uA/cm2]", "{type: dc, target: cell, amplitude: 5 uA/cm2}", "{size: 2, model: hodgkin_huxley, method: adaptive}", simulation="duration: 20 ms, dt: 0.1 ms"),
    "methods": config("populations.cell.method: [rk4, midpoint], inputs.drive.amplitude: [5 uA/cm2, 10 uA/cm2]", "{type: dc, target: cell, amplitude: 5 uA/cm2}", "{size: 2, model: hodgkin_huxley}", simulation="duration: 20 ms, dt: 0.02 ms"),
    "mean": config(AMPLITUDES, record="{cell: {V: {every: 0.5 ms, mean: true}}}", more="analysis: {cell: {neurons: [0, 2], statistics: all, start: 10 ms}}"),
    "several": SEVERAL,
}
STACKED = ["dc", "spike_file", "white_noise", "shared ou", "conductance", "escape noise", "adaptive", "several"]


def put_files(folder):
    (folder / "current.csv").write_text("I\n" + "".join(f"{k % 3 * 400}\n" for k in range(5)))
    (folder / "spikes.csv").write_text("t,i\n" + "".join(f"{2.5 * k + 1},{k % 2}\n" for k in range(18)))
    (folder / "escape.yaml").write_text(ESCAPE)


@pytest.fixture
def sweep(call, tmp_path):
    """`sweep(text, *words)` runs a sweep into x.h5 and gives its data sets."""
    put_files(tmp_path)

    def run(text: str, *words, expect: int = 0, name: str = "x"):
        (tmp_path / "config.yaml").write_text(text)
        done = call("sweep", "config.yaml", "--out", f"{name}.h5", "--force", *words, expect=expect)
        assert expect == 4 or done.stderr == ""
        return datasets(tmp_path / f"{name}.h5")

    return run


# The table ---------------------------------------------------------------------------------------------------------------


def test_a_sweep_is_a_table_and_a_grid_in_every_reader(sweep, call, tmp_path):
    found = sweep(TABLE)
    amplitude, tau = np.repeat([300.0, 500.0, 700.0], 2), np.tile([10.0, 20.0], 3)
    table = xarray.open_dataset(tmp_path / "x.h5").to_dataframe()
    assert table.shape[0] == 6 and set(table.columns) == {"amplitude", "tau_m", "seed", "status", "spike_count", "rate"}
    assert table.amplitude.tolist() == amplitude.tolist() and table.tau_m.tolist() == tau.tolist() and (table.status == 0).all() and (table.seed == 7).all()
    assert table.spike_count.tolist() == found["spike_count"].tolist() and found["spike_count"].max() > found["spike_count"].min()

    with xarray.open_dataset(tmp_path / "x.h5") as dataset:
        assert (dataset.amplitude.attrs["units"], dataset.amplitude.attrs["path"]) == ("pA", "inputs.step.amplitude")
        assert (dataset.rate.attrs["units"], dataset.attrs["sweep_parameters"], dataset.attrs["sweep_grid"]) == ("Hz", "amplitude tau_m", "3 2")
        grid = dataset.set_index(run=["amplitude", "tau_m"]).unstack("run")
        assert grid.rate.shape == (3, 2) and np.array_equal(grid.rate, found["rate"].reshape(3, 2))
        assert grid.rate.sel(amplitude=500, tau_m=20) == found["rate"][3]
    with xarray.open_dataset(tmp_path / "x.h5", group="report/cell") as traces:
        assert traces.V.dims == ("run", "time", "neuron") and traces.V.shape == (6, 60, 2) and traces.V.attrs["units"] == "mV"

    spikes = pandas.DataFrame({name: found[f"spikes/cell/{name}"] for name in ("run", "timestamps", "node_ids")})
    counts = spikes.groupby("run").size().reindex(range(6), fill_value=0)
    assert counts.tolist() == found["spike_count"].tolist() and spikes.run.is_monotonic_increasing
    assert all(times.is_monotonic_increasing for _, times in spikes.groupby("run").timestamps)
    with h5py.File(tmp_path / "x.h5") as file:
        assert file["rate"].dims[0][0] == file["run"] and file.attrs["hillock_kind"] == b"sweep" and file.attrs["complete"] == 1

    read = Octave(tmp_path)("out = hillock.sweep('x.h5'); [out.times, out.ids] = hillock.spikes('x.h5', 'cell', 'run', 5); [out.t, out.V] = hillock.voltage('x.h5', 'cell', 'run', 4);")
    assert texts(read.parameters) == ["amplitude", "tau_m"] and np.array_equal(read.grid[0, 0].rate, found["rate"].reshape(3, 2))
    assert read.times[:, 0].tolist() == spikes.timestamps[spikes.run == 5].tolist() and np.array_equal(read.V, found["report/cell/V"][4])


def test_words_and_cases_are_columns_of_words(sweep):
    found = sweep("""
simulation: {duration: 20 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 600 pA}}
sweep:
  parameters:
    kind: {cases: {leaky: {populations.cell.model: lif, populations.cell.params.tau_m: [5 ms, 10 ms]}, adapting: {populations.cell.model: adex}}}
    vars.w: [1, 2]
    inputs.step.amplitude: ["= 300 pA*w", 600 pA]
vars: {w: 1}
""")
    assert found["kind"].astype(str).tolist() == ["leaky"] * 8 + ["adapting"] * 4 and found["model"].astype(str).tolist() == ["lif"] * 8 + ["adex"] * 4
    assert np.array_equal(found["tau_m"], [5.0] * 4 + [10.0] * 4 + [np.nan] * 4, equal_nan=True)
    # What w makes of an expression differs from point to point.
    assert found["amplitude"].astype(str).tolist() == ["= 300 pA*w", "600 pA"] * 6
    counts = found["spike_count"].reshape(3, 2, 2)
    assert (counts[:, 1, 0] == counts[:, 1, 1]).all() and (counts[:, 0, 0] <= counts[:, 0, 1]).all() and counts[1, 0, 1] > counts[1, 0, 0]


# The bits of each point --------------------------------------------------------------------------------------------------


def values_of(file: h5py.File, path: str, point: int) -> str:
    """What `--set` takes for this parameter of a point; '' if it sets none."""
    column = next(item for item in file.values() if isinstance(item, h5py.Dataset) and item.attrs.get("path", b"").decode() == path)
    value = column[point]
    if isinstance(value, bytes):
        return value.decode()
    unit = column.attrs["units"].decode()
    return "" if np.isnan(value) else f"{value!r}".replace("np.float64(", "").replace(")", "") + ("" if unit == "1" else f" {unit}")


def mean(values: np.ndarray) -> float:
    total, count = 0.0, 0
    for value in values[np.isfinite(values)].tolist():
        total, count = total + value, count + 1
    return total / count if count else np.nan


def measured(run: h5py.File, column: str, populations: list[str]) -> float:
    """The measure of this name, taken from the file of a run."""
    population, name = next(((p, column[len(p) + 1:]) for p in populations if column.startswith(p + "_")), ("cell", column))
    spikes, analysis = run[f"spikes/{population}"], run.get(f"analysis/{population}", {})
    if name == "spike_count":
        return float(len(spikes["timestamps"]))
    if name == "rate" and name not in analysis:
        return len(spikes["timestamps"]) / run[f"spikes/{population}"].attrs["neurons"] / (run["meta"].attrs["duration_ms"] / 1000)
    name = "spikes" if name == "spikes_in_window" else name
    if f"{name}_mean" in analysis:
        return analysis[f"{name}_mean"][()]
    return mean(analysis[name][()]) if analysis[name].shape else analysis[name][()]


@pytest.mark.parametrize("name", POINTS)
def test_each_point_has_the_bits_of_a_run_of_its_own(sweep, call, tmp_path, name):
    found = sweep(POINTS[name])
    with h5py.File(tmp_path / "x.h5") as file:
        populations, points = list(file["spikes"]), len(file["run"])
        paths = [file[column].attrs["path"].decode() for column in file.attrs["sweep_parameters"].decode().split()]
        measures = [column for column in set(file) - {"run", "seed", "status", "repeat"} if isinstance(file[column], h5py.Dataset) and "path" not in file[column].attrs]
        settings = [[f"{path}={value}" for path in paths if path != "simulation.seed" and (value := values_of(file, path, k))] for k in range(points)]
    assert points > 2 and (found["status"] == 0).all()
    spikes = 0
    for k in range(points):
        given = [f"simulation.seed={found['seed'][k]}", *[f"record.{population}.spikes=true" for population in populations], *settings[k]]
        call("run", "config.yaml", "--out", "run.h5", "--force", "--quiet", *[word for setting in given for word in ("--set", setting)])
        with h5py.File(tmp_path / "run.h5") as run:
            for population in populations:
                mine = found[f"spikes/{population}/run"] == k
                for part in ("timestamps", "node_ids"):
                    assert found[f"spikes/{population}/{part}"][mine].tobytes() == run[f"spikes/{population}/{part}"][()].tobytes(), (k, population, part, given)
                spikes += np.count_nonzero(mine)
            for path in [path for path in found if path.startswith("report/") and path.rsplit("/", 1)[1] not in ("run", "time", "neuron")]:
                assert found[path][k].tobytes() == run[path][()].tobytes(), (k, path, given)
            for column in measures:
                assert np.array_equal(found[column][k], measured(run, column, populations), equal_nan=True), (k, column, given)
    assert spikes > 0 or name == "voltage_clamp"


@pytest.mark.parametrize("name", STACKED)
def test_however_points_are_put_together_the_data_sets_are_the_same(sweep, name):
    expected = sweep(POINTS[name])
    for words in (("--stack", 1), ("--stack", 5), ("--stack", 40, "--threads", 3), ("--threads", 1), ("--threads", 2), ("--threads", 5, "--stack", 1), ("--backend", "interpreter"),
                  ("--instructions", "generic"), ("--instructions", "avx2", "--stack", 12)):
        assert same_bytes(sweep(POINTS[name], *words, name="y"), expected), words


# Points that fail --------------------------------------------------------------------------------------------------------

POLE = """name: pole
summary: A fall to a pole, where k is large
source: "made for this test"
inputs: {I: 1}
params:
  k: {default: 0}
require:
  - k >= 0
state:
  V: {init: 1}
equations:
  dV/dt: (I - V - k*V^2)/1 ms
spike:
  when: V >= 3
  reset:
    V: 1
"""
POLES = ("population 'cell', neuron 0: V is not finite at t = 0.2 ms (last finite value of V: -1e+299); pole.yaml:12:3: dV/dt: (I - V - k*V^2)/1 ms; "
         "likely cause: the right-hand side of V is infinite there: V runs away and no spike rule resets it in time, or a division by zero")
FAILING = """
simulation: {duration: 20 ms, dt: 0.1 ms}
populations: {cell: {size: 2, model: pole.yaml}}
inputs: {noise: {type: white_noise, target: cell, mean: 3, sigma: 1 ms^0.5}}
record: {cell: {V: {every: 1 ms}}}
sweep:
  parameters:
    populations.cell.params.k: [VALUES]
  repeat: 3
  keep: [summary, spikes, traces]
"""


def test_points_that_fail_have_reasons_and_change_no_bit_of_the_others(sweep, call, tmp_path):
    (tmp_path / "pole.yaml").write_text(POLE)
    text = FAILING.replace("VALUES", "0, 1e300, -1, 0.01, 1 mV, 0.02, 1e300")
    good = sweep(FAILING.replace("VALUES", "0, 0.01, 0.02"), name="good")
    for words in ((), ("--stack", "1"), ("--stack", "7", "--threads", "3")):
        found = sweep(text, *words, expect=4)
        bad = np.repeat([False, True, True, False, True, False, True], 3)
        assert np.array_equal(found["status"], bad.astype(np.int8)) and found["failures/run"].tolist() == np.flatnonzero(bad).tolist()
        for name in ("spike_count", "rate"):
            assert np.array_equal(found[name][~bad], good[name]) and np.isnan(found[name][bad]).all()
        assert np.array_equal(found["report/cell/V"][~bad], good["report/cell/V"]) and np.isnan(found["report/cell/V"][bad]).all()
        assert found["spikes/cell/timestamps"].tobytes() == good["spikes/cell/timestamps"].tobytes() and len(good["spikes/cell/timestamps"]) > 10
        assert np.array_equal(found["spikes/cell/run"], np.flatnonzero(~bad)[good["spikes/cell/run"]])
        reasons = found["failures/reason"].astype(str).tolist()
        assert reasons == [POLES] * 3 + ["population 'cell': k >= 0 does not hold: k is -1; pole requires k >= 0"] * 3 + \
            ["k needs a pure number, got voltage (mV); write for example '1'"] * 3 + [POLES] * 3
    done = call("sweep", "config.yaml", "--out", "x.h5", "--force", expect=4)
    assert done.stderr == f"""error: 12 of 21 points failed:
  points 3, 4, 5, 18, 19 and 1 more: {POLES}
  points 6, 7, 8: population 'cell': k >= 0 does not hold: k is -1; pole requires k >= 0
  points 12, 13, 14: k needs a pure number, got voltage (mV); write for example '1'
"""
    assert done.stdout.startswith("x.h5: 21 points in ") and not (tmp_path / "x.h5.partial").exists()


def test_a_point_that_cannot_even_be_read_fails_alone(sweep):
    """A seed beside it is still the point's; a model that is not there is its reason."""
    found = sweep(config("simulation.seed: [1, -1], populations.cell.params.tau_m: [10 ms, -1 ms]"), expect=4)
    assert found["status"].tolist() == [0, 1, 1, 1] and found["failures/run"].tolist() == [1, 2, 3]
    found = sweep(config("populations.cell.model: [lif, gone.yaml, adex]", cell="{size: 2, model: lif}"), expect=4)
    assert found["status"].tolist() == [0, 1, 0]
    assert found["failures/reason"].astype(str).tolist() == ["'gone.yaml' does not exist; paths are relative to the config's folder"]
    found = sweep(config("inputs.drive.path: [current.csv, gone.csv]", "{type: file, target: cell, path: current.csv, column: I, unit: pA, interval: 10 ms}"), expect=4)
    assert found["status"].tolist() == [0, 1] and "gone.csv" in found["failures/reason"][0].decode()


def test_a_point_that_gives_other_results_than_the_table_has_fails(sweep):
    """Nothing of it is lost silently, nor is it put where something else belongs."""
    names = sweep(config("populations.other: [{model: lif}]", more="analysis: {cell: {statistics: [rate]}}"), expect=4)
    assert names["failures/reason"][0] == b"its populations have other names than those of the config; vary what the populations are, not which there are"
    measures = sweep(config("analysis.cell.statistics: [[rate], [rate, cv]]", more="analysis: {cell: {statistics: [rate]}}"), expect=4)
    assert measures["failures/run"].tolist() == [1]
    assert measures["failures/reason"][0] == b"it measures 'cv', which the config does not; name it in the 'analysis' of the config"


@pytest.mark.parametrize("key, first, other", [("record.cell.dtype", "float64", "float32"), ("record.cell.V.every", "0.5 ms", "1 ms"),
                                               ("record.cell.V.neurons", "all", "[0, 2]"), ("simulation.duration", "50 ms", "20 ms"),
                                               ("record.cell.V.mean", "false", "true")])
def test_points_of_other_times_neurons_or_types_have_traces_of_their_own(sweep, run_hillock, key, first, other):
    """In the layout of a run, with its bits; in the array of all points there is nothing of them."""
    text = config(f"{key}: [{first}, {other}], inputs.drive.amplitude: [400 pA, 600 pA, 700 pA]")
    found = sweep(text)
    assert np.all(found["status"] == 0)
    for point in range(6):
        run = datasets(run_hillock(text.split("sweep:")[0], "--set", f"{key}={(first, other)[point // 3]}",
                                   "--set", f"inputs.drive.amplitude={(400, 600, 700)[point % 3]} pA").output)
        reports = {name: values for name, values in run.items() if name.startswith("report/")}
        if point < 3:
            assert reports["report/cell/V"].tobytes() == found["report/cell/V"][point].tobytes()
            continue
        assert np.all(np.isnan(found["report/cell/V"][point]))
        own = {name.removeprefix(f"runs/{point}/"): values for name, values in found.items() if name.startswith(f"runs/{point}/")}
        assert own and same_bytes(own, reports)


def test_measures_and_what_is_searched_for_have_names_of_their_own(sweep):
    measured = sweep(config("populations.cell.params.tau_m: [10 ms, 20 ms]", more="analysis: {cell: {features: [spike_count]}}"))
    assert measured["spike_count"].tolist() == [9, 12] and measured["spike_count_per_neuron"].tolist() == [0, 0]  # none above -20 mV
    search = "search: {bisection: {parameter: inputs.drive.rate, from: 0 Hz, to: 20 kHz, until: rate >= 10 Hz, tolerance: 100 Hz}}"
    found = sweep(heard("type: poisson, rate: 10 Hz", parameters="populations.cell.params.tau_m: [10 ms, 20 ms]", more=search))
    assert np.all(found["rate"] >= 10) and np.all(found["drive_rate"] > 0)


def test_what_is_set_during_the_run_can_vary(sweep):
    """Its path has a time and another path in it; its column a name that can be written everywhere."""
    table = sweep(config('"at.25.5 ms.set.inputs.drive.amplitude": [0 pA, 900 pA], "at.40 ms.set.vars.x": [1 pA, 2 pA]',
                                  more="vars: {x: 0 pA}\nat: {25.5 ms: {set: {inputs.drive.amplitude: 100 pA}}, 40 ms: {set: {vars.x: 3 pA}}}"))
    assert table["amplitude"].tolist() == [0, 0, 900, 900] and table["x"].tolist() == [1, 2, 1, 2]
    late = [np.sum(table["spikes/cell/timestamps"][table["spikes/cell/run"] == run] > 25.5) for run in range(4)]
    assert late[0] == 0 and late[2] > 10
    named = sweep(config('"at.25.5 ms.set.vars.x": [1 pA, 2 pA], "at.40 ms.set.vars.x": [3 pA, 4 pA]',
                                  more="vars: {x: 0 pA}\nat: {25.5 ms: {set: {vars.x: 3 pA}}, 40 ms: {set: {vars.x: 3 pA}}}"))
    assert named["40_ms_set_vars_x"].tolist() == [3, 4, 3, 4]


def test_whole_numbers_lie_between_whole_ends(sweep):
    table = sweep(config("simulation.seed: {from: 1, to: 50, count: 50}"))
    assert table["status"].tolist() == [0] * 50 and np.array_equal(table["simulation_seed"], np.arange(1, 51))
