"""Connections from files: text and SONATA's edges are the list they hold, whatever the threads; and what is said of files that do not fit."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from faults import datasets, same_bytes

PAIRS = [(0, 1), (1, 2), (2, 0), (0, 2), (3, 3), (1, 4), (4, 0), (4, 0), (2, 3), (3, 1), (0, 4)]
WEIGHTS = [500, 625, 750, -250, 125.5, 500, 375, 250, 625, -500, 500]
DELAYS = [1.0, 1.5, 0.1, 7.3, 2.0, 2.0, 30.0, 30.0, 0.4, 5.0, 5.0]


def config(rule: str, weight: str, delay: str, more: str = "") -> str:
    return f"""simulation: {{duration: 100 ms, dt: 0.1 ms}}
populations:
  cell:
    size: 5
    model: lif
    params: {{t_ref: 2 ms}}
    receptors: {{s: {{model: exp_current, tau: 2 ms}}}}
inputs: {{drive: {{type: dc, target: cell, amplitude: [500 pA, 520 pA, 410 pA, 470 pA, 530 pA]}}}}
record: {{cell: [spikes, V]}}
connections: {{c: {{source: cell, target: cell, rule: {rule}, weight: {weight}, delay: {delay}{more}}}}}
"""


INLINE = config(f"{{pairs: {[list(pair) for pair in PAIRS]}}}", f"[{', '.join(f'{w} pA' for w in WEIGHTS)}]", f"[{', '.join(f'{d} ms' for d in DELAYS)}]")
FROM_CSV = config("{from_file: edges.csv}", "{column: weight, unit: pA}", "{column: delay, unit: ms}")
FROM_SONATA = config("{from_file: edges.h5}", "{dataset: syn_weight, unit: nA}", "{dataset: delay}")
ROWS = [f"{source},{target},{weight},{delay}" for (source, target), weight, delay in zip(PAIRS, WEIGHTS, DELAYS, strict=True)]


def write_csv(path, rows=ROWS, header="source,target,weight,delay"):
    path.write_text("\n".join([header, *rows]) + "\n")


def write_sonata(path, population="ee", groups=1):
    """Weights in nA; the values of the edges lie in other places of their groups than the edges."""
    with h5py.File(path, "a") as file:
        edges = file.create_group(f"edges/{population}")
        edges["source_node_id"], edges["target_node_id"] = np.array(PAIRS, "u8").T
        group = np.arange(len(PAIRS)) % groups
        index = np.zeros(len(PAIRS), "u8")
        for g in range(groups):
            members = np.flatnonzero(group == g)[::-1]
            index[members] = np.arange(len(members))
            edges[f"{g}/syn_weight"], edges[f"{g}/delay"] = np.array(WEIGHTS)[members] / 1000, np.array(DELAYS)[members]
        edges["edge_group_id"], edges["edge_group_index"], edges["edge_type_id"] = group.astype("u8"), index, np.zeros(len(PAIRS), "i8") - 1


def test_a_file_is_the_list_that_it_holds(run_hillock, tmp_path):
    write_csv(tmp_path / "edges.csv")
    write_sonata(tmp_path / "edges.h5")
    inline = datasets(run_hillock(INLINE).output)
    assert len(inline["spikes/cell/timestamps"]) > 30
    assert same_bytes(datasets(run_hillock(FROM_CSV).output), inline)
    assert same_bytes(datasets(run_hillock(FROM_CSV, "--threads", "5").output), inline)
    assert same_bytes(datasets(run_hillock(FROM_SONATA).output), inline)


def test_values_of_sonata_may_lie_in_several_groups_or_in_the_order_of_the_edges(run_hillock, tmp_path):
    inline = datasets(run_hillock(INLINE).output)
    write_sonata(tmp_path / "edges.h5", groups=3)
    assert same_bytes(datasets(run_hillock(FROM_SONATA).output), inline)
    with h5py.File(tmp_path / "edges.h5", "w") as file:
        edges = file.create_group("edges/ee")
        edges["source_node_id"], edges["target_node_id"] = np.array(PAIRS, "i4").T
        edges["0/syn_weight"], edges["0/delay"] = np.array(WEIGHTS) / 1000, np.array(DELAYS)
    assert same_bytes(datasets(run_hillock(FROM_SONATA).output), inline)


def test_columns_have_names_of_ones_own_and_populations_of_edges_are_named(run_hillock, tmp_path):
    inline = datasets(run_hillock(INLINE).output)
    write_csv(tmp_path / "edges.csv", header="pre,post,w,d")
    named = config("{from_file: {path: edges.csv, source: pre, target: post}}", "{column: w, unit: pA}", "{column: 4, unit: ms}")
    assert same_bytes(datasets(run_hillock(named).output), inline)
    write_sonata(tmp_path / "edges.h5", "one")
    write_sonata(tmp_path / "edges.h5", "two")
    assert same_bytes(datasets(run_hillock(FROM_SONATA.replace("from_file: edges.h5", "from_file: {path: edges.h5, population: two}")).output), inline)


def test_one_weight_and_drawn_delays_go_with_a_file_as_with_a_list(run_hillock, tmp_path):
    write_csv(tmp_path / "edges.csv")
    weight, delay = "300 pA", "{uniform: [1 ms, 5 ms]}"
    one = datasets(run_hillock(config(f"{{pairs: {[list(pair) for pair in PAIRS]}}}", weight, delay)).output)
    assert same_bytes(datasets(run_hillock(config("{from_file: edges.csv}", weight, delay)).output), one)


def test_indices_are_counted_within_the_named_slice(run_hillock, tmp_path):
    write_csv(tmp_path / "edges.csv", ["0,0,900,1", "1,0,900,1"])
    part = FROM_CSV.replace("source: cell, target: cell", "source: cell 0..1, target: cell 2")
    write_csv(tmp_path / "whole.csv", ["0,2,900,1", "1,2,900,1"])
    whole = FROM_CSV.replace("edges.csv", "whole.csv")
    runs = [datasets(run_hillock(text).output) for text in (part, whole)]
    assert same_bytes(*runs) and np.sum(runs[0]["spikes/cell/node_ids"] == 2) > 2


def test_check_says_what_a_file_comes_to(call, tmp_path):
    write_csv(tmp_path / "edges.csv")
    (tmp_path / "config.yaml").write_text(FROM_CSV)
    assert "connection c: cell to cell, receptor s: 11 synapses of 4 bytes\n  weights are multiples of 0.5 pA, to within 0 of what is given\n" in call("check", "config.yaml").stdout


def test_weights_of_a_file_may_be_as_far_apart_as_measured_ones_are(call, run_hillock, tmp_path):
    """Lognormal weights over a factor of a million: small ones are kept to a millionth of the median."""
    rng = np.random.default_rng(2)
    weights = np.exp(rng.normal(0, 2, 20000))
    assert weights.max() / weights.min() > 1e6
    write_csv(tmp_path / "edges.csv", [f"{k % 5},{k // 5 % 5},{w!r},{d:.1f}" for k, (w, d) in enumerate(zip(weights.tolist(), rng.uniform(0.1, 9, 20000), strict=True))])
    (tmp_path / "config.yaml").write_text(FROM_CSV)
    shown = call("check", "config.yaml").stdout
    assert "20000 synapses of 8 bytes" in shown and "of the median of the file" in shown
    quantum = float(shown.split("multiples of ")[1].split(" pA")[0])
    assert quantum < 2e-6 * np.median(weights)
    run_hillock(FROM_CSV)


def test_an_empty_list_joins_nothing(run_hillock, tmp_path):
    with h5py.File(tmp_path / "edges.h5", "w") as file:
        edges = file.create_group("edges/none")
        for name in ("source_node_id", "target_node_id", "edge_group_id", "edge_group_index"):
            edges[name] = np.zeros(0, "u8")
    alone = INLINE[:INLINE.index("connections:")]
    assert same_bytes(datasets(run_hillock(FROM_SONATA).output), datasets(run_hillock(alone).output))


def test_a_sweep_knows_the_file_of_its_connections(call, tmp_path):
    write_csv(tmp_path / "edges.csv")
    (tmp_path / "config.yaml").write_text(FROM_CSV + "sweep: {parameters: {vars.a: [1, 2]}}\nvars: {a: 1}\n")
    call("sweep", "config.yaml", "--out", "s.h5")
    with h5py.File(tmp_path / "s.h5") as file:
        assert file["meta/data_files"][()].decode().startswith(f"edges.csv: {(tmp_path / 'edges.csv').stat().st_size} bytes, CRC-32 ")


# Files that do not fit -------------------------------------------------------------------------------------------------------

def refused(run_hillock, tmp_path, text, code):
    done = run_hillock(text, expect=code)
    return done.stderr.replace(f"{tmp_path}/", "")


BAD_ROWS = [
    ("5,1,70,1.5", "row 4: source 5 is not there: 'cell' has 5 neurons here", "they are counted from 0 to 4"),
    ("1,-1,70,1.5", "row 4: target -1 is not there: 'cell' has 5 neurons here", "they are counted from 0 to 4"),
    ("1,0.5,70,1.5", "row 4: target 0.5 is not there: 'cell' has 5 neurons here", "they are counted from 0 to 4"),
    ("1,1,70,0", "row 4: the delay 0 ms is shorter than dt (0.1 ms)", "spikes take one step at least"),
    ("1,1,70,1.55", "row 4: the delay 1.55 ms is not a multiple of dt (0.1 ms)", "the nearest are 1.5 ms and 1.6 ms: round the delays of the file, or take a dt that divides them"),
    ("1,1,70,6553.6", "row 4: the delay 6553.6 ms is longer than 65535 steps of 0.1 ms", "the longest is 6553.5 ms"),
]


@pytest.mark.faults
@pytest.mark.parametrize(("row", "what", "remedy"), BAD_ROWS, ids=[row for row, *_ in BAD_ROWS])
def test_a_row_that_does_not_fit_is_named(run_hillock, tmp_path, row, what, remedy):
    write_csv(tmp_path / "edges.csv", ["0,1,70,1.5", "4,4,70,1.5", row, "0,0,1,1"])
    text = refused(run_hillock, tmp_path, FROM_CSV, 2)
    assert f"error: edges.csv: {what}\n" in text and text.endswith(f" {remedy}\n"), text


@pytest.mark.faults
def test_a_weight_below_the_minimum_of_its_receptor_is_named(run_hillock, tmp_path):
    write_csv(tmp_path / "edges.csv")
    text = FROM_CSV.replace("{model: exp_current, tau: 2 ms}", "{model: exp_conductance, tau: 2 ms}").replace("unit: pA", "unit: nS")
    assert "error: edges.csv: row 5: the weight -250 nS is below the minimum 0 nS of receptor 's'\n" in refused(run_hillock, tmp_path, text, 2)


@pytest.mark.faults
def test_files_that_are_no_edges_are_refused(run_hillock, tmp_path):
    write_csv(tmp_path / "edges.csv", ["0,1,nan,1.5"])
    assert refused(run_hillock, tmp_path, FROM_CSV, 5) == "error: edges.csv: row 2, column 3: 'nan' is not a finite number\n"
    write_csv(tmp_path / "edges.csv", header="source,target,w,delay")
    assert refused(run_hillock, tmp_path, FROM_CSV, 5) == "error: edges.csv: there is no column 'weight'; the columns are 'source', 'target', 'w', 'delay'\n"
    write_sonata(tmp_path / "edges.h5")
    named = FROM_SONATA.replace("from_file: edges.h5", "from_file: {path: edges.h5, population: ex}")
    assert refused(run_hillock, tmp_path, named, 5) == "error: edges.h5 has no edges of a population 'ex'; it has ee\n"
    other = FROM_SONATA.replace("dataset: delay", "dataset: latency")
    assert refused(run_hillock, tmp_path, other, 5).startswith("error: edges.h5: there is no data set '/edges/ee/0/latency'; it has /edges/ee/edge_group_id, ")
    write_sonata(tmp_path / "edges.h5", "more")
    assert refused(run_hillock, tmp_path, FROM_SONATA, 5) == "error: edges.h5 has edges of several populations, name one of ee, more\n"
    with h5py.File(tmp_path / "edges.h5", "w") as file:
        file["V"] = np.zeros(3)
    assert refused(run_hillock, tmp_path, FROM_SONATA, 5) == "error: edges.h5 has no group /edges with a population, as SONATA has\n"
    write_csv(tmp_path / "edges.csv")
    named = FROM_CSV.replace("from_file: edges.csv", "from_file: {path: edges.csv, population: ee}")
    assert refused(run_hillock, tmp_path, named, 5) == "error: edges.csv is text, which has one population of edges: leave 'population' out\n"


@pytest.mark.faults
def test_groups_of_sonata_that_do_not_fit_are_refused(run_hillock, tmp_path):
    def broken(change):
        (tmp_path / "edges.h5").unlink(missing_ok=True)
        write_sonata(tmp_path / "edges.h5")
        with h5py.File(tmp_path / "edges.h5", "a") as file:
            change(file["edges/ee"])
        return refused(run_hillock, tmp_path, FROM_SONATA, None)

    def shorter(edges):
        del edges["target_node_id"]
        edges["target_node_id"] = np.zeros(3, "u8")

    def beyond(edges):
        edges["edge_group_index"][4] = 77

    def not_a_number(edges):
        edges["0/syn_weight"][3] = np.nan

    assert broken(shorter) == "error: edges.h5: /edges/ee/source_node_id has 11 values, /edges/ee/target_node_id has 3\n"
    assert broken(beyond) == "error: edges.h5: /edges/ee/edge_group_index, row 4 (from 0): syn_weight of group 0 has 11 values, there is none at 77\n"
    assert broken(not_a_number) == "error: edges.h5: /edges/ee/0/syn_weight, row 3 (from 0): nan is not a finite number\n"


RULES = [
    (FROM_CSV.replace("from_file: edges.csv", "from_file: edge.csv"), "'edge.csv' does not exist", "paths are relative to the config's folder"),
    (FROM_CSV.replace("from_file: edges.csv", "from_file: ../edges.csv"), "'../edges.csv' leads out of the config's folder", "put the file into the config's folder, or below, and name it from there"),
    (FROM_CSV.replace("from_file: edges.csv", "from_file: {source: pre}"), "'from_file' has no 'path'", "write for example {path: edges.csv}"),
    (FROM_CSV.replace("from_file: edges.csv", "from_file: {path: edges.csv, pre: x}"), "'pre' is not a key of 'from_file'", "valid keys: path, source, target, population"),
    (FROM_CSV.replace("{from_file: edges.csv}", "from_file"), "rule 'from_file' needs its file", "write 'rule: {from_file: edges.csv}'"),
    (FROM_CSV.replace("target: cell, rule", "target: [cell 0, cell 1], rule"), "pairs join one population, or a slice of it, to one", "write one connection for each"),
    (FROM_CSV.replace("{column: weight, unit: pA}", "{column: weight}"), "weight from a file needs 'unit', the unit of its numbers", "write for example unit: pA"),
    (FROM_CSV.replace("{column: weight, unit: pA}", "{column: weight, unit: mV}"), "weight needs current (pA) for receptor 's' of 'cell', got voltage (mV)", ""),
    (FROM_CSV.replace("{column: weight, unit: pA}", "{column: weight, unit: pA, sign: 1}"), "'sign' is not a key of values from a file", "valid keys: dataset, column, unit"),
    (FROM_CSV.replace("{column: weight, unit: pA}", "{file: edges.csv, column: weight, unit: pA}"), "weight has values from a file, which is that of the rule 'from_file'", "leave 'file' out"),
    (FROM_CSV.replace("{column: weight, unit: pA}", "[1 pA, 2 pA]"), "weight is a list, which only the rule 'pairs' has values for", "write one value, or the column that has them: {column: weight, unit: pA}"),
    (FROM_CSV.replace("delay: {", "autapses: false, delay: {"), "the rule 'from_file' joins the pairs of its list, whatever they are", "leave 'autapses' out, and such pairs too"),
    (FROM_CSV.replace("{from_file: edges.csv}", "all_to_all"), "weight must be a value, a list, {linspace: [a, b]}, {uniform: [a, b]}, {normal: [mean, sd]}, {lognormal: [median, sigma]}, {exponential: mean} or {file: PATH, dataset: NAME, unit: UNIT}, got a map with 'column'", ""),
]


@pytest.mark.faults
@pytest.mark.parametrize(("text", "what", "remedy"), RULES, ids=[what for _, what, _ in RULES])
def test_a_rule_from_a_file_that_cannot_be_is_refused(run_hillock, tmp_path, text, what, remedy):
    write_csv(tmp_path / "edges.csv")
    (tmp_path.parent / "edges.csv").touch()
    shown = refused(run_hillock, tmp_path, text, 2)
    assert f": error: {what}\n" in shown and remedy in shown, shown
