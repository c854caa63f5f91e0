// What changes the tree of a config before it is read: --set on the command line, and `like:`.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "config/document.hpp"

namespace hillock::config {

// Sets the values at dotted paths, "populations.exc.size=800". Places in a value point to a Source of its
// own, named
// "--set populations.exc.size=800", that is added to `sources`.
void apply_settings(Node& root, const std::vector<std::string>& settings, std::deque<base::Source>& sources,
                    base::Diagnostics& diagnostics);

// A value for a dotted path, as a sweep gives it: "populations.exc.params.V_th".
struct Assignment {
  std::string path;
  base::Place place;  // of the path, as written
  Node value;
};

// The node that the path names; nullptr if the config has none there, which is reported. Where only maps are
// missing on the way they are made.
Node* find_setting(Node& root, const Assignment& assignment, base::Diagnostics& diagnostics);

// Puts what `added` has over `base`: maps merge key by key, everything else is replaced.
void merge(Node& base, const Node& added);

// Replaces `like: NAME` in the entries of populations, inputs, connections and gap_junctions by what NAME
// has: maps merge key by key, everything else is replaced.
void resolve_likes(Node& root, base::Diagnostics& diagnostics);

}  // namespace hillock::config
