// The frames of all reports between the step loop and the recorder: whole frames in blocks, that parts fill
// together.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/recorder.hpp"
#include "engine/simulation_plan.hpp"

namespace hillock::engine {

// A value that is finite, and more than the file can hold.
struct TooLarge {
  std::size_t variable = 0;
  std::int64_t neuron = 0;
  double value = 0;
};

// Different neurons may be put into a frame by different threads at once: each value has its place from the
// beginning.
class Frames {
 public:
  // Both must outlive it.
  Frames(const std::vector<ReportPlan>& plans, const std::vector<ReportLayout>& layouts);

  std::size_t reports() const { return buffers_.size(); }
  const ReportPlan& plan(std::size_t report) const { return plans_[report]; }
  // Frames of single neurons are put by the parts; means and sums, which are over neurons of all parts, by
  // one thread when all have reached them; rates are not put here at all (see Rates).
  bool of_neurons(std::size_t report) const { return !layouts_[report].pooled(); }
  bool of_all(std::size_t report) const { return layouts_[report].pooled() && !is_rate(report); }
  bool is_rate(std::size_t report) const { return layouts_[report].pooling == Pooling::rate; }
  // Whether there is a frame at this grid point that is still to be put.
  bool due(std::size_t report, std::int64_t step) const {
    return step % plans_[report].every == 0 && step / plans_[report].every >= next_frame(report);
  }
  // The first grid point behind this one at which there is a frame of neurons.
  std::int64_t next_due(std::int64_t step) const;
  // There is room for the frames of all grid points before this one.
  std::int64_t room_until() const;

  // The values of the neurons first <= i < end at a grid point at which a frame is due; `array` gives the
  // values of the whole population by slot. Returns the first value that is too large, in order of variable
  // and neuron.
  template <class Array>
  std::optional<TooLarge> put(std::size_t report, std::int64_t step, std::int64_t first, std::int64_t end,
                              Array array) {
    for (std::size_t v = 0; v < plans_[report].arrays.size(); ++v)
      if (const auto too_large = put(report, v, step, first, end, array(plans_[report].arrays[v])))
        return too_large;
    return std::nullopt;
  }
  std::optional<TooLarge> put_pooled(std::size_t report, std::size_t variable, std::int64_t step,
                                     std::span<const double> values);

  // All values of the frames before this grid point have been put.
  void complete(std::size_t report, std::int64_t step);
  bool full(std::size_t report) const { return buffers_[report].frames == buffers_[report].capacity; }
  bool empty(std::size_t report) const { return buffers_[report].frames == 0; }
  FrameBlock take(std::size_t report);
  // The frame that is put next; what waits is forgotten where it is set.
  std::int64_t next_frame(std::size_t report) const {
    return buffers_[report].first_frame + buffers_[report].frames;
  }
  void set_next_frame(std::size_t report, std::int64_t frame) {
    buffers_[report].first_frame = frame;
    buffers_[report].frames = 0;
  }

 private:
  struct Buffer {
    std::int64_t first_frame = 0, frames = 0, capacity = 1;
    std::vector<std::vector<double>> values64;  // [variable][frame, neuron]; one of the two is used
    std::vector<std::vector<float>> values32;
  };
  std::optional<TooLarge> put(std::size_t report, std::size_t variable, std::int64_t step, std::int64_t first,
                              std::int64_t end, const double* values);

  const std::vector<ReportPlan>& plans_;
  const std::vector<ReportLayout>& layouts_;
  std::vector<Buffer> buffers_;
};

}  // namespace hillock::engine
