// What a run's file says about itself, for `hillock info` and for recovery.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hillock::record {

struct ReportInfo {
  struct Variable {
    std::string name, unit, long_name;
    std::vector<std::uint64_t> shape;  // time, neuron (or synapse); pooled: time
    bool float64 = false;
    bool compressed = false;
  };
  std::string group;  // "exc", "exc.mean"
  std::vector<Variable> variables;
  std::uint64_t frames = 0;
  std::uint64_t neurons = 0;  // 0: a mean, a sum or a rate
  double interval = 0;        // ms
  double end = 0;             // ms: frames lie before it, and are to be trusted up to here
};

// Frames of a report that were flushed before mapping/time said so.
std::uint64_t trusted_frames(const ReportInfo& report);

// The population that a report is of: "exc" of "exc", "exc.w" and "exc.mean".
std::string population_of(const ReportInfo& report);

struct SpikesInfo {
  std::string population;
  std::uint64_t count = 0;
  double end = 0;             // ms: up to here the file is to be trusted,
  std::uint64_t trusted = 0;  // with so many spikes
};

// Values around spikes: /around_spikes/<group>.
struct SnippetInfo {
  std::string group;  // "exc", "exc.w"
  std::vector<ReportInfo::Variable> variables;
  std::vector<double> offsets;                               // ms, of the samples
  std::uint64_t count = 0;                                   // spikes
  double end = 0;                                            // ms: up to here the file is to be trusted,
  std::uint64_t trusted = 0;                                 // with so many spikes
  std::uint64_t left_out_at_start = 0, left_out_at_end = 0;  // whose window reaches over an end of the run
};

// The synapses of a connection between two populations: /edges/<group>.
struct EdgesInfo {
  std::string group;           // "ee", "ee.exc.inh"
  std::string source, target;  // populations
  std::uint64_t count = 0;
};

// Weights of a connection between two populations over time: /connections/<group>.
struct WeightsInfo {
  ReportInfo report;           // its one variable, or none, where there is no synapse
  std::string source, target;  // populations
  std::uint64_t synapses = 0;
};

// What was measured of a population during the run.
struct AnalysisInfo {
  std::string population;
  std::vector<ReportInfo::Variable> values;
  std::string note;  // may be empty
};

struct RunInfo {
  std::string path;
  std::uint64_t bytes = 0;
  std::string kind;             // "run"
  std::string format, version;  // of the file; of the program that wrote it
  std::string status;           // running, complete, interrupted, failed, recovered
  bool complete = false;
  std::string reason;                // why it stopped before its duration, may be empty
  std::optional<double> stopped_at;  // ms
  double recorded_until = 0;         // ms
  std::uint64_t seed = 0;
  double duration = 0, dt = 0;               // ms
  std::map<std::string, std::string> texts;  // config, parameters, models
  std::map<std::string, std::string> words;  // cpu, backend
  std::map<std::string, double> numbers;     // wall_build_s, ...
  std::vector<ReportInfo> reports;
  std::vector<SpikesInfo> spikes;
  std::vector<SnippetInfo> around_spikes;
  std::vector<EdgesInfo> edges;
  std::vector<WeightsInfo> weights;
  std::vector<AnalysisInfo> analysis;

  // Up to here the run can be looked at, ms.
  double end() const { return complete ? stopped_at.value_or(duration) : recorded_until; }
};

class ReadableFile;
// What stands in the root and under /meta of a file of either kind. Throws IoError.
RunInfo read_head(ReadableFile& file);

// Reads everything but the data, also of a file that is being written. Throws IoError if it cannot be read or
// is none of hillock's.
RunInfo read_info(const std::string& path);

}  // namespace hillock::record
