// Keeps everything that is recorded in memory, each variable and each list of spikes in one piece.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/recorder.hpp"

namespace hillock::engine {

// Rows of numbers, one behind the other, that grow at the end. Memory that was handed out by data() stays
// valid, with the rows it had, as long as the column lives: what is outgrown is kept.
class Column {
 public:
  // Room for `rows` rows at first; the system gives it as it is filled.
  Column(std::size_t row_bytes, std::int64_t rows);
  void append(const void* rows, std::int64_t count);
  // Forgets the rows behind these.
  void shorten(std::int64_t rows);
  const std::byte* data() const { return memory_.get(); }
  std::int64_t rows() const { return rows_; }

 private:
  std::size_t row_bytes_;
  std::int64_t rows_ = 0, room_ = 0;
  std::unique_ptr<std::byte[]> memory_;
  std::vector<std::unique_ptr<std::byte[]>> outgrown_;
};

class MemoryRecorder final : public Recorder {
 public:
  // Bytes of all traces of the whole run.
  static double bytes_planned(const RunLayout& layout);
  // `reserve`: room for the whole run at once, otherwise as much as is needed.
  MemoryRecorder(const RunLayout& layout, bool reserve);

  void write(FrameBlock block) override;
  void write(SpikeBlock block) override;
  void write(SnippetBlock block) override;
  void write(WeightColumns columns) override;
  void write(WeightBlock block) override;
  void advance(double time) override { time_ = time; }
  void finish(RunEnd, double, const std::string&, const std::map<std::string, double>&) override {}

  double time() const { return time_; }  // ms: everything before it is here
  // How much is here, and the way back to it.
  struct Mark {
    std::vector<std::int64_t> reports, spikes, snippets, weights;  // rows
    std::vector<std::pair<std::int64_t, std::int64_t>> left_out;   // of snippets: at start and end
    double time = 0;
  };
  Mark mark() const;
  void go_back(const Mark& mark);
  // Values [time, neuron] (of a mean: [time]) of one variable of a report: float64 or float32, as its layout.
  const Column& variable(std::size_t report, std::size_t variable) const {
    return reports_.at(report).variables.at(variable);
  }
  const Column& times(std::size_t report) const { return reports_.at(report).times; }           // double, ms
  const Column& spike_times(std::size_t spikes) const { return spikes_.at(spikes).times; }      // double, ms
  const Column& spike_neurons(std::size_t spikes) const { return spikes_.at(spikes).neurons; }  // uint64
  // What was recorded around spikes: rows of all columns belong to one another.
  struct Snippets {
    Column times, sampled_at, neurons;  // double, ms; double, ms; uint64
    std::vector<Column> variables;      // [spike, offset]: float64 or float32, as its layout
    std::int64_t left_out_at_start = 0, left_out_at_end = 0;
  };
  const Snippets& snippets(std::size_t snippets) const { return snippets_.at(snippets); }
  // Variables over time.
  struct Frames {
    bool float64 = false;
    std::size_t row_bytes = 0;
    double interval = 0;  // ms
    Column times;         // double, ms
    std::vector<Column> variables;
  };
  // Weights over time, of the synapses whose neurons are named; none before the run has begun.
  struct Weights {
    bool begun = false;
    std::vector<std::uint64_t> sources, targets;
    Frames frames;
  };
  const Weights& weights(std::size_t weights) const { return weights_.at(weights); }

 private:
  struct Spikes {
    Column times, neurons;
  };
  Frames room_for(std::size_t values_per_frame, std::size_t variables, std::int64_t frames, double interval,
                  bool float64) const;

  bool reserve_;
  std::vector<Frames> reports_;
  std::vector<Spikes> spikes_;
  std::vector<Snippets> snippets_;
  std::vector<WeightLayout> weight_layouts_;
  std::vector<Weights> weights_;
  double time_ = 0;
};

}  // namespace hillock::engine
