"""The same data sets, byte for byte, whatever the machine offers: chunk sizes, instruction sets, libm, locale, threads, model names."""

import hashlib
import platform
import re
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

MIXED = """
simulation: {duration: 40 ms, dt: 0.05 ms, seed: 3}
populations:
  axon: {size: 37, model: hodgkin_huxley, init: {V: {uniform: [-70 mV, -60 mV]}}}
  adapting: {size: 300, model: adex, params: {b: {normal: [80 pA, 10 pA]}}, init: rest}
  izhikevich: {size: 9, model: izhikevich_2003}
  leaky:
    size: 515
    model: lif
    receptors: {exc: {model: exp_current, tau: 2 ms}, inh: {model: alpha_current, tau: 5 ms}}
inputs:
  dc: {type: dc, target: axon, amplitude: {linspace: [0 uA/cm2, 20 uA/cm2]}}
  step: {type: ramp, target: adapting, from: 0 pA, to: 1500 pA, stop: 40 ms}
  drive: {type: sine, target: izhikevich, amplitude: 10 mV/ms, frequency: 100 Hz, offset: 10 mV/ms}
  noise: {type: white_noise, target: leaky, mean: 300 pA, sigma: 300 pA ms^0.5}
  coloured: {type: ou, target: leaky 100..514, mean: 0 pA, sigma: 100 pA, tau: 5 ms}
  up: {type: poisson, target: leaky, receptor: exc, rate: 8 kHz, weight: 40 pA}
  down: {type: poisson, target: leaky, receptor: inh, rate: 2 kHz, weight: -40 pA}
record:
  axon: {spikes: true, V: {every: 0.5 ms}, dtype: float64}
  adapting: {spikes: true, V: {every: 1 ms}, w: {every: 1 ms}, dtype: float64}
  izhikevich: {spikes: true, V: {every: 0.1 ms}, dtype: float64}
  leaky: {spikes: true, V: {every: 1 ms}, I: {every: 1 ms}, dtype: float64}
"""
# Each neuron takes steps of its own.
ADAPTIVE = """
simulation: {duration: 40 ms, dt: 0.1 ms, method: adaptive, spike_times: STAMPS, seed: 5}
populations:
  axon: {size: 35, model: hodgkin_huxley, init: {V: {uniform: [-70 mV, -60 mV]}}}
  adapting: {size: 50, model: adex, params: {b: {normal: [80 pA, 10 pA]}, t_ref: 2 ms}, receptors: {exc: {model: exp_conductance, tau: 2 ms}}}
  izhikevich: {size: 37, model: izhikevich_2003, receptors: {kick: {model: delta}}}
inputs:
  dc: {type: dc, target: axon, amplitude: {linspace: [0 uA/cm2, 20 uA/cm2]}}
  step: {type: ramp, target: adapting, from: 0 pA, to: 1500 pA, stop: 35 ms}
  drive: {type: sine, target: izhikevich, amplitude: 10 mV/ms, frequency: 100 Hz, offset: 10 mV/ms}
  up: {type: poisson, target: adapting, receptor: exc, rate: 2 kHz, weight: 1 nS}
  kicks: {type: poisson, target: izhikevich, receptor: kick, rate: 1 kHz, weight: 1 mV}
record:
  axon: {spikes: true, V: {every: 0.5 ms}, m: {every: 0.5 ms}, dtype: float64}
  adapting: {spikes: true, V: {every: 0.5 ms}, w: {every: 0.5 ms}, dtype: float64}
  izhikevich: {spikes: true, V: {every: 0.5 ms}, u: {every: 0.5 ms}, dtype: float64}
"""
TEXTS = {"mixed": MIXED, "adaptive": ADAPTIVE.replace("STAMPS", "grid"), "adaptive interpolated": ADAPTIVE.replace("STAMPS", "interpolated")}
CONFIGS = [*TEXTS, "configs/quickstart.yaml", "configs/noisy_lif.yaml", "configs/weighted_sum.yaml", "configs/sigmoid_decision.yaml"]


def data_sets(path):
    """The names, types, shapes and a hash of the bytes of every data set but those of provenance."""
    found = {}
    with h5py.File(path) as file:
        def visit(name, item):
            if isinstance(item, h5py.Dataset) and not name.startswith("meta/"):
                values = item[()]
                found[name] = (str(item.dtype), item.shape, hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest())
        file.visititems(visit)
    return found


def text_of(config):
    return TEXTS.get(config, config)


def reference(run_hillock, config):
    sets = data_sets(run_hillock(text_of(config)).output)
    assert any(name.startswith(("report/", "spikes/")) and shape[0] > 0 for name, (_, shape, _) in sets.items())
    return sets


@pytest.mark.parametrize("config", CONFIGS)
def test_the_chunk_size_of_the_interpreter_changes_no_bit(run_hillock, config):
    expected = reference(run_hillock, config)
    for chunk in (8, 64, 248, 1024):
        assert data_sets(run_hillock(text_of(config), "--backend", "interpreter", "--chunk", chunk).output) == expected, chunk


@pytest.mark.parametrize("config", CONFIGS)
def test_the_number_of_threads_changes_no_bit(run_hillock, config):
    expected = reference(run_hillock, config)  # as many as are fastest
    for threads in (1, 2, 3, 5, 8):
        assert data_sets(run_hillock(text_of(config), "--threads", threads).output) == expected, threads


def instruction_sets():
    flags = set(open("/proc/cpuinfo", encoding="ascii").read().split()) if platform.system() == "Linux" else set()
    sets = ["generic"]
    if {"avx2", "fma"} <= flags:
        sets.append("avx2")
    if {"avx512f", "avx512dq", "avx512vl", "avx512bw"} <= flags:
        sets.append("avx512")
    return sets


@pytest.mark.parametrize("config", CONFIGS)
def test_the_instruction_set_changes_no_bit(run_hillock, config):
    expected = reference(run_hillock, config)
    for isa in instruction_sets():
        for backend in ("auto", "interpreter"):
            assert data_sets(run_hillock(text_of(config), "--instructions", isa, "--backend", backend).output) == expected, (isa, backend)


@pytest.mark.parametrize("config", CONFIGS)
def test_what_libm_may_use_changes_no_bit(run_hillock, config):
    """glibc picks other versions of its functions when the CPU's features are masked: no result may come from them."""
    expected = reference(run_hillock, config)
    masked = run_hillock(text_of(config), env={"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-AVX2_Usable,-FMA_Usable"})
    assert data_sets(masked.output) == expected


@pytest.mark.parametrize("config", CONFIGS)
def test_a_second_run_is_the_same_and_another_seed_is_not(run_hillock, config):
    expected = reference(run_hillock, config)
    assert data_sets(run_hillock(text_of(config)).output) == expected
    random = config in (*TEXTS, "configs/noisy_lif.yaml", "configs/sigmoid_decision.yaml")
    other = data_sets(run_hillock(text_of(config), "--set", "simulation.seed=987").output)
    assert (other != expected) == random


@pytest.mark.parametrize("parameter, value", [("tau_m", "10 ms"), ("V_th", "-55 mV"), ("C_m", "250 pF"), ("t_ref", "2 ms")])
def test_one_value_or_one_per_neuron_gives_the_same_bits(run_hillock, parameter, value):
    text = """
simulation: {duration: 50 ms, dt: 0.1 ms}
populations:
  cell: {size: 21, model: lif, receptors: {psc: {model: exp_current, tau: 3 ms}}, params: {PARAMS}}
inputs:
  current: {type: dc, target: cell, amplitude: {linspace: [300 pA, 900 pA]}}
  spikes: {type: spikes, target: cell, times: [5 ms, 11 ms], weight: 100 pA}
record: {cell: {spikes: true, V: {every: 0.1 ms}, dtype: float64}}
"""
    one = data_sets(run_hillock(text.replace("PARAMS", f"{parameter}: {value}")).output)
    each = data_sets(run_hillock(text.replace("PARAMS", f"{parameter}: [{', '.join([value] * 21)}]")).output)
    assert one == each


def test_an_added_population_or_recorder_moves_no_other_draw(run_hillock):
    alone = data_sets(run_hillock(MIXED).output)
    config = yaml.safe_load(MIXED)
    config["populations"] = {"extra": {"size": 11, "model": "lif"}, **config["populations"]}
    config["inputs"] = {"extra": {"type": "white_noise", "target": "extra", "mean": "0 pA", "sigma": "100 pA ms^0.5"}, **config["inputs"]}
    config["record"]["extra"] = {"spikes": True, "V": {"every": "2 ms"}}
    more = data_sets(run_hillock(yaml.safe_dump(config, sort_keys=False)).output)
    assert {name: value for name, value in more.items() if "/extra" not in name} == alone


SHIPPED = sorted((path.parent.name, path.stem) for path in (Path(__file__).parents[2] / "models").glob("*/*.yaml"))
WEIGHTS = {"direct_current": "300 pA", "sum": "0.7", "delta": "3 mV", "exp_current": "300 pA", "alpha_current": "300 pA", "exp_conductance": "9 nS", "alpha_conductance": "9 nS",
           "dual_exponential_current": "300 pA", "dual_exponential_conductance": "9 nS", "nmda": "9 nS", "gaba_b": "0.5 mM"}
CURRENTS = {"lif": "500 pA", "adex": "900 pA", "izhikevich_2003": "12 mV/ms", "hodgkin_huxley": "10 uA/cm2", "logistic": "0.4", "traub_miles": "500 pA", "poisson_source": "300 Hz", "relay": "1", "threshold_linear": "0.5",
            "connor_stevens": "12 uA/cm2", "destexhe_pare": "3 uA/cm2", "pospischil": "3 uA/cm2", "wang_buzsaki": "2 uA/cm2",
            "perfect_if": "500 pA", "qif": "300 pA", "theta": "0.5", "eif": "300 pA", "adaptive_qif": "0.3", "izhikevich_2007": "300 pA", "lif_adaptive": "900 pA",
            "mat2": "700 pA", "amat2": "150 pA", "escape_noise": "600 pA", "gif_mihalas_niebur": "2 mV/ms", "gif_pozzorini": "300 pA", "ginzburg": "0.5", "mcculloch_pitts": "0.5", "glif": "400 pA",
            "morris_lecar": "110 uA/cm2", "fitzhugh_nagumo": "0.5", "hindmarsh_rose": "2", "pinsky_rinzel": "2 uA/cm2", "wilson_cowan": "1.25"}


def like(kind, name):
    """The model whose equations this one has."""
    text = (Path(__file__).parents[2] / "models" / kind / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text).get("like", name)


def driven(kind, name, model, params=""):
    """Cells of a shipped model, or of one with the shipped receptor, that fire; `params` are those of the model."""
    if kind == "neurons":
        cell = f"{{size: 5, model: {model}, params: {{{params}}}}}"
        inputs = f"drive: {{type: dc, target: cell, amplitude: {CURRENTS[like(kind, name)]}}}"
    else:
        neuron = "logistic" if name == "sum" else "lif"
        cell = f"{{size: 5, model: {neuron}, receptors: {{r: {{model: {model}, {params}}}}}}}"
        inputs = f"hits: {{type: spikes, target: cell, receptor: r, times: [3 ms, 4 ms], weight: {WEIGHTS[name]}}}"
    return f"""
simulation: {{duration: 50 ms, dt: 0.025 ms}}
populations:
  cell: {cell}
inputs:
  {inputs}
record: {{cell: {{spikes: true, V: {{every: 0.1 ms}}, dtype: float64}}}}
"""


@pytest.mark.parametrize("kind, name", SHIPPED)
def test_each_parameter_of_a_shipped_model_may_be_one_value_or_one_per_neuron(run_hillock, repo, kind, name):
    """Without AVX-512 and without AVX2 too, in native code and interpreted; and neurons may differ."""
    model = yaml.safe_load((repo / "models" / kind / f"{name}.yaml").read_text(encoding="utf-8"))
    # What times are counted by is a whole number of steps, the same for all.
    shared = {model.get("spike", {}).get("every")}
    values = {key: str(param["default"] if isinstance(param, dict) else param) for key, param in model.get("params", {}).items() if key not in shared}
    values = {key: value for key, value in values.items() if not re.search(r" / |[\[(]", value)}     # no expressions, no vectors
    values = {key: values.get(value, value) for key, value in values.items()}  # a default may be another parameter
    each = {key: f"{key}: [{', '.join([value] * 5)}]" for key, value in values.items()}
    spread = ", ".join(f"{key}: [{', '.join(scaled(value, 1 + 0.002 * k * (key != 't_ref')) for k in range(5))}]" for key, value in values.items())

    def run(params, *arguments):
        return data_sets(run_hillock(driven(kind, name, name, params), *arguments).output)

    expected, different = run(""), run(spread)
    assert (different == expected) == (not values)
    for params in each.values():
        assert run(params) == expected, params
    for isa in instruction_sets():
        for backend in ("auto", "interpreter"):
            how = ("--instructions", isa, "--backend", backend)
            assert run(", ".join(each.values()), *how) == expected, how
            assert run(spread, *how) == different, how


def scaled(quantity, factor):
    """The quantity times a number, none of its unit; 0 becomes what the number is beyond 1."""
    return re.sub(r"^-?[\d.]+", lambda match: f"{float(match[0]) * factor or factor - 1:.12g}", quantity)


@pytest.mark.parametrize("kind, name", SHIPPED)
def test_a_copy_of_a_shipped_model_under_another_name_gives_the_same_bits(run_hillock, repo, tmp_path, kind, name):
    folder = tmp_path / "own"
    folder.mkdir()
    text = (repo / "models" / kind / f"{name}.yaml").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(text.replace(f"name: {name}", "name: mine", 1), encoding="utf-8")
    shipped = data_sets(run_hillock(driven(kind, name, name)).output)
    own = data_sets(run_hillock(driven(kind, name, "own/mine.yaml")).output)
    assert own == shipped


def test_a_german_locale_changes_no_byte(run_hillock, tmp_path):
    localedef = shutil.which("localedef")
    assert localedef, "localedef comes with glibc"
    subprocess.run([localedef, "-i", "de_DE", "-f", "UTF-8", str(tmp_path / "de_DE.UTF-8")], check=True, stdout=subprocess.DEVNULL)
    expected = reference(run_hillock, "mixed")
    german = run_hillock(MIXED, env={"LOCPATH": str(tmp_path), "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"})
    assert data_sets(german.output) == expected
