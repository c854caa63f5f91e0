// Goes through a report bin by bin, or reads the first frames of each bin where the whole would take too
// long.
#include "cli/report/trace_bins.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hillock::cli {
namespace {

using record::FrameRange;

std::uint64_t rounded_up(std::uint64_t count, std::uint64_t by) { return (count + by - 1) / by; }

// The bins of [first, first + count) of one trace; the last may be shorter.
void add_bins(std::span<const double> values, std::uint64_t per, std::size_t trace, TraceBins& bins) {
  for (std::size_t begin = 0; begin < values.size(); begin += per) {
    const auto part = values.subspan(begin, std::min<std::size_t>(per, values.size() - begin));
    const auto [low, high] = std::ranges::minmax(part);
    bins.low[trace].push_back(static_cast<float>(low));
    if (bins.per > 1) bins.high[trace].push_back(static_cast<float>(high));
  }
}

}  // namespace

TraceBins trace_bins(record::RunReader& reader, const record::ReportInfo& report,
                     const record::ReportInfo::Variable& variable, std::span<const std::size_t> columns,
                     const TraceBudget& budget) {
  const std::uint64_t frames = record::trusted_frames(report);
  const std::uint64_t row = std::max<std::uint64_t>(1, report.neurons) * (variable.float64 ? 8 : 4);
  const std::uint64_t most_bins = std::max<std::uint64_t>(1, budget.samples / columns.size());
  TraceBins bins;
  bins.low.resize(columns.size());
  bins.high.resize(columns.size());
  bins.per = std::max<std::uint64_t>(1, rounded_up(frames, most_bins));
  const auto read = [&](std::uint64_t first, std::uint64_t count) {
    return reader.columns(report, variable.name, columns, FrameRange{first, count});
  };
  if (frames * row <= budget.bytes) {
    const std::uint64_t block = bins.per * std::max<std::uint64_t>(1, (1U << 20) / bins.per);
    for (std::uint64_t first = 0; first < frames; first += block) {
      const auto values = read(first, block);
      for (std::size_t k = 0; k < columns.size(); ++k) add_bins(values[k], bins.per, k, bins);
    }
    return bins;
  }
  constexpr std::uint64_t overview = 200;  // bins: each is one reading of the file
  bins.per = rounded_up(frames, overview);
  const std::uint64_t seen = std::clamp<std::uint64_t>(budget.bytes / 4 / overview / row, 1, bins.per);
  for (std::uint64_t first = 0; first < frames; first += bins.per) {
    const auto values = read(first, seen);
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
