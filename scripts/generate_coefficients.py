#!/usr/bin/env python3
"""Prints sim/base/function_coefficients.hpp: near-minimax polynomials and split constants, from mpmath at 60 digits.

Usage: generate_coefficients.py > sim/base/function_coefficients.hpp   (needs the Python package mpmath)
The polynomials interpolate at Chebyshev nodes, which is within a small factor of minimax; the error of each is printed beside it.
"""
from mpmath import atanh, cos, exp, log, lu_solve, matrix, mp, mpf, pi, sin, sqrt

mp.dps = 60


def interpolate(f, a, b, degree):
    """Coefficients, lowest first, of the polynomial that equals f at the Chebyshev nodes of [a, b]."""
    n = degree + 1
    nodes = [(a + b) / 2 + (b - a) / 2 * cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    system = matrix(n, n)
    for i, x in enumerate(nodes):
        for j in range(n):
            system[i, j] = x**j
    return list(lu_solve(system, matrix([f(x) for x in nodes])))


def worst(error, a, b):
    """The largest |error| on a grid of [a, b] that avoids 0."""
    points = [a + (b - a) * (mpf(2 * k + 1) / 4001) for k in range(2000)]
    return float(max(abs(error(x)) for x in points))


def rounded(coefficients):
    """The polynomial with the coefficients as doubles."""
    values = [mpf(float(c)) for c in coefficients]
    return lambda x: sum(c * x**k for k, c in enumerate(values))


def number(value):
    return float(value).hex()


def emit(name, values, comment):
    numbers = ", ".join(number(v) for v in values)
    print(f"// {comment}\ninline constexpr double {name}[{len(values)}] = {{{numbers}}};")


def emit_one(name, value, comment):
    print(f"inline constexpr double {name} = {number(value)};  // {comment}")


def high_bits(value, bits):
    """value cut to its leading bits, so that products with small whole numbers are exact."""
    mantissa, exponent = mp.frexp(value)
    return mp.ldexp(mp.floor(mp.ldexp(mantissa, bits)), exponent - bits)


def exponential():
    step = log(mpf(2)) / 8
    high = mpf(float(step))
    emit_one("eighths_per_ln2", 1 / step, "8/ln 2")
    emit_one("ln2_eighth_high", high, "ln 2 / 8")
    emit_one("ln2_eighth_low", step - high, "what the double above lacks")
    limit = step / 2 * mpf("1.001")
    def tail(r):
        return (exp(r) - 1 - r) / r**2 if abs(r) > 1e-20 else mpf(1) / 2

    short = interpolate(tail, -limit, limit, 5)
    p = rounded(short)
    error = worst(lambda r: r + r**2 * p(r) - exp(r) + 1, -limit, limit)
    emit("exp_polynomial", short, f"(exp(r) - 1 - r)/r^2 for |r| <= ln2/16; exp is off by {error:.1e}")
    long = interpolate(tail, -limit, limit, 6)
    q = rounded(long)
    error = worst(lambda r: (r + r**2 * q(r)) / (exp(r) - 1) - 1, -limit, limit)
    emit("expm1_polynomial", long, f"the same, longer: exp - 1 is off by {error:.1e} relative")
    powers = [mpf(2) ** (mpf(j) / 8) for j in range(8)]
    emit("exp_table", powers, "2^(j/8)")
    emit("exp_table_rest", [(v - mpf(float(v))) / v for v in powers], "what the doubles above lack, relative")


def logarithm():
    ln2 = log(mpf(2))
    high = high_bits(ln2, 40)
    emit_one("ln2_high", high, "40 bits: products with exponents are exact")
    emit_one("ln2_low", ln2 - high, "ln 2 - ln2_high")
    limit = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.001")
    series = interpolate(lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z if z else mpf(2) / 3, mpf(0), limit, 7)
    rest = series[0] - mpf(float(series[0]))
    p = rounded(series)
    error = worst(lambda z: (p(z) + rest) * z - (2 * atanh(sqrt(z)) / sqrt(z) - 2), mpf(0), limit)
    emit("log_polynomial", series, f"(2 atanh(s)/s - 2)/s^2 in s^2; log is off by {error:.1e} relative")
    emit_one("log_polynomial_rest", rest, "what the first coefficient lacks")


def trigonometry():
    parts, rest = [], pi / 2
    for _ in range(3):
        parts.append(mpf(float(rest)))
        rest -= parts[-1]
    emit_one("two_over_pi", 2 / pi, "2/pi")
    emit("half_pi", parts, f"pi/2 in three parts; the rest is {float(rest):.1e}")
    limit = (pi / 4 * mpf("1.01")) ** 2
    sine = interpolate(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z if z else -mpf(1) / 6, mpf(0), limit, 5)
    p = rounded(sine)
    error = worst(lambda z: 1 + z * p(z) - sin(sqrt(z)) / sqrt(z), mpf(0), limit)
    emit("sin_polynomial", sine, f"(sin(r)/r - 1)/r^2 in r^2; sin is off by {error:.1e} relative")
    cosine = interpolate(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2 if z else mpf(1) / 24, mpf(0), limit, 5)
    q = rounded(cosine)
    error = worst(lambda z: 1 - z / 2 + z**2 * q(z) - cos(sqrt(z)), mpf(0), limit)
    emit("cos_polynomial", cosine, f"(cos(r) - 1 + r^2/2)/r^4 in r^2; cos is off by {error:.1e}")


def main():
    print("// Polynomials and split constants of base/functions.hpp; printed by scripts/generate_coefficients.py.")
    print("#pragma once\n\nnamespace hillock::base::coefficients {\n")
    exponential()
    print()
    logarithm()
    print()
    trigonometry()
    print("\n}  // namespace hillock::base::coefficients")


if __name__ == "__main__":
    main()
