// What several commands read from their options and from a run's file in the same way.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "record/run_reader.hpp"

namespace hillock::cli {

// "50 ms" in ms. Throws UserError, naming the option, for all that is no time.
double milliseconds(const std::string& option, const std::string& text);

// "0..9", "3", "0,5,10..12" in ascending order. Throws UserError.
std::vector<std::int64_t> neuron_list(const std::string& text);

// Those that were named, or all of the file if none is. Throws UserError for one that the file does not have.
std::vector<std::string> chosen_populations(const record::RunReader& reader,
                                            const std::vector<std::string>& named);

// The same, of which each has all of the neurons (ascending) as far as the file tells the sizes. Where none
// is named, others are left out, and a sentence on each says so. Throws UserError if a named one lacks a
// neuron, or all do.
struct PopulationsWithNeurons {
  std::vector<std::string> names, left_out;
};
PopulationsWithNeurons populations_with(record::RunReader& reader, const std::vector<std::string>& named,
                                        const std::vector<std::int64_t>& neurons);

}  // namespace hillock::cli
