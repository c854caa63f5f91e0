// Protocols: experiments that are known by name. What stands under such a name in `search` is written out as
// inputs, measures and values of a sweep.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "config/document.hpp"

namespace hillock::config {

enum class ProtocolFieldKind { name, value, time, axis };

struct ProtocolField {
  const char* name;
  ProtocolFieldKind kind;
  bool required;
  const char* doc;
};

struct Protocol {
  const char* name;
  const char* doc;
  const char* example;  // "{target: cell, ...}"
  std::vector<ProtocolField> fields;
  // What it stands for, as a config: $target is the value of the field `target`, $amplitude.first the first
  // one of its values, $population the population of the target and $neurons its neurons, if not all. What
  // names a field that is left out is left out.
  const char* text;
};

std::span<const Protocol> protocols();

// The protocol that `search` of a config names, or nullptr.
const Protocol* protocol_of(const Node& root);

// Writes the protocol out into the config, whose `search` goes. What it says and the config says, too, is
// reported, as are fields that are wrong.
void write_out(const Protocol& protocol, Node& root, base::Diagnostics& diagnostics);

}  // namespace hillock::config
