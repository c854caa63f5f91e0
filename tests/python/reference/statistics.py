"""Statistics the tests need: intervals of a renewal process from its hazard, and logistic regression."""

from __future__ import annotations

import numpy as np
from scipy.integrate import cumulative_simpson, simpson


def renewal_moments(hazard, longest: float, points: int = 400_001):
    """Mean (ms) and coefficient of variation of the intervals of a renewal process.

    hazard(age) in 1/ms for ages in ms since the last spike; it must have fired almost surely by age `longest`."""
    age = np.linspace(0.0, longest, points)
    survivor = np.exp(-cumulative_simpson(hazard(age), x=age, initial=0))
    assert survivor[-1] < 1e-12, "longest is too short"
    mean = simpson(survivor, x=age)
    square = 2 * simpson(age * survivor, x=age)
    return mean, np.sqrt(square - mean**2) / mean


def logistic_regression(inputs, trials, successes):
    """Maximum-likelihood coefficients and their standard errors, by Newton's method.

    inputs[rows, k]; trials[rows] decisions under each row, of which successes[rows] were positive."""
    inputs = np.asarray(inputs, dtype=float)
    beta = np.zeros(inputs.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-inputs @ beta))
        information = inputs.T @ (inputs * (trials * p * (1 - p))[:, None])
        step = np.linalg.solve(information, inputs.T @ (successes - trials * p))
        beta += step
        if np.max(np.abs(step)) < 1e-12:
            return beta, np.sqrt(np.diag(np.linalg.inv(information)))
    raise ArithmeticError("Newton's method did not converge")


def autocovariance(x, lag: int):
    """Of x[time, series] about a known mean of zero, averaged over times and series."""
    return np.mean(x[: len(x) - lag] * x[lag:])
