// Prints what a model file says, for readers who know the physics and not the file.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "model/model.hpp"

namespace hillock::model {
namespace {

using Row = std::array<std::string, 4>;  // name, value, unit, meaning

class Page {
 public:
  void heading(const std::string& text) { text_ += "\n" + text + "\n"; }
  void line(const std::string& text) { text_ += "  " + text + "\n"; }

  // Rows in columns as wide as their widest cell; the last column is left as it is.
  void table(const std::string& name, const std::vector<Row>& rows) {
    if (rows.empty()) return;
    heading(name);
    std::array<std::size_t, 3> widths{};
    for (const Row& row : rows)
      for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    for (const Row& row : rows) {
      std::string cells;
      for (std::size_t i = 0; i < widths.size(); ++i)
        if (widths[i] > 0) cells += fmt::format("{:<{}}  ", row[i], widths[i]);
      cells += row[3];
      cells.erase(cells.find_last_not_of(' ') + 1);
      line(cells);
    }
  }

  std::string text() && { return std::move(text_); }
  void add(const std::string& text) { text_ += text; }

 private:
  std::string text_;
};

std::string unit_of(const base::Dimension& dimension) { return "[" + dimension.user_unit() + "]"; }

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::vector<Row> inputs(const Model& model) {
  std::vector<Row> rows;
  for (const InputSite& site : model.inputs) {
    std::string meaning = site.area.empty() ? "" : "or pA, divided by " + site.area;
    if (site.V != "V") meaning += (meaning.empty() ? "" : "; ") + std::string("at the potential ") + site.V;
    rows.push_back({site.name, "", unit_of(site.dimension), meaning});
  }
  if (model.kind == Kind::receptor)
    rows.push_back({"weight", model.weight_min ? "at least " + one_line(model.weight_min->text) : "",
                    unit_of(model.weight), "weight of a spike"});
  return rows;
}

std::vector<Row> parameters(const Model& model) {
  std::vector<Row> rows;
  for (const Parameter& parameter : model.parameters)
    rows.push_back({parameter.name,
                    parameter.default_value ? one_line(parameter.default_value->text) : "must be given",
                    unit_of(parameter.dimension), parameter.doc});
  return rows;
}

std::vector<Row> states(const Model& model) {
  std::vector<Row> rows;
  for (const State& state : model.states)
    rows.push_back({state.name, "from " + one_line(state.init.text), unit_of(state.dimension), state.doc});
  return rows;
}

std::vector<Row> derived(const Model& model) {
  std::vector<Row> rows;
  for (const Definition& quantity : model.derived)
    rows.push_back({quantity.name, "= " + one_line(quantity.expression.text), unit_of(quantity.dimension),
                    quantity.doc});
  return rows;
}

std::vector<Row> receptors(const Model& model) {
  std::vector<Row> rows;
  for (const DefaultReceptor& receptor : model.receptors) {
    std::string values;
    for (const DefaultReceptor::Parameter& parameter : receptor.params)
      values += (values.empty() ? "" : ", ") + parameter.name + ": " + parameter.value;
    if (!receptor.into.empty()) values += (values.empty() ? "" : "; ") + std::string("into ") + receptor.into;
    rows.push_back({receptor.name, receptor.model, "", values});
  }
  return rows;
}

void assignments(Page& page, const std::string& name, const std::vector<Definition>& all) {
  for (const Definition& assignment : all)
    page.line(name + assignment.name + " = " + one_line(assignment.expression.text));
}

void spike_rule(Page& page, const SpikeRule& rule) {
  if (rule.kind == SpikeRuleKind::none) return;
  page.heading("Spike");
  const std::string text = one_line(rule.expression.text);
  if (rule.kind == SpikeRuleKind::when)
    page.line((rule.reset.empty() ? "where it turns true: " : "when ") + text);
  if (rule.kind == SpikeRuleKind::rate) page.line("at the rate " + text);
  if (rule.kind == SpikeRuleKind::probability)
    page.line("with probability " + text + ", every " + one_line(rule.every.text));
  assignments(page, "then ", rule.reset);
  if (!rule.hold) return;
  const std::string held = rule.hold->states.empty()
                               ? "no further spike"
                               : base::join(rule.hold->states, ", ") + " held, no further spike";
  page.line(held + " for " + one_line(rule.hold->duration.text));
}

}  // namespace

std::string model_page(const Model& model) {
  Page page;
  page.add(model.name + " (" + (model.kind == Kind::neuron ? "neuron" : "receptor") + ")\n");
  if (!model.summary.empty()) page.add(one_line(model.summary) + "\n");
  if (!model.source.empty()) page.add("Source: " + one_line(model.source) + "\n");
  if (!model.like.empty()) page.add("Like: " + model.like + "\n");
  if (!model.equations.empty()) page.heading("Equations");
  for (const Definition& equation : model.equations)
    page.line("d" + equation.name + "/dt = " + one_line(equation.expression.text));
  if (!model.on_spike.empty()) page.heading("On a spike");
  assignments(page, "", model.on_spike);
  if (!model.current.empty()) {
    page.heading("Current");
    page.line(one_line(model.current.text) + "  " + unit_of(model.current_dimension));
  }
  spike_rule(page, model.spike);
  page.table("Derived", derived(model));
  page.table("Inputs", inputs(model));
  page.table("Parameters", parameters(model));
  page.table("States", states(model));
  page.table("Receptors", receptors(model));
  if (!model.require.empty()) page.heading("Required");
  for (const Requirement& requirement : model.require) page.line(one_line(requirement.expression.text));
  return std::move(page).text();
}

}  // namespace hillock::model
