// How many of many independent events happen: draws of whole numbers from one uniform number.
#pragma once
#include <cstdint>

namespace hillock::network {

// log(n!), exact to about 1e-15 of itself.
double log_factorial(std::int64_t n);

// Of `trials` events that happen with probability p in [0, 1] each, so many happen; `uniform` lies in (0, 1).
// The distribution function is inverted from the mode outwards, in a time that grows with the standard
// deviation.
std::int64_t binomial_count(std::int64_t trials, double p, double uniform);

// The same for the Poisson law; mean >= 0.
std::int64_t poisson_count(double mean, double uniform);

}  // namespace hillock::network
