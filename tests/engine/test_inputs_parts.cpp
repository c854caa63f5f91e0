// Spike inputs in parts: each thread has the spikes for its own neurons.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "test_inputs_support.hpp"

using namespace hillock::engine;

namespace {

// [step][neuron] in a row.
std::vector<double> arrivals_of(SpikeInput& input, std::int64_t neurons, std::int64_t length) {
  std::vector<double> all;
  for (std::int64_t step = 0; step < length; ++step) {
    std::vector<double> arrivals(static_cast<std::size_t>(neurons), 0.0);
    input.deliver(step, arrivals);
    all.insert(all.end(), arrivals.begin(), arrivals.end());
  }
  return all;
}

InputData with_targets(InputData data) {
  data.targets = {0, 3, 4, 17, 39};
  return data;
}

constexpr std::int64_t in_parts = 40, steps = 200;

std::vector<std::pair<const char*, InputData>> of_all_types() {
  const Fields rate{{"rate", {0.8}}, {"weight", {1.5}}};
  const Fields rates{{"rate", {0.1, 0.5, 2.0, 0.5, 0.1}}, {"weight", {1, 2, 3, 4, 5}}};
  InputData shared = input_data(in_parts, 0.1, rate);
  shared.flags["shared"] = true;
  InputData copied = shared;
  copied.values["copy"] = {0.3};
  const Fields orders{{"rate", {0.8}}, {"order", {0.5, 1, 2, 3, 4}}, {"weight", {1, 2, 3, 4, 5}}};
  const InputData volley =
      input_data(in_parts, 0.1, {{"number", {5}}, {"spread", {1}}, {"weight", {0.5}}}, {{"times", {3, 12}}});
  const InputData file = input_data(in_parts, 0.1, {{"weight", {0.5}}},
                                    {{"times", {0.3, 0.3, 1, 5, 5}}, {"node_ids", {39, 2, 20, 19, 2}}});
  const InputData course =
      input_data(in_parts, 0.1, {{"weight", {0.5}}}, {{"times", {0, 5, 7}}, {"values", {0.5, 0, 2}}});
  InputData courses =
      with_targets(input_data(in_parts, 0.1, {{"weight", {1, 2, 3, 4, 5}}},
                              {{"times", {0, 5}}, {"values", {1, 0, 0.2, 0, 3, 0, 1, 0.2, 3, 0.1}}}));
  courses.flags["per_target"] = true;
  return {
      {"poisson", course},
      {"poisson", courses},
      {"poisson", input_data(in_parts, 0.1, rate)},
      {"poisson", with_targets(input_data(in_parts, 0.1, rates))},
      {"poisson", shared},
      {"poisson", copied},
      {"gamma", input_data(in_parts, 0.1, {{"rate", {0.8}}, {"order", {3}}, {"weight", {1.5}}})},
      {"gamma", with_targets(input_data(in_parts, 0.1, orders))},
      {"pulse_packet", volley},
      {"regular", input_data(in_parts, 0.1, {{"interval", {0.7}}, {"weight", {1}}})},
      {"regular", with_targets(input_data(in_parts, 0.1, rates))},
      {"spikes", input_data(in_parts, 0.1, {{"weight", {0.5}}}, {{"times", {0, 0.3, 0.3, 6, 9, 12.1, 17}}})},
      {"spikes", with_targets(input_data(in_parts, 0.1, {{"weight", {1, 2, 3, 4, 5}}}, {{"times", {0, 2}}}))},
      {"spike_file", file}};
}

// As arrivals_of, from `begin` on, with the sum of several inputs, which are left out while they are silent;
// counts how often.
std::vector<double> arrivals_where_not_silent(const std::vector<SpikeInput*>& inputs, std::int64_t begin,
                                              std::int64_t end, int& left_out) {
  std::vector<double> all;
  for (std::int64_t step = begin; step < end; ++step) {
    std::vector<double> arrivals(static_cast<std::size_t>(in_parts), 0.0);
    for (SpikeInput* const input : inputs)
      step < input->silent_until() ? void(++left_out) : void(input->deliver(step, arrivals));
    all.insert(all.end(), arrivals.begin(), arrivals.end());
  }
  return all;
}

}  // namespace

TEST_CASE("the parts of a spike input deliver what the whole delivers, each to its own neurons alone") {
  for (const auto& each : of_all_types()) {
    const auto& type = std::get<0>(each);
    const auto& data = std::get<1>(each);
    CAPTURE(type);
    const auto whole = make_spike_input(type, data);
    const std::vector<std::int64_t> cuts{0, 5, 5, 18, in_parts};
    std::vector<double> sum(static_cast<std::size_t>(in_parts * steps));
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      const auto part = whole->part(cuts[i - 1], cuts[i]);
      const std::vector<double> found = arrivals_of(*part, in_parts, steps);
      for (std::int64_t k = 0; k < in_parts * steps; ++k) {
        if (k % in_parts < cuts[i - 1] || k % in_parts >= cuts[i]) REQUIRE(found[k] == 0);
        sum[k] += found[k];
      }
    }
    const std::vector<double> expected = arrivals_of(*whole, in_parts, steps);
    CHECK(sum == expected);
    CHECK(sum != std::vector<double>(sum.size()));
  }
}

TEST_CASE("spikes of steps that are asked for again are the same") {
  for (const auto& each : of_all_types()) {
    const auto& type = std::get<0>(each);
    CAPTURE(type);
    const auto input = make_spike_input(type, std::get<1>(each));
    const std::vector<double> first = arrivals_of(*input, in_parts, steps);
    input->rewind();
    for (std::int64_t step = 50; step < steps; ++step) {
      std::vector<double> arrivals(static_cast<std::size_t>(in_parts), 0.0);
      input->deliver(step, arrivals);
      REQUIRE(std::equal(arrivals.begin(), arrivals.end(), first.begin() + step * in_parts));
    }
  }
}

TEST_CASE("a part that begins in the middle of a run goes on where the whole would") {
  const InputData data = input_data(20, 0.1, {{"interval", {0.7}}, {"weight", {1}}});
  const auto whole = make_spike_input("regular", data);
  arrivals_of(*whole, 20, 100);
  const auto part = whole->part(0, 20);
  for (std::int64_t step = 100; step < 130; ++step) {
    std::vector<double> a(20), b(20);
    whole->deliver(step, a);
    part->deliver(step, b);
    CHECK(a == b);
  }
}

TEST_CASE("inputs that are left out while they are silent deliver all, alone, in parts, and alone again") {
  for (const auto& each : of_all_types()) {
    const auto& type = std::get<0>(each);
    const auto& data = std::get<1>(each);
    CAPTURE(type);
    const auto whole = make_spike_input(type, data);
    std::vector<double> found;
    int left_out = 0;
    const auto deliver = [&](const std::vector<SpikeInput*>& inputs, std::int64_t begin, std::int64_t end) {
      const std::vector<double> more = arrivals_where_not_silent(inputs, begin, end, left_out);
      found.insert(found.end(), more.begin(), more.end());
    };
    deliver({whole.get()}, 0, 50);
    for (const std::int64_t begin : {50, 100}) {  // a slice, and the next one with parts of its own
      const auto lower = whole->part(0, 16), upper = whole->part(16, in_parts);
      deliver({lower.get(), upper.get()}, begin, begin + 50);
    }
    deliver({whole.get()}, 150, steps);
    CHECK(found == arrivals_of(*make_spike_input(type, data), in_parts, steps));
    if (type == std::string("spikes")) CHECK(left_out > steps);
  }
}
