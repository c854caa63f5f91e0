// Builds one population: parameters, method, programs, initial states.
#include "assemble/population_builder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include "assemble/facts.hpp"
#include "assemble/initial_states.hpp"
#include "assemble/rule_times.hpp"
#include "assemble/singularity.hpp"
#include "base/math.hpp"
#include "base/text.hpp"
#include "engine/inputs/registry.hpp"
#include "lang/evaluate.hpp"
#include "model/input_types.hpp"
#include "solve/integrators.hpp"
#include "solve/junctions.hpp"

namespace hillock::assemble {

namespace slot = solve::slot;

namespace {

class Builder {
 public:
  Builder(const model::Experiment& experiment, int population, const FileReaders& readers,
          base::Diagnostics& diagnostics)
      : experiment_(experiment),
        index_(population),
        spec_(experiment.populations[population]),
        readers_(readers),
        diagnostics_(diagnostics),
        owner_(fmt::format("population '{}'", spec_.name)) {}

  BuiltPopulation build(const std::set<std::string>& variables) {
    built_.plan.name = built_.summary.name = spec_.name;
    built_.plan.size = built_.summary.size = spec_.size;
    built_.summary.model = spec_.model->name;
    resolve_parameters();
    make_inputs();
    check_connections();
    if (diagnostics_.has_errors()) return std::move(built_);
    make_cell();
    choose_method();
    built_.plan.decide_every =
        check_rule_times(experiment_.simulation, spec_, tables_[0], owner_, diagnostics_);
    if (diagnostics_.has_errors()) return std::move(built_);
    make_programs(variables);
    bind();
    set_initial_states(experiment_, spec_, cell_, readers_, tables_, built_.plan, diagnostics_);
    describe_for_messages(cell_, built_.plan);
    warn_of_model();
    warn_of_overshoot();
    warn_of_crowded_spikes();
    std::tie(built_.summary.shortest_time_constant, built_.summary.fastest_state) =
        shortest_time_constant(cell_, built_.plan);
    return std::move(built_);
  }

 private:
  solve::Slots& slots() { return built_.plan.slots; }

  void resolve_parameters() {
    const std::vector<std::uint64_t>& seeds = experiment_.simulation.seeds;
    const std::string stream = "populations." + spec_.name;
    tables_.emplace_back(*spec_.model, spec_.params, spec_.size, owner_, spec_.place);
    tables_.back().resolve({seeds, stream + ".params", readers_.column}, diagnostics_);
    for (const model::ReceptorSpec& receptor : spec_.receptors) {
      tables_.emplace_back(*receptor.model, receptor.params, spec_.size,
                           fmt::format("receptor '{}' of {}", receptor.name, owner_), receptor.place);
      tables_.back().resolve({seeds, stream + ".receptors." + receptor.name, readers_.column}, diagnostics_);
    }
    for (std::size_t k = 0; k < tables_.size(); ++k) {
      tables_[k].check_requirements(diagnostics_);
      const std::string prefix = k == 0 ? "" : spec_.receptors[k - 1].name + ".";
      for (const auto& [name, values] : tables_[k].parameters()) built_.parameters[prefix + name] = values;
    }
  }

  void make_inputs() {
    for (const model::InputSpec& input : experiment_.inputs) {
      const Targets targets = targets_in(input, index_, spec_.size);
      if (!targets.any) continue;
      const engine::InputData data = input_data(experiment_, input, index_, targets, readers_, diagnostics_);
      if (diagnostics_.has_errors()) continue;
      if (model::input_type(input.type)->spikes) {
        const std::string receptor = input.receptor.empty() ? spec_.receptors.front().name : input.receptor;
        check_weights(input, receptor, data, targets);
        built_.spikes.emplace_back(receptor, engine::make_spike_input(input.type, data));
      } else {
        built_.currents.push_back(engine::make_current_input(input.type, data));
        built_.currents.back()->per_area = given_in_current(input, *spec_.model);
        built_.currents.back()->declare(slots());
        current_specs_.push_back(&input);
      }
    }
  }

  // Weights that were drawn or read keep the minimum of the receptor, as config has checked for single
  // values.
  void check_weights(const model::InputSpec& input, const std::string& receptor,
                     const engine::InputData& data, const Targets& targets) {
    const auto at_receptor = [&](const model::ReceptorSpec& r) { return r.name == receptor; };
    const auto spec = std::ranges::find_if(spec_.receptors, at_receptor);
    if (!spec->model->weight_min || !data.has("weight")) return;
    const ValueTable& table = tables_[1 + static_cast<std::size_t>(spec - spec_.receptors.begin())];
    const NeuronValues least = table.evaluate(*spec->model->weight_min);
    const std::vector<double>& weights = data.values.at("weight");
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::int64_t neuron = targets.all ? static_cast<std::int64_t>(i) : targets.neurons[i];
      if (weights[i] >= at(least, neuron)) continue;
      diagnostics_.error(
          std::get<model::Values>(input.fields.at("weight")).place,
          fmt::format("input '{}', neuron {}: the weight {} is below the minimum {} of receptor '{}' ({})",
                      input.name, neuron, base::format_quantity(weights[i], spec->model->weight),
                      base::format_quantity(at(least, neuron), spec->model->weight), receptor,
                      spec->model->name),
          "truncate the law with min: ..., or correct the values");
      return;
    }
  }

  // Weights of connections, given or drawn, keep the minimum of the receptor for each neuron.
  void check_connections() {
    for (std::size_t r = 0; r < spec_.receptors.size(); ++r)
      if (const model::ReceptorSpec& receptor = spec_.receptors[r]; receptor.model->weight_min)
        built_.least_weights[receptor.name] = tables_[1 + r].evaluate(*receptor.model->weight_min);
    for (const model::ConnectionSpec& connection : experiment_.connections)
      for (std::size_t r = 0; r < spec_.receptors.size(); ++r)
        if (spec_.receptors[r].name == connection.receptor && targets_this(connection))
          check_connection(connection, spec_.receptors[r]);
  }

  void check_connection(const model::ConnectionSpec& connection, const model::ReceptorSpec& receptor) {
    const model::Values& weight = connection.weight;
    if (!receptor.model->weight_min || weight.numbers.empty() || spec_.size == 0) return;
    const auto extremes = model::extremes(weight, diagnostics_);
    if (!extremes) return;
    const double least = extremes->least;
    const double bound = *std::ranges::max_element(built_.least_weights.at(receptor.name));
    if (least >= bound) return;
    diagnostics_.error(
        weight.place,
        fmt::format(
            "connection '{}': weights down to {:.3g} {} are below the minimum {} of receptor '{}' ({})",
            connection.name, least, weight.dimension.user_unit(),
            base::format_quantity(bound, weight.dimension), receptor.name, receptor.model->name),
        "truncate the law with min: ..., or correct the values");
  }

  bool targets_this(const model::ConnectionSpec& connection) const {
    return std::ranges::any_of(connection.targets,
                               [&](const model::Slice& target) { return target.population == index_; });
  }

  bool connected_to(const std::string& receptor) const {
    return std::ranges::any_of(experiment_.connections, [&](const model::ConnectionSpec& connection) {
      return connection.receptor == receptor && targets_this(connection);
    });
  }

  void make_cell() {
    std::vector<solve::CellReceptor> receptors;
    for (const model::ReceptorSpec& spec : spec_.receptors) {
      solve::CellReceptor receptor;
      receptor.name = spec.name;
      receptor.model = spec.model;
      receptor.site = spec.site.empty() ? spec_.model->inputs.front().name : spec.site;
      receptor.targeted =
          std::ranges::any_of(built_.spikes, [&](const auto& s) { return s.first == spec.name; }) ||
          connected_to(spec.name);
      const model::InputSite* site = spec_.model->input(receptor.site);
      receptor.per_area = !site->area.empty() && spec.model->current_dimension == base::dimension::current;
      receptors.push_back(receptor);
    }
    std::vector<solve::Forcing> forcings;
    for (std::size_t k = 0; k < built_.currents.size(); ++k)
      forcings.push_back(forcing_of(*current_specs_[k], *built_.currents[k], *spec_.model));
    if (spec_.gap_junctions)
      forcings.push_back(solve::junction_forcing(slots(), spec_.model->inputs.front().name,
                                                 !spec_.model->inputs.front().area.empty()));
    cell_ = solve::make_cell(spec_.name, *spec_.model, std::move(receptors), std::move(forcings));
  }

  void choose_method() {
    method_ = spec_.method ? *spec_.method : experiment_.simulation.method;
    if (method_.place.source == nullptr) method_.place = spec_.place;  // auto by default
    choice_ = solve::choose_method(method_, cell_, experiment_.simulation.interpolated);
    built_.summary.method = solve::name(choice_.kind);
    built_.summary.reason = choice_.reason;
    if (choice_.kind == model::MethodKind::exact)
      for (const solve::Forcing& forcing : cell_.forcings)
        if (forcing.shape == solve::Forcing::Shape::waveform)
          built_.summary.notes.push_back(fmt::format(
              "input '{}' is held over each step: the exact method joins dc, steps, ramps and sines",
              forcing.name));
    if (choice_.kind == model::MethodKind::exponential_euler || choice_.kind == model::MethodKind::euler)
      built_.summary.notes.push_back("first order: the error halves with dt");
  }

  void make_programs(const std::set<std::string>& variables) {
    network::PopulationPlan& plan = built_.plan;
    const bool interpolated = experiment_.simulation.interpolated,
               adaptive = choice_.kind == model::MethodKind::adaptive;
    plan.interpolated = interpolated;
    plan.has_reset = cell_.has_reset();
    plan.mode = spec_.gap_junctions ? network::StepMode::coupled
                : adaptive          ? network::StepMode::adaptive
                : interpolated      ? network::StepMode::cut
                                    : network::StepMode::whole;
    plan.watch = interpolated && spec_.model->spike.kind == model::SpikeRuleKind::when;
    const bool whole = plan.mode == network::StepMode::whole;
    if (whole) {
      plan.step = solve::whole_step(cell_, slots(), choice_.kind);
    } else if (plan.mode == network::StepMode::coupled) {
      plan.events = solve::events(cell_, slots(), false);
      plan.step = solve::advance_coupled(cell_, slots(), choice_.kind);
      plan.junctions = junction_slots();
    } else {
      plan.events = solve::events(cell_, slots(), interpolated);
      plan.integrator = adaptive
                            ? solve::adaptive_integrator(cell_, slots(), method_, experiment_.simulation.dt)
                            : solve::recorded_integrator(cell_, slots(), choice_.kind);
      if (plan.mode == network::StepMode::cut) plan.step = solve::advance_only(cell_, slots(), choice_.kind);
    }
    if (plan.has_reset) {
      plan.reset = solve::reset_only(cell_, slots());
      plan.before_reset =
          solve::before_reset(cell_, slots(), whole ? std::optional(choice_.kind) : std::nullopt);
    }
    plan.deliver = solve::deliver_at_zero(cell_, slots());
    if (!variables.empty())
      plan.observe = solve::observation(cell_, slots(), {variables.begin(), variables.end()});
    for (const model::StopSpec& stop : experiment_.stops)
      if (stop.neurons.population == index_ && !stop.of_spikes)
        plan.conditions.push_back(solve::condition(cell_, slots(), stop.condition));
    plan.right_hand_side = solve::right_hand_side(cell_, slots());
    // Slots that the step loop knows by name, asked for once all tapes have been recorded.
    plan.hold = cell_.has_hold() ? slots().array(slot::hold) : -1;
    plan.time = solve::Slots::find(slots().step_values, slot::time);
    plan.decide = solve::Slots::find(slots().step_values, slot::decide);
    plan.offset = solve::Slots::find(slots().step_values, slot::offset);
    for (const solve::CellReceptor& receptor : cell_.receptors)
      if (receptor.targeted) plan.arrivals.push_back(slots().array(slot::arrivals(receptor)));
    if (plan.mode != network::StepMode::cut && plan.mode != network::StepMode::coupled) return;
    for (const solve::CellState& state : cell_.states)
      plan.next.emplace_back(slots().array(state.name), slots().array(slot::next(state.name)));
    if (cell_.has_hold() && plan.mode == network::StepMode::cut)
      plan.next.emplace_back(plan.hold, slots().array(slot::next(slot::hold)));
  }

  network::JunctionSlots junction_slots() {
    const std::string& V = spec_.model->inputs.front().V;
    network::JunctionSlots junctions{slots().array(V),
                                     slots().array(slot::next(V)),
                                     slots().array(slot::slope_at_begin),
                                     slots().array(slot::slope_at_end),
                                     {},
                                     slots().array(slot::junction_conductance)};
    for (std::size_t k = 0; k < junctions.polynomial.size(); ++k)
      junctions.polynomial[k] = slots().array(slot::junction_polynomial[k]);
    return junctions;
  }

  void bind() {
    network::PopulationPlan& plan = built_.plan;
    std::map<std::string, NeuronValues> values = built_.parameters;
    values[slot::dt] = {experiment_.simulation.dt};
    std::map<std::string, base::Streams> streams;
    for (const auto& input : built_.currents) {
      for (const auto& [name, numbers] : input->parameters()) values[name] = numbers;
      for (const auto& [name, stream] : input->streams()) streams[name] = stream;
      for (const auto& [name, numbers] : input->initial_arrays()) plan.initial[slots().array(name)] = numbers;
    }
    for (std::size_t i = 0; i < slots().parameters.size(); ++i)
      if (const auto found = values.find(slots().parameters[i]); found != values.end())
        plan.parameters[static_cast<int>(i)] = found->second;
    for (std::size_t i = 0; i < slots().streams.size(); ++i) {
      const std::string& name = slots().streams[i];
      const auto given = streams.find(name);
      plan.streams[static_cast<int>(i)] =
          given != streams.end() ? given->second
                                 : base::Streams::of(experiment_.simulation.seeds,
                                                     "populations." + spec_.name + "." + name, spec_.size);
    }
  }

  // Of a parameter or state in the first neuron at the start; input, noise and time are 0.
  double value_of(std::string_view name) {
    if (spec_.model->input(name) != nullptr || name == "t" || name.starts_with("xi")) return 0;
    if (const auto found = built_.parameters.find(std::string(name)); found != built_.parameters.end())
      return at(found->second, 0);
    return at(built_.plan.initial.at(slots().array(std::string(name))), 0);
  }

  // Once for each model, with the first population that uses it.
  void warn_of_model() {
    for (int p = 0; p < index_; ++p)
      if (experiment_.populations[p].model == spec_.model) return;
    if (spec_.size == 0) return;
    warn_of_singularities(
        *spec_.model, [this](std::string_view name) { return value_of(name); }, diagnostics_);
  }

  // Of neurons that fire at a rate, a step has one spike at most: what a Poisson process would have beyond
  // the first is lost. Input is not looked at, since it changes in time.
  void warn_of_crowded_spikes() {
    const model::SpikeRule& rule = spec_.model->spike;
    if (rule.kind != model::SpikeRuleKind::rate || spec_.size == 0) return;
    std::function<double(std::string_view)> value = [&](std::string_view name) -> double {
      const model::Definition* derived = spec_.model->derived_quantity(name);
      return derived != nullptr ? lang::evaluate(derived->expression, value) : value_of(name);
    };
    constexpr double few = 0.05;  // of which 2.5 % are lost
    const double rate = lang::evaluate(rule.expression, value), dt = experiment_.simulation.dt;
    if (!(rate * dt > few)) return;
    const double left = rate * base::exprel(-rate * dt);
    diagnostics_.warning(
        spec_.place,
        fmt::format("population '{}' has a rate of {:.4g} Hz, but a step of {} has one spike at most: "
                    "it fires at {:.4g} Hz",
                    spec_.name, 1e3 * rate, base::format_time(dt), 1e3 * left),
        "for the spikes of many sources at once take the input 'poisson', which may have several in a step, "
        "or a shorter dt");
  }

  // What runs away towards a peak gives later stages huge slopes; with a negative coefficient these take the
  // end of the step, or a later stage, below the peak. How steep the upstroke is up to the peak is a matter
  // of values, not of the form of the equations: hence "may".
  void warn_of_overshoot() {
    using Kind = model::MethodKind;
    const bool negative_coefficients =
        choice_.kind == Kind::dopri5 || choice_.kind == Kind::cash_karp54 || choice_.kind == Kind::fehlberg78;
    const model::SpikeRule& rule = spec_.model->spike;
    if (!negative_coefficients || experiment_.simulation.interpolated ||
        rule.kind != model::SpikeRuleKind::when || rule.reset.empty() ||
        !solve::objection_exponential_euler(cell_))
      return;
    diagnostics_.warning(
        method_.place,
        fmt::format("population '{}': some coefficients of {} are negative, so that a step through a steep "
                    "upstroke may end below the peak of the spike: spikes may be missed, or be too many",
                    spec_.name, built_.summary.method),
        "take rk4, whose coefficients are not negative, or spike_times: interpolated, or adaptive");
  }

  const model::Experiment& experiment_;
  int index_;
  const model::PopulationSpec& spec_;
  const FileReaders& readers_;
  base::Diagnostics& diagnostics_;
  std::string owner_;
  BuiltPopulation built_;
  std::vector<ValueTable> tables_;  // of the neuron, then of the receptors
  std::vector<const model::InputSpec*> current_specs_;
  solve::Cell cell_;
  solve::MethodChoice choice_{};
  model::Method method_;
};

}  // namespace

BuiltPopulation build_population(const model::Experiment& experiment, int population,
                                 const std::set<std::string>& variables, const FileReaders& readers,
                                 base::Diagnostics& diagnostics) {
  return Builder(experiment, population, readers, diagnostics).build(variables);
}

}  // namespace hillock::assemble
