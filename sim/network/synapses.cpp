// What synapses are and take, whichever layout they have.
#include "network/synapses.hpp"

#include <algorithm>
#include <utility>

#include "base/diagnostics.hpp"
#include "network/row_store.hpp"

namespace hillock::network {

std::unique_ptr<Synapses> make_synapses(SynapsesPlan plan) {
  return plan.layout == RowLayout::pairs ? make_pair_rows(std::move(plan))
                                         : make_segment_rows(std::move(plan));
}

int bytes_of_synapse(RowFormat format) {
  return format == RowFormat::constant ? sizeof(ConstantWord::Word)
         : format == RowFormat::narrow ? sizeof(NarrowWord::Word)
                                       : sizeof(WideWord::Word);
}

double bytes_of_calendar(std::int64_t most_delay) {
  return static_cast<double>(Calendar::bytes_for(most_delay));
}

bool need_wide_sums(std::span<const std::uint32_t> in_degrees, std::int64_t most,
                    std::int64_t spikes_in_a_step) {
  const std::uint32_t in_degree = in_degrees.empty() ? 0 : *std::ranges::max_element(in_degrees);
  const double largest =
      static_cast<double>(in_degree) * static_cast<double>(most) * static_cast<double>(spikes_in_a_step);
  if (largest >= 0x1p63)
    throw base::ResourceError(
        "the weights that can arrive at a neuron in one step are too many to be summed; give it fewer "
        "synapses");
  return largest >= 0x1p31;
}

}  // namespace hillock::network
