// Helpers for the tests of inputs: data of an input, and a bench that records a current and evaluates it.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/aligned.hpp"
#include "engine/inputs/input.hpp"
#include "engine/inputs/registry.hpp"
#include "program/kernel.hpp"

namespace hillock::engine {

using Fields = std::map<std::string, std::vector<double>>;

inline InputData input_data(std::int64_t neurons, double dt, const Fields& values, const Fields& lists = {}) {
  InputData data;
  data.name = "probe";
  data.neurons = neurons;
  data.values = values;
  data.lists = lists;
  data.grid = base::TimeGrid{dt, 1000000};
  data.streams = base::Stream::of(1, "inputs.probe");
  return data;
}

// Records everything that a current input can record, at one offset in the step, and evaluates it for all
// neurons.
class CurrentBench {
 public:
  CurrentBench(const std::string& type, const InputData& data, program::Expr offset = 0.0)
      : input(make_current_input(type, data)), neurons_(data.neurons) {
    input->declare(slots_);
    V_ = slots_.array("V");
    program::Tape tape;
    const program::Expr V = program::array(tape, V_);
    keep(tape, "current", input->current(tape, offset, V));
    keep(tape, "slope", input->slope(tape));
    const CurrentInput::Sine sine = input->sine(tape);
    keep(tape, "constant", sine.constant);
    keep(tape, "in_phase", sine.in_phase);
    keep(tape, "quadrature", sine.quadrature);
    keep(tape, "omega", sine.omega);
    keep(tape, "white_noise", input->white_noise(tape).value_or(program::Expr(0.0)));
    input->update(tape);
    tape.arrays = static_cast<int>(slots_.arrays.size());
    tape.parameters = static_cast<int>(slots_.parameters.size());
    tape.step_values = static_cast<int>(slots_.step_values.size());
    tape.streams = static_cast<int>(slots_.streams.size());
    program_ = program::optimise(tape);
    nodes = tape.nodes.size();
    prepare_data();
  }

  // Evaluates step n from t_n + cut (ms), neuron by neuron.
  void run(std::int64_t step, double cut = 0) {
    input->begin_step(step, cut, step_values_);
    program::ScalarEvaluator evaluator(program_);
    std::vector<double> parameters(parameters_.size()), values(arrays_.size());
    for (std::int64_t i = 0; i < neurons_; ++i) {
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        const std::vector<double>& given = parameters_[p];
        parameters[p] = given[given.size() == 1 ? 0 : static_cast<std::size_t>(i)];
      }
      evaluator.set_parameters(parameters);
      for (std::size_t a = 0; a < values.size(); ++a) values[a] = arrays_[a][i];
      evaluator.run(values, {}, step_values_, streams_, static_cast<std::uint64_t>(step),
                    static_cast<std::uint64_t>(i));
      for (std::size_t a = 0; a < values.size(); ++a) arrays_[a][i] = values[a];
    }
  }

  // The same by the interpreter.
  void run_interpreter(std::int64_t step, double cut = 0) {
    input->begin_step(step, cut, step_values_);
    if (!kernel_) kernel_ = program::make_kernel(program_, program::Binding{parameters_, streams_}, neurons_);
    std::vector<double*> pointers;
    for (auto& array : arrays_) pointers.push_back(array.data());
    program::Call call;
    call.arrays = pointers;
    call.step_values = step_values_;
    call.step = static_cast<std::uint64_t>(step);
    call.count = neurons_;
    kernel_->run(call);
  }

  double value(const std::string& what, std::int64_t neuron = 0) const {
    return arrays_[static_cast<std::size_t>(results_.at(what))][neuron];
  }
  double current(std::int64_t neuron = 0) const { return value("current", neuron); }
  void set_V(std::int64_t neuron, double V) { arrays_[static_cast<std::size_t>(V_)][neuron] = V; }
  // All arrays one after the other, to compare bits.
  std::vector<double> everything() const {
    std::vector<double> all;
    for (const auto& array : arrays_) all.insert(all.end(), array.data(), array.data() + array.size());
    return all;
  }

  std::unique_ptr<CurrentInput> input;
  std::size_t nodes = 0;  // on the tape

 private:
  void keep(program::Tape& tape, const std::string& name, program::Expr value) {
    const int slot = slots_.array("result." + name);
    results_[name] = slot;
    program::store(tape, slot, value);
  }
  void prepare_data() {
    const auto given = input->parameters();
    for (const std::string& name : slots_.parameters) parameters_.push_back(given.at(name));
    const auto streams = input->streams();
    for (const std::string& name : slots_.streams) streams_.push_back(streams.at(name));
    const auto initial = input->initial_arrays();
    for (const std::string& name : slots_.arrays) {
      base::AlignedArray<double> array(neurons_);
      if (initial.count(name) != 0)
        for (std::int64_t i = 0; i < neurons_; ++i) array[i] = initial.at(name)[static_cast<std::size_t>(i)];
      arrays_.push_back(std::move(array));
    }
    step_values_.resize(slots_.step_values.size());
  }

  std::int64_t neurons_;
  program::Slots slots_;
  program::Program program_;
  std::unique_ptr<program::Kernel> kernel_;
  std::map<std::string, int> results_;
  int V_ = -1;
  std::vector<std::vector<double>> parameters_;
  std::vector<base::Streams> streams_;
  std::vector<base::AlignedArray<double>> arrays_;
  std::vector<double> step_values_;
};

// The steps (below `steps`) at which a spike input delivers to a neuron, each as often as the weight 1
// arrived.
inline std::vector<std::int64_t> arrival_steps(SpikeInput& input, std::int64_t neurons, std::int64_t neuron,
                                               std::int64_t steps) {
  std::vector<std::int64_t> found;
  for (std::int64_t step = 0; step < steps; ++step) {
    std::vector<double> arrivals(static_cast<std::size_t>(neurons), 0.0);
    input.deliver(step, arrivals);
    for (double k = 0; k < arrivals[static_cast<std::size_t>(neuron)]; ++k) found.push_back(step);
  }
  return found;
}

}  // namespace hillock::engine
