"""Keeps outcomes in docs/performance.json, and writes their tables into docs/performance.md between its marks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from outcome import Outcome
from programs import ROOT
from work_precision import WANTED, fastest

KEPT, PAGE, FIGURE = (ROOT / "docs" / name for name in ("performance.json", "performance.md", "work_precision.svg"))
MARKED = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
NOT_MEASURED = "not measured yet.\n"


def keep(outcomes: dict[str, Outcome], machine: dict, path: Path = KEPT) -> None:
    """Adds outcomes to the file, in place of older ones of the same benchmarks."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    for name, outcome in outcomes.items():
        kept[name] = {"machine": machine, "text": outcome.text, "verdict": outcome.verdict(), **outcome.figures}
    path.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _steps(found: dict) -> str:
    return table(["model and method", "neurons", "ns", "prototype, ns", "ratio", "limit", "pairs"],
                 [[row["case"].replace("_", " ", 1).replace("_", " "), f"{row['neurons']:,}", f"{row['ns_per_cell_step']:.2f}",
                   f"{row['prototype_ns_per_cell_step']:.2f}", f"{row['ratio']:.2f}", f"{row['limit']:g}", _pairs(row)] for row in found.get("rows", [])])


def _pairs(row: dict) -> str:
    return str(row["pairs"]) if row["quiet"] else f"{row['pairs']}, disturbed ({row['foreign_cores']:.1f} cores)"


def _hh_fi(found: dict) -> str:
    rows = []
    for row in found.get("rows", []):
        ours, equal = row["hillock"], row["times_faster_at_equal_dt"]
        rows.append([f"{row['peer']} {row['version']}", f"{row['dt']:g}", f"{row['simulate_s']:.3f}", f"{row['error']['mean_ms']:.2g}", f"{ours['simulate_s']:.3f}",
                     f"{ours['method']}, {ours['dt']:g} ms", f"{ours['error']['mean_ms']:.2g}", f"{row['times_faster']:.1f}", f"{row['at_least']:g}",
                     f"{equal:.1f}" if equal else "–", f"{row['times_faster_whole_process']:.1f}", _pairs(row)])
    return table(["simulator", "its step, ms", "s", "error, ms", "hillock, s", "method and step", "error, ms", "times faster", "promised", "at equal dt",
                  "whole process", "pairs"], rows)


def _threads(found: dict) -> str:
    return table(["cores", "one thread, s", "two threads, s", "times as fast", "pairs"],
                 [[row["cores"], f"{row['seconds_one_thread']:.3f}", f"{row['seconds_two_threads']:.3f}", f"{row['speed']:.2f}", _pairs(row)]
                  for row in found.get("rows", [])])


def _promises(found: dict) -> str:
    def asked(row: dict) -> str:
        return f"at least {row['at_least']:g}" if "at_least" in row else f"at most {row['bound']:g}"

    return table(["what", "value", "asked", "pairs"],
                 [[row["what"], f"{row['value']:.2f} {row['unit']}", asked(row), _pairs(row)] for row in found.get("rows", [])])


def _scaling(found: dict) -> str:
    return table(["neurons", "events per second of model time", "ns per event", "ns per neuron and step", "build, ns per synapse", "GiB"],
                 [[f"{row['neurons']:,}", f"{row['events_per_s']:.2g}", f"{row['ns_per_event']:.2f}", f"{row['ns_per_neuron_step']:.2f}",
                   f"{row['build_ns_per_synapse']:.1f}", f"{row['gibibytes']:.2f}"] for row in found.get("rows", [])])


def _first_step(found: dict) -> str:
    return table(["config or model", "ms"], [[row["config"], f"{1e3 * row['seconds']:.1f}"] for row in found["rows"]])


def _guard(found: dict) -> str:
    return table(["model", "kernel", "neurons", "ns", "without the look, ns", "added"],
                 [[row["case"], row["kernel"], f"{row['neurons']:,}", f"{row['ns_per_cell_step']:.2f}", f"{row['ns_per_cell_step_without_guard']:.2f}",
                   f"{100 * row['added']:+.1f} %"] for row in found.get("rows", [])])


def _work_precision(found: dict) -> str:
    rows = []
    for name, model in found["models"].items():
        for error in WANTED:
            best = fastest(model["hillock"], error)
            rows.append([name.replace("_", " "), f"{error:g}", *([best["method"], f"{best['dt']:g}", best["spike_times"], f"{best['mean_ms']:.2g}",
                                                               f"{1e6 * best['simulate_s'] / found['neurons']:.0f}"] if best else ["–"] * 5)])
        rows += [[name.replace("_", " "), "–", f"{peer['peer']}: {peer['method']}", f"{peer['dt']:g}", "–", f"{peer['mean_ms']:.2g}",
                  f"{1e6 * peer['simulate_s'] / found['neurons']:.0f}"] for peer in model["peers"]]
    return table(["model", "error wanted, ms", "fastest method", "step, ms", "spike times", "mean error, ms", "µs per neuron and second"], rows)


TABLES: dict[str, Callable[[dict], str]] = {"jit": _steps, "interpreter": _steps, "hh_fi": _hh_fi, "first_step": _first_step,
                                           "work_precision": _work_precision, "threads": _threads, "sweep": _promises, "guard": _guard,
                                           "microcircuit": _promises, "circuit_nest": _promises, "networks": _promises, "million": _promises,
                                           "delays": _promises, "scaling": _scaling, "network_sweep": _promises}


def block(name: str, found: dict | None) -> str:
    """What stands between the marks of a benchmark."""
    command = f"`scripts/bench {name}`"
    if found is None:
        return f"{command}: {NOT_MEASURED}"
    machine = "{date}, hillock {hillock} at {commit}, {cpu} ({cores} cores, {instructions}), {system}".format(**found["machine"])
    rows = TABLES[name](found) + "\n" if name in TABLES else ""
    verdict = f": **{found['verdict']}**" if found["verdict"] else ""
    return f"{command}: {found['text']}{verdict}.\n\n{rows}*{machine}.*\n"


def filled(page: str, kept: dict) -> str:
    """The page with what was measured between its marks."""
    return MARKED.sub(lambda match: match[1] + block(match[2], kept.get(match[2])) + match[3], page)


def write() -> None:
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    PAGE.write_text(filled(PAGE.read_text(), kept))
    if "work_precision" in kept:
        from figure import draw  # matplotlib takes a second to import
        draw(kept["work_precision"], FIGURE)
