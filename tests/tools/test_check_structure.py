"""scripts/check_structure finds each kind of violation in a tree that has it, and none in one that has not."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check_structure"

HEADER = """// What a thing is.
#pragma once
#include <vector>

#include "base/other.hpp"

namespace hillock::base {
double thing();  // mV
}  // namespace hillock::base
"""

CLEAN = {
    "sim/base/thing.hpp": HEADER,
    "sim/base/other.hpp": HEADER.replace('#include "base/other.hpp"\n', ""),
    "sim/record/file.cpp": """// Writes a file.
#include <H5Cpp.h>

#include "base/thing.hpp"
#include "engine/step.hpp"

namespace hillock::record {
namespace {
const char* text = "std::exp(x) \\" new Thing(";  // std::log(x)
}
int digits = 1'000'000;
}  // namespace hillock::record
""",
    "models/neurons/lif.yaml": "# A neuron model.\nname: lif\n",
    "models/receptors/delta.yaml": "# A receptor model.\nname: delta\n",
    "CMakeLists.txt": "hillock_room(record   USES engine LIBRARIES HDF5::HDF5)\n"
                      'if(FLAGS MATCHES "-ffast' + '-math")\n',
}


def check(folder: Path, files: dict[str, str], *arguments: str) -> tuple[int, list[str]]:
    for path, text in {**CLEAN, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, SCRIPT, "--root", folder, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()


def test_a_clean_tree_passes(tmp_path):
    code, lines = check(tmp_path, {})
    assert code == 0
    assert lines == ["13 passed, 0 failed"]


def body(room: str, line: str = "", include: str = "") -> str:
    return f"// What this does.\n{include}\n\nnamespace hillock::{room} {{\n{line}\n}}\n"


VIOLATIONS = {
    "an include against the arrows": (
        {"sim/base/a.cpp": body("base", include='#include "engine/step.hpp"')},
        "sim/base/a.cpp:2: base includes engine/step.hpp; it may include base"),
    "an include of a room beside": (
        {"sim/program/a.cpp": body("program", include='#include "lang/ast.hpp"')},
        "sim/program/a.cpp:2: program includes lang/ast.hpp; it may include base, program"),
    "an include against an arrow several rooms down": (
        {"sim/config/a.cpp": body("config", include='#include "program/tape.hpp"')},
        "sim/config/a.cpp:2: config includes program/tape.hpp; it may include analysis, base, config, lang, model"),
    "a relative include": (
        {"sim/base/a.cpp": body("base", include='#include "../base/thing.hpp"')},
        "sim/base/a.cpp:2: '../base/thing.hpp' is relative; include by room, as in \"base/units.hpp\""),
    "a folder that is no room": (
        {"sim/utilities/a.cpp": body("utilities")},
        "sim/utilities/a.cpp:1: 'utilities' is not a room; rooms and their order stand in scripts/check_structure"),
    "HDF5 outside record": (
        {"sim/engine/a.cpp": body("engine", include="#include <H5Cpp.h>")},
        "sim/engine/a.cpp:2: HDF5 is included outside sim/record/"),
    "HDF5's C interface outside record": (
        {"sim/engine/a.cpp": body("engine", include="#include <hdf5.h>")},
        "sim/engine/a.cpp:2: HDF5 is included outside sim/record/"),
    "yaml-cpp outside config": (
        {"sim/model/a.cpp": body("model", include="#include <yaml-cpp/yaml.h>")},
        "sim/model/a.cpp:2: yaml-cpp is included outside sim/config/"),
    "MPI outside parallel": (
        {"sim/engine/a.cpp": body("engine", include="#include <mpi.h>")},
        "sim/engine/a.cpp:2: MPI is included outside sim/parallel/"),
    "xsimd outside program": (
        {"sim/solve/a.cpp": body("solve", include="#include <xsimd/xsimd.hpp>")},
        "sim/solve/a.cpp:2: xsimd is included outside sim/program/ and sim/cable/"),
    "Xbyak outside the jit": (
        {"sim/program/a.cpp": body("program", include="#include <xbyak/xbyak.h>")},
        "sim/program/a.cpp:2: Xbyak is included outside sim/program/jit/"),
    "Odeint outside solve": (
        {"sim/engine/a.cpp": body("engine", include="#include <boost/numeric/odeint.hpp>")},
        "sim/engine/a.cpp:2: Boost.Odeint is included outside sim/solve/"),
    "CLI11 outside cli": (
        {"sim/engine/a.cpp": body("engine", include="#include <CLI/CLI.hpp>")},
        "sim/engine/a.cpp:2: CLI11 is included outside sim/cli/"),
    "a library linked against the arrows": (
        {"CMakeLists.txt": "hillock_room(base USES solve)\n"},
        "CMakeLists.txt:1: base links solve; it may use base"),
    "a file of 801 lines": (
        {"sim/base/a.cpp": body("base", "// Why this is one file.\n" + "int a;\n" * 794)},
        "sim/base/a.cpp:800: 801 lines; split it by idea into files of at most 800"),
    "a file of 501 lines without a reason": (
        {"sim/base/a.cpp": body("base", "int a;\n" * 495)},
        "sim/base/a.cpp:1: 501 lines; past 500 the first five lines say why this is one file"),
    "a file that does not say what it is for": (
        {"sim/base/a.cpp": "#include <vector>\nnamespace hillock::base {\n}\n"},
        "sim/base/a.cpp:1: begin with a comment of one sentence: what this file is for"),
    "a header without guard": (
        {"sim/base/a.hpp": body("base")}, "sim/base/a.hpp:1: #pragma once is missing"),
    "a namespace of another room": (
        {"sim/base/a.cpp": body("base") + "namespace hillock::lang {\n}\n"},
        "sim/base/a.cpp:7: namespace hillock::lang in room base; expected hillock::base"),
    "a namespace that only begins like the room's": (
        {"sim/base/a.cpp": body("base") + "namespace hillock::base_two {\n}\n"},
        "sim/base/a.cpp:7: namespace hillock::base_two in room base; expected hillock::base"),
    "no namespace": (
        {"sim/base/a.cpp": "// What this does.\nint a;\n"}, "sim/base/a.cpp:1: nothing stands in namespace hillock::base"),
    "a model's name in code": (
        {"sim/base/a.cpp": body("base", 'auto a = "lif";')},
        "sim/base/a.cpp:5: the model name 'lif' stands in sim/; models are known by their files only"),
    "a model's name in a comment": (
        {"sim/base/a.cpp": body("base", "// as lif does")},
        "sim/base/a.cpp:5: the model name 'lif' stands in sim/; models are known by their files only"),
    "a model's name that is a word, quoted": (
        {"sim/base/a.cpp": body("base", 'auto a = "delta";  // delta')},
        "sim/base/a.cpp:5: the model name 'delta' stands in sim/; models are known by their files only"),
    "unfinished work": (
        {"sim/base/a.cpp": body("base", "// TO" + "DO later")}, "sim/base/a.cpp:5: 'TO" + "DO' marks unfinished work"),
    "a path of a machine": (
        {"docs/a.md": "see /ho" + "me/somebody/x\n"}, "docs/a.md:1: '/ho" + "me/' is a path of one machine"),
    "a flag that breaks arithmetic": (
        {"sim/rooms.cmake": "# Flags of all.\nadd_compile_options(-ffast" + "-math)\n"},
        "sim/rooms.cmake:2: -ffast" + "-math: results must be the same on every machine"),
    "libm by its namespace": (
        {"sim/solve/a.cpp": body("solve", "double a = std::exp(1.0);")},
        "sim/solve/a.cpp:5: std::exp is libm's: use base/math.hpp (or name the file in scripts/libm_allowed.txt)"),
    "libm by the global namespace": (
        {"sim/solve/a.cpp": body("solve", "double a = ::pow(2.0, 3.0);")},
        "sim/solve/a.cpp:5: ::pow is libm's: use base/math.hpp (or name the file in scripts/libm_allowed.txt)"),
    "libm by using": (
        {"sim/solve/a.cpp": body("solve", "using std::log;")},
        "sim/solve/a.cpp:5: std::log is libm's: use base/math.hpp (or name the file in scripts/libm_allowed.txt)"),
    "an exception for a file that is gone": (
        {"scripts/libm_allowed.txt": "# Files that may.\nsim/solve/gone.cpp: prints only\n"},
        "scripts/libm_allowed.txt:1: 'sim/solve/gone.cpp' does not exist"),
    "the standard library's random numbers": (
        {"sim/engine/a.cpp": body("engine", "std::normal_distribution<double> a;")},
        "sim/engine/a.cpp:5: std::normal_distribution: random numbers come from base/random.hpp"),
    "shared ownership": (
        {"sim/base/a.cpp": body("base", "std::shared_ptr<int> a;")},
        "sim/base/a.cpp:5: 'shared_ptr': own by value, std::vector or std::unique_ptr"),
    "raw new": (
        {"sim/base/a.cpp": body("base", "int* a = new int[3];")},
        "sim/base/a.cpp:5: 'new int[': own by value, std::vector or std::unique_ptr"),
    "numbers read by the locale": (
        {"sim/base/a.cpp": body("base", "double a = std::stod(text);")},
        "sim/base/a.cpp:5: stod follows the locale: use from_chars, to_chars or fmt"),
    "a test switched off": (
        {"tests/base/a.cpp": '// Tests a thing.\nTEST_CASE("a" * doctest::skip()) {}\n'},
        "tests/base/a.cpp:2: doctest::skip switches a test off: let it run, or delete it"),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_it_finds(name, tmp_path):
    files, expected = VIOLATIONS[name]
    code, lines = check(tmp_path, files)
    assert lines == [expected, "12 passed, 1 failed"]
    assert code == 1


def test_a_file_may_call_libm_when_a_reason_is_given(tmp_path):
    code, lines = check(tmp_path, {"sim/cli/a.cpp": body("cli", "double a = std::log10(1.0);"),
                                   "scripts/libm_allowed.txt": "# Files that may.\nsim/cli/a.cpp: digits of a progress bar\n"})
    assert (code, lines) == (0, ["13 passed, 0 failed"])


def test_a_header_that_leans_on_its_includer_is_found(tmp_path):
    code, lines = check(tmp_path, {"sim/lang/a.hpp": "// Leans on others.\n#pragma once\nnamespace hillock::lang {\nstd::string a();\n}\n",
                                   "sim/record/file.cpp": body("record", "int a();")}, "--alone")
    assert code == 1
    assert lines[-1] == "3 passed, 1 failed"
    assert lines[0].startswith("sim/lang/a.hpp:1: does not compile alone: ")
    assert "'string' in namespace 'std' does not name a type" in lines[0]


def test_a_source_that_leans_on_its_neighbours_is_found(tmp_path):
    """Several are built as one, so the build does not see it."""
    code, lines = check(tmp_path, {"sim/lang/a.hpp": "// Declares.\n#pragma once\nnamespace hillock::lang {\nint a();\n}\n",
                                   "sim/lang/b.cpp": body("lang", "int b() { return a(); }"),
                                   "sim/record/file.cpp": body("record", "int a();")}, "--alone")
    assert code == 1
    assert lines[-1] == "4 passed, 1 failed"
    assert lines[0].startswith("sim/lang/b.cpp:1: does not compile alone: ")
    assert "'a' was not declared in this scope" in lines[0]


def test_an_unknown_check_is_refused(tmp_path):
    done = subprocess.run([sys.executable, SCRIPT, "--root", tmp_path, "sizs"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("'sizs' is not a check; there are: layering, libraries, ")
