"""What the tests of figures have in common."""

from __future__ import annotations

SVG = "{http://www.w3.org/2000/svg}"
TWO = """
simulation: {duration: 2 s, dt: 0.1 ms, seed: 3}
populations: {exc: {size: 40, model: lif}, inh: {size: 10, model: lif}}
inputs:
  to_exc: {type: white_noise, target: exc, mean: 300 pA, sigma: 400 pA ms^0.5}
  to_inh: {type: white_noise, target: inh, mean: 400 pA, sigma: 400 pA ms^0.5}
record: {exc: {spikes: true, V: {every: 0.1 ms}}, inh: {spikes: true}}
"""
