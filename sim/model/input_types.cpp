// The input types and their fields.
#include "model/input_types.hpp"

#include <algorithm>

namespace hillock::model {
namespace {

namespace dim = base::dimension;

FieldType field(std::string name, FieldKind kind, const base::Dimension& dimension, std::string default_value,
                std::string doc, Bound bound = Bound::none) {
  const bool required = default_value == "required";
  return {std::move(name), kind,           dimension, false, false, required ? "" : std::move(default_value),
          required,        std::move(doc), bound};
}

FieldType per_neuron(FieldType type) {
  type.per_neuron = true;
  return type;
}

FieldType on_grid(FieldType type) {
  type.on_grid = true;
  return type;
}

FieldType current(std::string name, std::string default_value, std::string doc, Bound bound = Bound::none) {
  return per_neuron(
      field(std::move(name), FieldKind::current, {}, std::move(default_value), std::move(doc), bound));
}

FieldType time(std::string name, std::string default_value, std::string doc,
               Bound bound = Bound::not_negative) {
  return field(std::move(name), FieldKind::quantity, dim::time, std::move(default_value), std::move(doc),
               bound);
}

FieldType text(std::string name, std::string default_value, std::string doc) {
  return field(std::move(name), FieldKind::text, {}, std::move(default_value), std::move(doc));
}

FieldType start() { return on_grid(time("start", "0 ms", "time at which it begins")); }
FieldType stop() {
  return on_grid(time("stop", "end", "time at which it ends; the end of the run if left out"));
}
FieldType weight() {
  return per_neuron(field("weight", FieldKind::weight, {}, "required", "weight of each spike"));
}
FieldType delay() { return on_grid(time("delay", "0 ms", "time from the spike to its arrival")); }
FieldType times(std::string doc) {
  return on_grid(
      field("times", FieldKind::list_quantity, dim::time, "", std::move(doc), Bound::not_negative));
}
FieldType required(FieldType type) {
  type.required = true;
  return type;
}

InputType dc_type() {
  return {
      "dc", false, "A constant current", {current("amplitude", "required", "the current"), start(), stop()}};
}

InputType steps_type() {
  return {
      "steps",
      false,
      "A current that steps: either a list of times and amplitudes, or a train of equal pulses",
      {times("times at which the current takes a new value (with amplitudes)"),
       field("amplitudes", FieldKind::list_current, {}, "", "the value from each of these times on"),
       current("amplitude", "", "height of the pulses of a train"), start(),
       on_grid(time("width", "", "duration of a pulse", Bound::positive)),
       on_grid(time("period", "", "time from one pulse to the next", Bound::positive)),
       field("count", FieldKind::whole, {}, "",
             "number of pulses; as many as begin before the end of the run if left out", Bound::positive)}};
}

InputType ramp_type() {
  return {"ramp",
          false,
          "A current that changes linearly, and is 0 outside",
          {current("from", "0", "current at start"), current("to", "required", "current at stop"), start(),
           stop()}};
}

InputType sine_type() {
  return {"sine",
          false,
          "A sinusoidal current, offset + amplitude*sin(2*pi*frequency*t + phase)",
          {current("amplitude", "required", "the amplitude"),
           per_neuron(field("frequency", FieldKind::quantity, dim::frequency, "required", "the frequency",
                            Bound::not_negative)),
           per_neuron(field("phase", FieldKind::quantity, dim::none, "0", "phase at t = 0, in radians")),
           current("offset", "0", "the mean"), start(), stop()}};
}

InputType chirp_type() {
  const auto frequency = [](const char* name, const char* doc) {
    return per_neuron(field(name, FieldKind::quantity, dim::frequency, "required", doc, Bound::not_negative));
  };
  return {"chirp",
          false,
          "A sinusoidal current whose frequency changes (ZAP), of phase 0 at start",
          {current("amplitude", "required", "the amplitude"), frequency("from", "the frequency at start"),
           frequency("to", "the frequency at stop"),
           field("log", FieldKind::flag, {}, "false", "whether it changes in equal ratios, not differences"),
           current("offset", "0", "the mean"), start(), stop()}};
}

InputType waveform_type() {
  return {
      "waveform",
      false,
      "A current given by an expression of the time t",
      {field("current", FieldKind::expression, {}, "required", "the current, an expression of t and of vars"),
       start(), stop()}};
}

InputType white_noise_type() {
  return {"white_noise",
          false,
          "Gaussian white noise, independent of dt",
          {current("mean", "0", "the mean"),
           per_neuron(field("sigma", FieldKind::current_root, {}, "required",
                            "strength: the integral over a time T has the standard deviation sigma*sqrt(T)",
                            Bound::not_negative)),
           start(), stop()}};
}

InputType noise_type() {
  return {"noise",
          false,
          "A current that is drawn anew from a normal distribution at regular intervals",
          {current("mean", "0", "the mean"),
           current("std", "required", "standard deviation", Bound::not_negative),
           on_grid(time("every", "dt", "time from one draw to the next", Bound::positive)), start(), stop()}};
}

InputType ou_type() {
  return {"ou",
          false,
          "An Ornstein-Uhlenbeck current: coloured noise that begins in its stationary state",
          {current("mean", "0", "the mean"),
           current("sigma", "required", "stationary standard deviation", Bound::not_negative),
           time("tau", "required", "correlation time", Bound::positive),
           field("shared", FieldKind::flag, {}, "false", "whether all targets get the same noise"), start(),
           stop()}};
}

InputType file_type() {
  return {
      "file",
      false,
      "A current read from a file: 0 before its first time; samples at an interval must last as long as the "
      "run",
      {text("path", "required", "file: HDF5 or CSV"), text("dataset", "", "data set of an HDF5 file"),
       text("column", "", "column of a CSV file"), text("unit", "required", "unit of its numbers"),
       on_grid(time("interval", "", "time from one number to the next", Bound::positive)),
       text("time_dataset", "", "data set with the time of each number, in ms (instead of interval)"),
       text("time_column", "", "column with the time of each number, in ms (instead of interval)"),
       text("interpolate", "hold", "hold or linear"), start()}};
}

InputType voltage_clamp_type() {
  return {
      "voltage_clamp",
      false,
      "A clamp that draws V to a voltage through a resistance: either one voltage, or a list of times and "
      "voltages",
      {per_neuron(field("voltage", FieldKind::potential, {}, "", "the voltage")),
       times("times at which the voltage takes a new value (with voltages)"),
       field("voltages", FieldKind::list_potential, {}, "", "the voltage from each of these times on"),
       field("resistance", FieldKind::resistance, {}, "required", "series resistance", Bound::positive),
       start(), stop()}};
}

InputType spikes_type() {
  return {
      "spikes", true, "Spikes at listed times", {required(times("times of the spikes")), weight(), delay()}};
}

InputType regular_type() {
  return {
      "regular",
      true,
      "Spikes at equal intervals, the first at start",
      {field("rate", FieldKind::quantity, dim::frequency, "", "spikes per time (instead of interval)",
             Bound::positive),
       on_grid(time("interval", "", "time from one spike to the next (instead of rate)", Bound::positive)),
       start(), stop(), weight(), delay()}};
}

InputType poisson_type() {
  return {
      "poisson",
      true,
      "Poisson spikes, independent between the targets",
      {per_neuron(field("rate", FieldKind::quantity, dim::frequency, "",
                        "total rate to each target (or path)", Bound::not_negative)),
       text("path", "",
            "file with rates that change in time, HDF5 or CSV (instead of rate): 0 before its first time; "
            "each lasts until the next"),
       text("dataset", "", "data set of an HDF5 file"), text("column", "", "column of a CSV file"),
       text("unit", "", "unit of its numbers, such as Hz"),
       on_grid(time("interval", "", "time from one number to the next", Bound::positive)),
       text("time_dataset", "", "data set with the time of each number, in ms (instead of interval)"),
       text("time_column", "", "column with the time of each number, in ms (instead of interval)"),
       field("per_target", FieldKind::flag, {}, "false",
             "whether each target has a course of its own: a data set [time, target], or the columns of a "
             "CSV file but that of the time, in their order"),
       field("shared", FieldKind::flag, {}, "false", "whether all targets get the same spikes"),
       field("copy", FieldKind::quantity, dim::none, "1",
             "of shared spikes: the probability with which each target gets a copy of each, which is the "
             "correlation between targets; the rate to each stays",
             Bound::positive),
       weight(), delay(), start(), stop()}};
}

InputType gamma_type() {
  return {"gamma",
          true,
          "Spikes of a renewal process with gamma-distributed intervals, independent between the targets",
          {per_neuron(field("rate", FieldKind::quantity, dim::frequency, "required", "rate to each target",
                            Bound::not_negative)),
           per_neuron(field("order", FieldKind::quantity, dim::none, "required",
                            "order (shape): intervals have the CV 1/sqrt(order); 1 is a Poisson process",
                            Bound::positive)),
           weight(), delay(), start(), stop()}};
}

InputType pulse_packet_type() {
  return {"pulse_packet",
          true,
          "Volleys of spikes, normally distributed around given times",
          {required(times("centres of the volleys")),
           field("number", FieldKind::whole, {}, "required", "spikes of a volley to each target",
                 Bound::positive),
           time("spread", "required", "standard deviation of the spike times"),
           field("shared", FieldKind::flag, {}, "false", "whether all targets get the same spikes"), weight(),
           delay()}};
}

InputType spike_file_type() {
  return {
      "spike_file",
      true,
      "Spikes read from a file",
      {text("path", "required", "file: HDF5 or CSV"),
       text("timestamps", "timestamps",
            "data set or column with the times of the spikes; an HDF5 file without names given is read as "
            "SONATA"),
       text("node_ids", "",
            "data set or column with the index of the target of each spike; all targets get each spike if "
            "left out"),
       text("unit", "ms", "unit of the times"), weight(), delay()}};
}

}  // namespace

std::span<const InputType> input_types() {
  static const std::vector<InputType> types{
      // currents
      dc_type(), steps_type(), ramp_type(), sine_type(), chirp_type(), waveform_type(), white_noise_type(),
      noise_type(), ou_type(), file_type(), voltage_clamp_type(),
      // spikes
      spikes_type(), regular_type(), poisson_type(), gamma_type(), pulse_packet_type(), spike_file_type()};
  return types;
}

const InputType* input_type(std::string_view name) {
  const std::span<const InputType> types = input_types();
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const InputType& type) { return type.name == name; });
  return found == types.end() ? nullptr : &*found;
}

}  // namespace hillock::model
