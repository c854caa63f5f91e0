// Goes through a report bin by bin, or reads the first frames of each bin where the whole would take too
// long.
#include "cli/shown/trace_bins.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace hillock::cli {
namespace {

using record::FrameRange;

std::uint64_t rounded_up(std::uint64_t count, std::uint64_t by) { return (count + by - 1) / by; }

// The lowest and the highest of the values that are finite; NaN if none is.
std::pair<double, double> extremes(std::span<const double> values) {
  double low = std::nan(""), high = low;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    if (!(value >= low)) low = value;  // also while low is NaN
    if (!(value <= high)) high = value;
  }
  return {low, high};
}

// The bins of one trace; the last may be shorter.
void add_bins(std::span<const double> values, std::uint64_t per, std::size_t trace, TraceBins& bins) {
  for (std::size_t begin = 0; begin < values.size(); begin += per) {
    const auto part = values.subspan(begin, std::min<std::size_t>(per, values.size() - begin));
    const auto [low, high] = extremes(part);
    bins.low[trace].push_back(static_cast<float>(low));
    if (bins.per > 1) bins.high[trace].push_back(static_cast<float>(high));
  }
}

// Goes through all frames, a block of whole bins at a time.
void read_all(record::RunReader& reader, const record::ReportInfo& report, const std::string& variable,
              std::span<const std::size_t> columns, FrameRange range, TraceBins& bins) {
  const std::uint64_t block = bins.per * std::max<std::uint64_t>(1, (1U << 20) / bins.per);
  for (std::uint64_t done = 0; done < range.count; done += block) {
    const auto values =
        reader.columns(report, variable, columns, {range.first + done, std::min(block, range.count - done)});
    for (std::size_t k = 0; k < columns.size(); ++k) add_bins(values[k], bins.per, k, bins);
  }
}

}  // namespace

std::uint64_t frame_bytes(const record::ReportInfo& report, const record::ReportInfo::Variable& variable) {
  return std::max<std::uint64_t>(1, report.neurons) * (variable.float64 ? 8 : 4);
}

std::vector<std::size_t> shown_columns(std::size_t recorded, std::size_t most) {
  std::vector<std::size_t> columns(std::min(recorded, most));
  for (std::size_t k = 0; k < columns.size(); ++k) columns[k] = k * recorded / columns.size();
  return columns;
}

TraceBins trace_bins(record::RunReader& reader, const record::ReportInfo& report,
                     const record::ReportInfo::Variable& variable, std::span<const std::size_t> columns,
                     const TraceBudget& budget, FrameRange range) {
  const std::uint64_t trusted = record::trusted_frames(report);
  range.first = std::min(range.first, trusted);
  range.count = std::min(range.count, trusted - range.first);
  const std::uint64_t row = frame_bytes(report, variable);
  const std::uint64_t most_bins = std::max<std::uint64_t>(1, budget.samples / columns.size());
  TraceBins bins;
  bins.first = range.first;
  bins.low.resize(columns.size());
  bins.high.resize(columns.size());
  bins.per = std::max<std::uint64_t>(1, rounded_up(range.count, most_bins));
  if (range.count * row <= budget.bytes) {
    read_all(reader, report, variable.name, columns, range, bins);
    return bins;
  }
  constexpr std::uint64_t overview = 200;  // bins: each is one reading of the file
  bins.per = rounded_up(range.count, overview);
  const std::uint64_t seen = std::clamp<std::uint64_t>(budget.bytes / 4 / overview / row, 1, bins.per);
  for (std::uint64_t done = 0; done < range.count; done += bins.per) {
    const auto values = reader.columns(report, variable.name, columns,
                                       {range.first + done, std::min(seen, range.count - done)});
    for (std::size_t k = 0; k < columns.size(); ++k) add_bins(values[k], bins.per, k, bins);
  }
  bins.note = fmt::format(
      "An overview of a large report: of every {} frames the first {} are shown. What happens between them "
      "is "
      "in the file.",
      bins.per, seen);
  return bins;
}

}  // namespace hillock::cli
