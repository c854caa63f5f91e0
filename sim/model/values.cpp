// One value per neuron, from a constant, a list, a law or a file.
#include "model/values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/math.hpp"
#include "base/text.hpp"

namespace hillock::model {
namespace {

// The standard normal distribution function, as the inverse of base::normal_quantile by bisection over the
// doubles: used for the bounds of truncated laws only, so that both directions agree to the last bit.
double normal_probability(double z) {
  if (z > 0) return 1 - normal_probability(-z);
  std::uint64_t below = std::bit_cast<std::uint64_t>(1e-300), above = std::bit_cast<std::uint64_t>(0.5);
  if (z <= base::normal_quantile(1e-300)) return 0;
  while (above - below > 1) {
    const std::uint64_t middle = below + (above - below) / 2;
    (base::normal_quantile(std::bit_cast<double>(middle)) <= z ? below : above) = middle;
  }
  return std::bit_cast<double>(above);
}

// A standard normal draw between bounds (in standard deviations) from a uniform one.
class TruncatedNormal {
 public:
  TruncatedNormal(double lower, double upper) : mirrored_(lower > 0) {
    // In the upper tail probabilities are close to 1 and lose their digits: there its mirror image is drawn.
    lower_ = normal_probability(mirrored_ ? -upper : lower);
    upper_ = normal_probability(mirrored_ ? -lower : upper);
  }
  bool empty() const { return !(upper_ > lower_); }
  double draw(double uniform) const {
    const double z = base::normal_quantile(lower_ + (upper_ - lower_) * uniform);
    return mirrored_ ? -z : z;
  }

 private:
  bool mirrored_;
  double lower_ = 0, upper_ = 1;
};

// What a law gives for a uniform number in (0, 1), between its bounds; nothing after an error.
class LawMaker {
 public:
  LawMaker(const Values& values, base::Diagnostics& diagnostics)
      : values_(values), lower_(values.lower), upper_(values.upper), diagnostics_(diagnostics) {}

  LawFunction make() {
    switch (values_.law) {
      case Law::uniform:
        return uniform();
      case Law::normal:
        return normal(values_.numbers[0], values_.numbers[1], false);
      case Law::lognormal:
        return normal(values_.numbers[0], values_.numbers[1], true);
      case Law::exponential:
        return exponential();
      default:
        return [value = values_.numbers[0]](double) { return value; };
    }
  }

 private:
  bool truncated() const { return std::isfinite(lower_) || std::isfinite(upper_); }

  LawFunction nothing_between() {
    diagnostics_.error(values_.place, "the law gives no value between its 'min' and 'max'",
                       "move the bounds towards its centre");
    return nullptr;
  }

  template <class Draw>
  LawFunction bounded(Draw draw) const {
    return [draw, lower = lower_, upper = upper_](double u) {
      return std::min(std::max(draw(u), lower), upper);
    };
  }

  LawFunction uniform() {
    const double lower = std::max(values_.numbers[0], lower_), upper = std::min(values_.numbers[1], upper_);
    if (lower > upper) return nothing_between();
    return bounded([=](double u) { return lower + (upper - lower) * u; });
  }

  // Normal, or lognormal with the median `centre`: centre * exp(spread * z).
  LawFunction normal(double centre, double spread, bool logarithmic) {
    const auto value = [=](double z) {
      return logarithmic ? centre * base::exp(spread * z) : centre + spread * z;
    };
    if (spread == 0) {
      if (centre < lower_ || centre > upper_) return nothing_between();
      return [=](double) { return centre; };
    }
    if (!truncated()) return bounded([=](double u) { return value(base::normal_quantile(u)); });
    const auto deviations = [&](double bound) {
      if (!std::isfinite(bound)) return bound;
      if (!logarithmic) return (bound - centre) / spread;
      return bound <= 0 ? -std::numeric_limits<double>::infinity() : base::log(bound / centre) / spread;
    };
    const TruncatedNormal law(deviations(lower_), deviations(upper_));
    if (law.empty() || (logarithmic && upper_ <= 0)) return nothing_between();
    return bounded([=](double u) { return value(law.draw(u)); });
  }

  LawFunction exponential() {
    const double mean = values_.numbers[0];
    const auto beyond = [=](double bound) {
      return bound <= 0 ? 1.0 : std::isfinite(bound) ? base::exp(-bound / mean) : 0.0;
    };
    const double most = beyond(lower_), least = beyond(upper_);
    if (!(most > least)) return nothing_between();
    return bounded([=](double u) { return -mean * base::log(least + (most - least) * u); });
  }

  const Values& values_;
  double lower_, upper_;
  base::Diagnostics& diagnostics_;
};

std::vector<double> linspace(const Values& values, std::int64_t size) {
  const double first = values.numbers[0], last = values.numbers[1];
  std::vector<double> all(static_cast<std::size_t>(size), first);
  for (std::int64_t i = 1; i < size; ++i)
    all[static_cast<std::size_t>(i)] =
        i == size - 1 ? last
                      : first + (last - first) * (static_cast<double>(i) / static_cast<double>(size - 1));
  return all;
}

std::vector<double> from_file(const Values& values, std::int64_t size, const ColumnReader& reader,
                              base::Diagnostics& diagnostics) {
  std::vector<double> numbers = reader(values.file, values.dataset);
  if (static_cast<std::int64_t>(numbers.size()) != size) {
    diagnostics.error(values.place,
                      base::quoted(values.dataset) + " has " + std::to_string(numbers.size()) +
                          (numbers.size() == 1 ? " number" : " numbers") + " for " + std::to_string(size) +
                          (size == 1 ? " neuron" : " neurons"),
                      "give one for each neuron; a value for all needs no file");
    return {};
  }
  for (double& number : numbers) number *= values.file_scale;
  return numbers;
}

std::vector<double> drawn(const Values& values, std::int64_t size, const base::Stream& stream,
                          base::Diagnostics& diagnostics) {
  const LawFunction law = law_function(values, diagnostics);
  std::vector<double> all;
  if (!law) return all;
  all.reserve(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i)
    all.push_back(law(stream.uniform(static_cast<std::uint64_t>(i), 0)));
  return all;
}

// Each point has the neurons, the seed and the draws that it would have on its own.
std::vector<double> expand_stacked(const Values& values, std::int64_t size, const Draws& draws,
                                   const ColumnReader& reader, base::Diagnostics& diagnostics) {
  const auto points = static_cast<std::int64_t>(values.points.size());
  const auto neurons = static_cast<std::size_t>(size / points);
  std::vector<double> all;
  all.reserve(static_cast<std::size_t>(size));
  for (std::size_t p = 0; p < values.points.size(); ++p) {
    const std::vector<double> own =
        expand(values.points[p], size / points, {draws.seeds.subspan(p, 1), draws.name}, reader, diagnostics);
    if (own.empty() && size > 0) return {};
    if (own.size() == 1)
      all.insert(all.end(), neurons, own.front());
    else
      all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

}  // namespace

Values Values::constant(double value, const base::Dimension& dimension, const base::Place& place) {
  Values values;
  values.numbers = {value};
  values.dimension = dimension;
  values.place = place;
  return values;
}

std::vector<double> expand(const Values& values, std::int64_t size, const Draws& draws,
                           const ColumnReader& reader, base::Diagnostics& diagnostics) {
  if (values.law == Law::stacked) return expand_stacked(values, size, draws, reader, diagnostics);
  std::vector<double> all;
  if (values.law == Law::constant)
    all = {values.numbers[0]};
  else if (values.law == Law::list)
    all = values.numbers;
  else if (values.law == Law::file)
    all = from_file(values, size, reader, diagnostics);
  else if (values.law == Law::linspace)
    all = linspace(values, size);
  else
    all = drawn(values, size, base::Stream::of(draws.seeds.front(), draws.name), diagnostics);
  if (values.law == Law::list && static_cast<std::int64_t>(all.size()) != size) {
    diagnostics.error(
        values.place,
        std::to_string(all.size()) + " values are given for " + std::to_string(size) + " neurons",
        "give one for all, or one for each");
    return {};
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::isfinite(all[i])) continue;
    diagnostics.error(values.place, "value " + std::to_string(i) + " is " +
                                        (std::isnan(all[i]) ? "not a number" : "infinite") +
                                        "; it must be finite");
    return {};
  }
  return all;
}

LawFunction law_function(const Values& values, base::Diagnostics& diagnostics) {
  return LawMaker(values, diagnostics).make();
}

std::optional<Extremes> extremes(const Values& values, base::Diagnostics& diagnostics) {
  if (values.law == Law::constant || values.law == Law::list) {
    if (values.numbers.empty()) return std::nullopt;
    const auto [least, most] = std::ranges::minmax(values.numbers);
    return Extremes{least, most};
  }
  const LawFunction law = law_function(values, diagnostics);
  if (!law) return std::nullopt;
  constexpr double lowest_draw = 0x1p-33;
  const double low = law(lowest_draw), high = law(1 - lowest_draw);
  return Extremes{std::min(low, high), std::max(low, high)};
}

std::optional<double> quantile(const Values& values, double probability, base::Diagnostics& diagnostics) {
  const LawFunction law = law_function(values, diagnostics);
  return law ? std::optional(law(probability)) : std::nullopt;
}

}  // namespace hillock::model
