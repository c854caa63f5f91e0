// How alike two spike trains are.
#pragma once
#include <span>

namespace hillock::analysis {

// The distance of two trains (ms, ascending), each spike taken as an exponential that decays with `tau` (ms)
// after it: sqrt(1/tau * integral of the squared difference). A spike more or less makes sqrt(1/2), one that
// is moved by much more than tau 1; without units (van Rossum 2001, Neural Comput. 13:751,
// doi:10.1162/089976601300014321).
double van_rossum_distance(std::span<const double> one, std::span<const double> other, double tau);

// The coincidence factor of a model with `spikes` and a recording of `duration` with `recorded` ones (ms,
// ascending): of their number, those that lie within `precision` of each other beyond those that would by
// chance. 1: all do; 0: as many as of a Poisson process of the model's rate (Kistler, Gerstner & van Hemmen
// 1997, doi:10.1162/neco.1997.9.5.1015; Jolivet et al. 2008, doi:10.1016/j.jneumeth.2007.11.006). NaN if both
// are without spikes.
double coincidence_factor(std::span<const double> spikes, std::span<const double> recorded, double duration,
                          double precision);

}  // namespace hillock::analysis
