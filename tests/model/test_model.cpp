// The order of initial values, what can be recorded, what a broken rule says, and the table of input types.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "lang/parser.hpp"
#include "model/input_types.hpp"
#include "model/model.hpp"
#include "model/recordable.hpp"

using namespace hillock;
using model::Definition;
using model::Model;

namespace {

lang::Expression parse(const std::string& text) {
  base::Diagnostics diagnostics;
  auto expression = lang::parse(text, {}, diagnostics);
  diagnostics.throw_if_errors();
  REQUIRE(expression);
  return *expression;
}

Definition define(const std::string& name, const std::string& text) {
  Definition definition;
  definition.name = name;
  definition.expression = parse(text);
  return definition;
}

void add_state(Model& model, const std::string& name, const std::string& init) {
  model::State state;
  state.name = name;
  state.init = parse(init);
  model.states.push_back(std::move(state));
}

void add_parameter(Model& model, const std::string& name, const std::string& value) {
  model::Parameter parameter;
  parameter.name = name;
  parameter.default_value = parse(value);
  model.parameters.push_back(std::move(parameter));
}

// m depends on V by alpha, h on m; V is of parameters alone.
Model gated() {
  Model model;
  model.name = "gated";
  add_parameter(model, "E_L", "-65 mV");
  add_parameter(model, "C_m", "1 uF/cm2");
  add_state(model, "h", "1 - m");
  add_state(model, "m", "alpha/(1 + alpha)");
  add_state(model, "V", "E_L");
  model.derived = {define("beta", "alpha*2"), define("alpha", "exprel(V/10 mV)")};
  model.equations = {define("V", "(I - beta*1 uA/cm2)/C_m"), define("m", "(alpha - m)/1 ms"),
                     define("h", "-h/1 ms")};
  model::InputSite site;
  site.name = "I";
  site.dimension = base::dimension::current_density;
  model.inputs = {site};
  base::Diagnostics diagnostics;
  model::check_model(model, diagnostics);
  diagnostics.throw_if_errors();
  return model;
}

std::vector<std::string> order(const Model& model, const std::vector<std::string>& given) {
  base::Diagnostics diagnostics;
  std::vector<std::string> names;
  for (const int index : model::initial_order(model, given, diagnostics))
    names.push_back(model.states[static_cast<std::size_t>(index)].name);
  CHECK(diagnostics.all().empty());
  return names;
}

}  // namespace

TEST_CASE("check_model finds dimensions and puts derived quantities in order") {
  const Model model = gated();
  CHECK(model.derived[0].name == "alpha");
  CHECK(model.derived[1].name == "beta");
  CHECK(model.state("V")->dimension == base::dimension::voltage);
  CHECK(model.state("m")->dimension == base::dimension::none);
  CHECK(model.parameter("C_m")->dimension == base::dimension::capacitance_density);
  CHECK(model.equation("V")->dimension == base::dimension::voltage_rate);
  CHECK(model.derived_quantity("gamma") == nullptr);
}

TEST_CASE("initial values come after those that they need, also through derived quantities") {
  CHECK(order(gated(), {}) == std::vector<std::string>{"V", "m", "h"});
}

TEST_CASE("given initial values come first and need nothing") {
  CHECK(order(gated(), {"h"}) == std::vector<std::string>{"h", "V", "m"});
  CHECK(order(gated(), {"m"}) == std::vector<std::string>{"m", "h", "V"});
}

TEST_CASE("initial values in a circle are named, and a given one breaks the circle") {
  Model model;
  add_state(model, "a", "b");
  add_state(model, "b", "c");
  add_state(model, "c", "a");
  base::Diagnostics diagnostics;
  model::initial_order(model, {}, diagnostics);
  REQUIRE(diagnostics.all().size() == 1);
  CHECK(diagnostics.all()[0].message == "initial values go in a circle: a -> b -> c -> a");
  CHECK(diagnostics.all()[0].remedy == "give one of them under init");
  CHECK(order(model, {"b"}) == std::vector<std::string>{"b", "a", "c"});
}

TEST_CASE("a broken rule says what the values are, in their units") {
  Model model = gated();
  model.require = {{parse("C_m > 0 uF/cm2"), {}}, {parse("E_L < 2*E_L"), {}}};
  base::Diagnostics diagnostics;
  model.derived.clear();
  model.equations = {define("V", "I/C_m"), define("m", "-m/1 ms"), define("h", "-h/1 ms")};
  model.states.clear();
  add_state(model, "V", "E_L");
  add_state(model, "m", "0");
  add_state(model, "h", "0");
  model::check_model(model, diagnostics);
  diagnostics.throw_if_errors();
  const auto value_of = [](std::string_view name) { return name == "C_m" ? -100.0 : -65.5; };
  CHECK(model::describe_violation(model.require[0], value_of) ==
        "C_m > 0 uF/cm2 does not hold: C_m is -100 uF/cm2");
  CHECK(model::describe_violation(model.require[1], value_of) ==
        "E_L < 2*E_L does not hold: E_L is -65.5 mV");
}

TEST_CASE("states, derived quantities, inputs and receptors can be recorded") {
  const Model neuron = gated();
  Model receptor;
  receptor.kind = model::Kind::receptor;
  receptor.name = "synapse";
  receptor.weight = base::dimension::current_density;
  add_state(receptor, "i", "0 uA/cm2");
  receptor.equations = {define("i", "-i/5 ms")};
  receptor.on_spike = {define("i", "i + weight")};
  receptor.current = parse("i");
  base::Diagnostics diagnostics;
  model::check_model(receptor, diagnostics);
  diagnostics.throw_if_errors();
  model::PopulationSpec population;
  population.model = &neuron;
  population.receptors.resize(2);
  for (std::size_t i = 0; i < 2; ++i) {
    population.receptors[i].name = i == 0 ? "ampa" : "gaba";
    population.receptors[i].model = &receptor;
    population.receptors[i].site = "I";
  }
  std::vector<std::string> names;
  for (const model::Recordable& recordable : model::recordables(population)) names.push_back(recordable.name);
  CHECK(names == std::vector<std::string>{"h", "m", "V", "alpha", "beta", "I", "I_syn", "i_ampa", "I_ampa",
                                          "i_gaba", "I_gaba"});
  const model::Recordable last = model::recordables(population).back();
  CHECK(last.receptor == 1);
  CHECK(last.kind == model::RecordableKind::receptor_current);
  CHECK(last.dimension == base::dimension::current_density);
  population.receptors.clear();
  CHECK(model::recordables(population).size() == 6);
}

TEST_CASE("the page of a model shows what its file says") {
  CHECK(model::model_page(gated()) ==
        R"(gated (neuron)

Equations
  dV/dt = (I - beta*1 uA/cm2)/C_m
  dm/dt = (alpha - m)/1 ms
  dh/dt = -h/1 ms

Derived
  alpha  = exprel(V/10 mV)  [1]
  beta   = alpha*2          [1]

Inputs
  I  [uA/cm2]

Parameters
  E_L  -65 mV    [mV]
  C_m  1 uF/cm2  [uF/cm2]

States
  h  from 1 - m              [1]
  m  from alpha/(1 + alpha)  [1]
  V  from E_L                [mV]
)");
}

TEST_CASE("the table of input types is complete and consistent") {
  std::set<std::string> names;
  for (const model::InputType& type : model::input_types()) {
    CAPTURE(type.name);
    CHECK(names.insert(type.name).second);
    CHECK_FALSE(type.summary.empty());
    std::set<std::string> fields;
    for (const model::FieldType& field : type.fields) {
      CAPTURE(field.name);
      CHECK(fields.insert(field.name).second);
      CHECK_FALSE(field.doc.empty());
      CHECK_FALSE((field.required && !field.default_value.empty()));
    }
    CHECK(type.spikes == (fields.count("weight") == 1));
    CHECK(model::input_type(type.name) == &type);
  }
  for (const char* name :
       {"dc", "steps", "ramp", "sine", "chirp", "waveform", "white_noise", "noise", "ou", "file",
        "voltage_clamp", "spikes", "regular", "poisson", "gamma", "pulse_packet", "spike_file"})
    CHECK(names.count(name) == 1);
  CHECK(model::input_type("dcc") == nullptr);
}
