// Models of one's own: named by path, kept under the config's folder, read like the shipped ones.
#include <doctest/doctest.h>

#include <cstdlib>

#include "config/library.hpp"
#include "config/loading.hpp"

using namespace hillock;
using loading::findings;
namespace fs = std::filesystem;

namespace {

const std::string vector_model =
    "name: v\ninputs: {I: pA}\nparams:\n  tau: {default: [1 ms, 10 ms, 100 ms], size: 3}\n  q: "
    "{default: 2 pA, size: 3}\n  C: {default: 100 pF}\n"
    "state:\n  V: {init: 0 mV}\n  eta: {init: q/2, size: 3}\n"
    "derived:\n  total: sum(eta)\n  scaled: eta*2\n"
    "equations:\n  dV/dt: (I - total)/C\n  deta/dt: -eta/tau\n"
    "spike:\n  when: V > 10 mV\n  reset:\n    V: 0 mV\n    eta: eta + q\n"
    "require:\n  - tau > 0 ms\n";

std::string with_model(const std::string& model) {
  return loading::simulation + "populations: {cell: {model: " + model + "}}\nrecord: {cell: [V]}\n";
}

void copy_lif(const loading::Folder& folder, const std::string& to) {
  fs::create_directories(fs::path(folder.path(to)).parent_path());
  fs::copy_file(std::string(HILLOCK_SOURCE_DIR) + "/models/neurons/lif.yaml", folder.path(to));
}

}  // namespace

TEST_CASE("a copy of a shipped model elsewhere is the same model") {
  const loading::Folder folder;
  copy_lif(folder, "models/mine.yaml");
  const auto own = loading::load(folder, with_model("models/mine.yaml"));
  const auto shipped = loading::load(folder, with_model("lif"));
  const model::Model& a = *own->populations[0].model;
  const model::Model& b = *shipped->populations[0].model;
  CHECK(a.text == b.text);
  CHECK(a.name == b.name);
  CHECK(a.parameters.size() == b.parameters.size());
  CHECK(model::model_page(a) == model::model_page(b));
  CHECK(folder.shorten(a.path) == "models/mine.yaml");
}

TEST_CASE("paths that lead out of the config's folder are refused") {
  const loading::Folder folder;
  copy_lif(folder, "outside.yaml");
  fs::create_directories(folder.path("inner"));
  fs::create_symlink(folder.path("outside.yaml"), folder.path("inner/link.yaml"));
  fs::create_directory_symlink(fs::path(folder.path("x")).parent_path(), folder.path("inner/up"));
  const auto refused = [&](const std::string& path) {
    folder.write("inner/test.yaml", with_model(path));
    try {
      config::load(folder.path("inner/test.yaml"), loading::options());
    } catch (const base::UserError& error) {
      return error.diagnostics().at(0).message;
    }
    return std::string("loads");
  };
  CHECK(refused("../outside.yaml") == "'../outside.yaml' leads out of the config's folder");
  CHECK(refused("a/../../outside.yaml") == "'a/../../outside.yaml' leads out of the config's folder");
  CHECK(refused("link.yaml") == "'link.yaml' leads out of the config's folder");
  CHECK(refused("up/outside.yaml") == "'up/outside.yaml' leads out of the config's folder");
  CHECK(refused("/etc/passwd.yaml") ==
        "'/etc/passwd.yaml' is an absolute path; paths inside a config are relative to it");
  CHECK(refused("./missing.yaml") == "'./missing.yaml' does not exist");
  CHECK(refused("./") == "'./' is not a file");
  copy_lif(folder, "inner/fine.yaml");
  fs::create_symlink(folder.path("inner/fine.yaml"), folder.path("inner/fine_link.yaml"));
  CHECK(refused("fine_link.yaml") == "loads");
  CHECK(refused("nothing/../fine.yaml") == "loads");
}

TEST_CASE("a file that is no model is refused at its first line") {
  const loading::Folder folder;
  folder.write("other.yaml", "first line\nroot:x:0:0\n");
  CHECK(findings(folder, with_model("other.yaml")) ==
        R"(other.yaml:1:1: error: this is not a hillock model: it must be a map
   1 | first line
     | ^~~~~~~~~~ write for example 'name: ...')");
}

TEST_CASE("errors of a model file stand at their place in it, once") {
  const loading::Folder folder;
  folder.write("m/mine.yaml",
               "name: mine\ninputs: {I: pA}\nparams: {tau: {default: 3 ms}}\nstate: {V: {init: 0 "
               "mV}}\nequations:\n  dV/dt: -V/tau + I\n");
  CHECK(findings(folder, loading::simulation +
                             "populations: {cell: {model: m/mine.yaml}, b: {model: m/mine.yaml, "
                             "size: -1}}\nrecord: {cell: [V]}\n") ==
        R"(m/mine.yaml:6:10: error: cannot add mV/ms and current (pA)
   6 |   dV/dt: -V/tau + I
     |          ^~~~~~~~~~
test.yaml:2:73: error: size must be a whole number from 0 to 1000000000000, got -1
   2 | populations: {cell: {model: m/mine.yaml}, b: {model: m/mine.yaml, size: -1}}
     |                                                                         ^~)");
}

TEST_CASE("a vector takes one value for each element, or one for all") {
  const loading::Folder folder;
  folder.write("v.yaml", vector_model);
  const auto experiment = loading::load(
      folder,
      loading::simulation +
          "populations: {cell: {model: v.yaml, size: 2, params: {q: [1 pA, 2 pA, {uniform: [3 pA, 4 pA]}], "
          "tau: 5 ms}, init: {eta: [7 pA, 8 pA, 9 pA]}}}\nrecord: {cell: [eta_1, scaled_2, total]}\n");
  const model::PopulationSpec& cell = experiment->populations[0];
  const model::Model& model = *cell.model;
  CHECK(model.states.size() == 4);
  CHECK(model.state("eta_2") != nullptr);
  CHECK(model.equation("eta_1") != nullptr);
  CHECK(lang::names_of(model.equation("eta_1")->expression) == std::vector<std::string>{"eta_1", "tau_1"});
  CHECK(lang::names_of(model.derived_quantity("total")->expression) ==
        std::vector<std::string>{"eta_0", "eta_1", "eta_2"});
  CHECK(model.derived_quantity("scaled_2") != nullptr);
  CHECK(model.spike.reset.size() == 4);
  CHECK(model.require.size() == 3);
  CHECK(model.parameter("tau_2")->default_value->text == "100 ms");
  CHECK(cell.params.at("q_0").numbers[0] == 1);
  CHECK(cell.params.at("q_2").law == model::Law::uniform);
  CHECK(cell.params.at("tau_2").numbers[0] == 5);
  CHECK(cell.init.at("eta_1").numbers[0] == 8);
  CHECK(findings(folder,
                 loading::simulation +
                     "populations: {cell: {model: v.yaml, params: {q: [1 pA]}}}\nrecord: {cell: [V]}\n") ==
        R"(test.yaml:2:49: error: q has 1 value for the 3 elements of this vector
   2 | populations: {cell: {model: v.yaml, params: {q: [1 pA]}}}
     |                                                 ^ give one value for all, or one for each element)");
}

TEST_CASE("recording a vector records its elements") {
  const loading::Folder folder;
  folder.write("v.yaml", vector_model);
  const auto experiment = loading::load(
      folder,
      loading::simulation +
          "populations: {cell: {model: v.yaml}}\nrecord: {cell: {eta: {every: 0.2 ms}, scaled: true}}\n");
  const auto& variables = experiment->record[0].variables;
  REQUIRE(variables.size() == 6);
  CHECK(variables[2].name == "eta_2");
  CHECK(variables[2].every == 2);
  CHECK(variables[3].name == "scaled_0");
}

TEST_CASE("vectors that stand outside of a sum, or with others of another size, are refused") {
  CHECK(loading::model_findings("name: v\ninputs: {I: pA}\nparams: {C: {default: 1 pF}}\nstate:\n  V: {init: "
                                "0 mV}\n  eta: {init: 0 pA, size: 3}\n"
                                "  w: {init: 0 pA, size: 2}\nequations:\n  dV/dt: (I - eta)/C + sum(V)\n  "
                                "deta/dt: -(eta + w)/1 ms\n  dw/dt: -w/1 ms\n") ==
        R"(cell.yaml:9:15: error: 'eta' is a vector of 3
   9 |   dV/dt: (I - eta)/C + sum(V)
     |               ^~~ write sum(eta), or one element such as eta_0
cell.yaml:9:24: error: sum() is for vectors, and no vector stands in it
   9 |   dV/dt: (I - eta)/C + sum(V)
     |                        ^~~~~~ write the sum with '+'
cell.yaml:10:13: error: vectors of 3 and of 2 stand together
  10 |   deta/dt: -(eta + w)/1 ms
     |             ^~~~~~~~~ vectors are combined element by element: give them one size)");
}

TEST_CASE("a parameter without default must be given") {
  const loading::Folder folder;
  folder.write("p.yaml",
               "name: p\ninputs: {I: pA}\nparams: {tau: {unit: ms}}\nstate: {V: {init: 0 mV}}\nequations:\n  "
               "dV/dt: -V/tau + I/1 pF\n");
  CHECK(findings(folder, with_model("p.yaml")) ==
        R"(test.yaml:2:15: error: parameter 'tau' of 'p' has no default, so it must be given
   2 | populations: {cell: {model: p.yaml}}
     |               ^~~~ write 'params: {tau: ...}' with time (ms))");
  CHECK(findings(folder, with_model("p.yaml, params: {tau: 3 ms}")) == "");
}

TEST_CASE("HILLOCK_MODELS names the folder of the models") {
  setenv("HILLOCK_MODELS", "/somewhere/models", 1);
  CHECK(config::default_model_folders() == std::vector<std::string>{"/somewhere/models"});
  unsetenv("HILLOCK_MODELS");
}

TEST_CASE("an unknown model suggests the nearest and says what lists all") {
  const loading::Folder folder;
  copy_lif(folder, "models/neurons/lif.yaml");
  copy_lif(folder, "models/neurons/other.yaml");
  folder.write("test.yaml", with_model("liff"));
  try {
    config::load(folder.path("test.yaml"), {{}, {folder.path("models")}});
    FAIL("nothing was thrown");
  } catch (const base::UserError& error) {
    CHECK(folder.shorten(error.what()) ==
          R"(test.yaml:2:29: error: there is no neuron model 'liff'
   2 | populations: {cell: {model: liff}}
     |                             ^~~~ did you mean 'lif'? `hillock models` lists them; a model of your own is named by its path)");
  }
}

TEST_CASE("a model may be like another, with other defaults, states, equations and receptors") {
  const loading::Folder folder;
  folder.write(
      "models/mine.yaml",
      "name: mine\nlike: lif\nsummary: faster\nparams: {tau_m: 5 ms, t_ref: {doc: none}}\n"
      "state: {V: -65 mV}\nequations:\n  dV/dt: (E_L - V) / tau_m + 2 * I / C_m\n"
      "receptors:\n  exc: {model: exp_current, tau: 1 ms}\n  inh: {model: exp_conductance, E_rev: -70 mV}\n");
  folder.write("models/other.yaml", "name: other\nlike: mine.yaml\nparams: {E_L: -60 mV}\n");
  const auto experiment = loading::load(
      folder, loading::simulation +
                  "populations:\n  a: {model: models/mine.yaml}\n"
                  "  b: {model: models/other.yaml, receptors: {exc: {tau: 3 ms}, more: {model: delta}}}\n"
                  "  c: {model: models/other.yaml, receptors: {exc: {model: delta}}}\nrecord: {a: [V]}\n");
  const model::Model &mine = *experiment->populations[0].model, &other = *experiment->populations[1].model;
  CHECK(mine.name == "mine");
  CHECK(mine.like == "lif");
  CHECK(mine.summary == "faster");
  CHECK(mine.parameter("tau_m")->default_value->text == "5 ms");
  CHECK(mine.parameter("tau_m")->doc == "membrane time constant");
  CHECK(mine.parameter("t_ref")->default_value->text == "2 ms");
  CHECK(mine.parameter("t_ref")->doc == "none");
  CHECK(mine.state("V")->init.text == "-65 mV");
  CHECK(mine.equation("V")->expression.text == "(E_L - V) / tau_m + 2 * I / C_m");
  CHECK(mine.spike.expression.text == "V >= V_th");
  CHECK(other.parameter("tau_m")->default_value->text == "5 ms");
  CHECK(other.parameter("E_L")->default_value->text == "-60 mV");
  const auto receptor = [&](std::size_t population, std::size_t i) {
    return experiment->populations[population].receptors.at(i);
  };
  CHECK(experiment->populations[0].receptors.size() == 2);
  CHECK(receptor(0, 0).name == "exc");
  CHECK(receptor(0, 0).params.at("tau").numbers.at(0) == 1);
  CHECK(receptor(0, 1).params.at("E_rev").numbers.at(0) == -70);
  CHECK(experiment->populations[1].receptors.size() == 3);
  CHECK(receptor(1, 0).params.at("tau").numbers.at(0) == 3);
  CHECK(receptor(1, 2).model->name == "delta");
  CHECK(experiment->populations[2].receptors.size() == 2);
  CHECK(receptor(2, 0).name == "inh");
  CHECK(receptor(2, 1).model->name == "delta");
  // The text of the file of a run stands for itself.
  folder.write("whole.yaml", mine.text);
  std::deque<base::Source> sources;
  CHECK(model::model_page(config::load_model(folder.path("whole.yaml"), {}, sources)) == [&] {
    std::string page = model::model_page(mine);
    return page.erase(page.find("Like: lif\n"), 10);
  }());
}

TEST_CASE(
    "a model that is like another keeps what it requires, and receptors of the same model their values") {
  const loading::Folder folder;
  folder.write("mine.yaml",
               "name: mine\nlike: iaf_cond_exp\nrequire:\n  - E_L < 0 mV\n"
               "receptors:\n  exc: {model: exp_current}\n  inh: {model: exp_conductance, tau: 9 ms}\n");
  const auto experiment = loading::load(
      folder, loading::simulation +
                  "populations:\n  a: {model: mine.yaml}\n"
                  "  b: {model: iaf_cond_exp, receptors: {inh: {model: exp_conductance, tau: 4 ms}}}\n"
                  "record: {a: [V]}\n");
  CHECK(experiment->populations[0].model->require.size() == 5);
  const auto receptor = [&](std::size_t population, std::size_t i) {
    return experiment->populations[population].receptors.at(i);
  };
  CHECK(receptor(0, 0).model->name == "exp_current");
  CHECK(receptor(0, 0).params.empty());
  for (const std::size_t population : {0, 1}) {
    CHECK(receptor(population, 1).params.at("tau").numbers.at(0) == (population == 0 ? 9 : 4));
    CHECK(receptor(population, 1).params.at("E_rev").numbers.at(0) == -85);
  }
  CHECK(findings(folder,
                 loading::simulation +
                     "populations:\n  a: {model: mine.yaml, params: {tau_m: -5 ms}}\nrecord: {a: [V]}\n")
            .find("tau_m > 0 ms does not hold") != std::string::npos);
}

TEST_CASE(
    "values for what the other model does not have, or has in other units, are refused where they stand") {
  const loading::Folder folder;
  const auto found = [&](const std::string& text) {
    folder.write("mine.yaml", "name: mine\nlike: lif\n" + text + "\n");
    return findings(folder, with_model("mine.yaml"));
  };
  CHECK(found("params: {tau: 5 ms}") == R"(mine.yaml:3:10: error: model 'lif' has no parameter 'tau'
   3 | params: {tau: 5 ms}
     |          ^~~ did you mean 'tau_m'? a new one is written as {default: ...})");
  CHECK(found("state: {W: 0 pA}").starts_with("mine.yaml:3:9: error: model 'lif' has no state 'W'"));
  CHECK(found("params: {tau_m: 5}") ==
        R"(mine.yaml:3:17: error: tau_m needs time (ms), as in 'lif', got a pure number
   3 | params: {tau_m: 5}
     |                 ^ write for example '10 ms')");
  CHECK(found("params: {tau_m: 5 mV}")
            .starts_with("mine.yaml:3:17: error: tau_m needs time (ms), as in 'lif', got voltage (mV)"));
  CHECK(found("params: {tau_x: {default: 1 ms}}\nequations:\n  dV/dt: (E_L - V) / tau_x + I / C_m") == "");
  CHECK(found("equations:\n  dV/dt: (E_L - V) / tau_n + I / C_m")
            .find("did you mean 'tau_m' (declared at models/neurons/lif.yaml:") != std::string::npos);
  CHECK(findings(folder, loading::simulation +
                             "populations:\n  a: {model: iaf_psc_exp, receptors: {ex: {tau: 1 ms}}}\n"
                             "  b: {like: a}\nrecord: {a: [V]}\n") ==
        R"(test.yaml:3:39: error: receptor 'ex' has no 'model'
   3 |   a: {model: iaf_psc_exp, receptors: {ex: {tau: 1 ms}}}
     |                                       ^~ did you mean 'exc'? 'iaf_psc_exp' has the receptors: exc, inh; write for example {model: NAME}; `hillock models` lists the names)");
}

TEST_CASE("a model that is like none, itself or something outside is refused") {
  const loading::Folder folder;
  const auto found = [&](const std::string& like) {
    folder.write("mine.yaml", "name: mine\nlike: " + like + "\n");
    return findings(folder, with_model("mine.yaml"));
  };
  CHECK(found("liff") == R"(mine.yaml:2:7: error: there is no model 'liff' to be like
   2 | like: liff
     |       ^~~~ did you mean 'lif'? `hillock models` lists them; a model of your own is named by its path)");
  CHECK(found("[lif]").starts_with(
      "mine.yaml:2:7: error: 'like' must be the name or path of a model, got a list"));
  CHECK(found("../x.yaml").starts_with("mine.yaml:2:7: error: '../x.yaml' leads out of the config's folder"));
  CHECK(
      found("/etc/passwd.yaml").starts_with("mine.yaml:2:7: error: '/etc/passwd.yaml' is an absolute path"));
  CHECK(found("./none.yaml").starts_with("mine.yaml:2:7: error: 'none.yaml' does not exist"));
  CHECK(found("mine.yaml").starts_with("mine.yaml:2:7: error: 'like' goes in a circle: "));
  folder.write("second.yaml", "name: second\nlike: mine.yaml\n");
  CHECK(found("second.yaml").find("error: 'like' goes in a circle: ") != std::string::npos);
  folder.write("list.yaml", "- a\n");
  CHECK(found("list.yaml").find("list.yaml:1:1: error: this is not a hillock model: it must be a map") !=
        std::string::npos);
  folder.write("mine.yaml",
               "name: mine\nlike: lif\nreceptors:\n  exc: {tau: 1 ms}\n  inh: 3\n  x: {model: none}\n");
  const std::string receptors = findings(folder, with_model("mine.yaml"));
  CHECK(receptors.find("mine.yaml:4:3: error: receptor 'exc' has no 'model'") != std::string::npos);
  CHECK(receptors.find("mine.yaml:5:8: error: receptor 'inh' must be a map") != std::string::npos);
  folder.write("mine.yaml", "name: mine\nlike: lif\nreceptors:\n  x: {model: none}\n");
  CHECK(findings(folder, with_model("mine.yaml"))
            .starts_with("mine.yaml:4:14: error: there is no receptor model 'none'"));
}

TEST_CASE("without models the error says how to name their folder") {
  const loading::Folder folder;
  folder.write("test.yaml", with_model("lif"));
  try {
    config::load(folder.path("test.yaml"), {});
    FAIL("nothing was thrown");
  } catch (const base::UserError& error) {
    CHECK(error.diagnostics().at(0).message == "there is no neuron model 'lif'");
    CHECK(error.diagnostics().at(0).remedy ==
          "no neuron models were found; HILLOCK_MODELS may name their folder");
  }
}

TEST_CASE("the first folder wins where two ship a model of one name") {
  const loading::Folder folder;
  copy_lif(folder, "models/neurons/lif.yaml");
  const std::vector<std::string> folders{folder.path("models"), std::string(HILLOCK_SOURCE_DIR) + "/models"};
  const std::vector<std::string> paths = config::shipped_models(folders);
  CHECK(std::count(paths.begin(), paths.end(), folder.path("models/neurons/lif.yaml")) == 1);
  CHECK(std::count(paths.begin(), paths.end(),
                   std::string(HILLOCK_SOURCE_DIR) + "/models/neurons/lif.yaml") == 0);
}
