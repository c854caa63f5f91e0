// A checked config as plain data: what to simulate, drive and record.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/source.hpp"
#include "lang/expression.hpp"
#include "model/model.hpp"
#include "model/values.hpp"

namespace hillock::model {

enum class MethodKind {
  automatic,
  exact,
  exponential_euler,
  euler,
  midpoint,
  rk4,
  dopri5,
  cash_karp54,
  fehlberg78,
  adaptive,
  euler_maruyama
};

struct Method {
  MethodKind kind = MethodKind::automatic;
  double rtol = 1e-6, atol = 1e-6;    // adaptive
  double max_step = 0, min_step = 0;  // ms; 0: dt, and 1e-9 dt
  base::Place place;
};

struct SimulationSpec {
  double duration = 0, dt = 0;          // ms
  std::int64_t steps = 0;               // duration / dt
  std::vector<std::uint64_t> seeds{1};  // of each point of a stack (see sweep/stack.hpp); as a rule one
  Method method;
  bool interpolated = false;  // spike_times
  int threads = 0;            // 0: auto
  base::Place duration_place, dt_place;
};

// Values for some of a model's names; names without an entry keep the model's default.
using NamedValues = std::map<std::string, Values>;

struct ReceptorSpec {
  std::string name;  // free name within the population
  const Model* model = nullptr;
  std::string site;  // input site of the neuron model it feeds (`into:`)
  NamedValues params, init;
  base::Place place;
};

// Where the neurons of a population are, on one to three axes: on a grid, drawn, or listed. Grids and what is
// drawn have their centre at 0.
struct PositionSpec {
  enum class Kind { grid, uniform, list };
  Kind kind = Kind::grid;
  std::vector<std::int64_t> grid;           // cells along each axis; the first axis runs fastest
  std::vector<double> extent;               // along each axis
  std::vector<std::array<double, 3>> list;  // of each neuron
  bool periodic = false;                    // opposite edges meet
  base::Place place;
};

// A value as a function of a source and its target: of the distance d between them, and of their indices
// `source` and `target` in their populations.
struct PairFunction {
  lang::Expression expression;
  double least = 0, most = 0;  // over the pairs that there may be
  double typical = 0;          // the median of its size over the pairs that are joined
};

struct PopulationSpec {
  std::string name;
  std::int64_t size = 1;
  const Model* model = nullptr;
  NamedValues params, init;
  bool init_rest = false;
  std::vector<ReceptorSpec> receptors;
  std::optional<PositionSpec> positions;
  std::optional<Method> method;
  bool gap_junctions = false;  // it has some
  base::Place place;
};

struct Slice {  // neurons first .. last of a population
  int population = 0;
  std::int64_t first = 0, last = -1;
  std::int64_t count() const { return last - first + 1; }
  // How many neurons are in both.
  std::int64_t shared_with(const Slice& other) const {
    if (population != other.population) return 0;
    return std::max<std::int64_t>(0, std::min(last, other.last) - std::max(first, other.first) + 1);
  }
};

// A field of an input: values per target neuron; plain lists (times); an expression of t; a word or path; a
// flag.
using Field = std::variant<Values, lang::Expression, std::string, bool>;

struct InputSpec {
  std::string name, type;
  std::vector<Slice> targets;
  std::string receptor;  // spike inputs, per target population resolved by name
  std::string site;      // currents: input site (default the model's first)
  std::map<std::string, Field>
      fields;  // checked against input_types(): required ones are there, defaults are filled in
  base::Place place;
  bool has(const std::string& field) const { return fields.count(field) != 0; }
};

constexpr std::int64_t longest_delay = (std::int64_t{1} << 16) - 1;  // of a connection, steps

// Which neurons a connection joins, by NEST's names.
enum class ConnectionRule {
  all_to_all,
  one_to_one,
  pairwise_bernoulli,
  pairwise_poisson,
  fixed_indegree,
  fixed_outdegree,
  fixed_total_number,
  pairwise_function,  // distance, or a probability that is a function of the pair
  pairs,
  from_file
};

// Where the pairs of the rule from_file stand.
struct EdgeFileSpec {
  std::string path;                                  // absolute
  std::string source = "source", target = "target";  // columns, of text
  std::string population;                            // of HDF5; empty: the only one
};

// Synapses from neurons of populations to others; the rule applies to each pair of a source and a target.
struct ConnectionSpec {
  std::string name;
  std::vector<Slice> sources, targets;
  std::string receptor;
  ConnectionRule rule = ConnectionRule::all_to_all;
  double probability = 0;   // pairwise_bernoulli; of pairwise_poisson the mean
  std::int64_t number = 0;  // fixed_indegree, fixed_outdegree, fixed_total_number
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;  // source and target, counted in their slices
  std::optional<EdgeFileSpec> file;                          // from_file
  bool autapses = true, multapses = true;
  Values weight, delay;  // one value, a law, or for pairs one of each, also from their file; delay in ms
  // Instead of these, and of pairwise_function the probability for each pair that is at most `within` apart.
  std::optional<PairFunction> weight_at, delay_at, probability_at;
  double within = std::numeric_limits<double>::infinity();
  std::string transmit;  // a variable of the sources whose value is carried; empty: spikes
  base::Place place, rule_place;
};

// From so many steps before a spike to so many after it; both are multiples of the variable's interval.
struct SpikeWindow {
  std::int64_t before = 0, after = 0;
  bool operator==(const SpikeWindow&) const = default;
};

// What is recorded of several neurons: a value of each, or one of all together.
enum class Pooling { none, mean, sum, rate };

struct VariableSpec {
  std::string name;                          // V, m, I, I_syn, g_ampa, I_ampa, I_K ...; or rate
  std::vector<std::int64_t> neurons;         // ascending
  std::int64_t every = 1;                    // steps
  Pooling pooling = Pooling::none;           // a rate is one of spikes, and no variable of the model
  std::optional<SpikeWindow> around_spikes;  // recorded there only, around each neuron's own spikes
  base::Place place;
  bool pooled() const { return pooling != Pooling::none; }
};

struct RecordSpec {
  int population = 0;
  bool spikes = false;
  std::vector<std::int64_t> spike_neurons;  // empty: all
  std::vector<VariableSpec> variables;
  bool float64 = false;
  int deflate = 0;  // 0: none, 1..9
  base::Place place;
};

// Weights of a connection over time.
struct WeightRecordSpec {
  std::int64_t every = 1;             // steps
  std::vector<std::int64_t> targets;  // ascending: onto which the synapses are; empty: onto all
  bool operator==(const WeightRecordSpec&) const = default;
};

// What is recorded of a connection.
struct ConnectionRecordSpec {
  std::size_t connection = 0;              // of the experiment
  bool edges = false;                      // its synapses, with weights and delays
  std::optional<WeightRecordSpec> weight;  // over time
  bool float64 = false;
  int deflate = 0;  // 0: none, 1..9
};

// What is measured while the run goes on, without its traces being written.
struct AnalysisSpec {
  int population = 0;
  std::vector<std::string> features;    // of action potentials, each once
  std::vector<std::string> statistics;  // of spikes, each once
  std::vector<std::int64_t> neurons;    // ascending
  std::optional<double> start, stop;    // ms: of the stimulus, and of the window of the statistics
  double bin = 5;                       // ms: of the statistics
  std::map<std::string, double>
      settings;  // of the features that differ from their defaults; flags are 0 or 1
  base::Place place;
};

// Ends a run after the first step at whose end it holds.
struct StopSpec {
  Slice neurons;
  lang::Expression condition;
  bool of_spikes = false;   // on spike_count, rate and t; otherwise on what a neuron has, and t
  bool all = false;         // of a neuron: it must hold of all of them, not of any
  std::int64_t window = 0;  // steps: of the rate
  std::string text;         // for people: "cell 0..9: rate > 200 Hz, window 50 ms"
};

struct Experiment;

// From the grid point `step` on the run goes on as another experiment says: with its parameters and inputs,
// and the states that the neurons have.
struct Change {
  std::int64_t step = 0;
  std::unique_ptr<Experiment> then;  // itself without changes
};

struct Experiment {
  std::string name;    // of the file without extension
  std::string path;    // as given
  std::string folder;  // absolute: paths inside the config are relative to it
  std::string text;    // YAML as run, --set applied
  SimulationSpec simulation;
  std::vector<PopulationSpec> populations;
  std::vector<InputSpec> inputs;
  std::vector<ConnectionSpec> connections;
  std::vector<ConnectionSpec> gap_junctions;  // between a source and a target, by whatever name; the weight
                                              // is the conductance, there is no receptor and no delay
  std::vector<RecordSpec> record;
  std::vector<ConnectionRecordSpec> connection_record;
  std::vector<AnalysisSpec> analysis;
  std::vector<StopSpec> stops;     // `stop_when` of the config
  std::vector<Change> changes;     // in order of time: `at` of the config
  std::vector<std::string> notes;  // "sweep: is ignored by run"
  std::vector<base::Diagnostic> warnings;
  std::deque<base::Source> sources;  // what places point at
  std::deque<Model> models;          // what model pointers point at
};

}  // namespace hillock::model
