// The fields of an input as slots of a tape: per-neuron parameters, step values, arrays and draws, each under
// "inputs.NAME.FIELD".
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// The number of a field that is the same for all targets, or `otherwise` where the field is left out.
double number_or(const InputData& data, const std::string& field, double otherwise);

// The field `stop` (ms), or the end of the run where it is left out.
double stop_or_end(const InputData& data);

// A flag, or false where it is left out.
bool is_set(const InputData& data, const std::string& flag);

// The value of target k where one was given for all targets, or one for each.
inline double value_of(const std::vector<double>& values, std::size_t k) {
  return values.size() == 1 ? values[0] : values.at(k);
}

// Throws UserError where a process of this rate (1/ms; `of` says of what) has more spikes in a step than
// that.
void refuse_more_spikes(const InputData& data, double rate, double most, const std::string& of = {});

// Values of a field for the targets: as given, or one `otherwise` where the field is left out.
std::vector<double> values_or(const InputData& data, const std::string& field, double otherwise);

// The list of a field; empty where it is left out.
std::vector<double> list_or_empty(const InputData& data, const std::string& field);

// The targets in full: all neurons if InputData names none.
std::vector<std::int64_t> target_neurons(const InputData& data);

// Values of targets (one, or one per target) as values of the population: one value if every neuron is a
// target and one was given, else values[neurons], with `elsewhere` for neurons that are not targets. Throws
// InternalError where the number of values fits neither.
std::vector<double> over_population(const InputData& data, const std::vector<double>& of_targets,
                                    double elsewhere);

// A parameter slot and its values.
class Parameter {
 public:
  // A field of the input.
  Parameter(const InputData& data, const std::string& field, double otherwise = 0, double elsewhere = 0)
      : Parameter(data, field, values_or(data, field, otherwise), elsewhere) {}
  // Values computed from fields: one, or one per target.
  Parameter(const InputData& data, const std::string& name, const std::vector<double>& of_targets,
            double elsewhere)
      : name_("inputs." + data.name + "." + name), values_(over_population(data, of_targets, elsewhere)) {}

  void declare(program::Slots& slots) { slot_ = slots.parameter(name_); }
  program::Expr on(program::Tape& tape) const { return program::parameter(tape, slot_); }
  void add_to(std::map<std::string, std::vector<double>>& parameters) const { parameters[name_] = values_; }

 private:
  std::string name_;
  std::vector<double> values_;
  int slot_ = -1;
};

// A step value: one number per step for all neurons.
class StepValue {
 public:
  StepValue(const InputData& data, const std::string& name) : name_("inputs." + data.name + "." + name) {}

  void declare(program::Slots& slots) { slot_ = slots.step_value(name_); }
  program::Expr on(program::Tape& tape) const { return program::step_value(tape, slot_); }
  void set(std::span<double> step_values, double value) const {
    step_values[static_cast<std::size_t>(slot_)] = value;
  }

 private:
  std::string name_;
  int slot_ = -1;
};

// One standard normal number per neuron, kept in an array from step to step.
class NormalArray {
 public:
  // The step index of the draws with which a run begins: the step before step 0.
  static constexpr std::uint64_t before_first_step = std::numeric_limits<std::uint64_t>::max();

  NormalArray(const InputData& data, bool shared)
      : name_("inputs." + data.name + ".normal"),
        neurons_(data.neurons),
        streams_(data.streams),
        shared_(shared) {}

  void declare(program::Slots& slots) {
    slot_ = slots.array(name_);
    stream_slot_ = slots.stream(name_);
  }
  program::Expr on(program::Tape& tape) const { return program::array(tape, slot_); }
  // A fresh number of this step for each neuron (the same for all if shared).
  program::Expr draw(program::Tape& tape) const {
    return program::normal_quantile(program::uniform(tape, stream_slot_, 0, shared_));
  }
  void store(program::Tape& tape, program::Expr value) const { program::store(tape, slot_, value); }
  std::map<std::string, std::vector<double>> initial() const;  // normal[neurons], drawn for before_first_step
  std::map<std::string, base::Streams> streams() const { return {{name_, streams_}}; }

 private:
  std::string name_;
  std::int64_t neurons_;
  base::Streams streams_;
  bool shared_;
  int slot_ = -1, stream_slot_ = -1;
};

}  // namespace hillock::engine
