"""One step of one neuron, hillock beside the measured prototype: interpreters, and native code."""

from __future__ import annotations

import dataclasses

import machine
from outcome import Outcome, judged
from pairs import Pairs, in_turn
from programs import hillock_bench, prototype, run, settings

COUNTS = (512, 65536)


@dataclasses.dataclass(frozen=True)
class Case:
    """A model with its method, and the steps of a run for each number of neurons: a twentieth takes about 1 ms."""

    model: str
    method: str
    dt: float  # ms
    steps: tuple[int, int]

    @property
    def name(self) -> str:
        return f"{self.model}_{self.method}"

    def hillock(self, neurons: int, steps: int) -> dict:
        return hillock_bench("step", "--config", f"tests/benchmark/step_{self.model}.yaml", *settings(
            simulation__method=self.method, populations__cell__size=neurons, simulation__duration=f"{steps * self.dt:.10g} ms"))

    def pairs(self, backend: str, neurons: int, repeat: int) -> Pairs:
        steps, program = self.steps[COUNTS.index(neurons)], prototype("prototype_jit", "bench.cpp", "-lasmjit")
        return in_turn(lambda: self.hillock(neurons, steps)[f"{backend}_ns_per_cell_step"],
                       lambda: float(run(program, backend, self.name, str(neurons), str(steps))), repeat)


SQUID = Case("squid", "rk4", 0.01, (6000, 200))
CASES = (SQUID, Case("squid", "exponential_euler", 0.01, (6000, 200)), Case("adex", "rk4", 0.1, (10000, 400)),
         Case("lif", "exact", 0.1, (40000, 2000)))


def _compare(case: Case, backend: str, neurons: int, limit: float, repeat: int) -> tuple[dict, str]:
    pairs = case.pairs(backend, neurons, repeat)
    ratio = pairs.ratio()
    row = {"case": case.name, "neurons": neurons, "ns_per_cell_step": pairs.first(), "prototype_ns_per_cell_step": pairs.second(),
           "ratio": ratio, "limit": limit, "kept": judged(ratio <= limit, pairs.quiet), **pairs.facts()}
    return row, (f"{case.name}, {neurons} neurons: {pairs.first():.2f} ns, prototype {pairs.second():.2f} ns, "
                 f"ratio {ratio:.2f}{pairs.remark()}")


def _judge(backend: str, cases: list[tuple[Case, int]], limit: float, repeat: int) -> Outcome:
    if machine.cpu()[1] != "avx512":
        return Outcome("the prototype is written for AVX-512, which this processor lacks", None, {})
    rows, lines = zip(*(_compare(case, backend, neurons, limit, repeat) for case, neurons in cases))
    verdicts = {row["kept"] for row in rows}
    kept = False if False in verdicts else None if None in verdicts else True
    worst = max(row["ratio"] for row in rows)
    return Outcome(f"{worst:.2f} times the prototype's time{' at most' if len(rows) > 1 else ''} (limit {limit})", kept,
                   {"rows": list(rows), "limit": limit}, list(lines))


def interpreter(repeat: int) -> Outcome:
    return _judge("interpreter", [(SQUID, 512)], 1.5, repeat)


def jit(repeat: int) -> Outcome:
    return _judge("jit", [(case, neurons) for case in CASES for neurons in COUNTS], 1.15, repeat)
