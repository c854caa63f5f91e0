// `hillock plot`: a figure of the file of a run or a sweep for papers and slides.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/option_values.hpp"
#include "cli/plot/figures.hpp"
#include "cli/plot/plotted_sweep.hpp"
#include "cli/shown/picture_file.hpp"
#include "record/sweep_reader.hpp"

namespace hillock::cli {
namespace {

using base::UserError;

constexpr double smallest = 40, largest = 2000;  // mm

// "89 mm" in mm. Throws UserError, naming the option, for what is no length of paper.
double millimetres(const std::string& option, const std::string& text) {
  const std::string remedy = "write for instance " + option + " '89 mm'";
  std::string problem;
  const auto quantity = base::parse_quantity(text, &problem);
  if (!quantity) throw UserError(option + " " + text + ": " + problem, remedy);
  if (quantity->dimension != base::dimension::length)
    throw UserError(option + " " + text + " is " + quantity->dimension.describe() + ", expected a length",
                    remedy);
  const double mm = quantity->value / base::parse_quantity("1 mm")->value;
  if (!(mm >= smallest && mm <= largest))
    throw UserError(fmt::format("{} {} is not between {} and {} mm", option, text, smallest, largest),
                    remedy);
  return mm;
}

const FigureKind& kind_of(const std::string& name) {
  const std::vector<FigureKind>& kinds = figure_kinds();
  const auto found = std::ranges::find(kinds, name, &FigureKind::name);
  if (found != kinds.end()) return *found;
  std::vector<std::string> names;
  for (const FigureKind& kind : kinds) names.push_back(kind.name);
  const std::string near = base::did_you_mean(name, names);
  throw UserError("'" + name + "' is not a figure",
                  near.empty() ? base::listed("the figures are", names) : near);
}

PlotRequest request_of(const Arguments& arguments, const FigureKind& kind) {
  PlotRequest request;
  request.populations = arguments.populations;
  request.variables = arguments.variables;
  if (!request.variables.empty() && !kind.variables)
    throw UserError("--variable has no meaning for --figure " + kind.name + ", which shows spikes",
                    "leave it out, or choose another figure");
  if (!arguments.neurons.empty()) request.neurons = neuron_list(arguments.neurons);
  if (!arguments.start.empty()) request.start = milliseconds("--start", arguments.start);
  if (!arguments.stop.empty()) request.stop = milliseconds("--stop", arguments.stop);
  return request;
}

void check_ending(const std::string& out) {
  if (out.empty() || std::filesystem::path(out).extension() == ".svg") return;
  throw UserError(
      "--out " + out + " does not end in .svg, the format that hillock plot writes",
      "write for instance --out " + std::filesystem::path(out).replace_extension(".svg").string());
}

// What stands above and below every figure.
void describe(const PlottedRun& run, const FigureKind& kind, Figure& figure) {
  figure.title = run.name();
  figure.subtitle = kind.doc;
  figure.notes.insert(figure.notes.begin(), run.left_out().begin(), run.left_out().end());
  if (!run.info().complete)
    figure.notes.insert(figure.notes.begin(),
                        fmt::format("The file is not complete ({}): recorded up to {}.", run.info().status,
                                    human_time(run.info().recorded_until)));
}

// Everything that belongs to runs alone.
void check_sweep_arguments(const Arguments& arguments) {
  const std::string remedy = "leave it out; --axis and --variable choose what is shown of a sweep";
  if (arguments.figure != "overview")
    throw UserError(
        "--figure " + arguments.figure + " is a figure of runs, and " + arguments.path + " is of a sweep",
        remedy);
  const std::vector<std::pair<std::string, bool>> given{{"--population", !arguments.populations.empty()},
                                                        {"--neurons", !arguments.neurons.empty()},
                                                        {"--start", !arguments.start.empty()},
                                                        {"--stop", !arguments.stop.empty()}};
  for (const auto& [option, is_given] : given)
    if (is_given)
      throw UserError(option + " has no meaning for " + arguments.path + ", the file of a sweep", remedy);
}

// Of a run: what its figure is of, with the sizes that it takes unless others were chosen.
void add_run(const Arguments& arguments, Figure& figure) {
  const FigureKind& kind = kind_of(arguments.figure);
  if (!arguments.axes.empty())
    throw UserError("--axis has no meaning for " + arguments.path + ", which is not the file of a sweep",
                    "leave it out");
  const PlotRequest request = request_of(arguments, kind);
  if (arguments.width.empty()) figure.width = kind.width;
  figure.panel_height = kind.panel_height;
  PlottedRun run(arguments.path, request);
  kind.add(run, figure);
  describe(run, kind, figure);
}

void add_sweep(const Arguments& arguments, Figure& figure) {
  check_sweep_arguments(arguments);
  if (arguments.width.empty()) figure.width = 110;
  figure.panel_height = 60;
  add_sweep(record::read_sweep_table(arguments.path), {arguments.axes, arguments.variables}, figure);
  figure.title = std::filesystem::path(arguments.path).filename().string();
}

}  // namespace

int plot(const Arguments& arguments, Console& console) {
  check_ending(arguments.out);
  Figure figure;
  if (!arguments.width.empty()) figure.width = millimetres("--width", arguments.width);
  if (!arguments.height.empty()) figure.height = millimetres("--height", arguments.height);
  figure.dark = arguments.dark;
  if (record::is_sweep(arguments.path))
    add_sweep(arguments, figure);
  else
    add_run(arguments, figure);
  const std::string out = picture_path(arguments, ".svg");
  const double narrowest = std::ceil(least_width(figure));
  if (figure.width < narrowest && !arguments.width.empty())
    throw UserError(fmt::format("--width {} is too narrow for this figure, which takes {} mm",
                                arguments.width, narrowest),
                    "leave it out, or choose a wider one");
  figure.width = std::max(figure.width, narrowest);
  if (const double least = std::ceil(least_height(figure)); figure.height > 0 && figure.height < least)
    throw UserError(
        fmt::format("--height {} is too low for a figure of {}, which takes {} mm", arguments.height,
                    counted(static_cast<std::int64_t>(figure.panels.size()), "panel"), least),
        "leave it out, or show less");
  write_picture(out, svg(figure));
  console.out(fmt::format("{}: open it in a browser, or put it into a document\n", out));
  return 0;
}

}  // namespace hillock::cli
