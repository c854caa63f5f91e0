// Fuzzes the reader of configs and models: any text is loaded or refused, with an error of the user's.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/diagnostics.hpp"
#include "config/config.hpp"
#include "config/model_file.hpp"

namespace {

using namespace hillock;

// A folder without files: what a config names there is missing.
const std::string nowhere = "/nonexistent/hillock";

void load_config(const std::string& text, const std::string& models) {
  config::Options options{{}, {HILLOCK_SOURCE_DIR "/models"}, models};
  try {
    config::load_text(text, "fuzz.yaml", nowhere, options);
  } catch (const base::UserError&) {
  } catch (const base::IoError&) {
  }
}

void load_model(const std::string& text) {
  const base::Source source{"fuzz.yaml", text};
  base::Diagnostics diagnostics;
  const auto nothing = [&](const config::Node& word, const base::Source&) -> const base::Source* {
    diagnostics.error(word.place, "there is no other model");
    return nullptr;
  };
  config::read_model(source, nothing, diagnostics);
  for (const base::Diagnostic& diagnostic : diagnostics.all()) base::format(diagnostic);
}

}  // namespace

// A config, and behind a line ===== the models it names first, second, ... Without that line the text is
// taken for a model too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size), line = "\n=====\n";
  const std::size_t cut = text.find(line);
  if (cut != std::string::npos) {
    load_config(text.substr(0, cut + 1), text.substr(cut + line.size()));
  } else {
    load_config(text, "");
    load_model(text);
  }
  return 0;
}
