"""The command line of scripts/bench: which benchmarks run, and how their outcomes are printed."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import os
import sys
from collections.abc import Callable

import machine
from outcome import Outcome
from programs import HILLOCK


@dataclasses.dataclass(frozen=True)
class Benchmark:
    name: str
    module: str
    summary: str
    needs: tuple[str, ...] = ()  # what scripts/bench installs: prototype, peers

    def measure(self, repeat: int) -> Outcome:
        """Imports what it takes only now: the list and the help need no packages."""
        measure: Callable[[int], Outcome] = getattr(importlib.import_module(self.module), self.name)
        return measure(repeat)


BENCHMARKS = {benchmark.name: benchmark for benchmark in (
    Benchmark("interpreter", "step", "one RK4 step of 512 Hodgkin-Huxley cells, beside the prototype's interpreter (at most 1.5 times its time)", ("prototype",)),
    Benchmark("jit", "step", "one step of HH (RK4, exponential Euler), AdEx and LIF cells, beside the prototype's native code (at most 1.15 times its time)",
              ("prototype",)),
    Benchmark("hh_fi", "hh_fi", "f-I curve of 1000 HH neurons on two threads: at errors of spike times no larger than theirs at least 10 times faster than Arbor,\n"
                     + 18 * " " + "20 times than Brian2, NEST and CoreNEURON, 40 times than NEURON", ("peers",)),
    Benchmark("work_precision", "work_precision", "error of spike times over wall time for HH, AdEx, Izhikevich and LIF, by method and step; others at their defaults", ("peers",)),
    Benchmark("first_step", "first_step", "from command to first step, every shipped config and model: an upper bound (below 0.03 s)"),
    Benchmark("threads", "threads", "1000 HH neurons on two threads, beside one: with a core taken by another process (at least 0.8 times as fast)"),
    Benchmark("guard", "guard", "the look for values that are not finite, beside the same run without it, for each kind of kernel (at most 2 % more)"),
    Benchmark("recording", "recording", "ten million samples: time added, beside an fsynced write of the same bytes (at most 3 times)"),
    Benchmark("startup", "startup", "`hillock run configs/quickstart.yaml` from start to exit (at most 0.15 s)"),
    Benchmark("python", "from_python", "`hillock.run` of the same from Python, beside the command line from start to exit (at most 0.05 s more)"),
    Benchmark("large_file", "large_file", "report, plot and hillock.open of a file of 10 GB that is not in memory (at most 2 s each); it lies in build/ meanwhile"),
    Benchmark("sweep", "sweep", "f-I curve as a sweep of 1000 points, beside one run of 1000 neurons (at most 1.5 times its time) and the fastest\n"
                     + 18 * " " + "other simulator (at least 6 times faster); 10,000 LIF points with features (at most 5 s)", ("peers",)),
    Benchmark("microcircuit", "networks", "the full cortical microcircuit, beside its prototype (at most 1.15 times its time), faster than real time, in at most 1.4 GiB", ("prototype",)),
    Benchmark("circuit_nest", "networks", "the same beside NEST, which takes minutes and 14 GiB (at least 50 times faster)", ("peers",)),
    Benchmark("networks", "networks", "Brunel's network beside NEST and Brian2 (at least 15 times faster), cuba, coba and cobahh beside Brian2 (2.5, 5 and 7 times)", ("peers",)),
    Benchmark("million", "scale", "a million neurons with 1000 synapses each (at most 6 GiB; an event at most 1.5 times the microcircuit's, with drawn delays 4 times)"),
    Benchmark("delays", "scale", "half of the delays 1 s, beside 5 ms (at most 1.5 times the time)"),
    Benchmark("scaling", "scale", "the cost of an event, and of a neuron and step, from a thousand to a million neurons"),
    Benchmark("network_sweep", "scale", "a sweep of 100 networks of 4000 neurons: how busy two processors are (at least 90 %)"),
    Benchmark("features", "features", "`hillock features` of 1000 traces of 1 s at 0.025 ms from start to exit, beside eFEL (at least 20 times faster)"),
)}


def parse(words: list[str]) -> argparse.Namespace:
    listed = "\n".join(f"  {name:16}{benchmark.summary}" for name, benchmark in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="scripts/bench", formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
        description="Measures what hillock promises about its speed, each beside its yardstick in the same run, in turn. Pairs during\n"
                    "which other processes were busy are dropped; where too few are left, the promise counts as not measured.",
        epilog=f"benchmarks:\n{listed}\n\nThe program is $HILLOCK, or build/release/hillock. Exit code 1 if a promise is not kept.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the benchmarks to run; all if none is named")
    parser.add_argument("--list", action="store_true", help="print the names, one a line, and end")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="undisturbed pairs to measure (default 5)")
    parser.add_argument("--record", action="store_true", help="keep what was found in docs/performance.json and write docs/performance.md from it")
    parser.add_argument("--page", action="store_true", help="measure nothing, but write docs/performance.md and its figure from what is kept, and end")
    parser.add_argument("--needs", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    for name in arguments.names:
        if name not in BENCHMARKS:
            parser.error(f"'{name}' is not a benchmark; scripts/bench --list names them")
    if arguments.repeat < 1:
        parser.error("--repeat needs a number above 0")
    return arguments


def main(words: list[str]) -> int:
    arguments = parse(words)
    chosen = [BENCHMARKS[name] for name in arguments.names or BENCHMARKS]
    if arguments.needs:
        print(*sorted({need for benchmark in chosen for need in benchmark.needs} if not arguments.page else ()))
        return 0
    if arguments.list:
        print(*BENCHMARKS, sep="\n")
        return 0
    if arguments.page:
        import page
        page.write()
        return 0
    if not os.access(HILLOCK, os.X_OK):
        print(f"scripts/bench: {HILLOCK} is not there; `scripts/run CONFIG` builds it", file=sys.stderr)
        return 6
    where = machine.describe()
    if not arguments.json:
        print("{cpu} ({cores} cores, {instructions}), {system}; hillock {hillock} at {commit}; {date}".format(**where), flush=True)
    outcomes = {}
    for benchmark in chosen:
        outcome = outcomes[benchmark.name] = benchmark.measure(arguments.repeat)
        if not arguments.json:
            print("\n".join([": ".join(filter(None, (benchmark.name, outcome.text, outcome.verdict())))] + [f"  {line}" for line in outcome.lines]), flush=True)
    if arguments.json:
        print(json.dumps({"machine": where, "benchmarks": {name: {**outcome.figures, "kept": outcome.kept} for name, outcome in outcomes.items()}},
                         indent=2))
    if arguments.record:
        import page
        page.keep(outcomes, where)
        page.write()
    return 1 if any(outcome.kept is False for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
