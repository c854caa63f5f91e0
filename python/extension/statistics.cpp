// Statistics of spikes for Python: what `hillock features` gives of a file, of any spikes.
#include "statistics.hpp"

#include <fmt/format.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "assemble/analysis.hpp"
#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace hillock::python {

namespace {

using base::UserError;

template <class Number>
using Array = nb::ndarray<const Number, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// One time and one neuron per spike, in any order; `neurons` are those that are asked for, ascending. A
// neuron below 0 is a silent one whose number is not known.
struct Given {
  std::span<const double> times;  // ms
  std::span<const std::int64_t> node_ids, neurons;
};

constexpr double most_bins = 1e7;

void check_window(analysis::Window window, double bin) {
  if (!std::isfinite(window.duration()) || !(window.start < window.stop))
    throw UserError(fmt::format("the statistics are taken from {} ms to {} ms", base::number(window.start),
                                base::number(window.stop)),
                    "choose start and stop so that there is time between them");
  if (!std::isfinite(bin) || !(bin > 0))
    throw UserError(fmt::format("bin={} is not positive", base::number(bin)),
                    "write for instance bin=5, in ms");
  if (window.duration() / bin > most_bins)
    throw UserError(fmt::format("bin={} ms makes more than {:.0f} bins", base::number(bin), most_bins),
                    "choose a wider bin");
}

void check_reach(double reach, double bin) {
  if (!(reach > 0) || !(reach / bin <= most_bins))
    throw UserError(fmt::format("reach={} is not between 0 and {:.0f} bins", base::number(reach), most_bins),
                    "write for instance reach=50, in ms");
}

// The spikes neuron by neuron, each in order of time.
analysis::SpikeTrains trains_of(const Given& given) {
  if (given.times.size() != given.node_ids.size())
    throw UserError(fmt::format("there are {} times, but the neurons of {} spikes", given.times.size(),
                                given.node_ids.size()),
                    "each spike has a time and a neuron");
  analysis::SpikeTrains trains(given.neurons.size());
  for (std::size_t k = 0; k < given.times.size(); ++k) {
    const double time = given.times[k];
    if (!std::isfinite(time))
      throw UserError(fmt::format("times[{}] is {}", k, base::number(time)), "spike times are finite, in ms");
    if (given.node_ids[k] < 0)
      throw UserError(fmt::format("node_ids[{}] is {}", k, given.node_ids[k]), "neurons count from 0");
    const auto found = std::ranges::lower_bound(given.neurons, given.node_ids[k]);
    if (found != given.neurons.end() && *found == given.node_ids[k])
      trains[static_cast<std::size_t>(found - given.neurons.begin())].push_back(time);
  }
  for (std::vector<double>& train : trains) std::ranges::sort(train);
  return trains;
}

Given given_of(const Array<double>& times, const Array<std::int64_t>& node_ids,
               const Array<std::int64_t>& neurons) {
  return {{times.data(), times.size()}, {node_ids.data(), node_ids.size()}, {neurons.data(), neurons.size()}};
}

engine::AnalysisTable statistics(const Array<double>& times, const Array<std::int64_t>& node_ids,
                                 const Array<std::int64_t>& neurons, const std::vector<std::string>& names,
                                 double start, double stop, double bin, double reach) {
  const nb::gil_scoped_release released;
  const analysis::Window window{start, stop};
  const Given given = given_of(times, node_ids, neurons);
  check_window(window, bin);
  check_reach(reach, bin);
  for (const std::string& name : names) analysis::find_statistic(name);
  assemble::AnalysisPlan plan;
  plan.neurons.assign(given.neurons.begin(), given.neurons.end());
  plan.statistics = names;
  plan.bin = bin;
  analysis::PopulationFacts facts;
  facts.spikes = analysis::statistics(trains_of(given), window, bin, analysis::lags_of(bin, reach));
  return assemble::table_of(plan, facts);
}

std::unique_ptr<double[]> correlation_matrix(const Given& given, analysis::Window window, double bin) {
  const std::size_t n = given.neurons.size();
  check_window(window, bin);
  const double needed = 2 * 8 * static_cast<double>(n) * static_cast<double>(n);
  const double there =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  if (needed > there)
    throw base::ResourceError(
        fmt::format("the correlations of {} neurons would take {} of memory, {} are there", n,
                    cli::human_bytes(needed), cli::human_bytes(there)));
  const auto rows =
      analysis::correlations(analysis::count_spikes(analysis::within(trains_of(given), window), window, bin));
  auto matrix = std::make_unique_for_overwrite<double[]>(n * n);
  for (std::size_t k = 0; k < n; ++k) std::ranges::copy(rows[k], matrix.get() + k * n);
  return matrix;
}

nb::object correlations(const Array<double>& times, const Array<std::int64_t>& node_ids,
                        const Array<std::int64_t>& neurons, double start, double stop, double bin) {
  std::unique_ptr<double[]> matrix;
  {
    const nb::gil_scoped_release released;
    matrix = correlation_matrix(given_of(times, node_ids, neurons), {start, stop}, bin);
  }
  double* values = matrix.get();
  const nb::capsule owner(matrix.release(),
                          [](void* p) noexcept { std::unique_ptr<double[]>(static_cast<double*>(p)); });
  return nb::ndarray<nb::numpy, double>(values, {neurons.size(), neurons.size()}, owner).cast();
}

}  // namespace

void bind_statistics(nb::module_& module) {
  nb::class_<analysis::StatisticText>(module, "Statistic", "A statistic of spikes by elephant's definition.")
      .def_prop_ro("name", [](const analysis::StatisticText& self) { return std::string(self.name); })
      .def_prop_ro("unit", [](const analysis::StatisticText& self) { return std::string(self.unit); })
      .def_prop_ro("doc", [](const analysis::StatisticText& self) { return std::string(self.doc); });
  module.def("statistic_list", [] {
    const std::span<const analysis::StatisticText> all = analysis::statistic_texts();
    return std::vector<analysis::StatisticText>(all.begin(), all.end());
  });
  module.def("statistics", statistics, "times"_a, "node_ids"_a, "neurons"_a, "names"_a, "start"_a, "stop"_a,
             "bin"_a, "reach"_a);
  module.def("correlations", correlations, "times"_a, "node_ids"_a, "neurons"_a, "start"_a, "stop"_a, "bin"_a,
             nb::sig("def correlations(times: numpy.typing.NDArray[numpy.float64], node_ids: "
                     "numpy.typing.NDArray[numpy.int64], neurons: numpy.typing.NDArray[numpy.int64], start: "
                     "float, stop: float, bin: float) -> numpy.typing.NDArray[numpy.float64]"));
}

}  // namespace hillock::python
