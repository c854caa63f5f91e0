// Statistics of spike trains for Python: what `hillock features` gives of a file, of any trains.
#include "statistics.hpp"

#include <fmt/format.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/population_statistics.hpp"
#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace hillock::python {

namespace {

using analysis::PopulationStatistics;
using analysis::TrainStatistics;
using base::UserError;

using Times = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Matrix = std::vector<std::vector<double>>;

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// A NumPy array that owns its numbers, so that they outlive what they were taken from.
template <class Number>
nb::object array_of(std::vector<Number> numbers) {
  auto* kept = new std::vector<Number>(std::move(numbers));
  const nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<Number>*>(p); });
  return nb::cast(nb::ndarray<nb::numpy, Number, nb::ndim<1>>(kept->data(), {kept->size()}, owner));
}

// The train `train` of the message is counted from 0, as Python counts.
std::vector<double> checked(const Times& times, std::size_t train) {
  std::vector<double> spikes(times.data(), times.data() + times.shape(0));
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    if (!std::isfinite(spikes[k]))
      throw UserError(fmt::format("trains[{}][{}] is {}, not a time", train, k, base::number(spikes[k])),
                      "spike times are finite numbers, ms");
    if (k > 0 && spikes[k] < spikes[k - 1])
      throw UserError(fmt::format("trains[{}][{}] is {} ms, earlier than the spike before it at {} ms", train,
                                  k, base::number(spikes[k]), base::number(spikes[k - 1])),
                      "sort the times of each train");
  }
  return spikes;
}

void check(analysis::Window window, double bin, double reach) {
  constexpr double most_bins = 1e7;
  if (!std::isfinite(window.duration()) || !(window.start < window.stop))
    throw UserError(fmt::format("stop is {} ms, and start {} ms", base::number(window.stop),
                                base::number(window.start)),
                    "start is the earlier one");
  if (!std::isfinite(bin) || !(bin > 0))
    throw UserError(fmt::format("bin is {} ms", base::number(bin)), "a bin has a length above 0 ms");
  if (!std::isfinite(reach) || !(reach > 0))
    throw UserError(fmt::format("reach is {} ms", base::number(reach)), "write for instance reach=50");
  if (window.duration() / bin > most_bins || reach / bin > most_bins)
    throw UserError(fmt::format("bin is {} ms: that makes more than {:.0f} bins", base::number(bin), most_bins),
                    "choose a wider bin");
}

PopulationStatistics statistics(const std::vector<Times>& times, double start, double stop, double bin,
                                double reach) {
  check({start, stop}, bin, reach);
  analysis::SpikeTrains trains;
  for (const Times& one : times) trains.push_back(checked(one, trains.size()));
  const nb::gil_scoped_release released;
  return analysis::statistics(trains, {start, stop}, bin, analysis::lags_within(reach, bin));
}

nb::object correlations(const std::vector<Times>& times, double start, double stop, double bin) {
  check({start, stop}, bin, bin);
  analysis::SpikeTrains trains;
  for (const Times& one : times) trains.push_back(checked(one, trains.size()));
  std::vector<double> flat;
  {
    const nb::gil_scoped_release released;
    const analysis::Window window{start, stop};
    for (const std::vector<double>& row :
         analysis::correlations(analysis::count_spikes(analysis::within(trains, window), window, bin)))
      flat.insert(flat.end(), row.begin(), row.end());
  }
  return array_of(std::move(flat));
}

double value_or_nan(const std::optional<double>& value) { return value.value_or(undefined); }

// Of each train, [train].
template <class Number, class Function>
nb::object of_trains(const PopulationStatistics& all, Function value) {
  std::vector<Number> numbers;
  for (const TrainStatistics& train : all.trains) numbers.push_back(value(train));
  return array_of(std::move(numbers));
}

std::map<std::string, std::pair<std::string, std::string>> texts() {
  std::map<std::string, std::pair<std::string, std::string>> found;
  for (const analysis::StatisticText& text : analysis::statistic_texts())
    found[std::string(text.name)] = {std::string(text.unit), std::string(text.doc)};
  return found;
}

// A statistic that may be undefined, as NaN then.
template <std::optional<double> PopulationStatistics::*Value>
double population_value(const PopulationStatistics& all) {
  return value_or_nan(all.*Value);
}

template <std::optional<double> TrainStatistics::*Value>
nb::object train_values(const PopulationStatistics& all) {
  return of_trains<double>(all, [](const TrainStatistics& train) { return value_or_nan(train.*Value); });
}

void bind_results(nb::module_& module) {
  using All = PopulationStatistics;
  nb::class_<All>(module, "SpikeStatistics", "What analysis::statistics found; NaN where it is not defined.")
      .def_ro("neurons", &All::neurons)
      .def_ro("spikes", &All::spikes)
      .def_ro("rate", &All::rate)
      .def_prop_ro("cv", population_value<&All::cv>)
      .def_prop_ro("cv2", population_value<&All::cv2>)
      .def_prop_ro("lv", population_value<&All::lv>)
      .def_prop_ro("fano_factor", population_value<&All::fano_factor>)
      .def_prop_ro("correlation", population_value<&All::correlation>)
      .def_prop_ro("spike_contrast", population_value<&All::spike_contrast>)
      .def("ISI_histogram", [](const All& all) { return array_of(all.ISI_histogram); })
      .def("autocorrelogram", [](const All& all) { return array_of(all.autocorrelogram); })
      .def("frequency", [](const All& all) { return array_of(all.spectrum.frequency); })
      .def("power", [](const All& all) { return array_of(all.spectrum.power); })
      .def("train_spikes",
           [](const All& all) {
             return of_trains<std::int64_t>(all, [](const TrainStatistics& train) { return train.spikes; });
           })
      .def("train_rate",
           [](const All& all) {
             return of_trains<double>(all, [](const TrainStatistics& train) { return train.rate; });
           })
      .def("train_cv", train_values<&TrainStatistics::cv>)
      .def("train_cv2", train_values<&TrainStatistics::cv2>)
      .def("train_lv", train_values<&TrainStatistics::lv>);
}

}  // namespace

void bind_statistics(nb::module_& module) {
  bind_results(module);
  module.def("statistics", statistics, "trains"_a, "start"_a, "stop"_a, "bin"_a, "reach"_a);
  module.def("correlations", correlations, "trains"_a, "start"_a, "stop"_a, "bin"_a,
             "[train * train]: the rows one after the other.");
  module.def("statistic_texts", texts, "Name -> unit and definition.");
}

}  // namespace hillock::python
