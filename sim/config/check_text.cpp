// Looks at the bytes of a document.
#include "config/check_text.hpp"

#include <optional>
#include <string>

#include "base/text.hpp"

namespace hillock::config {
namespace {

// Whether each second byte of the beginning is 0, as in UTF-16 without a mark.
bool is_wide(const std::string& text) {
  return text.size() >= 4 && ((text[0] == '\0' && text[2] == '\0') || (text[1] == '\0' && text[3] == '\0'));
}

// Reports the first tab of each text that indents a word.
class TabWatch {
 public:
  void see(char byte, const base::Place& place) {
    if (byte == '\n')
      pending_ = {}, indentation_ = true;
    else if (byte == '\t' && indentation_ && pending_.line == 0)
      pending_ = place;
    else if (byte != ' ' && byte != '\t' && indentation_)
      settle(byte);
  }
  const base::Place& found() const { return found_; }

 private:
  void settle(char first) {
    indentation_ = false;
    if (first != '#' && found_.line == 0) found_ = pending_;
  }

  bool indentation_ = true;
  base::Place pending_, found_;
};

}  // namespace

bool check_text(const base::Source& source, std::string_view what, base::Diagnostics& diagnostics) {
  const std::string& text = source.text;
  const std::string verdict = "this is not a " + std::string(what) + ": ";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || is_wide(text)) {
    diagnostics.error({&source, 0, 0, 0}, verdict + "the text is UTF-16, not UTF-8", "save it as UTF-8");
    return false;
  }
  TabWatch tabs;
  int line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    const base::Place place{&source, line, static_cast<int>(i - line_start) + 1, 1};
    const std::optional<base::Character> character = base::decode_utf8(text, i);
    if (!character || (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) {
      diagnostics.error(place,
                        verdict + "byte " + std::to_string(byte) +
                            (character ? " is a control character" : " is not UTF-8"),
                        "save it as plain text in UTF-8");
      return false;
    }
    tabs.see(text[i], place);
    if (byte == '\n') {
      ++line;
      line_start = i + 1;
    }
    i += static_cast<std::size_t>(character->length);
  }
  if (tabs.found().line == 0) return true;
  diagnostics.error(tabs.found(), "a tab is used for indentation", "indent with spaces");
  return false;
}

}  // namespace hillock::config
