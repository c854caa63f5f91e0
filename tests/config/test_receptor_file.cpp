// What receptor files refuse: on_spike that does not add a multiple of the weight, weights elsewhere.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::model_findings;

using loading::changed;
using loading::receptor;

TEST_CASE("a receptor that adds a multiple of the weight is fine") {
  CHECK(model_findings(receptor) == "");
  CHECK(model_findings(changed(receptor, {{"g + weight", "g - exp(1)*weight/2"}})) == "");
  CHECK(model_findings(changed(receptor, {{"g + weight", "-(2*weight) + g"}})) == "");
  CHECK(model_findings(changed(receptor, {{"g + weight", "g + if(tau > 3 ms, 2, 3)*weight"}})) == "");
}

TEST_CASE("on_spike that does anything else is refused") {
  CHECK(
      model_findings(changed(receptor, {{"g + weight", "weight"}})) ==
      R"(cell.yaml:12:6: error: on_spike must add a multiple of the weight to 'g', because the spikes that arrive in one step are summed first
  12 |   g: weight
     |      ^~~~~~ write 'g: g + c * weight', with c of parameters only)");
  CHECK(
      model_findings(changed(receptor, {{"g + weight", "g + weight^2/1 nS"}})) ==
      R"(cell.yaml:12:6: error: on_spike must add a multiple of the weight to 'g', because the spikes that arrive in one step are summed first
  12 |   g: g + weight^2/1 nS
     |      ^~~~~~~~~~~~~~~~~ write 'g: g + c * weight', with c of parameters only)");
  CHECK(
      model_findings(changed(receptor, {{"g + weight", "g + g/1 nS*weight"}})) ==
      R"(cell.yaml:12:6: error: on_spike must add a multiple of the weight to 'g', because the spikes that arrive in one step are summed first
  12 |   g: g + g/1 nS*weight
     |      ^~~~~~~~~~~~~~~~~ write 'g: g + c * weight', with c of parameters only)");
  CHECK(
      model_findings(changed(receptor, {{"g + weight", "g + weight + 1 nS"}})) ==
      R"(cell.yaml:12:6: error: on_spike must add a multiple of the weight to 'g', because the spikes that arrive in one step are summed first
  12 |   g: g + weight + 1 nS
     |      ^~~~~~~~~~~~~~~~~ write 'g: g + c * weight', with c of parameters only)");
  CHECK(
      model_findings(changed(receptor, {{"g + weight", "g*(1 + weight/1 nS)"}})) ==
      R"(cell.yaml:12:6: error: on_spike must add a multiple of the weight to 'g', because the spikes that arrive in one step are summed first
  12 |   g: g*(1 + weight/1 nS)
     |      ^~~~~~~~~~~~~~~~~~~ write 'g: g + c * weight', with c of parameters only)");
  CHECK(
      model_findings(changed(receptor, {{"g + weight", "min(g + weight, 3 nS)"}})) ==
      R"(cell.yaml:12:6: error: on_spike must add a multiple of the weight to 'g', because the spikes that arrive in one step are summed first
  12 |   g: min(g + weight, 3 nS)
     |      ^~~~~~~~~~~~~~~~~~~~~ write 'g: g + c * weight', with c of parameters only)");
}

TEST_CASE("on_spike is checked for its dimension") {
  CHECK(model_findings(changed(receptor, {{"g + weight", "g + weight*tau"}})) ==
        R"(cell.yaml:12:6: error: cannot add conductance (nS) and capacitance (pF)
  12 |   g: g + weight*tau
     |      ^~~~~~~~~~~~~~)");
}

TEST_CASE("on_spike assigns to states of the receptor or to V") {
  CHECK(model_findings(changed(receptor, {{"  g: g + weight", "  h: h + weight"}})) ==
        R"(cell.yaml:12:3: error: 'on_spike' assigns to 'h', which is not a state
  12 |   h: h + weight
     |   ^)");
}

TEST_CASE("the weight stands in on_spike, and in the current of a receptor without states") {
  CHECK(model_findings(changed(receptor, {{"g * (E_rev", "weight * (E_rev"}})) ==
        R"(cell.yaml:13:10: error: 'current' may not use the weight of a spike
  13 | current: weight * (E_rev - V)
     |          ^~~~~~ it is known in on_spike, and in the current of a receptor without states)");
  CHECK(model_findings(R"(name: sum
kind: receptor
weight: 1
current: weight
)") == "");
}

TEST_CASE("a receptor has a weight, and does something with it") {
  CHECK(model_findings(changed(receptor, {{"weight: {unit: nS, min: 0 nS}\n", ""}})) ==
        R"(cell.yaml:1:7: error: the receptor has no 'weight', the unit of the weights that it takes
   1 | name: syn
     |       ^~~ write for example 'weight: nS')");
  CHECK(
      model_findings(R"(name: nothing
kind: receptor
weight: pA
)") ==
      R"(cell.yaml:1:7: error: the receptor has neither on_spike nor current, so a spike would change nothing
   1 | name: nothing
     |       ^~~~~~~ write for example 'current: weight')");
  CHECK(model_findings(changed(receptor, {{"min: 0 nS", "min: 0 pA"}})) ==
        R"(cell.yaml:3:25: error: 'min' of the weight needs conductance (nS), found current (pA)
   3 | weight: {unit: nS, min: 0 pA}
     |                         ^~~~)");
  CHECK(model_findings(changed(receptor, {{"{unit: nS, min: 0 nS}", "nanosiemens"}})) ==
        R"(cell.yaml:3:9: error: weight must be a unit, got 'nanosiemens'
   3 | weight: nanosiemens
     |         ^~~~~~~~~~~ 'nanosiemens' is not a unit; did you mean 'nS'?)");
}

TEST_CASE("keys of neurons are no keys of receptors") {
  CHECK(model_findings(receptor + "spike: {when: V > 0 mV}\n") ==
        R"(cell.yaml:14:1: error: 'spike' is not a key of a receptor model
  14 | spike: {when: V > 0 mV}
     | ^~~~~ valid keys: name, kind, summary, source, like, weight, params, require, state, derived, equations, on_spike, current)");
}
