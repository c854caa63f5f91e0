// Values of synapses in whole units - delays in steps, weights in quanta - each a function of one 32-bit
// draw.
#pragma once
#include <cstdint>
#include <functional>
#include <set>
#include <vector>

namespace hillock::network {

class Levels {
 public:
  // The value that a law has at a probability in (0, 1): ascending or descending.
  using Law = std::function<double(double)>;

  static Levels constant(std::int32_t level);
  // That of each synapse of an explicit list.
  static Levels listed(std::vector<std::int32_t> levels);
  // Those that another function gives, all of them from `least` to `most`.
  static Levels between(std::int32_t least, std::int32_t most);
  // round(law(u) / unit) at u = (draw + 1/2) / 2^32.
  static Levels drawn(const Law& law, double unit);

  bool is_constant() const { return kind_ == Kind::constant; }
  // Puts each level that may come into a set.
  void add_all_to(std::set<std::int32_t>& levels) const;
  std::int32_t least() const { return least_; }
  std::int32_t most() const { return most_; }

  // `draw`: random; `place`: in the list, if there is one.
  std::int32_t operator()(std::uint32_t draw, std::uint32_t place = 0) const {
    if (kind_ == Kind::constant) return least_;
    if (kind_ == Kind::listed) return listed_[place];
    if (kind_ == Kind::law) return level_at(draw);
    const std::uint32_t rising = descends_ ? ~draw : draw;
    std::uint32_t k = guide_[rising >> guide_shift_];
    while (k < begins_.size() && rising >= begins_[k]) ++k;
    return least_ + static_cast<std::int32_t>(k);
  }

  std::int64_t bytes() const {
    return static_cast<std::int64_t>(sizeof(std::int32_t) *
                                     (listed_.size() + begins_.size() + guide_.size()));
  }

 private:
  enum class Kind { constant, listed, table, law };
  std::int32_t level_at(std::uint32_t draw) const;
  void tabulate();

  Kind kind_ = Kind::constant;
  std::int32_t least_ = 0, most_ = 0;
  std::vector<std::int32_t> listed_;
  // Table: begins_[k] is the first place of level least_ + k + 1; guide_ says for the first place of each
  // stretch of 2^guide_shift_ how many levels have begun.
  bool descends_ = false;
  std::vector<std::uint32_t> begins_, guide_;
  int guide_shift_ = 0;
  Law law_;
  double unit_ = 1;
};

}  // namespace hillock::network
