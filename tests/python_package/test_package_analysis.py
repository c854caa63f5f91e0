"""What a run measured, in Python: from memory, in slices and from files, the same numbers with the same labels."""

from __future__ import annotations

import h5py
import hillock
import numpy
import pytest
import xarray

CONFIG = """
simulation: {duration: 150 ms, dt: 0.05 ms}
populations: {axon: {model: hodgkin_huxley, size: 3}, quiet: {model: lif}}
inputs: {step: {type: dc, target: axon, amplitude: [0 uA/cm2, 8 uA/cm2, 20 uA/cm2], start: 20 ms}}
record: {axon: {V: true, dtype: float64}}
analysis:
  axon: {features: [AP_amplitude, mean_frequency, AHP_depth], statistics: [rate, cv, correlation, spectrum], neurons: 0..2}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


def test_memory_and_file_have_the_same_numbers_units_and_words(config, by_program, tmp_path):
    memory = hillock.run(config)["axon"].analysis
    for file in (hillock.open(by_program(config)), hillock.run(config, out=tmp_path / "x.h5")):
        found = file["axon"].analysis
        assert set(found) == set(memory) and found.units == memory.units and found.long_names == memory.long_names
        assert found.axes == memory.axes and found.attributes == memory.attributes and found.note == memory.note
        assert numpy.array_equal(found.neuron, memory.neuron)
        for name in (*memory, "frequency"):
            assert numpy.array_equal(found[name], memory[name], equal_nan=True), name
        xarray.testing.assert_identical(found.to_xarray(), memory.to_xarray())


def test_values_are_those_of_the_features_of_the_recorded_trace(config):
    axon = hillock.run(config)["axon"]
    table = axon.features("AP_amplitude", "mean_frequency", "AHP_depth")
    for name in table:
        assert numpy.allclose(axon.analysis[name], table[name], rtol=1e-14, atol=0, equal_nan=True), name
    assert numpy.isnan(axon.analysis.AP_amplitude[0]) and axon.analysis.action_potentials[2] > 5


def test_tables_and_datasets_are_labelled(config, by_program):
    path = by_program(config)
    analysis = hillock.open(path)["axon"].analysis
    table = analysis.to_pandas()
    assert table.index.name == "neuron" and list(table.index) == [0, 1, 2]
    assert "AP_amplitude" in table and "correlation" not in table and table.attrs["units"]["AP_amplitude"] == "mV"
    written = xarray.open_dataset(path, group="analysis/axon").load()
    xarray.testing.assert_identical(analysis.to_xarray(), written[list(analysis.to_xarray().variables)])
    assert analysis.units["frequency"] == "Hz" and analysis.axes["correlation"] == ""
    assert repr(analysis).startswith("<hillock.Analysis of 'axon': ") and repr(analysis).endswith("; 3 neurons>")


def test_a_population_that_is_measured_only_is_there(tmp_path):
    run = hillock.run({"simulation": {"duration": "20 ms", "dt": "0.1 ms"}, "populations": {"cell": {"model": "lif"}},
                       "analysis": {"cell": ["rate"]}})
    assert list(run) == ["cell"] and run["cell"].analysis["rate"] == [0]
    assert run["cell"].variables == ()


def test_slices_measure_what_has_run(config):
    simulation = hillock.Simulation(config)
    simulation.run("60 ms")
    part = simulation.recorded["axon"].analysis
    assert part.attributes["window_stop_ms"] == 60
    simulation.run()
    whole = simulation.recorded["axon"].analysis
    assert whole.attributes["window_stop_ms"] == 150 and whole["spikes"][2] > part["spikes"][2] > 0
    assert numpy.array_equal(whole["AP_amplitude"], hillock.run(config)["axon"].analysis["AP_amplitude"], equal_nan=True)


def test_what_was_not_measured_is_an_error_that_says_so(config):
    run = hillock.run(config, record__quiet=["spikes"])
    with pytest.raises(hillock.NotRecordedError) as missing:
        run["quiet"].analysis
    assert str(missing.value) == ("nothing was measured of 'quiet' during the run; "
                                  "write for example analysis: {quiet: [AP_amplitude, rate]}")
    with pytest.raises(hillock.NotRecordedError, match="AP_amplitud.*did you mean 'AP_amplitude'"):
        run["axon"].analysis["AP_amplitud"]
    with pytest.raises(AttributeError):
        run["axon"].analysis.nothing


def test_an_error_in_a_dict_names_the_path(tmp_path):
    with pytest.raises(hillock.UserError) as wrong:
        hillock.run({"simulation": {"duration": "20 ms", "dt": "0.1 ms"}, "populations": {"cell": {"model": "lif"}},
                     "analysis": {"cell": {"features": ["AP_amplitud"]}}})
    assert "analysis.cell.features" in str(wrong.value) and "did you mean 'AP_amplitude'" in str(wrong.value)


def test_arrays_live_on_without_the_run(config):
    values = hillock.run(config)["axon"].analysis["AP_amplitude"]
    with h5py.File(hillock.run(config, out=config.with_suffix(".h5")).path) as file:
        assert numpy.array_equal(values, file["analysis/axon/AP_amplitude"], equal_nan=True)
