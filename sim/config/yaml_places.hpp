// Where the text of a YAML event stands in its source.
#pragma once
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.hpp"
#include "lang/parser.hpp"

namespace hillock::config {

// Where yaml-cpp's marks are in the source: its text began at `offset` of the source's text.
class Places {
 public:
  Places(const base::Source& source, std::size_t offset);

  // The place of a mark itself; line 0 if the mark says nothing.
  base::Place at(const YAML::Mark& mark, std::size_t length = 1) const;
  // The place of a scalar's text: inside its quotes, behind anchors and tags; of a block its first line.
  base::Place scalar(const YAML::Mark& mark, const std::string& value, bool quoted) const;
  // Whether it is a block, written behind '|' or '>'.
  bool is_block(const YAML::Mark& mark) const;
  // Where the text of a scalar at `place` goes on, if it does not stand there as it is.
  std::vector<lang::Stretch> further(const base::Place& place, const std::string& value) const;
  // Whether the quotes of a scalar are closed: yaml-cpp takes the end of the file for a closing quote.
  bool is_closed(const YAML::Mark& mark) const;

 private:
  std::string_view text_at(const YAML::Mark& mark) const;
  // The stretch of text that begins at `part`, up to the end of its line.
  base::Place to_line_end(std::string_view part) const;

  const base::Source& source_;
  std::size_t offset_;
  std::vector<std::size_t> line_starts_;
};

}  // namespace hillock::config
