// The border to the output: what the step loop hands over, and what a run's file is told about itself.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hillock::engine {

// One variable of a report.
struct ReportVariable {
  std::string name;       // V, g_ampa, I ...
  std::string unit;       // "mV"
  std::string long_name;  // "membrane potential"
};

// What a frame holds of several neurons: a value of each, or one of all, their mean, their sum, or their rate
// of spikes.
enum class Pooling { none, mean, sum, rate };

// Variables of the same neurons at the same times: /report/<group> of the file.
struct ReportLayout {
  std::string group;  // "exc", "exc.w", "exc.mean"
  std::string population;
  std::vector<ReportVariable> variables;
  std::vector<std::int64_t> neurons;  // ascending; pooled and empty: all, or not known
  Pooling pooling = Pooling::none;
  std::int64_t frames = 0;                       // of the whole run
  double interval = 0;                           // ms between frames
  double stimulus_start = 0, stimulus_stop = 0;  // ms: when currents flow into the population
  bool float64 = false;
  int deflate = 0;
  bool pooled() const { return pooling != Pooling::none; }
  std::int64_t values_per_frame() const { return pooled() ? 1 : static_cast<std::int64_t>(neurons.size()); }
};

struct SpikeLayout {
  std::string population;
  std::int64_t neurons = 0;  // how many are recorded, the silent ones included; 0: not said
};

// Where the neurons of a population are: /nodes/<population>.
struct NodeLayout {
  std::string population;
  std::int64_t neurons = 0;
  std::vector<std::vector<double>> axes;  // um, of x, y and z as far as there are: [axis][neuron]
};

// Variables of the same neurons in the same window around each of their spikes: /around_spikes/<group>.
struct SnippetLayout {
  std::string group;  // "exc", "exc.w"
  std::string population;
  std::vector<ReportVariable> variables;
  std::vector<std::int64_t> neurons;  // ascending, at least one
  std::vector<double> offsets;  // ms, ascending: of the samples from the grid point at or after the spike
  bool float64 = false;
  // In the file: the values, time, id and time of the sample at offset 0.
  std::int64_t bytes_per_spike() const {
    return static_cast<std::int64_t>(variables.size() * offsets.size()) * (float64 ? 8 : 4) + 24;
  }
};

// One end of edges: a population.
struct EdgeEnd {
  int index = 0;  // of the population
  std::string name;
  std::int64_t size = 0;  // its neurons
};

// The synapses of a connection between two populations: /edges/<group>.
struct EdgeLayout {
  std::string group;       // "ee", "ee.exc.inh"
  std::string connection;  // of the config
  EdgeEnd source, target;
  std::string weight_unit;
  double expected = 0;  // how many there are, on average
  // In the file: five numbers and a range of each edge, names and ranges of the neurons, and what describes
  // all these.
  double bytes() const {
    return 56 * expected + 24 * static_cast<double>(source.size) + 40 * static_cast<double>(target.size) +
           20e3;
  }
};

// Weights of a connection between two populations over time: /connections/<group>. The columns of a frame are
// synapses in order of (target, source), as those of /edges/<group>.
struct WeightLayout {
  EdgeLayout edges;                   // that of /edges/<group>, but as many synapses as there are columns
  std::vector<std::int64_t> targets;  // ascending: onto which the synapses are; empty: onto all
  std::int64_t frames = 0;            // of the whole run
  double interval = 0;                // ms between frames
  bool float64 = false;
  int deflate = 0;
  // In the file: the frames, and which synapses they are of.
  double bytes() const {
    return static_cast<double>(frames) * (8 + (float64 ? 8 : 4) * edges.expected) + 24 * edges.expected;
  }
};

// Text and numbers under /meta (texts as scalar data sets, numbers and words as attributes).
struct RunFacts {
  std::map<std::string, std::string> texts;  // config, parameters, models
  std::map<std::string, std::string> words;  // hillock_version, cpu, backend
  std::map<std::string, double> numbers;     // wall_build_s, ...
  std::uint64_t seed = 0;
  double duration = 0, dt = 0;  // ms
};

struct RunLayout {
  std::vector<ReportLayout> reports;
  std::vector<SpikeLayout> spikes;  // one per population with recorded spikes
  RunFacts facts;
  std::vector<SnippetLayout> snippets{};
  std::vector<NodeLayout> nodes{};  // of the populations whose neurons have positions
  std::vector<EdgeLayout> edges{};
  std::vector<WeightLayout> weights{};
};

constexpr std::int64_t block_bytes = 1 << 18;  // about: of values that are handed over together

// Whole frames: values[variable][frame][column], flattened in this order.
struct FrameValues {
  std::int64_t first_frame = 0;
  std::int64_t frames = 0;
  std::vector<double> values64;  // one of the two is filled, as the layout asks
  std::vector<float> values32;
};

// A block of one report; its columns are neurons.
struct FrameBlock : FrameValues {
  int report = 0;  // index in RunLayout::reports
};

// A block of weights; its columns are synapses.
struct WeightBlock : FrameValues {
  int weights = 0;  // index in RunLayout::weights
};

// The synapses that are the columns of a layout of weights.
struct WeightColumns {
  int weights = 0;  // index in RunLayout::weights
  std::vector<std::uint64_t> sources, targets;
};

// Spikes of one population in order of (time, node id).
struct SpikeBlock {
  int spikes = 0;             // index in RunLayout::spikes
  std::vector<double> times;  // ms
  std::vector<std::uint64_t> node_ids;
};

// Complete snippets of one layout in order of (spike time, node id): values[variable][snippet][sample],
// flattened in this order. It may hold none, and only say the counts.
struct SnippetBlock {
  int snippets = 0;                // index in RunLayout::snippets
  std::vector<double> times;       // ms, of the spikes
  std::vector<double> sampled_at;  // ms, of the samples at offset 0
  std::vector<std::uint64_t> node_ids;
  std::vector<double> values64;  // one of the two is filled, as the layout asks
  std::vector<float> values32;
  // Spikes so far whose window reaches over the beginning of the run, or over what has been simulated.
  std::int64_t left_out_at_start = 0, left_out_at_end = 0;
};

// Synapses of one layout, in order of their targets.
struct EdgeBlock {
  int edges = 0;  // index in RunLayout::edges
  std::vector<std::uint64_t> sources, targets;
  std::vector<double> weights, delays;  // in the unit of the layout; ms
  bool last = false;                    // no more of this layout
};

enum class RunEnd { complete, interrupted, failed };

// Receives blocks from the step loop. May be called from one thread only. Throws IoError when the output has
// failed.
class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void write(FrameBlock block) = 0;
  virtual void write(SpikeBlock block) = 0;
  virtual void write(SnippetBlock block) = 0;
  // Of all layouts of weights, one after the other, before the first frame of any. A run that begins anew may
  // do so again, with the same synapses.
  virtual void write(WeightColumns columns) = 0;
  virtual void write(WeightBlock block) = 0;
  // All data up to this time (ms) has been handed over; gives the writer a moment to flush.
  virtual void advance(double time) = 0;
  // Ends the file. `complete` gives it its final name; otherwise the partial file stays, readable, and says
  // where it stopped (ms) and why. So does a complete one with a reason: the condition that ended the run.
  virtual void finish(RunEnd end, double time, const std::string& reason,
                      const std::map<std::string, double>& numbers) = 0;
};

}  // namespace hillock::engine
