// What stands in a run's file beside its data, and the order in which things reach the disk.
#include "record/run_file.hpp"

#include <array>

#include "record/analysis_group.hpp"
#include "record/file_head.hpp"
#include "record/node_group.hpp"

namespace hillock::record {

using engine::RunEnd;

namespace {

const char* word(RunEnd end) {
  switch (end) {
    case RunEnd::complete:
      return "complete";
    case RunEnd::interrupted:
      return "interrupted";
    case RunEnd::failed:
      return "failed";
  }
  return "failed";
}

}  // namespace

RunFile::RunFile(const std::string& path, bool replace, const engine::RunLayout& layout)
    : output_(path),
      replace_(replace),
      file_(output_, WritableFile::Mode::create),
      edges_(file_, layout.edges),
      weights_(file_, layout.weights) {
  file_.doing("writing the head of the file", [&] {
    root_ = file_.file().openGroup("/");
    set_number<std::uint32_t>(root_, "magic", 0x0A7A);  // SONATA's
    const std::array<std::uint32_t, 2> version{0, 1};
    const hsize_t two = 2;
    root_.createAttribute("version", file_type<std::uint32_t>(), H5::DataSpace(1, &two))
        .write(memory_type<std::uint32_t>(), version.data());
    set_text(root_, "hillock_kind", "run");
    set_number<double>(root_, "recorded_until_ms", 0);
    write_head(root_, layout.facts);
    write_meta(root_, layout.facts);
    file_.file().createGroup("report");
    file_.file().createGroup("spikes");
    if (!layout.snippets.empty()) file_.file().createGroup("around_spikes");
  });
  if (!layout.nodes.empty()) write_nodes(file_, layout.nodes);
  for (const auto& report : layout.reports) reports_.push_back(std::make_unique<ReportGroup>(file_, report));
  for (const auto& spikes : layout.spikes) spikes_.push_back(std::make_unique<SpikeGroup>(file_, spikes));
  for (const auto& snippets : layout.snippets)
    snippets_.push_back(std::make_unique<SnippetGroup>(file_, snippets));
  flush(0);
}

void RunFile::append(const engine::FrameBlock& block) {
  reports_.at(static_cast<std::size_t>(block.report))->append(block);
}

void RunFile::append(const engine::SpikeBlock& block) {
  spikes_.at(static_cast<std::size_t>(block.spikes))->append(block);
}

void RunFile::append(const engine::SnippetBlock& block) {
  snippets_.at(static_cast<std::size_t>(block.snippets))->append(block);
}

// The group has no name until its content is on the disk: where that fails, nothing leads there, and the rest
// of the file stays readable.
void RunFile::write_analysis() {
  if (analysis_.empty()) return;
  H5::Group analysis;
  file_.doing("writing what was measured", [&] {
    analysis = create_unnamed_group(file_.file());
    for (const engine::AnalysisTable& table : analysis_) record::write_analysis(analysis, table);
  });
  file_.flush("flushing what was measured");
  file_.doing("naming what was measured", [&] { name_group(analysis, root_, "analysis"); });
  analysis.close();
  file_.flush("flushing what was measured");
}

void RunFile::trust(double time) {
  for (auto& report : reports_) report->trust();
  for (auto& spikes : spikes_) spikes->trust(time);
  for (auto& snippets : snippets_) snippets->trust(time);
  weights_.trust();
  file_.doing("writing how far the file reaches",
              [&] { set_number<double>(root_, "recorded_until_ms", time); });
}

void RunFile::flush(double time) {
  for (auto& report : reports_) report->write_waiting(false);
  for (auto& spikes : spikes_) spikes->write_waiting();
  for (auto& snippets : snippets_) snippets->write_waiting();
  weights_.write_waiting(false);
  file_.flush("flushing the data");
  trust(time);
  file_.flush("flushing how far the file reaches");
}

void RunFile::write_end(RunEnd end, double time, const std::string& reason,
                        const std::map<std::string, double>& numbers) {
  H5::Group meta = file_.file().openGroup("meta");
  for (const auto& [name, value] : numbers) set_number<double>(meta, name, value);
  set_text(root_, "status", word(end));
  if (end != RunEnd::complete || !reason.empty()) set_number<double>(root_, "stopped_at_ms", time);
  if (!reason.empty()) set_text(root_, "reason", reason);
  set_number<std::int8_t>(root_, "complete", end == RunEnd::complete ? 1 : 0);
}

void RunFile::finish(RunEnd end, double time, const std::string& reason,
                     const std::map<std::string, double>& numbers) {
  for (auto& report : reports_) report->write_waiting(true);
  weights_.write_waiting(true);
  flush(time);
  write_analysis();
  file_.doing("writing the end of the file", [&] { write_end(end, time, reason, numbers); });
  file_.flush("flushing the end of the file");
  reports_.clear();
  spikes_.clear();
  snippets_.clear();
  edges_.close();
  weights_.close();
  root_.close();
  file_.close();
  output_.sync();
  if (end == RunEnd::complete)
    output_.publish(replace_);
  else
    output_.close();
}

}  // namespace hillock::record
