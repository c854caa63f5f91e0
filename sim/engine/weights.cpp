// Reads weights from a network, and repeats them frame after frame.
#include "engine/weights.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/diagnostics.hpp"
#include "engine/edges.hpp"

namespace hillock::engine {

namespace {

template <class Number>
void repeat(const std::vector<Number>& frame, std::int64_t times, std::vector<Number>& values) {
  values.reserve(frame.size() * static_cast<std::size_t>(times));
  for (std::int64_t k = 0; k < times; ++k) values.insert(values.end(), frame.begin(), frame.end());
}

void append_as_float32(std::span<const double> weights, const WeightLayout& layout, std::vector<float>& to) {
  for (const double weight : weights) {
    to.push_back(static_cast<float>(weight));
    if (!std::isfinite(to.back()))
      throw base::NumericsError(
          fmt::format("connection '{}': the weight {:.3g} {} is recorded, and is more than float32 holds\n"
                      "  write dtype: float64 in its record, or a smaller weight",
                      layout.edges.connection, weight, layout.edges.weight_unit));
  }
}

}  // namespace

Weights::Weights(const std::vector<std::int64_t>& every, const std::vector<WeightLayout>& layouts, double dt)
    : layouts_(layouts), dt_(dt) {
  for (std::size_t i = 0; i < layouts.size(); ++i) all_.push_back({every.at(i), 0, {}, {}});
}

void Weights::read(std::size_t i, const network::Network* network, WeightColumns* columns) {
  const WeightLayout& layout = layouts_[i];
  Present& present = all_[i];
  present.values64.clear();
  present.values32.clear();
  each_block_of_edges(network, layout.edges, layout.targets, dt_, nullptr, [&](const EdgeBlock& block) {
    if (layout.float64)
      present.values64.insert(present.values64.end(), block.weights.begin(), block.weights.end());
    else
      append_as_float32(block.weights, layout, present.values32);
    if (columns == nullptr) return;
    columns->sources.insert(columns->sources.end(), block.sources.begin(), block.sources.end());
    columns->targets.insert(columns->targets.end(), block.targets.begin(), block.targets.end());
  });
}

void Weights::begin(const network::Network* network, Recorder& recorder) {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    WeightColumns columns;
    columns.weights = static_cast<int>(i);
    read(i, network, &columns);
    recorder.write(std::move(columns));
  }
  begun_ = true;
}

void Weights::read(const network::Network* network) {
  if (!begun_) return;
  for (std::size_t i = 0; i < all_.size(); ++i) read(i, network, nullptr);
}

void Weights::hand_over(std::int64_t step, Recorder& recorder) {
  if (!begun_) return;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    Present& present = all_[i];
    const auto bytes = static_cast<std::int64_t>(8 * present.values64.size() + 4 * present.values32.size());
    const std::int64_t end = (step + present.every - 1) / present.every,
                       most = std::max<std::int64_t>(1, block_bytes / std::max<std::int64_t>(1, bytes));
    while (present.next_frame < end) {
      WeightBlock block;
      block.weights = static_cast<int>(i);
      block.first_frame = present.next_frame;
      block.frames = std::min(most, end - present.next_frame);
      repeat(present.values64, block.frames, block.values64);
      repeat(present.values32, block.frames, block.values32);
      present.next_frame += block.frames;
      recorder.write(std::move(block));
    }
  }
}

std::vector<std::int64_t> Weights::next_frames() const {
  std::vector<std::int64_t> frames;
  for (const Present& present : all_) frames.push_back(present.next_frame);
  return frames;
}

void Weights::set_next_frames(const std::vector<std::int64_t>& frames) {
  for (std::size_t i = 0; i < all_.size(); ++i) all_[i].next_frame = frames.at(i);
}

}  // namespace hillock::engine
