"""Independent computations (closed forms, SciPy, mpmath, NEST) with which the tests compare what hillock computes."""
