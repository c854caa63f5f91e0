"""pip install ./python in a clean virtual environment, and what users then do; types as mypy sees them."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import pytest


@pytest.fixture(scope="module")
def installed(tmp_path_factory, program, repo):
    """The Python of a new environment with the package installed.

    It is built beside the program under test with the same compiler, so that ccache has most of it already; what includes
    Python's or nanobind's headers is compiled.
    """
    folder = tmp_path_factory.mktemp("clean")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if shutil.which("ccache"):
        environment["CMAKE_CXX_COMPILER_LAUNCHER"] = "ccache"
        environment.setdefault("CCACHE_BASEDIR", str(repo))
        cache = (program.parent / "CMakeCache.txt").read_text(encoding="utf-8")
        environment["CXX"] = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.MULTILINE)[1]
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    with tempfile.TemporaryDirectory(dir=program.parents[1], prefix="pip-") as build:
        done = subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check",
                               f"--config-settings=build-dir={build}", f"{repo}/python[all]"],
                              cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return python


@pytest.mark.full
def test_a_clean_environment_runs_quickstart_after_pip_install(installed, tmp_path, repo):
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "HILLOCK_MODELS")}
    code = f"""
import hillock, pathlib, sys
assert pathlib.Path(hillock.__file__).is_relative_to(pathlib.Path(sys.prefix)), hillock.__file__
run = hillock.run({str(repo / "configs" / "quickstart.yaml")!r})
assert run["cell"].V.shape == (8000, 1) and len(run["cell"].spikes) == 1
assert {{"lif", "hodgkin_huxley"}} <= {{model["name"] for model in hillock.models()}}
run["cell"].to_xarray(), run.to_pandas(), run.to_neo()
import xarray
path = hillock.run({str(repo / "configs" / "quickstart.yaml")!r}, out="opened.h5").path
assert xarray.open_dataset(path, group="report/cell").V.shape == (8000, 1)
import matplotlib; matplotlib.use("Agg")
hillock.plot.trace(run["cell"]).figure.savefig("trace.png")
folder = pathlib.Path(hillock.__file__).parent
assert (folder / "py.typed").exists() and (folder / "_hillock.pyi").exists()
"""
    done = subprocess.run([installed, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    command = installed.parent / "hillock"
    done = subprocess.run([command, "run", repo / "configs" / "quickstart.yaml", "--out", "q.h5"], cwd=tmp_path, capture_output=True,
                          text=True, env=environment)
    assert done.returncode == 0 and (tmp_path / "q.h5").exists(), done.stderr


@pytest.mark.full
def test_a_notebook_shows_a_bar_and_results(installed, tmp_path):
    subprocess.run([installed, "-m", "pip", "install", "-q", "--disable-pip-version-check", "nbclient", "ipykernel", "ipywidgets"],
                   check=True, cwd=tmp_path)
    code = '''
import nbformat, nbclient
cells = ["""import hillock
config = {"simulation": {"duration": "300 s", "dt": "0.01 ms"}, "populations": {"cell": {"size": 8, "model": "hodgkin_huxley"}},
          "record": {"cell": {"V": {"neurons": [0], "every": "1 ms"}}}}
run = hillock.run(config)""", "run['cell'].V.shape"]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
nbclient.NotebookClient(notebook, kernel_name="python3").execute()
kinds = [kind for output in notebook.cells[0].outputs for kind in output.get("data", {})]
assert "application/vnd.jupyter.widget-view+json" in kinds, notebook.cells[0].outputs
assert notebook.cells[1].outputs[0]["data"]["text/plain"] == "(300000, 1)"
'''
    done = subprocess.run([installed, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_package_is_typed(repo, environment, tmp_path):
    from conftest import PACKAGE

    done = subprocess.run([sys.executable, "-m", "mypy", "--config-file", repo / "python" / "pyproject.toml", "--cache-dir",
                           tmp_path, "-p", "hillock"], cwd=tmp_path, env={**environment, "MYPYPATH": str(PACKAGE)},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_users_code_is_checked_against_the_types(repo, environment, tmp_path):
    from conftest import PACKAGE

    (tmp_path / "user.py").write_text("import hillock\nrun = hillock.run('x.yaml', out='y.h5')\nreveal_type(run['cell'].spikes)\n"
                                      "hillock.run(3)\n")
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, "user.py"], cwd=tmp_path,
                          env={**environment, "MYPYPATH": str(PACKAGE)}, capture_output=True, text=True)
    assert 'Revealed type is "hillock.results.Spikes"' in done.stdout
    assert 'user.py:4: error: Argument 1 to "run" has incompatible type "int"' in done.stdout
