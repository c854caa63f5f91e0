"""hillock.run: the bits of the command line from files and dicts, in memory without copies, with units."""

import gc
import os
import warnings

import h5py
import hillock
import numpy as np
import pytest
import yaml
from conftest import data_in, data_of

MIXED = """# Several populations, means, subsets and both precisions.
vars: {w: 40 pA}
simulation: {duration: 60 ms, dt: 0.05 ms, seed: 3}
populations:
  axon: {size: 7, model: hodgkin_huxley, init: {V: {uniform: [-70 mV, -60 mV]}}}
  adapting: {size: 5, model: adex, params: {b: {normal: [80 pA, 10 pA]}}, init: rest}
  leaky:
    size: 50
    model: lif
    receptors: {exc: {model: exp_current, tau: 2 ms}}
inputs:
  dc: {type: dc, target: axon, amplitude: {linspace: [0 uA/cm2, 20 uA/cm2]}}
  step: {type: dc, target: adapting, amplitude: 900 pA, start: 5 ms}
  coloured: {type: ou, target: leaky 10..49, mean: 0 pA, sigma: 100 pA, tau: 5 ms}
  up: {type: poisson, target: leaky, receptor: exc, rate: 8 kHz, weight: = 2 * w}
record:
  axon: {spikes: true, V: {every: 0.05 ms}, m: {every: 0.5 ms, neurons: [1, 3]}, dtype: float64}
  adapting: {spikes: {neurons: [0, 4]}, V: {every: 1 ms}, w: {every: 1 ms}}
  leaky: {spikes: true, V: {mean: true}}
"""


@pytest.fixture
def quickstart(repo):
    return repo / "configs" / "quickstart.yaml"


def test_a_file_a_dict_and_the_command_line_give_the_same_bits(by_program, tmp_path):
    expected = data_in(by_program(MIXED))
    path = tmp_path / "mixed.yaml"
    path.write_text(MIXED)
    assert len(expected) == 18
    assert data_of(hillock.run(path)) == expected
    assert data_of(hillock.run(yaml.safe_load(MIXED))) == expected
    assert data_of(hillock.run(str(path), out=tmp_path / "out.h5")) == expected
    assert data_in(tmp_path / "out.h5") == expected


@pytest.mark.parametrize("name", ["quickstart", "weighted_sum", "all_or_none", "lif_step", "noisy_lif", "sigmoid_decision",
                                  "logistic_regression", "own_model"])
def test_every_shipped_config_gives_the_bits_of_the_command_line_from_a_dict(name, repo, by_program):
    path = repo / "configs" / f"{name}.yaml"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hillock.ConfigWarning)
        run = hillock.run(yaml.safe_load(path.read_text()), folder=path.parent)
    assert data_of(run) == data_in(by_program(path))


def test_nothing_is_written_without_out(quickstart, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hillock.run(quickstart)
    assert os.listdir(tmp_path) == []


def test_arrays_are_views_of_one_memory_and_cannot_be_written(quickstart):
    run = hillock.run(quickstart)
    V, again = run["cell"].V, run["cell"]["V"]
    assert V.shape == (8000, 1) and V.dtype == np.float32 and V.flags.c_contiguous
    assert np.shares_memory(V, again) and not V.flags.owndata and V.base is not None
    assert V.__array_interface__["data"][0] == again.__array_interface__["data"][0]
    for array in (V, run["cell"].time, run["cell"].spikes.timestamps, run["cell"].spikes.node_ids):
        assert not array.flags.owndata and not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        V[0] = 0


def test_results_live_on_when_everything_that_made_them_is_gone(quickstart):
    """Fault 59: a kernel released while results are held in Python."""
    run = hillock.run(quickstart)
    V, times, ids = run["cell"].V, run["cell"].time, run["cell"].spikes.node_ids
    kept = V.copy(), times.copy(), ids.copy()
    del run
    gc.collect()
    others = [hillock.run(quickstart, inputs__push__amplitude=f"{k} uA/cm2") for k in range(5)]  # takes freed memory
    assert np.array_equal(V, kept[0]) and np.array_equal(times, kept[1]) and np.array_equal(ids, kept[2])
    assert len(others) == 5


def test_time_neurons_and_units_are_those_of_the_file(by_program, tmp_path):
    run, path = hillock.run(yaml.safe_load(MIXED)), by_program(MIXED)
    axon = run["axon"]
    assert np.array_equal(axon.time, np.arange(1200) * 0.05)
    assert list(axon.neuron) == list(range(7))
    assert axon.reports["axon.m"].time[1] == 0.5 and list(axon.reports["axon.m"].neuron) == [1, 3]
    assert axon.m.shape == (120, 2)
    assert run["leaky"].mean.V.shape == (1200,) and run["leaky"].mean.units == {"time": "ms", "V": "mV"}
    with h5py.File(path) as file:
        for group, report in run.reports.items():
            for name in report:
                assert report.units[name] == file[f"report/{group}/{name}"].attrs["units"].decode()
                assert report.long_names[name] == file[f"report/{group}/{name}"].attrs["long_name"].decode()
        assert run.parameters == yaml.safe_load(file["meta/parameters"][()])
    assert axon.units == {"time": "ms", "V": "mV", "m": "1"}


def test_what_a_run_says_about_itself(quickstart):
    run = hillock.run(quickstart, simulation__seed=7)
    assert (run.seed, run.dt, run.duration, run.stop, run.status, run.path) == (7, 0.025, 200, 200, "complete", None)
    assert yaml.safe_load(run.config)["simulation"]["seed"] == 7
    assert run.parameters["populations"]["cell"]["params"]["C_m"] == "1 uF/cm2"
    assert "name: hodgkin_huxley" in run.models
    assert repr(run) == "<hillock.Run: cell; 200 of 200 ms, complete>"
    assert repr(run["cell"]) == "<hillock.Population 'cell': V>"
    assert "V" in dir(run["cell"]) and "V" in run["cell"] and list(run) == ["cell"]


def test_overrides_are_keywords_or_paths(quickstart, by_program):
    expected = data_in(by_program(quickstart, "--set", "inputs.push.amplitude=20 uA/cm2"))
    assert data_of(hillock.run(quickstart, inputs__push__amplitude="20 uA/cm2")) == expected
    assert data_of(hillock.run(quickstart, **{"inputs.push.amplitude": "20 uA/cm2"})) == expected
    assert expected != data_of(hillock.run(quickstart))


def test_overrides_may_be_numbers_lists_arrays_and_dicts():
    config = {"simulation": {"duration": "1 ms", "dt": "0.1 ms"}, "populations": {"cell": {"model": "lif"}},
              "record": {"cell": {"V": {"neurons": [0]}}}}
    run = hillock.run(config, populations__cell__size=np.int64(4), record__cell__V__neurons=np.array([1, 3]),
                      populations__cell__params={"tau_m": "5 ms"})
    assert list(run["cell"].neuron) == [1, 3]
    assert run.parameters["populations"]["cell"]["params"]["tau_m"] == "5 ms"


def test_numpy_numbers_and_arrays_in_a_dict_are_numbers_and_lists():
    plain = {"simulation": {"duration": "5 ms", "dt": "0.1 ms", "seed": 5},
             "populations": {"cell": {"size": 3, "model": "lif", "params": {"tau_m": ["8 ms", "9 ms", "10 ms"]}}},
             "inputs": {"p": {"type": "dc", "target": "cell", "amplitude": "1 nA"}},
             "record": {"cell": {"V": {"neurons": [0, 2], "every": "0.1 ms"}, "spikes": True}}}
    fancy = {"simulation": {"duration": np.str_("5 ms"), "dt": "0.1 ms", "seed": np.uint64(5)},
             "populations": {"cell": {"size": np.int32(3), "model": "lif", "params": {"tau_m": np.array(["8 ms", "9 ms", "10 ms"])}}},
             "inputs": {"p": {"type": "dc", "target": "cell", "amplitude": "1 nA"}},
             "record": {"cell": {"V": {"neurons": np.array([0, 2]), "every": "0.1 ms"}, "spikes": np.True_}}}
    assert data_of(hillock.run(fancy)) == data_of(hillock.run(plain))
    assert hillock.run(fancy).config == hillock.run(plain).config


def test_one_object_may_stand_at_two_places_of_a_dict():
    shared = {"model": "lif", "params": {"tau_m": "5 ms"}}
    run = hillock.run({"simulation": {"duration": "1 ms", "dt": "0.1 ms"}, "populations": {"a": shared, "b": shared},
                       "record": {"a": ["V"], "b": ["V"]}})
    assert np.array_equal(run["a"].V, run["b"].V)
    assert "&" not in run.config


def test_paths_in_a_dict_begin_in_the_current_folder_or_the_one_given(repo, tmp_path, monkeypatch):
    config = yaml.safe_load((repo / "configs" / "own_model.yaml").read_text())
    monkeypatch.chdir(repo / "configs")
    here = data_of(hillock.run(config))
    monkeypatch.chdir(tmp_path)
    assert data_of(hillock.run(config, folder=repo / "configs")) == here
    with pytest.raises(hillock.UserError):
        hillock.run(config)


def test_what_a_stopped_run_has_left_is_not_lost_by_the_next(quickstart, tmp_path):
    out = tmp_path / "x.h5"
    hillock.run(quickstart, out=out)
    partial = out.rename(tmp_path / "x.h5.partial")
    with h5py.File(partial, "r+") as file:
        file.attrs["complete"], file.attrs["status"] = np.int8(0), np.bytes_("interrupted")
    left = partial.read_bytes()
    with pytest.raises(hillock.IoError, match=r"x.h5.partial holds 200 ms of a run that did not end; `hillock recover` keeps them, force=True replaces them"):
        hillock.run(quickstart, out=out)
    assert partial.read_bytes() == left
    hillock.run(quickstart, out=out, force=True)
    assert out.exists() and not partial.exists()


def test_a_file_that_exists_is_replaced_only_with_force(quickstart, tmp_path):
    out = tmp_path / "run.h5"
    first = hillock.run(quickstart, out=out)
    assert first.path == str(out) and first.status == "complete"
    with pytest.raises(hillock.IoError) as caught:
        hillock.run(quickstart, out=out)
    assert str(caught.value) == f"{out} exists; give force=True to replace it, or choose another name with out="
    assert hillock.run(quickstart, out=out, force=True, simulation__seed=2).seed == 2


def test_findings_that_do_not_stop_a_run_are_warnings(repo):
    config = yaml.safe_load((repo / "configs" / "quickstart.yaml").read_text())
    with pytest.warns(hillock.ConfigWarning) as caught:
        hillock.run(config | {"record": {}, "sweep": {"repeat": 2}})
    texts = [str(one.message) for one in caught]
    assert texts == ["record: warning: nothing is recorded\n  write for example 'record: {cell: [V, spikes]}'",
                     "'sweep' is ignored by run"]
    assert caught[0].filename == __file__


def test_a_state_that_is_not_finite_raises_and_what_was_recorded_up_to_there_is_kept(tmp_path):
    config = {"simulation": {"duration": "10 ms", "dt": "0.05 ms", "method": "euler"},
              "populations": {"cell": {"model": "hodgkin_huxley"}},
              "inputs": {"x": {"type": "dc", "target": "cell", "amplitude": "1e12 uA/cm2", "start": "5 ms"}},
              "record": {"cell": {"V": {"every": "0.1 ms"}, "dtype": "float64"}}}
    with pytest.raises(hillock.NumericsError) as caught:
        hillock.run(config)
    assert caught.value.exit_code == 4 and "cell" in str(caught.value)
    kept = caught.value.run
    assert kept.status == "interrupted" and 50 <= len(kept["cell"].V) < 60 and np.isfinite(kept["cell"].V).all()
    with pytest.raises(hillock.NumericsError):
        hillock.run(config, out=tmp_path / "x.h5")
    partial = hillock.open(tmp_path / "x.h5.partial")
    assert partial.status == "failed" and np.array_equal(partial["cell"].V, kept["cell"].V)


def test_what_would_not_fit_into_memory_is_refused_before_it_runs():
    config = {"simulation": {"duration": "1e7 s", "dt": "0.1 ms"}, "populations": {"cell": {"size": 1000, "model": "lif"}},
              "record": {"cell": {"V": {"every": "0.1 ms"}}}}
    with pytest.raises(hillock.ResourceError, match="what is recorded would take .* of memory, .* are there; write it to a file with out="):
        hillock.run(config)


def test_runs_in_threads_do_not_disturb_each_other(quickstart):
    from concurrent.futures import ThreadPoolExecutor

    expected = [data_of(hillock.run(quickstart, simulation__seed=seed)) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda seed: data_of(hillock.run(quickstart, simulation__seed=seed)), range(4)))
    assert found == expected


def test_check_says_what_the_command_line_says(program, quickstart, repo):
    import json
    import subprocess

    def cli(*words):
        done = subprocess.run([program, "check", quickstart, "--json", *words], capture_output=True, text=True,
                              env={**os.environ, "HILLOCK_MODELS": os.environ.get("HILLOCK_MODELS", "")})
        return json.loads(done.stdout)

    assert hillock.check(quickstart) == cli()
    from_dict = hillock.check(yaml.safe_load(quickstart.read_text()))
    assert from_dict | {"config": None} == cli() | {"config": None}
    assert hillock.check(quickstart, populations__cell__size=-1)["ok"] is False


def test_models_are_those_of_the_command_line(program, repo):
    import json
    import subprocess

    done = subprocess.run([program, "models", "--json"], capture_output=True, text=True, check=True)
    assert hillock.models() == json.loads(done.stdout)
    assert hillock.models("lif") == next(model for model in hillock.models() if model["name"] == "lif")
    assert hillock.models(repo / "configs" / "models" / "quadratic.yaml")["name"] == "quadratic"
    with pytest.raises(hillock.UserError) as caught:
        hillock.models("liff")
    assert str(caught.value) == "error: 'liff' is not a model\n  did you mean 'lif'?"


def test_a_profile_is_an_attribute_of_the_run_in_memory_and_in_a_file(tmp_path):
    config = {**yaml.safe_load(MIXED), "simulation": {"duration": "60 ms", "dt": "0.05 ms", "threads": 2}}
    assert hillock.run(config).profile == {}
    memory, file = hillock.run(config, profile=True), hillock.run(config, profile=True, out=tmp_path / "run.h5")
    work = {"inputs", "deliver", "integrate", "record"}
    for run in (memory, file):
        assert set(run.profile) == {*work, "wait", "other"} | {f"{name}.{population}" for name in work for population in run}
        assert run.profile["integrate"] == pytest.approx(sum(run.profile[f"integrate.{population}"] for population in run))
        assert all(seconds >= 0 for name, seconds in run.profile.items() if name != "other")
