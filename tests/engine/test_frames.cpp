// When frames are due: what the step loop, which looks at no grid point between two, relies on.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "adder.hpp"
#include "engine/frames.hpp"

using namespace hillock;
using namespace hillock::engine;

namespace {

// Reports with these intervals (steps); a negative one is of means.
struct Reports {
  explicit Reports(const std::vector<std::int64_t>& intervals) {
    for (const std::int64_t every : intervals) {
      ReportPlan plan;
      plan.every = every < 0 ? -every : every;
      plan.arrays = {0};
      ReportLayout layout;
      layout.neurons = {0};
      layout.variables.resize(1);
      layout.pooling = every < 0 ? Pooling::mean : Pooling::none;
      plans.push_back(plan);
      layouts.push_back(layout);
    }
  }
  std::vector<ReportPlan> plans;
  std::vector<ReportLayout> layouts;
};

class FramesOfReports final : public Recorder {
 public:
  void write(FrameBlock block) override {
    std::vector<double>& to = frames[block.report];
    CHECK(block.first_frame == std::ssize(to));
    to.insert(to.end(), block.values64.begin(), block.values64.begin() + block.frames);
  }
  void write(SnippetBlock) override {}
  void write(WeightColumns) override {}
  void write(WeightBlock) override {}
  void write(SpikeBlock) override {}
  void advance(double) override {}
  void finish(RunEnd, double, const std::string&, const std::map<std::string, double>&) override {}
  std::map<int, std::vector<double>> frames;  // of the one neuron, or the mean, by report
};

}  // namespace

TEST_CASE("the next grid point with a frame is the first behind the present one at which one is due") {
  for (const std::vector<std::int64_t>& intervals :
       {std::vector<std::int64_t>{1}, {3}, {2, 5}, {5, 2}, {7, 7}, {-2, 6}, {4, -3, 10}}) {
    const Reports reports(intervals);
    const Frames frames(reports.plans, reports.layouts);
    for (std::int64_t step = 0; step < 50; ++step) {
      CAPTURE(step);
      std::int64_t next = step + 1;
      const auto one_is_due = [&] {
        for (std::size_t i = 0; i < frames.reports(); ++i)
          if (frames.of_neurons(i) && frames.due(i, next)) return true;
        return false;
      };
      while (!one_is_due()) ++next;
      CHECK(frames.next_due(step) == next);
    }
  }
}

TEST_CASE("without frames of single neurons none is ever due") {
  for (const std::vector<std::int64_t>& intervals : {std::vector<std::int64_t>{}, {-3}}) {
    const Reports reports(intervals);
    CHECK(Frames(reports.plans, reports.layouts).next_due(12) == std::numeric_limits<std::int64_t>::max());
  }
}

TEST_CASE("each report gets its frames at its own interval, in one run or in slices") {
  const auto frames_of_reports = [](const std::vector<std::int64_t>& slices) {
    adder::Setup s = adder::setup(60, 4);
    adder::add(s, {0, 3, 4, 12, 20, 33, 59}, 1, 1.0);
    for (const std::int64_t every : {6, 7}) {
      s.plan.reports.push_back({0, {0}, every});
      s.layout.reports.push_back(s.layout.reports.front());
      s.layout.reports.back().pooling = every == 6 ? Pooling::mean : Pooling::none;
    }
    Simulation simulation(std::move(s.plan), s.layout);
    FramesOfReports recorder;
    for (const std::int64_t until : slices) simulation.run_until(until, recorder);
    return recorder.frames;
  };
  const std::map<int, std::vector<double>> expected{{0, {1, 3, 3, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6}},
                                                    {1, {1, 3, 4, 4, 5, 5, 6, 6, 6, 6}},
                                                    {2, {1, 3, 4, 5, 5, 6, 6, 6, 6}}};
  CHECK(frames_of_reports({60}) == expected);
  CHECK(frames_of_reports({1, 2, 4, 5, 21, 41, 42, 60}) == expected);
}
