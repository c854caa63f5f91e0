// The keys of a config with what they hold: the table from which the schema and the reference of configs are
// printed. A test compares it with the keys that configs accept. The fields of inputs stand in
// model/input_types.hpp, parameters in the model files.
#pragma once
#include <span>

namespace hillock::cli {

enum class Form {
  map,          // of the keys that follow
  names,        // a map of free names, each with the keys that follow under NAME
  time,         // a quantity of time
  count,        // a whole number from 0
  seed,         // a whole number up to 2^64 - 1
  threads,      // a whole number from 1, or auto
  method,       // a word, or {adaptive: {rtol, atol, max_step, min_step}}
  spike_times,  // grid or interpolated
  neuron_model,
  receptor_model,
  params,      // values of the model's parameters
  init,        // values of the model's states, or rest
  quantities,  // a map of free names to quantities and expressions
  input,       // an input: type, target and the fields of its type
  ends,        // a population or slice, or a list of them
  rule,        // a word, or one rule with its number
  law,         // a value, a law to draw from, or a list
  record,      // a list of variables, or a map of them
  connection_record,
  analysis,  // a list of features and statistics, or a map of the keys that follow
  feature_names,
  statistic_names,
  feature_settings,  // a map of eFEL's settings
  neurons,           // all, a range, one, a list
  stop,              // a condition, or a map of the keys that follow
  condition,         // an expression
  any_or_all,
  like,  // the name of a sibling
  word,
  flag,          // true or false
  anything,      // what the text says
  sweep_values,  // a list, a range, a law or cases
  combination,
  kept  // what of the points of a sweep
};

struct ConfigKey {
  const char* path;  // "populations.NAME.size"
  Form form;
  bool required;
  const char* default_value;  // as a user would write it; "": none
  const char* doc;
};

// Each map stands before its keys.
std::span<const ConfigKey> config_keys();

// The words under `method`.
std::span<const char* const> method_words();

// What a form takes, for the reference.
const char* describe(Form form);

}  // namespace hillock::cli
