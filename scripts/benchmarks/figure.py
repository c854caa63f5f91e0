"""The work-precision figure of the docs: error of spike times over wall time, a panel for each model. The same data give the same bytes."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402  (the backend comes first)

COLOURS = {"euler": "#888888", "midpoint": "#cc79a7", "rk4": "#0072b2", "dopri5": "#009e73", "exponential_euler": "#e69f00", "exact": "#d55e00"}
MARKERS = {"NEST": "*", "NEURON": "P", "Arbor": "X", "Brian2": "D"}
FLOOR = 1e-7  # ms: errors below are drawn here, as the references are no better


def _panel(axes: pyplot.Axes, name: str, found: dict, neurons: int) -> None:
    for method in dict.fromkeys(row["method"] for row in found["hillock"]):
        for stamp, style in (("grid", "-"), ("interpolated", "--")):
            rows = [row for row in found["hillock"] if row["method"] == method and row["spike_times"] == stamp and "mean_ms" in row]
            axes.plot([1e6 * row["simulate_s"] / neurons for row in rows], [max(FLOOR, row["mean_ms"]) for row in rows], style, marker="o",
                      color=COLOURS[method], markersize=3, linewidth=1, markerfacecolor=COLOURS[method] if stamp == "grid" else "white",
                      label=method if stamp == "grid" else None)
    for peer in found["peers"]:
        axes.plot(1e6 * peer["simulate_s"] / neurons, max(FLOOR, peer["mean_ms"]), MARKERS[peer["peer"]], color="black", markersize=6,
                  label=f"{peer['peer']}, {peer['dt']:g} ms")
    axes.set(xscale="log", yscale="log", title=name.replace("_", " "))
    axes.legend(fontsize=6, frameon=False)
    axes.grid(alpha=0.2)


def draw(found: dict, path: Path) -> None:
    """`found` is what work_precision kept."""
    with pyplot.rc_context({"svg.hashsalt": "work-precision", "svg.fonttype": "path", "font.size": 8}):
        figure, panels = pyplot.subplots(2, 2, figsize=(8, 6.4), layout="constrained")
        for axes, (name, model) in zip(panels.flat, found["models"].items(), strict=True):
            _panel(axes, name, model, found["neurons"])
        figure.supxlabel("wall time for one neuron and one second, µs")
        figure.supylabel("mean error of spike times, ms")
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
