"""The commands as a user calls them: what they print, what they leave behind, and their exit codes."""

from __future__ import annotations

import copy
import errno
import json
import os
import pty
import re
import signal
import subprocess
import time

import h5py
import jsonschema
import numpy as np
import pytest
import yaml
from faults import wait_until

LONG = """
simulation: {duration: 100000 s, dt: 0.1 ms}
populations: {cell: {size: 100, model: lif}}
inputs: {drive: {type: white_noise, target: cell, mean: 300 pA, sigma: 400 pA ms^0.5}}
record: {cell: {spikes: true, V: {neurons: 0..9, every: 1 ms}}}
"""
SHORT = LONG.replace("100000 s", "200 ms")


def datasets(path, skip=("/meta",)):
    """The bytes of every data set: name -> (type, shape, bytes)."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: (item.dtype.str, item.shape, item[()].tobytes())})
                        if isinstance(item, h5py.Dataset) and not f"/{name}".startswith(skip) else None)
    return found


# run ----------------------------------------------------------------------------------------------------------------


def test_run_says_in_one_line_what_it_did(call, repo, tmp_path):
    done = call("run", repo / "configs" / "quickstart.yaml")
    assert re.fullmatch(r"results/quickstart\.h5: 1 spike, 200 ms in [\d.]+ s \(real-time factor [\d.e-]+\)\n", done.stdout)
    assert done.stderr == ""
    assert sorted(os.listdir(tmp_path / "results")) == ["quickstart.h5"]


def test_the_default_output_is_replaced_and_quiet_prints_nothing(call, repo, tmp_path):
    call("run", repo / "configs" / "lif_step.yaml")
    first = (tmp_path / "results" / "lif_step.h5").stat().st_ino
    done = call("run", repo / "configs" / "lif_step.yaml", "--quiet")
    assert done.stdout == done.stderr == ""
    assert (tmp_path / "results" / "lif_step.h5").stat().st_ino != first


def test_the_file_says_how_it_was_made(run_hillock, hillock):
    run = run_hillock(SHORT, "--set", "simulation.seed=7", "--threads", "1", "--instructions", "generic")
    version = subprocess.run([str(hillock), "--version"], capture_output=True, text=True).stdout.split()[1]
    with h5py.File(run.output) as file:
        meta = file["meta"]
        facts = {key: value for key, value in meta.attrs.items()}
        config, parameters, models = (meta[name][()].decode() for name in ("config", "parameters", "models"))
        assert file.attrs["seed"] == 7
    assert yaml.safe_load(config)["simulation"]["seed"] == 7
    cell = yaml.safe_load(parameters)["populations"]["cell"]
    assert cell["size"] == 100 and cell["params"]["tau_m"] == "10 ms"
    assert next(yaml.safe_load_all(models))["name"] == "lif"
    text = {key: value.decode() for key, value in facts.items() if isinstance(value, bytes)}
    assert text["backend"] == "interpreter generic" and text["hillock_version"] == version and text["cpu"]
    assert facts["threads"] == 1 and facts["wall_build_s"] > 0 and facts["wall_simulate_s"] > 0
    assert facts["real_time_factor"] == pytest.approx(facts["wall_simulate_s"] / 0.2)
    assert 1e6 < facts["peak_rss_bytes"] < 1e9


def test_resolved_parameters_evaluate_defaults_and_show_laws(run_hillock):
    run = run_hillock("""
simulation: {duration: 1 ms, dt: 0.1 ms}
populations:
  a: {model: adex, params: {E_L: -65 mV}}
  b: {size: 2, model: adex, params: {E_L: [-65 mV, -60 mV], tau_w: {normal: [100 ms, 5 ms], min: 1 ms}}, init: {w: 3 pA}}
record: {a: [V]}
""")
    with h5py.File(run.output) as file:
        populations = yaml.safe_load(file["meta/parameters"][()].decode())["populations"]
    assert populations["a"]["params"]["V_reset"] == "-65 mV"
    assert populations["b"]["params"]["E_L"] == ["-65 mV", "-60 mV"]
    assert populations["b"]["params"]["V_reset"] == "= E_L"
    assert populations["b"]["params"]["tau_w"] == {"normal": ["100 ms", "5 ms"], "min": "1 ms"}
    assert populations["b"]["init"] == {"w": "3 pA"}


def test_progress_is_one_line_of_the_terminal_and_is_taken_away(hillock, tmp_path):
    (tmp_path / "long.yaml").write_text(LONG)
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(hillock), "run", "long.yaml"], cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    seen, end = b"", time.monotonic() + 1.5
    while time.monotonic() < end:
        seen += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    while True:
        try:
            more = os.read(ours, 4096)
        except OSError as error:
            assert error.errno == errno.EIO  # the other end is closed
            break
        if not more:
            break
        seen += more
    assert process.wait(20) == 130
    process.stdout.close()
    os.close(ours)
    frames = seen.decode().split("\r")
    shown = [frame for frame in frames if re.match(r" *\d+ %  \d+ of 100000000 ms  .* left  real-time factor [\d.e-]+\x1b\[K", frame)]
    assert 5 <= len(shown) <= 40
    # Before the message of the interruption the line is empty again.
    assert re.search(r"\r\x1b\[Kinterrupted at [^\r]*\r?\n$", seen.decode())


def test_without_a_terminal_there_is_no_progress(call, tmp_path):
    (tmp_path / "short.yaml").write_text(SHORT)
    assert call("run", "short.yaml").stderr == ""


def test_the_sweep_of_a_config_is_ignored_and_that_is_said(call, tmp_path):
    (tmp_path / "swept.yaml").write_text(SHORT + "sweep: {parameters: {simulation.seed: [1, 2]}}\n")
    assert call("run", "swept.yaml").stderr == "note: 'sweep' is ignored by run\n"


@pytest.mark.parametrize("name", ["all_or_none", "noisy_lif", "sigmoid_decision", "weighted_sum", "lif_step"])
def test_bits_depend_neither_on_chunks_nor_on_instructions(run_hillock, name):
    config, reference = f"configs/{name}.yaml", None
    flags = open("/proc/cpuinfo", encoding="utf-8").read()
    sets = ["generic"] + [isa for isa, flag in (("avx2", " avx2 "), ("avx512", " avx512dq ")) if flag in flags]
    variants = [("--backend", "interpreter", "--instructions", isa, "--chunk", chunk) for isa in sets for chunk in (8, 64, 256, 1024)]
    variants += [("--instructions", isa) for isa in sets]
    for variant in variants:
        found = datasets(run_hillock(config, *variant).output)
        reference = reference or found
        assert "spikes/cell/timestamps" in found and found == reference, variant
    plain = run_hillock(config, env={"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"})
    assert datasets(plain.output) == reference


def test_what_a_stopped_run_has_left_is_not_lost_by_the_next(call, start, tmp_path):
    (tmp_path / "long.yaml").write_text(SHORT.replace("200 ms", "100000 s"))
    process = start("run", "long.yaml", "--out", "x.h5", "--quiet")
    wait_until(lambda: (tmp_path / "x.h5.partial").exists() and (tmp_path / "x.h5.partial").stat().st_size > 200_000)
    process.send_signal(signal.SIGINT)
    process.wait()
    left = (tmp_path / "x.h5.partial").read_bytes()
    (tmp_path / "short.yaml").write_text(SHORT)
    refused = call("run", "short.yaml", "--out", "x.h5", expect=5).stderr
    assert re.fullmatch(r"error: x\.h5\.partial holds \d.* of a run that did not end; hillock recover x\.h5\.partial keeps them, --force replaces them\n", refused)
    assert (tmp_path / "x.h5.partial").read_bytes() == left
    call("run", "short.yaml", "--out", "x.h5", "--force")
    assert not (tmp_path / "x.h5.partial").exists()
    (tmp_path / "results").mkdir(exist_ok=True)
    (tmp_path / "results" / "short.h5.partial").write_bytes(left)
    note = call("run", "short.yaml").stderr
    assert re.search(r"note: results/short\.h5\.partial holds .* of a run that did not end; it is replaced\n", note)
def test_the_file_says_which_back_end_ran(run_hillock, call, repo):
    flags = open("/proc/cpuinfo", encoding="utf-8").read()
    best = "avx512" if " avx512dq " in flags else "avx2" if " avx2 " in flags else "generic"
    native = f"jit {best}" if best != "generic" else "interpreter generic"
    for arguments, expected in (((), native), (("--backend", "interpreter"), f"interpreter {best}"), (("--backend", "auto", "--instructions", "generic"), "interpreter generic")):
        run = run_hillock(SHORT, *arguments)
        with h5py.File(run.output) as file:
            assert file["meta"].attrs["backend"].decode() == expected
    refused = call("run", repo / "configs" / "quickstart.yaml", "--backend", "jit", "--instructions", "generic", expect=2)
    assert refused.stderr == ("error: --backend jit does not go with --instructions generic: native code is written for avx2 and avx512\n"
                              "  write --backend interpreter, or leave --instructions out\n")


def test_memory_stays_flat_as_the_run_gets_longer(run_hillock):
    config = SHORT.replace("0..9, every: 1 ms", "0..99, every: 0.1 ms")
    peaks = []
    for seconds in (1, 20):
        run = run_hillock(config, "--set", f"simulation.duration={seconds} s")
        with h5py.File(run.output) as file:
            peaks.append(file["meta"].attrs["peak_rss_bytes"])
            assert file["report/cell/V"].shape == (seconds * 10000, 100)
    assert peaks[1] < peaks[0] + 40e6, peaks  # the queue to the disk may fill, 16 MiB; the traces are 80 MB


# check --------------------------------------------------------------------------------------------------------------


def test_check_says_what_would_run(call, repo, tmp_path):
    done = call("check", "configs/weighted_sum.yaml", cwd=repo)
    assert done.stdout.startswith(
        "configs/weighted_sum.yaml: 420 ms in 4200 steps of 0.1 ms, seed 1, spike times on the grid, up to a step late\n"
        "population cell: 1 neuron of lif, method exact (the equations are linear)\n"
        "  receptors: strong (exp_current), weak (exp_current), inhibition (exp_current)\n"
        "  shortest time constant at the start: 2 ms\n"
        "input strong: spikes into cell, receptor strong\n")
    assert re.search(r"\nmemory: [\d.]+ \w+\nfile: [\d.]+ \w+ and the spikes\n$", done.stdout)
    assert done.stderr == ""
    assert os.listdir(tmp_path) == []


def test_check_speaks_json(call, repo):
    found = json.loads(call("check", repo / "configs" / "quickstart.yaml", "--json").stdout)
    assert found["ok"] is True and found["steps"] == 8000 and found["dt_ms"] == 0.025
    assert found["populations"] == [{"name": "cell", "size": 1, "model": "hodgkin_huxley", "method": "rk4",
                                     "reason": found["populations"][0]["reason"], "notes": [],
                                     "shortest_time_constant_ms": pytest.approx(0.237, abs=1e-3)}]
    assert found["file_bytes"] > 8000 * 4 and found["memory_bytes"] > 0 and found["diagnostics"] == []


def test_check_warns_of_a_coarse_step(call, repo):
    done = call("check", "configs/weighted_sum.yaml", "--set", "simulation.dt=2 ms", "--set", "record.cell=spikes", "--set",
                "simulation.method=rk4", cwd=repo)
    assert "warning" in done.stderr and "dt" in done.stderr
    found = json.loads(call("check", "configs/weighted_sum.yaml", "--set", "simulation.dt=2 ms", "--set", "record.cell=spikes", "--set",
                            "simulation.method=rk4", "--json", cwd=repo).stdout)
    assert [one["severity"] for one in found["diagnostics"]] == ["warning"]


def test_check_reports_all_errors_as_text_and_as_json(call, tmp_path):
    (tmp_path / "bad.yaml").write_text("simulation: {duration: 1 s, dt: 0.1}\npopulations: {cell: {modle: lif}}\n")
    done = call("check", "bad.yaml", expect=2)
    assert done.stdout == ""
    assert [line.split(" ")[0] for line in done.stderr.splitlines() if ": error: " in line] == ["bad.yaml:1:33:", "bad.yaml:2:15:", "bad.yaml:2:22:"]
    found = json.loads(call("check", "bad.yaml", "--json", expect=2).stdout)
    assert found["ok"] is False
    assert [(one["line"], one["column"]) for one in found["diagnostics"]] == [(1, 33), (2, 15), (2, 22)]
    assert "did you mean 'model'?" in found["diagnostics"][2]["remedy"]


def test_check_and_run_agree_about_errors(call, tmp_path):
    (tmp_path / "bad.yaml").write_text("simulation: {duration: 1 s, dt: 0.1}\npopulations: {cell: {model: lif}}\n")
    assert call("check", "bad.yaml", expect=2).stderr == call("run", "bad.yaml", expect=2).stderr
    assert sorted(os.listdir(tmp_path)) == ["bad.yaml"]


# models, info -------------------------------------------------------------------------------------------------------


def test_models_lists_every_shipped_file(call, repo):
    names = {path.stem for path in (repo / "models").glob("*/*.yaml")}
    lines = call("models").stdout.splitlines()
    assert {line.split()[0] for line in lines} == names
    for line in lines:
        assert re.fullmatch(r"\w+ +(neuron|receptor) +[A-Z].+", line)


def test_models_speak_json_with_units_and_sources(call, repo):
    found = {model["name"]: model for model in json.loads(call("models", "--json").stdout)}
    assert set(found) == {path.stem for path in (repo / "models").glob("*/*.yaml")}
    for model in found.values():
        assert model["kind"] in ("neuron", "receptor") and model["summary"] and "doi" in model["source"]
        assert all(param["unit"] and param["doc"] for param in model["params"])
    capacitance = found["hodgkin_huxley"]["params"][0]
    assert capacitance == {"name": "C_m", "unit": "uF/cm2", "doc": "membrane capacitance per area", "default": "1 uF/cm2"}
    assert found["exp_conductance"]["weight_unit"] == "nS"
    assert json.loads(call("models", "lif", "--json").stdout) == found["lif"]


def test_a_model_is_shown_by_name_and_by_path(call, repo):
    by_name = call("models", "adex").stdout
    assert by_name == call("models", repo / "models" / "neurons" / "adex.yaml").stdout
    assert "Brette & Gerstner 2005" in by_name and "Delta_T" in by_name


def test_an_unknown_model_gets_a_suggestion(call):
    assert call("models", "adxe", expect=2).stderr == "error: 'adxe' is not a model\n  did you mean 'adex'?\n"


def test_info_tells_what_a_file_holds(run_hillock, call):
    run = run_hillock("configs/quickstart.yaml")
    text = call("info", run.output).stdout
    assert "status: complete\nmodel time: 200 ms in steps of 0.025 ms, seed 1\n" in text
    assert "/report/cell: 8000 frames every 0.025 ms, 1 neuron\n  V: mV, membrane potential, float32\n/spikes/cell: 1 spike\n" in text
    found = json.loads(call("info", run.output, "--json").stdout)
    assert found["complete"] is True and found["seed"] == "1"
    assert found["spikes"] == [{"population": "cell", "count": 1}]
    assert found["reports"][0]["variables"] == [{"name": "V", "unit": "mV", "long_name": "membrane potential", "type": "float32", "compressed": False}]
    assert yaml.safe_load(found["meta"]["config"])["simulation"]["dt"] == "0.025 ms"


# schema, reference, completion, help ----------------------------------------------------------------------------------


@pytest.fixture
def validator(call):
    schema = json.loads(call("schema").stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def test_the_schema_accepts_every_config(validator, repo):
    paths = sorted([*(repo / "configs").glob("*.yaml"), *(repo / "tests" / "benchmark").glob("*.yaml")])
    assert len(paths) >= 10
    for path in paths:
        assert [error.message for error in validator.iter_errors(yaml.safe_load(path.read_text()))] == [], path


@pytest.mark.parametrize("where, value", [
    ("simulation.dt", "1 mV"), ("simulation.dt", 0.1), ("simulation.dtt", "1 ms"), ("simulation.method", "rk5"),
    ("populations.cell.model", "liff"), ("populations.cell.params", {"taum": "10 ms"}), ("populations.cell.params", {"tau_m": "10 mV"}),
    ("populations.cell.init", {"U": "1 mV"}), ("populations.cell.receptors", {"a": {"model": "delta", "tau": "1 ms"}}),
    ("inputs.step.type", "step"), ("inputs.step.amplitude", "1 ms"), ("inputs.step.amplitud", "1 nA"),
    ("record.cell", {"V": {"evry": "1 ms"}}), ("record.cell", {"dtype": "float16"}), ("populatoins", {}),
])
def test_what_the_schema_refuses_hillock_refuses_too(validator, call, repo, tmp_path, where, value):
    config = copy.deepcopy(yaml.safe_load((repo / "configs" / "lif_step.yaml").read_text()))
    *path, last = where.split(".")
    section = config
    for word in path:
        section = section[word]
    section[last] = value
    assert list(validator.iter_errors(config))
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(config))
    call("check", "bad.yaml", expect=2)


@pytest.mark.parametrize("where, value", [
    ("simulation.dt", "100us"), ("simulation.dt", "= 0.05 ms * 2"), ("simulation.method", {"adaptive": {"rtol": "1e-8"}}),
    ("populations.cell.params", {"tau_m": {"normal": ["10 ms", "1 ms"], "min": "5 ms"}, "C_m": "0.25 nF", "V_th": ["-55 mV"]}),
    ("populations.cell.init", "rest"), ("populations.cell.receptors", {"a": {"model": "exp_current", "tau": "3 ms", "into": "I"}}),
    ("inputs.step.amplitude", "500 pA"), ("inputs.step.target", ["cell 0..0"]), ("record.cell", ["V", "spikes"]), ("record.cell", "V"),
    ("record.cell", {"V": True, "spikes": {"neurons": [0]}, "dtype": "float64", "compress": 4}),
    ("populations.twin", {"like": "cell", "size": 3}), ("vars", {"w": "6 nS", "g": 11, "x": "= 2 * w"}),
    ("inputs.noise", {"type": "white_noise", "target": "cell", "sigma": "20 pA ms^0.5"}),
    ("inputs.wave", {"type": "waveform", "target": "cell", "current": "10 pA*sin(2*pi*8 Hz*t)"}),
    ("inputs.clamp", {"type": "voltage_clamp", "target": "cell", "voltage": "-60 mV", "resistance": "10 MOhm"}),
])
def test_what_hillock_accepts_the_schema_accepts_too(validator, call, repo, tmp_path, where, value):
    config = copy.deepcopy(yaml.safe_load((repo / "configs" / "lif_step.yaml").read_text()))
    *path, last = where.split(".")
    section = config
    for word in path:
        section = section[word]
    section[last] = value
    config["simulation"].pop("spike_times")    # noise and interpolation exclude each other
    assert [error.message for error in validator.iter_errors(config)] == []
    (tmp_path / "good.yaml").write_text(yaml.safe_dump(config))
    call("check", "good.yaml")


def test_the_schema_explains_each_parameter(call):
    schema = json.loads(call("schema").stdout)
    population = schema["properties"]["populations"]["additionalProperties"]
    lif = next(one["then"] for one in population["allOf"] if one["if"]["properties"]["model"]["const"] == "lif")
    assert lif["properties"]["params"]["properties"]["tau_m"]["description"] == "membrane time constant (default 10 ms)"
    assert "lif: Leaky integrate-and-fire neuron" in population["properties"]["model"]["anyOf"][0]["description"]
    assert schema["definitions"]["time"]["patternErrorMessage"] == "time, e.g. 10 ms (or = expression)"


@pytest.mark.parametrize("words", [["models"], ["schema"], ["reference", "pages"]], ids=lambda words: words[0])
def test_a_program_that_finds_no_models_says_so(call, tmp_path, words):
    (tmp_path / "empty").mkdir()
    done = call(*words, env={"HILLOCK_MODELS": str(tmp_path / "empty")}, expect=5)
    assert done.stderr == "error: no models were found beside the program; HILLOCK_MODELS may name their folder\n"
    assert done.stdout == "" and not (tmp_path / "pages").exists()


def test_the_reference_pages_of_docs_are_what_the_program_prints(call, repo, tmp_path):
    call("reference", "pages")
    printed = {path.name: path.read_text() for path in (tmp_path / "pages").iterdir()}
    committed = {path.name: path.read_text() for path in (repo / "docs" / "reference").iterdir()}
    assert sorted(printed) == ["commands.md", "config.md", "features.md", "models.md"]
    assert committed == printed, "print them anew: hillock reference docs/reference"


@pytest.mark.parametrize("line, expected", [
    ("hillock ch", {"check"}), ("hillock run --in", {"--instructions"}), ("hillock run conf", {"configs"}),
    ("hillock run configs/quick", {"configs/quickstart.yaml"}), ("hillock models ade", {"adex"}), ("hillock completion ", {"bash"}),
    ("hillock plot x.h5 --figure ra", {"raster"}), ("hillock plot x.h5 --var", {"--variable"}),
])
def test_bash_completes_commands_options_configs_and_models(call, hillock, repo, tmp_path, line, expected):
    (tmp_path / "hillock").symlink_to(hillock)
    script = call("completion", "bash").stdout
    words = line.split(" ")
    program = script + (f"\nCOMP_WORDS=({' '.join(words[:-1])} '{words[-1]}')\nCOMP_CWORD={len(words) - 1}\n_hillock\n"
                        "printf '%s\\n' \"${COMPREPLY[@]}\"\n")
    done = subprocess.run(["bash", "-c", program], cwd=repo, capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == 0 and done.stderr == ""
    assert set(done.stdout.split()) == expected


def test_an_unknown_shell_is_refused(call):
    assert call("completion", "fish", expect=2).stderr == "error: 'fish' is not a shell that hillock knows\n  write: hillock completion bash\n"


def test_help_and_version_go_to_stdout(call):
    done = call("--help")
    assert "Usage: hillock" in done.stdout and "hillock run configs/quickstart.yaml" in done.stdout and done.stderr == ""
    assert re.fullmatch(r"hillock \d+\.\d+\.\d+\n", call("--version").stdout)


def test_a_misspelt_section_of_a_model_is_its_one_error(call, repo, tmp_path):
    model = (repo / "models" / "neurons" / "lif.yaml").read_text().replace("\nparams:", "\nparms:")
    (tmp_path / "mine.yaml").write_text(model)
    found = call("models", "mine.yaml", expect=2).stderr
    assert found.count(": error: ") == 1 and "did you mean 'params'?" in found


def test_bench_lists_what_it_measures(call):
    assert [line.split()[0] for line in call("bench", "--list").stdout.splitlines()] == ["step", "recording", "guard", "startup"]
    assert call("bench", "stpe", expect=2).stderr == "error: 'stpe' is not a benchmark\n  did you mean 'step'?\n"


def test_bench_without_its_config_says_what_to_give(call):
    assert call("bench", "guard", expect=2).stderr == ("error: tests/benchmark/step_squid.yaml, the config of 'guard', is not here\n"
                                                       "  name a config with --config, or call it in the folder of hillock's source\n")


def test_bench_measures_a_step(call, tmp_path):
    (tmp_path / "short.yaml").write_text(SHORT)
    found = json.loads(call("bench", "step", "--config", "short.yaml").stdout)
    assert found["result"]["neurons"] == 100 and found["result"]["steps"] == 2000
    flags = open("/proc/cpuinfo", encoding="utf-8").read()
    assert found["result"]["interpreter_ns_per_cell_step"] > 0 and ("jit_ns_per_cell_step" in found["result"]) == (" avx2 " in flags)
    assert sorted(os.listdir(tmp_path)) == ["short.yaml"]


# signals and streams ----------------------------------------------------------------------------------------------------


@pytest.mark.faults
def test_a_second_signal_ends_at_once(start, tmp_path):
    (tmp_path / "long.yaml").write_text(LONG)
    process = start("run", "long.yaml", "--out", "x.h5")
    wait_until((tmp_path / "x.h5.partial").exists)
    process.send_signal(signal.SIGSTOP)      # so that both are waiting when it goes on
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=20)
    assert process.returncode in (130, 143)
    assert not (tmp_path / "x.h5").exists() and (tmp_path / "x.h5.partial").exists()


@pytest.mark.faults
def test_an_ignored_sigint_stays_ignored(start, tmp_path):
    (tmp_path / "long.yaml").write_text(LONG)
    process = start("run", "long.yaml", "--out", "x.h5", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    wait_until((tmp_path / "x.h5.partial").exists)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 143


@pytest.mark.faults
@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_closed_streams_do_no_harm(hillock, tmp_path, closed):
    (tmp_path / "short.yaml").write_text(SHORT + "sweep: {}\n")  # has something to say on stderr
    done = subprocess.run([str(hillock), "run", "short.yaml", "--out", "x.h5"], cwd=tmp_path, timeout=60,
                          preexec_fn=lambda: [os.close(descriptor) for descriptor in closed])
    assert done.returncode == 0
    with h5py.File(tmp_path / "x.h5") as file:
        assert len(file["report/cell/V"]) == 200


@pytest.mark.faults
def test_a_full_stdout_is_no_failure_of_a_run_but_one_of_a_listing(hillock, tmp_path):
    (tmp_path / "short.yaml").write_text(SHORT)
    with open("/dev/full", "w") as full:
        run = subprocess.run([str(hillock), "run", "short.yaml"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True)
        listing = subprocess.run([str(hillock), "models"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True)
        silent = subprocess.run([str(hillock), "run", "none.yaml"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=full)
    assert run.returncode == 0 and run.stderr == "" and (tmp_path / "results" / "short.h5").exists()
    assert listing.returncode == 5
    assert listing.stderr == "error: the standard output cannot be written: no space left on device\n"
    assert silent.returncode == 5


@pytest.mark.faults
def test_a_reader_that_leaves_is_no_failure(hillock):
    process = subprocess.Popen([str(hillock), "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.wait(20) == 0
    assert process.stderr.read() == b""
    process.stderr.close()
