// Recovery: which part of a killed run's file can be trusted, and cutting it to that.
#include "record/recover.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <limits>

#include "record/apart.hpp"
#include "record/frame_sets.hpp"
#include "record/hdf5_read.hpp"
#include "record/run_info.hpp"
#include "record/snippet_group.hpp"
#include "record/spike_group.hpp"

namespace hillock::record {

using base::IoError;

namespace {

constexpr const char* suffix = ".partial";

// The time up to which every part was flushed; ms. A kill between the parts leaves some with the time before.
double common_end(const RunInfo& info) {
  double end = info.recorded_until;
  for (const auto& report : info.reports)
    end = std::min(end, static_cast<double>(trusted_frames(report)) * report.interval);
  for (const auto& weights : info.weights)
    end = std::min(end, static_cast<double>(trusted_frames(weights.report)) * weights.report.interval);
  for (const auto& spikes : info.spikes) end = std::min(end, spikes.end);
  for (const auto& snippets : info.around_spikes) end = std::min(end, snippets.end);
  return end > 0 ? end : 0;
}

// Frames at 0, interval, ... before `end`.
std::uint64_t frames_up_to(double end, double interval) {
  const double frames = std::ceil(end / interval * (1 - 1e-12));
  return frames < 9e15 ? static_cast<std::uint64_t>(frames) : std::numeric_limits<std::uint64_t>::max();
}

// Those at `end` too.
std::uint64_t frames_through(double end, double interval) {
  return frames_up_to(end * (1 + 2e-12) + 1e-12 * interval, interval);
}

// A run that failed has recorded the states from which a step failed, unless a value of theirs was what
// failed.
bool has_frames_at_end(const RunInfo& info, double end) {
  return info.status == "failed" && end == info.recorded_until &&
         std::ranges::all_of(info.reports, [&](const ReportInfo& report) {
           return trusted_frames(report) >= frames_through(end, report.interval);
         });
}

// `parent`: the group in which its own is.
void cut_report(WritableFile& file, const std::string& parent, const ReportInfo& report,
                std::uint64_t most_frames) {
  const std::string place = parent + report.group;
  const std::uint64_t frames = std::min(trusted_frames(report), most_frames);
  file.doing("cutting " + place, [&] {
    H5::Group group = file.file().openGroup(place);
    for (const auto& variable : report.variables) {
      H5::DataSet set = group.openDataSet(variable.name);
      shorten(set, frames);
    }
    H5::DataSet time = group.openDataSet("time");
    shorten(time, frames);
    const std::array<double, 3> range{0, open_end(static_cast<std::int64_t>(frames), report.interval),
                                      report.interval};
    group.openDataSet("mapping/time").write(range.data(), memory_type<double>());
  });
}

// How many of the first `count` ascending times are not later than `end`. Behind them there may be NaN: a
// recovery that was killed has cut there already.
std::uint64_t times_up_to(const H5::DataSet& set, std::uint64_t count, double end) {
  constexpr std::uint64_t block = 65536;
  while (count > 0) {
    const std::uint64_t size = std::min(count, block), start = count - size;
    const auto times = read_rows<double>(set, start, size);
    const auto after =
        std::partition_point(times.begin(), times.end(), [end](double time) { return time <= end; });
    if (after != times.begin()) return start + static_cast<std::uint64_t>(after - times.begin());
    count = start;
  }
  return 0;
}

void cut_spikes(WritableFile& file, const SpikesInfo& spikes, double end) {
  const std::string place = "/spikes/" + spikes.population;
  file.doing("cutting " + place, [&] {
    H5::Group group = file.file().openGroup(place);
    H5::DataSet timestamps = group.openDataSet("timestamps"), ids = group.openDataSet("node_ids");
    // A time on the grid may be a rounding error behind the same time computed from another interval.
    const std::uint64_t kept = times_up_to(timestamps, spikes.trusted, end * (1 + 1e-12));
    shorten(timestamps, kept);
    shorten(ids, kept);
    set_recorded_spikes(group, end, kept);
  });
}

// Keeps the spikes whose window ended before `end`, as frames do; the others count as left out there.
void cut_snippets(WritableFile& file, const SnippetInfo& snippets, double end, double dt) {
  const std::string place = "/around_spikes/" + snippets.group;
  file.doing("cutting " + place, [&] {
    H5::Group group = file.file().openGroup(place);
    const double last = end - (snippets.offsets.empty() ? 0 : snippets.offsets.back()) - dt / 2;
    const std::uint64_t kept = times_up_to(group.openDataSet("sampled_at"), snippets.trusted, last);
    for (const std::string& member : member_names(group, H5O_TYPE_DATASET)) {
      H5::DataSet set = group.openDataSet(member);
      if (member != "offset") shorten(set, kept);
    }
    set_recorded_snippets(
        group, {end, kept, snippets.left_out_at_start, snippets.left_out_at_end + (snippets.trusted - kept)});
  });
}

void mark(WritableFile& file, double end) {
  file.doing("marking it as recovered", [&] {
    H5::Group root = file.file().openGroup("/");
    set_text(root, "status", "recovered");
    set_number<double>(root, "recorded_until_ms", end);
    set_number<double>(root, "stopped_at_ms", end);
  });
}

void cut(OutputFile& output, const RunInfo& info, double end) {
  WritableFile file(output, WritableFile::Mode::open);
  const bool at_end = has_frames_at_end(info, end);
  // First what needs room: cutting frees room to which the file on the disk still leads. A run that failed
  // keeps its frames, and who is killed here must know again that it failed.
  if (!at_end) mark(file, end);
  file.flush("flushing that it is recovered");
  const auto cut_frames = [&](const std::string& parent, const ReportInfo& report) {
    cut_report(file, parent, report,
               at_end ? frames_through(end, report.interval) : frames_up_to(end, report.interval));
  };
  for (const auto& report : info.reports) cut_frames("/report/", report);
  for (const auto& weights : info.weights) cut_frames("/connections/", weights.report);
  for (const auto& spikes : info.spikes) cut_spikes(file, spikes, end);
  for (const auto& snippets : info.around_spikes) cut_snippets(file, snippets, end, info.dt);
  if (at_end) mark(file, end);
  file.flush("flushing it");
  file.close();
}

std::vector<Recovered::Part> compare(const RunInfo& before, const RunInfo& after) {
  std::vector<Recovered::Part> parts;
  for (std::size_t i = 0; i < after.reports.size(); ++i)
    parts.push_back({"/report/" + after.reports[i].group, after.reports[i].frames,
                     before.reports.at(i).frames - after.reports[i].frames});
  for (std::size_t i = 0; i < after.spikes.size(); ++i)
    parts.push_back({"/spikes/" + after.spikes[i].population, after.spikes[i].count,
                     before.spikes.at(i).count - after.spikes[i].count});
  for (std::size_t i = 0; i < after.around_spikes.size(); ++i)
    parts.push_back({"/around_spikes/" + after.around_spikes[i].group, after.around_spikes[i].count,
                     before.around_spikes.at(i).count - after.around_spikes[i].count});
  for (std::size_t i = 0; i < after.weights.size(); ++i)
    parts.push_back({"/connections/" + after.weights[i].report.group, after.weights[i].report.frames,
                     before.weights.at(i).report.frames - after.weights[i].report.frames});
  return parts;
}

std::string final_name(const std::string& partial_path, bool force) {
  if (!partial_path.ends_with(suffix) || partial_path.size() == std::char_traits<char>::length(suffix))
    throw IoError(
        partial_path +
        " does not end in .partial, so there is nothing to recover: only files of unfinished runs do");
  std::string path = partial_path.substr(0, partial_path.size() - std::char_traits<char>::length(suffix));
  const bool exists = ::access(path.c_str(), F_OK) == 0;
  if (exists && ::access(partial_path.c_str(), F_OK) != 0 && errno == ENOENT)
    throw IoError(partial_path + ": " + system_text(ENOENT) + "; " + path +
                  ", which has been recovered already or is of a run that has ended, is there");
  if (!force && exists) throw IoError(path + " exists; add --force to replace it");
  return path;
}

}  // namespace

Recovered recover(const std::string& partial_path, bool force) {
  Recovered result;
  result.path = final_name(partial_path, force);
  OutputFile output = OutputFile::existing(result.path);
  const RunInfo info = read_info(partial_path);
  if (info.kind != "run")
    throw IoError(partial_path + " is a file of kind '" + info.kind + "', expected a run");
  result.status = info.status;
  result.until = info.complete ? info.recorded_until : common_end(info);
  if (!info.complete) {
    run_apart(partial_path, [&] { cut(output, info, result.until); });
    output.sync();
    result.parts = compare(info, read_info(partial_path));
  }
  output.publish(force);
  return result;
}

}  // namespace hillock::record
