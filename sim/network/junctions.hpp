// Gap junctions: each neuron sees the voltages of those that it is joined with over a whole step, as cubics
// through the values and slopes at both of its ends, which are found by iteration.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "network/coupling.hpp"
#include "network/geometry.hpp"
#include "network/neuron_range.hpp"

namespace hillock::network {

// Cubic waveform relaxation (Hahne et al. 2015, Front. Neuroinform. 9:22, doi:10.3389/fninf.2015.00022): in
// round 0 of a step the voltages go on as straight lines; in each further round all neurons take the step
// with the voltages that the others had in the round before. It has settled when no voltage at the end of the
// step changes by more than settled_change.
//
// Different ranges may be worked on by different threads at once, while all of them are in the same round.
class Junctions {
 public:
  static constexpr double settled_change = 1e-10;  // in the unit of V
  static constexpr int most_rounds = 50;

  // Draws the junctions. `slots`: of each population, those without junctions included.
  Junctions(const std::vector<JunctionPlan>& plans, const Geometry& geometry,
            const std::vector<std::int64_t>& sizes, const std::vector<JunctionSlots>& slots);

  // Sets what does not change.
  void set_conductances(std::size_t population, NeuronRange& range) const;
  // Between two steps, all ranges after the other: publishes the present voltages; and sets the polynomials
  // to them, for the current at this grid point.
  void show(std::size_t population, const NeuronRange& range);
  void see(std::size_t population, NeuronRange& range) const;
  // Round 0 of a step of `dt` ms.
  void begin(std::size_t population, const NeuronRange& range, double dt);
  // Before the step is taken in a round > 0: sets the polynomials.
  void gather(std::size_t population, NeuronRange& range, int round, double dt) const;
  // After it: the largest change since the round before, and the neuron that has it.
  struct Change {
    double value = 0;
    std::size_t population = 0;
    std::int64_t neuron = 0;
  };
  Change publish(std::size_t population, const NeuronRange& range, int round);

 private:
  // The voltage of a neuron over a step: its values and slopes at the beginning and the end.
  struct Course {
    double begin = 0, slope_at_begin = 0, end = 0, slope_at_end = 0;
  };
  struct Half {  // of a junction, as one of its neurons sees it
    std::uint32_t partner = 0;
    double conductance = 0;
  };
  struct Coupled {                      // the neurons of a population that have junctions
    std::vector<std::int64_t> neurons;  // ascending
    std::size_t first = 0;              // place of the first among those of all populations
  };
  std::pair<std::size_t, std::size_t> places(std::size_t population, const NeuronRange& range) const;
  void draw(const std::vector<JunctionPlan>& plans, const Geometry& geometry);

  std::vector<JunctionSlots> slots_;
  std::vector<Coupled> populations_;
  std::vector<std::size_t> begins_;  // of the halves of each coupled neuron, and their end
  std::vector<Half> halves_;
  std::array<std::vector<Course>, 2> courses_;  // of even and odd rounds
};

}  // namespace hillock::network
