// Rules over the fields of an input.
#include "config/input_rules.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/sections.hpp"
#include "lang/evaluate.hpp"

namespace hillock::config {
namespace {

using model::Bound;
using model::FieldType;
using model::InputSpec;
using model::Values;

// Whether a state changes with an input as time goes on.
bool integrates_input(const model::Model& model) {
  std::set<std::string> depend;
  for (const model::InputSite& site : model.inputs) depend.insert(site.name);
  const auto depends = [&](const model::Definition& one) {
    return std::ranges::any_of(lang::names_of(one.expression),
                               [&](const std::string& name) { return depend.contains(name); });
  };
  for (const model::Definition& derived : model.derived)
    if (depends(derived)) depend.insert(derived.name);
  return std::ranges::any_of(model.equations, depends);
}

class InputRules {
 public:
  InputRules(Reader& reader, const InputSpec& input, const model::Experiment& experiment)
      : reader_(reader), input_(input), experiment_(experiment) {}

  void check(const model::InputType& type) {
    for (const FieldType& field : type.fields) {
      const Values* values = find(field.name);
      if (values == nullptr) continue;
      if (check_bound(field, *values) && field.on_grid) check_grid(field, *values);
    }
    check_interval();
    warn_of_silence(type.spikes);
    if (input_.type == "steps") check_steps();
    if (input_.type == "chirp") check_chirp();
    if (input_.type == "voltage_clamp") check_clamp();
    if (input_.type == "regular" && one_of("rate", "interval")) check_rate();
    if (input_.type == "file") check_file();
    if (input_.type == "poisson") check_course();
    if (input_.type == "poisson") check_copy();
    if (input_.has("times")) check_ascending(input_.type != "spikes");
    if (type.spikes) check_weight();
    if (type.spikes) warn_of_time_zero();
  }

 private:
  const Values* find(const std::string& field) const {
    const auto found = input_.fields.find(field);
    return found == input_.fields.end() ? nullptr : std::get_if<Values>(&found->second);
  }
  bool has(const std::string& field) const { return input_.has(field); }
  void error(const base::Place& place, std::string message, std::string remedy = {}) {
    reader_.error(place.line > 0 ? place : input_.place, std::move(message), std::move(remedy));
  }
  std::string subject() const { return "input '" + input_.name + "'"; }

  bool check_bound(const FieldType& field, const Values& values) {
    if (field.bound == Bound::none) return true;
    for (std::size_t i = 0; i < values_in(values); ++i) {
      const double value = values.numbers[i];
      if (field.bound == Bound::positive ? value > 0 : value >= 0) continue;
      error(values.place, field.name + " must " +
                              (field.bound == Bound::positive ? "be positive" : "not be negative") +
                              ", got " + shown(values, value));
      return false;
    }
    return true;
  }

  void check_grid(const FieldType& field, const Values& values) {
    if (experiment_.simulation.interpolated || values.place.line == 0 || !(experiment_.simulation.dt > 0))
      return;
    for (const double time : values.numbers)
      if (!check_on_grid(reader_, time, experiment_.simulation, values.place, field.name)) return;
  }

  // What arrives at time 0 does so before the first step, and is gone where nothing keeps or integrates it.
  void warn_of_time_zero() {
    const Values *times = find("times"), *start = find("start"), *delay = find("delay");
    const bool regular = input_.type == "regular";
    if (delay != nullptr && delay->numbers[0] > 0) return;
    if (!regular &&
        (input_.type != "spikes" || times == nullptr || times->numbers.empty() || times->numbers[0] > 0))
      return;
    if (regular && start != nullptr && start->numbers[0] > 0) return;
    for (const model::Slice& slice : input_.targets) {
      const auto& target = experiment_.populations[static_cast<std::size_t>(slice.population)];
      const auto receptor = std::ranges::find(target.receptors, input_.receptor, &model::ReceptorSpec::name);
      if (receptor == target.receptors.end() || receptor->model == nullptr || target.model == nullptr ||
          !receptor->model->states.empty() || !receptor->model->on_spike.empty() ||
          integrates_input(*target.model))
        continue;
      reader_.diagnostics().warning(
          !regular ? times->place : input_.place,
          "the spike of " + subject() + " at 0 ms arrives before the first step, and receptor '" +
              receptor->name + "' (" + receptor->model->name + ") keeps nothing: it has no effect",
          regular ? "begin a step later: 'start: " + base::format_time(experiment_.simulation.dt) + "'"
                  : "begin a step later, or give the input a delay");
      return;
    }
  }

  void check_copy() {
    const Values* copy = find("copy");
    if (copy == nullptr || copy->place.line == 0) return;
    const auto shared = input_.fields.find("shared");
    if (shared == input_.fields.end() || !std::get<bool>(shared->second))
      error(copy->place, "copy is of shared spikes, and " + subject() + " has a process for each target",
            "write 'shared: true', or leave copy out");
    else if (copy->numbers[0] > 1)
      error(copy->place, "copy is a probability: more than 0, at most 1, got " + shown(*copy));
  }

  void check_interval() {
    const Values* start = find("start");
    const Values* stop = find("stop");
    if (start == nullptr || stop == nullptr || stop->place.line == 0 || start->numbers[0] <= stop->numbers[0])
      return;
    error(stop->place, "stop (" + shown(*stop) + ") is before start (" + shown(*start) + ")");
  }

  // What begins or arrives only after the end of the run has no effect.
  void warn_of_silence(bool spikes) {
    const double duration = experiment_.simulation.duration;
    const std::string end = base::format_time(duration);
    if (!(duration > 0)) return;
    const Values* start = find("start");
    if (start != nullptr && start->numbers[0] >= duration)
      reader_.diagnostics().warning(
          start->place, subject() + " starts at " + shown(*start) + ", when the run has ended (" + end + ")");
    const Values* times = find("times");
    if (times == nullptr || times->numbers.empty()) return;
    const double last = times->numbers.back();
    if (spikes ? last > duration : last >= duration)
      reader_.diagnostics().warning(times->place, std::string(spikes ? "the spike" : "the value") + " of " +
                                                      subject() + " at " + base::format_time(last) +
                                                      " comes when the run has ended (" + end + ")");
  }

  static std::string shown(const Values& values) { return config::shown(values, values.numbers[0]); }
  static std::string shown(const Values& values, double value) { return config::shown(values, value); }

  bool one_of(const std::string& a, const std::string& b) {
    if (has(a) != has(b)) return true;
    error(input_.place,
          subject() + " needs either '" + a + "' or '" + b + "', got " + (has(a) ? "both" : "neither"));
    return false;
  }

  void same_length(const std::string& a, const std::string& b) {
    if (!has(a) || !has(b)) {
      error(input_.place, subject() + " has '" + (has(a) ? a : b) + "' but no '" + (has(a) ? b : a) + "'",
            "they go together, one " + b + " entry for each of " + a);
      return;
    }
    const std::size_t first = find(a)->numbers.size(), second = find(b)->numbers.size();
    if (first != second)
      error(find(b)->place,
            b + " has " + std::to_string(second) + (second == 1 ? " value" : " values") + ", but " + a +
                " has " + std::to_string(first),
            "give one for each");
  }

  void check_steps() {
    const bool list = has("times") || has("amplitudes"),
               train = has("amplitude") || has("width") || has("period") || has("count");
    if (list == train)
      return error(input_.place,
                   subject() + " needs either times and amplitudes, or amplitude, width and period, got " +
                       (list ? "both" : "neither"));
    if (list) return same_length("times", "amplitudes");
    for (const char* field : {"amplitude", "width", "period"})
      if (!has(field))
        return error(input_.place, subject() + " is a train of pulses, but has no '" + field + "'",
                     "give amplitude, width and period");
    if (find("width")->numbers[0] > find("period")->numbers[0])
      error(find("width")->place,
            "width (" + shown(*find("width")) + ") is longer than period (" + shown(*find("period")) + ")",
            "pulses of a train may not overlap");
  }

  void check_chirp() {
    const auto log = input_.fields.find("log");
    if (log == input_.fields.end() || !std::get<bool>(log->second)) return;
    for (const char* field : {"from", "to"})
      if (const Values* values = find(field); values != nullptr && values_in(*values) > 0)
        for (std::size_t i = 0; i < values_in(*values); ++i)
          if (values->numbers[i] == 0)
            return error(values->place,
                         std::string(field) + " is 0 Hz, from or to which there are no equal ratios",
                         "give a low frequency, such as 0.1 Hz, or leave 'log' out");
  }

  void check_clamp() {
    const bool list = has("times") || has("voltages");
    if (list == has("voltage"))
      return error(input_.place, subject() + " needs either voltage, or times and voltages, got " +
                                     (list ? "both" : "neither"));
    if (list) same_length("times", "voltages");
  }

  // On the grid a rate is as good as its interval.
  void check_rate() {
    const Values* rate = find("rate");
    if (rate == nullptr || experiment_.simulation.interpolated || !(rate->numbers[0] > 0) ||
        !(experiment_.simulation.dt > 0))
      return;
    const double interval = 1 / rate->numbers[0];
    const base::TimeGrid grid{experiment_.simulation.dt, 0};
    if (grid.step_of(interval)) return;
    if (const std::string problem = grid.too_many_steps("(1/rate)", interval); !problem.empty())
      return error(rate->place, problem, "take a higher rate");
    const auto [below, above] = grid.neighbours(interval);
    const auto time = [](double value) { return base::format_time(value); };
    error(rate->place,
          "the interval of rate " + shown(*rate) + " (" + time(interval) + ") is not a multiple of dt (" +
              time(experiment_.simulation.dt) + ")",
          "the nearest are " + time(below) + " and " + time(above) + ": give 'interval'");
  }

  void check_file() {
    one_of("dataset", "column");
    check_clock();
  }

  void check_clock() {
    const int clocks = static_cast<int>(has("interval")) + static_cast<int>(has("time_dataset")) +
                       static_cast<int>(has("time_column"));
    if (clocks != 1)
      error(input_.place, subject() + " needs one of interval, time_dataset and time_column, got " +
                              (clocks == 0 ? "none" : "several"));
  }

  bool is_set(const std::string& flag) const {
    const auto found = input_.fields.find(flag);
    return found != input_.fields.end() && std::get<bool>(found->second);
  }

  // Rates that stand in a file, and what goes with them.
  void check_course() {
    if (!one_of("rate", "path")) return;
    const bool each = is_set("per_target");
    if (!has("path")) {
      for (const char* field : {"dataset", "column", "unit", "interval", "time_dataset", "time_column"})
        if (has(field))
          return error(input_.place, subject() + " has '" + field + "' but no 'path'",
                       "'" + std::string(field) + "' is of the file with the rates");
      if (each)
        error(input_.place, subject() + " has 'per_target' but no 'path'",
              "a 'rate' takes a list, with a value for each target");
      return;
    }
    if (!has("unit"))
      error(input_.place, subject() + " has no 'unit' of the rates in its file",
            "write for example 'unit: Hz'");
    if (each && has("column"))
      error(input_.place, subject() + " has a 'column' and 'per_target', which takes all columns",
            "leave out one of the two");
    else if (!each || has("dataset"))
      return check_file();
    check_clock();
  }

  // Times below 0 have been reported.
  void check_ascending(bool strictly) {
    const std::vector<double>& times = find("times")->numbers;
    for (std::size_t i = 1; i < times.size() && !(times[i] < 0); ++i) {
      if (strictly ? times[i] > times[i - 1] : times[i] >= times[i - 1]) continue;
      const auto time = [](double value) { return base::format_time(value); };
      return error(find("times")->place,
                   "times must ascend, but entry " + std::to_string(i + 1) + " (" + time(times[i]) +
                       ") comes after " + time(times[i - 1]),
                   "sort them");
    }
  }

  void check_weight() {
    if (const Values* weight = find("weight"); weight != nullptr)
      check_weights(reader_, *weight, {"input", input_.name, input_.place}, input_.receptor, input_.targets,
                    experiment_);
  }

  Reader& reader_;
  const InputSpec& input_;
  const model::Experiment& experiment_;
};

}  // namespace

void check_input(Reader& reader, const InputSpec& input, const model::InputType& type,
                 const model::Experiment& experiment) {
  InputRules(reader, input, experiment).check(type);
}

bool replace_variables(lang::Expression& expression, const Variables& variables) {
  for (lang::Node& node : expression.nodes) {
    const auto* name = std::get_if<lang::Name>(&node.kind);
    if (name == nullptr) continue;
    const auto found = variables.find(name->name);
    if (found == variables.end()) continue;
    if (std::isnan(found->second.value)) return false;  // its own error has been reported
    node.dimension = found->second.dimension;
    node.kind = lang::Number{found->second.value};
  }
  return true;
}

}  // namespace hillock::config
