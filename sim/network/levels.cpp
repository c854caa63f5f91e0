// Tabulates laws of few levels; of many, each draw goes through the law.
#include "network/levels.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/diagnostics.hpp"

namespace hillock::network {

namespace {

constexpr std::int64_t most_tabulated = 1 << 16;
constexpr std::uint32_t last_draw = 0xffffffffU;

}  // namespace

Levels Levels::constant(std::int32_t level) {
  Levels levels;
  levels.least_ = levels.most_ = level;
  return levels;
}

Levels Levels::listed(std::vector<std::int32_t> listed) {
  Levels levels;
  levels.kind_ = Kind::listed;
  if (!listed.empty()) {
    const auto [least, most] = std::ranges::minmax_element(listed);
    levels.least_ = *least;
    levels.most_ = *most;
  }
  levels.listed_ = std::move(listed);
  return levels;
}

Levels Levels::between(std::int32_t least, std::int32_t most) {
  Levels levels;
  levels.kind_ = Kind::law;
  levels.least_ = least;
  levels.most_ = most;
  return levels;
}

Levels Levels::drawn(const Law& law, double unit) {
  Levels levels;
  levels.kind_ = Kind::law;
  levels.law_ = law;
  levels.unit_ = unit;
  const std::int32_t first = levels.level_at(0), last = levels.level_at(last_draw);
  levels.descends_ = first > last;
  levels.least_ = std::min(first, last);
  levels.most_ = std::max(first, last);
  if (std::int64_t{levels.most_} - levels.least_ < most_tabulated) levels.tabulate();
  return levels;
}

void Levels::add_all_to(std::set<std::int32_t>& levels) const {
  if (kind_ == Kind::listed && std::int64_t{most_} - least_ < most_tabulated) {
    std::vector<bool> seen(static_cast<std::size_t>(std::int64_t{most_} - least_ + 1));
    for (const std::int32_t level : listed_) seen[static_cast<std::size_t>(level - least_)] = true;
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (seen[i]) levels.insert(least_ + static_cast<std::int32_t>(i));
  } else if (kind_ == Kind::listed)
    levels.insert(listed_.begin(), listed_.end());
  else
    for (std::int32_t level = least_; level <= most_; ++level) levels.insert(levels.end(), level);
}

std::int32_t Levels::level_at(std::uint32_t draw) const {
  const double level = std::nearbyint(law_((static_cast<double>(draw) + 0.5) * 0x1p-32) / unit_);
  if (!(std::abs(level) < 0x1p31)) throw base::InternalError("a value of a synapse is out of its range");
  return static_cast<std::int32_t>(level);
}

// Each level begins where bisection finds it, behind the one before it.
void Levels::tabulate() {
  const auto level = [&](std::uint32_t place) { return level_at(descends_ ? ~place : place); };
  std::uint32_t from = 0;
  for (std::int32_t wanted = least_ + 1; wanted <= most_; ++wanted) {
    std::uint32_t below = from, reach = 1;  // the level at `below` is lower
    if (level(below) >= wanted) {
      begins_.push_back(below);
      continue;
    }
    while (below + std::uint64_t{reach} < last_draw && level(below + reach) < wanted) {
      below += reach;
      reach = reach < (1U << 30) ? reach * 2 : reach;
    }
    std::uint32_t above =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(below + std::uint64_t{reach}, last_draw));
    while (above - below > 1) {
      const std::uint32_t middle = below + (above - below) / 2;
      (level(middle) >= wanted ? above : below) = middle;
    }
    begins_.push_back(above);
    from = above;
  }
  // Fine enough that few stretches have a level that begins inside, and small enough for a near cache.
  guide_shift_ = 24;
  while (guide_shift_ > 18 && (std::size_t{16} << (24 - guide_shift_)) < begins_.size()) --guide_shift_;
  guide_.resize(std::size_t{1} << (32 - guide_shift_));
  std::uint32_t k = 0;
  for (std::size_t i = 0; i < guide_.size(); ++i) {
    const auto place = static_cast<std::uint32_t>(i << guide_shift_);
    while (k < begins_.size() && begins_[k] <= place) ++k;
    guide_[i] = k;
  }
  kind_ = Kind::table;
  law_ = nullptr;
}

}  // namespace hillock::network
