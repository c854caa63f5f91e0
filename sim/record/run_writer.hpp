// Takes blocks from the step loop and writes them to the run's file on a thread of its own.
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "engine/analysis_table.hpp"
#include "engine/recorder.hpp"

namespace hillock::record {

// Writes PATH.partial while the run goes on and gives it the name PATH at a complete end. Memory does not
// grow with the run: the queue between loop and disk is bounded, and the loop waits when it is full. After a
// failure of the disk, each call throws the same IoError, PATH.partial stays, and nothing more is written.
class RunWriter : public engine::Recorder {
 public:
  struct Options {
    std::size_t queue_bytes = std::size_t{16} << 20;
    double flush_seconds = 1.0;  // wall time between two flushes
  };

  // See record::check_output; the command line calls it before any work is done.
  static void check_output(const std::string& path, bool explicit_out, bool force);

  // Creates PATH.partial and writes the head; `replace`: an existing PATH is replaced at the end (--force, or
  // a default name). Throws IoError.
  RunWriter(const std::string& path, bool replace, const engine::RunLayout& layout, const Options& options);
  RunWriter(const std::string& path, bool replace, const engine::RunLayout& layout);
  // Without finish(), the file is closed as failed and stays partial.
  ~RunWriter() override;

  void write(engine::FrameBlock block) override;
  void write(engine::SpikeBlock block) override;
  void write(engine::SnippetBlock block) override;
  void write(engine::WeightColumns columns) override;
  void write(engine::WeightBlock block) override;
  // Synapses, before the first step: the blocks of one layout after the other.
  void write(engine::EdgeBlock block);
  // What was measured of a population, before finish(); once for each population.
  void write(engine::AnalysisTable table);
  void advance(double time) override;
  void finish(engine::RunEnd end, double time, const std::string& reason,
              const std::map<std::string, double>& numbers) override;

  // Whether the file has failed. The library has been closed cleanly then; leaving by _exit after the message
  // is still the safest.
  bool hdf5_failed() const;

 private:
  class Queue;
  std::unique_ptr<Queue> queue_;
};

}  // namespace hillock::record
