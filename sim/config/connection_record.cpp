// Reads what is recorded of connections: their edges, and their weights over time.
#include "config/connection_record.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "config/record_options.hpp"
#include "config/sections.hpp"

namespace hillock::config {
namespace {

using model::ConnectionRecordSpec;
using model::ConnectionSpec;

constexpr const char* what_there_is =
    "it has edges, its synapses with their weights and delays, and weight, over time";

// Of one connection.
class ConnectionRecordReader {
 public:
  // `spec`: null if the connection could not be read, which has been reported.
  ConnectionRecordReader(Reader& reader, const model::Experiment& experiment, const std::string& name,
                         const ConnectionSpec* spec)
      : reader_(reader), experiment_(experiment), name_(name), spec_(spec) {}

  ConnectionRecordSpec read(const Node& value) {
    if (value.is_sequence()) {
      for (const Node& item : value.items) read_word(item);
    } else if (value.is_scalar()) {
      read_word(value);
    } else if (reader_.map(value, "the record of connection '" + name_ + "'")) {
      for (const Entry& entry : value.entries) read_entry(entry);
    }
    return std::move(record_);
  }

 private:
  void read_word(const Node& node) {
    const auto word = reader_.word(node, "what is recorded of connection '" + name_ + "'");
    if (!word || !known(*word, node.place)) return;
    if (*word == "edges")
      record_.edges = true;
    else
      start_weight(node.place);
  }

  void read_entry(const Entry& entry) {
    if (entry.key == "dtype") {
      record_.float64 = read_float64(reader_, entry.value);
    } else if (entry.key == "compress") {
      record_.deflate = read_deflate(reader_, entry.value);
    } else if (known(entry.key, entry.place)) {
      if (entry.key == "edges")
        record_.edges = reader_.flag(entry.value, "edges").value_or(false);
      else
        read_weight(entry);
    }
  }

  bool known(const std::string& word, const base::Place& place) {
    if (word == "edges" || word == "weight") return true;
    if (word == "delay")
      reader_.error(place, "the delays of connection '" + name_ + "' do not change",
                    "record 'edges', its synapses with their weights and delays");
    else
      reader_.error(place, "connection '" + name_ + "' has no " + base::quoted(word) + " to record",
                    what_there_is);
    return false;
  }

  void start_weight(const base::Place& place) {
    record_.weight.emplace();
    if (spec_ != nullptr && !spec_->transmit.empty())
      reader_.error(place,
                    "connection '" + name_ + "' transmits '" + spec_->transmit +
                        "': its weights are not recorded over time",
                    "remove 'weight'");
  }

  void read_weight(const Entry& entry) {
    if (entry.value.is_scalar()) {
      if (reader_.flag(entry.value, "weight").value_or(false)) start_weight(entry.place);
      return;
    }
    if (!reader_.map(entry.value, "'weight'")) return;
    start_weight(entry.place);
    const std::vector<std::string> keys{"every", "targets"};
    reader_.keys(entry.value, "'weight'", keys);
    if (const Node* node = entry.value.find("every"))
      record_.weight->every = read_every(reader_, *node, experiment_.simulation);
    if (const Node* node = entry.value.find("targets")) read_targets(*node);
  }

  void read_targets(const Node& node) {
    if (spec_ == nullptr || spec_->targets.empty() || (node.is_scalar() && node.text == "all")) return;
    const int population = spec_->targets.front().population;
    const auto elsewhere = [&](const model::Slice& slice) { return slice.population != population; };
    if (std::ranges::any_of(spec_->targets, elsewhere))
      return reader_.error(
          node.place,
          "connection '" + name_ + "' has targets in several populations, so 'targets' does not say which",
          "remove it, or write a connection for each of them");
    const auto& target = experiment_.populations[static_cast<std::size_t>(population)];
    std::vector<std::int64_t> targets = read_neurons(reader_, node, target, "targets");
    for (const std::int64_t neuron : targets) {
      const auto has = [&](const model::Slice& slice) {
        return slice.first <= neuron && neuron <= slice.last;
      };
      if (std::ranges::none_of(spec_->targets, has))
        return reader_.error(node.place, "neuron " + std::to_string(neuron) + " of '" + target.name +
                                             "' is no target of connection '" + name_ + "'");
    }
    record_.weight->targets = std::move(targets);
  }

  Reader& reader_;
  const model::Experiment& experiment_;
  const std::string& name_;
  const ConnectionSpec* spec_;
  ConnectionRecordSpec record_;
};

}  // namespace

void read_connection_records(Reader& reader, const Node& root, const Entry& section,
                             model::Experiment& experiment) {
  if (!reader.map(section.value, "the record of 'connections'")) return;
  std::vector<std::string> names;
  if (const Node* connections = root.find("connections"))
    for (const Entry& entry : connections->entries) names.push_back(entry.key);
  for (const Entry& entry : section.value.entries) {
    if (std::ranges::find(names, entry.key) == names.end()) {
      const std::string guess = base::did_you_mean(entry.key, names);
      reader.error(entry.place, "record: there is no connection " + base::quoted(entry.key),
                   !guess.empty()  ? guess
                   : names.empty() ? ""
                                   : base::listed("there are", names));
      continue;
    }
    const auto& all = experiment.connections;
    const auto found = std::ranges::find(all, entry.key, &ConnectionSpec::name);
    const bool known = found != all.end();  // otherwise it has been reported
    ConnectionRecordSpec record =
        ConnectionRecordReader(reader, experiment, entry.key, known ? &*found : nullptr).read(entry.value);
    if (!known) continue;
    record.connection = static_cast<std::size_t>(found - all.begin());
    experiment.connection_record.push_back(std::move(record));
  }
}

}  // namespace hillock::config
