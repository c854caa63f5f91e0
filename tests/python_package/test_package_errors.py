"""Errors in Python: the texts of the command line, and for dicts the path of the key."""

import subprocess

import hillock
import numpy as np
import pytest


def config(**changes):
    base = {"simulation": {"duration": "10 ms", "dt": "0.1 ms"},
            "populations": {"cell": {"model": "lif", "params": {"tau_m": "10 ms"}}},
            "inputs": {"step": {"type": "dc", "target": "cell", "amplitude": "1 nA"}},
            "record": {"cell": ["V"]}}
    for path, value in changes.items():
        *above, last = path.split("__")
        place = base
        for key in above:
            place = place[key]
        place[last] = value
    return base


def text_of(config, **options):
    with pytest.raises(hillock.UserError) as caught:
        hillock.run(config, **options)
    return str(caught.value)


def test_an_error_in_a_file_is_the_text_of_the_command_line_with_its_place(program, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("simulation: {duration: 10 ms, dt: 0.1}\npopulations: {cell: {model: liff}}\nrecord: {cell: [V]}\n")
    done = subprocess.run([program, "run", path], capture_output=True, text=True)
    with pytest.raises(hillock.UserError) as caught:
        hillock.run(path)
    assert str(caught.value) + "\n" == done.stderr
    assert caught.value.exit_code == done.returncode == 2
    first, second = caught.value.diagnostics
    assert (first.file, first.line, first.column, first.length) == (str(path), 1, 35, 3)
    assert (second.line, second.column) == (2, 29) and second.path is None and caught.value.path is None
    assert second.message == "there is no neuron model 'liff'"
    assert second.remedy.startswith("did you mean 'lif'?")


@pytest.mark.parametrize("change, path, message", [
    ({"populations__cell__params": {"tau_m": 10}}, "populations.cell.params.tau_m", "tau_m needs time (ms), got a number without unit"),
    ({"populations__cell__params": {"taum": "10 ms"}}, "populations.cell.params.taum", "'taum' is not a parameter of 'lif'"),
    ({"populations__cell__size": 0.5}, "populations.cell.size", None),
    ({"inputs__step__amplitude": np.float64(3)}, "inputs.step.amplitude", None),
    ({"simulation__duration": "10.05 ms"}, "simulation.duration", None),
    ({"record__cell": ["V", "spike"]}, "record.cell.1", None),
    ({"populations__cell__params": {"tau_m": ["1 ms", 2]}, "populations__cell__size": 2}, "populations.cell.params.tau_m.1", None),
    ({"populations__cell__model": None}, "populations.cell.model", None),
])
def test_an_error_in_a_dict_names_the_path_of_the_key(change, path, message):
    with pytest.raises(hillock.UserError) as caught:
        hillock.run(config(**change))
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: error: ")
    if message is not None:
        assert caught.value.diagnostics[0].message == message


def test_the_whole_text_about_a_dict():
    assert text_of(config(populations__cell__params={"tau_m": 10})) == (
        "populations.cell.params.tau_m: error: tau_m needs time (ms), got a number without unit\n"
        "  write for example '10 ms'")


def test_all_errors_of_a_dict_are_reported_at_once():
    text = text_of(config(simulation__dt="0 ms", populations__cell__model="liff", inputs__step__target="sell"))
    assert [line.split(":")[0] for line in text.splitlines() if ": error:" in line] == [
        "simulation.dt", "populations.cell.model", "inputs.step.target"]


def test_characters_of_several_bytes_do_not_shift_the_path():
    text = text_of({**config(), "vars": {"µ": "1 ms"}, "populations": {"cell": {"params": {"tau_m": ["10 µs", "x"]}, "size": 2, "model": "lif"}}})
    assert "populations.cell.params.tau_m.1: error:" in text


def test_an_error_in_an_override_names_its_path(tmp_path, repo):
    for source in (config(), repo / "configs" / "quickstart.yaml"):
        with pytest.raises(hillock.UserError) as caught:
            hillock.run(source, simulation__dt=3)
        assert caught.value.path == "simulation.dt"
        assert str(caught.value) == "simulation.dt: error: dt needs time (ms), got a number without unit\n  write for example '3 ms'"


def test_an_error_in_a_model_file_keeps_its_place(tmp_path):
    (tmp_path / "own.yaml").write_text("name: own\nsummary: s\nsource: s\ninputs: {I: pA}\nstate: {V: {init: 0 mV}}\n"
                                       "equations:\n  dV/dt: -V/tau\n")
    with pytest.raises(hillock.UserError) as caught:
        hillock.run(config(populations__cell={"model": "./own.yaml"}), folder=tmp_path)
    first = caught.value.diagnostics[0]
    assert (first.file, first.line, first.column, first.path) == ("own.yaml", 7, 13, None)
    assert str(caught.value).startswith("own.yaml:7:13: error: 'tau' is not declared")


@pytest.mark.parametrize("value, kind", [({1, 2}, "set"), (object(), "object"), (b"10 ms", "bytes"), (1j, "complex")])
def test_what_cannot_stand_in_a_config_is_named_with_its_path(value, kind):
    assert text_of(config(simulation__seed=value)) == (
        f"simulation.seed: error: a {kind} cannot stand in a config\n  use texts such as '10 ms', numbers, lists and dicts")


def test_keys_are_texts():
    assert text_of(config(inputs={3: {}})) == "inputs: error: the key 3 is a int\n  keys are texts"


def test_check_reports_what_is_wrong_instead_of_raising():
    facts = hillock.check(config(populations__cell__params={"tau_m": 10}))
    assert facts == {"ok": False, "config": "dict", "diagnostics": [
        {"severity": "error", "path": "populations.cell.params.tau_m",
         "message": "tau_m needs time (ms), got a number without unit", "remedy": "write for example '10 ms'"}]}


def test_errors_are_the_kinds_that_python_has_for_them(tmp_path):
    with pytest.raises(ValueError):
        hillock.run(config(simulation__dt=3))
    with pytest.raises(OSError) as caught:
        hillock.run(tmp_path / "none.yaml")
    assert isinstance(caught.value, hillock.IoError) and caught.value.exit_code == 5
    assert str(caught.value) == f"{tmp_path}/none.yaml: cannot be opened; does the file exist, and may it be read?"
    with pytest.raises(TypeError, match="a config is the path of a YAML file or a dict, not int"):
        hillock.run(3)
    with pytest.raises(TypeError, match="folder= is for a config given as a dict"):
        hillock.run(tmp_path / "none.yaml", folder=tmp_path)


def test_what_was_not_recorded_is_said_with_what_to_write():
    run = hillock.run(config())
    with pytest.raises(AttributeError) as caught:
        run["cell"].v
    assert str(caught.value) == "'cell' has no 'v'; did you mean 'V'?"
    with pytest.raises(KeyError) as caught:
        run["cell"]["spike_count"]
    assert str(caught.value) == "'cell' has no 'spike_count'; it has: V"
    with pytest.raises(hillock.NotRecordedError) as caught:
        run["cell"].spikes
    assert str(caught.value) == "spikes of 'cell' were not recorded; write record: {cell: [spikes]}"
    with pytest.raises(hillock.NotRecordedError) as caught:
        run["sell"]
    assert str(caught.value) == "the run has no 'sell'; did you mean 'cell'?"
    with pytest.raises(hillock.NotRecordedError) as caught:
        run["cell"].mean
    assert str(caught.value) == "no means of 'cell' were recorded; write for example record: {cell: {V: {mean: true}}}"
