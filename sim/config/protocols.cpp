// The table of protocols, and how one is put into a config.
#include "config/protocols.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "analysis/population_statistics.hpp"
#include "base/text.hpp"
#include "config/reader.hpp"

namespace hillock::config {
namespace {

using enum ProtocolFieldKind;

const ProtocolField target_field{"target", name, true, "the population, or a part of it such as cell 0..9"};
const ProtocolField amplitude{"amplitude", value, true, "of the current"};
const ProtocolField start{"start", time, false, "when the current begins; at the beginning if left out"};
const ProtocolField stop{"stop", time, false, "when it ends; at the end of the run if left out"};

Protocol f_i_curve() {
  return {"f_i_curve",
          "rate of firing over the current",
          "{target: cell, amplitude: {from: 0 pA, to: 1 nA, count: 50}, start: 100 ms}",
          {target_field,
           {"amplitude", axis, true, "the currents: a list or a range, as in a sweep"},
           start,
           stop},
          R"(
inputs:
  f_i_curve: {type: dc, target: $target, amplitude: $amplitude.first, start: $start, stop: $stop}
analysis:
  $population: {statistics: [rate, cv], neurons: $neurons, start: $start, stop: $stop}
sweep:
  parameters: {inputs.f_i_curve.amplitude: $amplitude}
)"};
}

Protocol v_i_curve() {
  return {"v_i_curve",
          "the potential over the current, below threshold",
          "{target: cell, amplitude: {from: -200 pA, to: 100 pA, step: 20 pA}, start: 100 ms, stop: 600 ms}",
          {target_field,
           {"amplitude", axis, true, "the currents: a list or a range, as in a sweep"},
           start,
           stop},
          R"(
inputs:
  v_i_curve: {type: dc, target: $target, amplitude: $amplitude.first, start: $start, stop: $stop}
analysis:
  $population:
    neurons: $neurons
    features: [voltage_base, minimum_voltage, maximum_voltage, steady_state_voltage_stimend, sag_amplitude]
    start: $start
    stop: $stop
sweep:
  parameters: {inputs.v_i_curve.amplitude: $amplitude}
)"};
}

Protocol i_v_curve() {
  return {"i_v_curve",
          "the current into a clamped membrane over its potential",
          "{target: cell, voltage: {from: -100 mV, to: 40 mV, step: 10 mV}, holding: -70 mV, resistance: 1 "
          "MOhm, "
          "start: 50 ms, stop: 100 ms}",
          {target_field,
           {"voltage", axis, true, "the potentials: a list or a range, as in a sweep"},
           {"holding", value, true, "the potential before and behind"},
           {"resistance", value, true, "of the electrode, in series"},
           {"start", time, true, "when the step begins"},
           {"stop", time, true, "when it ends"},
           {"capacitive_transient", time, false,
            "after the start of the step, for which the extremes are not taken: some times resistance times "
            "capacitance, 0.2 ms if left out"}},
          R"(
vars: {voltage: $voltage.first}
inputs:
  i_v_curve:
    type: voltage_clamp
    target: $target
    resistance: $resistance
    times: [0 ms, $start, $stop]
    voltages: [$holding, = voltage, $holding]
analysis:
  $population:
    neurons: $neurons
    features: [minimum_current, maximum_current, steady_state_current]
    settings: {capacitive_transient: $capacitive_transient}
    start: $start
    stop: $stop
sweep:
  parameters: {vars.voltage: $voltage}
)"};
}

Protocol impedance_curve() {
  return {"impedance_curve",
          "the impedance over the frequency, with one sinusoidal current after the other",
          "{target: cell, amplitude: 10 pA, frequency: {from: 1 Hz, to: 100 Hz, count: 40, log: true}}",
          {target_field,
           amplitude,
           {"frequency", axis, true, "the frequencies: a list or a range, as in a sweep"},
           start,
           {"stop", time, false,
            "when it ends, at the end of the run if left out; what is measured is the second half"}},
          R"(
vars: {frequency: $frequency.first}
inputs:
  impedance_curve:
    type: sine
    target: $target
    amplitude: $amplitude
    frequency: = frequency
    start: $start
    stop: $stop
analysis:
  $population:
    neurons: $neurons
    features: [impedance_magnitude, impedance_phase]
    settings: {impedance_frequency: = frequency}
    start: $start
    stop: $stop
sweep:
  parameters: {vars.frequency: $frequency}
)"};
}

Protocol chirp_impedance() {
  return {"chirp_impedance",
          "the frequency of resonance, from one current whose frequency rises (ZAP)",
          "{target: cell, amplitude: 10 pA, from: 0.5 Hz, to: 50 Hz, start: 1 s, stop: 21 s}",
          {target_field,
           amplitude,
           {"from", value, true, "the frequency at the start"},
           {"to", value, true, "the frequency at the stop"},
           start,
           {"stop", time, true,
            "when it ends; let the run go on until the potential is back at rest, as all of it is measured"}},
          R"(
inputs:
  chirp_impedance:
    type: chirp
    target: $target
    amplitude: $amplitude
    from: $from
    to: $to
    start: $start
    stop: $stop
analysis:
  $population:
    neurons: $neurons
    features: [resonance_frequency, resonance_impedance, resonance_quality]
    start: $start
    stop: $stop
)"};
}

Protocol phase_response() {
  return {"phase_response",
          "by how much a pulse brings the next spike forward, over the phase at which it comes",
          "{target: cell, amplitude: 100 pA, width: 1 ms, time: {from: 500 ms, to: 520 ms, count: 41}}",
          {target_field,
           amplitude,
           {"width", time, true, "how long the pulse lasts"},
           {"time", axis, true,
            "when it begins: times over a period of the neuron, which must fire by itself, as a list or a "
            "range"}},
          R"(
vars: {pulse_time: $time.first, pulse_width: $width}
inputs:
  phase_response:
    type: dc
    target: $target
    amplitude: $amplitude
    start: = pulse_time
    stop: = pulse_time + pulse_width
analysis:
  $population: {statistics: [phase, phase_shift], neurons: $neurons, start: = pulse_time}
sweep:
  parameters: {vars.pulse_time: $time}
)"};
}

Protocol paired_pulse() {
  return {
      "paired_pulse",
      "the response to the second of two spikes over that to the first, over the time between them",
      "{target: cell, receptor: ampa, weight: 1 nS, first: 100 ms, interval: {from: 5 ms, to: 100 ms, step: "
      "5 "
      "ms}}",
      {target_field,
       {"receptor", name, true, "the receptor of the target at which the spikes arrive"},
       {"weight", value, true, "of both spikes"},
       {"first", time, true, "when the first one arrives"},
       {"interval", axis, true, "the times between them: a list or a range, as in a sweep"}},
      R"(
vars: {first_pulse: $first, interval: $interval.first}
inputs:
  paired_pulse:
    type: spikes
    target: $target
    receptor: $receptor
    weight: $weight
    times: [= first_pulse, = first_pulse + interval]
analysis:
  $population:
    neurons: $neurons
    features: [PSP_amplitude, second_PSP_amplitude, paired_pulse_ratio]
    start: = first_pulse
    stop: = first_pulse + interval
sweep:
  parameters: {vars.interval: $interval}
)"};
}

const std::vector<Protocol>& table() {
  static const std::vector<Protocol> all{f_i_curve(),       v_i_curve(),       i_v_curve(),
                                         impedance_curve(), chirp_impedance(), phase_response(),
                                         paired_pulse()};
  return all;
}

bool is_list_or_range(const Node& node) {
  return node.is_sequence() ? !node.items.empty() : node.find("from") != nullptr;
}

// The first of the values of an axis.
const Node& first_of(const Node& axis) {
  return axis.is_sequence() ? axis.items.front() : *axis.find("from");
}

// Puts the values of the fields into the text of a protocol; all else stands where its name stands.
class Filling {
 public:
  explicit Filling(const Entry& written) : written_(written) {
    target_ = *written.value.find("target");
    const std::string text(base::trim(std::string_view(target_.text)));
    const std::size_t space = text.find(' ');
    population_ = text.substr(0, space);
    if (space != std::string::npos) neurons_ = scalar(text.substr(space + 1), target_.place);
  }

  // What stands for a node; nothing if it names a field that is left out.
  std::optional<Node> filled(const Node& node) const {
    if (node.is_scalar() && node.text.starts_with('$')) return value(node.text.substr(1));
    Node all = node;
    all.place = written_.place;
    all.items.clear();
    all.entries.clear();
    for (const Node& item : node.items)
      if (auto one = filled(item)) all.items.push_back(*std::move(one));
    for (const Entry& entry : node.entries)
      if (auto one = filled(entry.value))
        all.entries.push_back({entry.key == "$population" ? population_ : entry.key,
                               entry.key == "$population" ? target_.place : written_.place, *std::move(one)});
    return all;
  }

 private:
  std::optional<Node> value(const std::string& name) const {
    if (name == "neurons") return neurons_;
    const std::size_t dot = name.find('.');
    const Node* field = written_.value.find(name.substr(0, dot));
    if (field == nullptr) return std::nullopt;
    return dot == std::string::npos ? *field : first_of(*field);
  }

  const Entry& written_;
  Node target_;
  std::string population_;
  std::optional<Node> neurons_;  // of the target, if it is a part of a population
};

// `[rate, AP_amplitude]`, a single name or `all` as {features: ..., statistics: ...}.
Node analysis_as_map(const Node& names) {
  Node features = names, statistics = names, map;
  map.kind = NodeKind::map;
  map.place = names.place;
  if (names.text != "all") {
    const auto is_statistic = [](const Node& word) {
      return std::ranges::any_of(analysis::statistic_texts(),
                                 [&](const auto& statistic) { return statistic.name == word.text; });
    };
    const std::vector<Node> words = names.is_sequence() ? names.items : std::vector<Node>{names};
    for (Node* list : {&features, &statistics}) {
      list->kind = NodeKind::sequence;
      list->items = words;
    }
    std::erase_if(features.items, is_statistic);
    std::erase_if(statistics.items, [&](const Node& word) { return !is_statistic(word); });
  }
  const auto add = [&](const char* key, const Node& list) {
    if (!list.is_sequence() || !list.items.empty()) map.entries.push_back({key, names.place, list});
  };
  add("features", features);
  add("statistics", statistics);
  return map;
}

// Puts what a protocol says into a config.
class Merging {
 public:
  Merging(const Protocol& protocol, base::Diagnostics& diagnostics)
      : protocol_(protocol), diagnostics_(diagnostics) {}

  void merge(Node& into, const Node& from, const std::string& path) {
    if (into.is_null()) {
      into = from;
    } else if (into.is_map() && from.is_map()) {
      for (const Entry& entry : from.entries) add(into, entry, path);
    } else if (path.ends_with(".features") || path.ends_with(".statistics")) {
      add_names(into, from);
    } else if (!from.is_map()) {  // what is no map is reported by its section
      conflict(into.place, path);
    }
  }

 private:
  void add(Node& into, const Entry& entry, const std::string& path) {
    Node* found = into.find(entry.key);
    if (found == nullptr) {
      into.entries.push_back(entry);
      return;
    }
    const std::string below = path.empty() ? entry.key : path + "." + entry.key;
    if (path == "inputs" || path == "vars") return conflict(into.entry(entry.key)->place, below);
    if (path == "analysis") prepare_analysis(*found, entry.value, below);
    merge(*found, entry.value, below);
  }

  // The window and the neurons of what is measured are the protocol's.
  void prepare_analysis(Node& analysis, const Node& own, const std::string& path) {
    if (!analysis.is_map() && !analysis.is_null()) analysis = analysis_as_map(analysis);
    for (const char* key : {"start", "stop", "neurons"})
      if (const Entry* given = analysis.entry(key); given != nullptr && own.find(key) == nullptr)
        conflict(given->place, path + "." + key);
  }

  void conflict(const base::Place& place, const std::string& path) {
    const bool named = path.starts_with("inputs.") || path.starts_with("vars.");
    diagnostics_.error(
        place, base::quoted(path) + " belongs to '" + protocol_.name + "'",
        named ? "give this one another name"
              : std::string("leave it out: it is set by the fields of '") + protocol_.name + "'");
  }

  static void add_names(Node& into, const Node& from) {
    if (into.is_scalar()) {
      if (into.text == "all") return;
      Node list = from;
      list.place = into.place;
      list.items = {into};
      into = list;
    }
    for (const Node& name : from.items)
      if (std::ranges::find(into.items, name.text, &Node::text) == into.items.end())
        into.items.push_back(name);
  }

  const Protocol& protocol_;
  base::Diagnostics& diagnostics_;
};

// A sweep in which nothing varies has one point.
void repeat_once(Node& root) {
  if (root.find("sweep") == nullptr) {
    root.entries.push_back({"sweep", root.place, {}});
    root.entries.back().value.kind = NodeKind::map;
    root.entries.back().value.place = root.place;
  }
  Node& sweep = *root.find("sweep");
  if (sweep.is_map() && sweep.find("parameters") == nullptr && sweep.find("repeat") == nullptr)
    sweep.entries.push_back({"repeat", sweep.place, scalar("1", sweep.place)});
}

bool check_fields(const Protocol& protocol, const Entry& written, base::Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.errors();
  const Variables none;
  Reader reader(diagnostics, none);
  const std::string what = base::quoted(protocol.name),
                    remedy = std::string("write for example ") + protocol.example;
  if (!reader.map(written.value, what)) return false;
  std::vector<std::string> keys;
  for (const ProtocolField& field : protocol.fields) keys.emplace_back(field.name);
  reader.keys(written.value, what, keys);
  for (const ProtocolField& field : protocol.fields) {
    const Node* node = written.value.find(field.name);
    if (node == nullptr && field.required)
      reader.error(written.place, what + " needs '" + field.name + "'", remedy);
    if (node == nullptr) continue;
    const bool list = field.kind == axis;
    if (field.kind == time && !node->text.starts_with('='))
      reader.value(*node, field.name, base::dimension::time);
    if (list ? !is_list_or_range(*node) : field.kind == name && !node->is_scalar())
      reader.error(node->place,
                   base::quoted(field.name) + " must be " + (list ? "a list or a range" : "a name") +
                       ", got " + node->describe(),
                   remedy);
  }
  return diagnostics.errors() == before;
}

}  // namespace

std::span<const Protocol> protocols() { return table(); }

const Protocol* protocol_of(const Node& root) {
  const Node* search = root.find("search");
  if (search == nullptr) return nullptr;
  for (const Protocol& protocol : table())
    if (search->find(protocol.name) != nullptr) return &protocol;
  return nullptr;
}

void write_out(const Protocol& protocol, Node& root, base::Diagnostics& diagnostics) {
  const Node search = *root.find("search");
  std::erase_if(root.entries, [](const Entry& entry) { return entry.key == "search"; });
  const Entry& written = *search.entry(protocol.name);
  if (search.entries.size() > 1) {
    const auto other =
        std::ranges::find_if(search.entries, [&](const Entry& entry) { return entry.key != protocol.name; });
    diagnostics.error(other->place,
                      "'search' has " + base::quoted(other->key) + " beside '" + protocol.name + "'",
                      "leave one of the two out");
    return;
  }
  if (!check_fields(protocol, written, diagnostics)) return;
  const base::Source source{protocol.name, protocol.text};
  const std::optional<Node> text = read_document(source, "protocol", diagnostics);
  const Node filled = *Filling(written).filled(*text);
  const Node* sweep = root.find("sweep");
  const Node* combine = sweep == nullptr ? nullptr : sweep->find("combine");
  if (combine != nullptr && combine->text != "grid" && filled.find("sweep") != nullptr) {
    diagnostics.error(combine->place,
                      std::string("'") + protocol.name + "' makes a grid with what is varied beside it",
                      "leave 'combine' out, or write the experiment with 'sweep' alone");
    return;
  }
  const Node* parameters = sweep == nullptr ? nullptr : sweep->find("parameters");
  for (const char* edge : {".start", ".stop"}) {
    const std::string path = std::string("inputs.") + protocol.name + edge;
    if (const Entry* swept = parameters == nullptr ? nullptr : parameters->entry(path))
      diagnostics.error(swept->place,
                        base::quoted(path) + " would move the current alone, not what is measured",
                        "write the experiment with 'sweep' alone, and both with the same name of 'vars'");
  }
  Merging(protocol, diagnostics).merge(root, filled, "");
  repeat_once(root);
}

}  // namespace hillock::config
