"""pandapower files: the same network as from memory, and one clear sentence for each bad file."""

import json
import logging
import random
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pandapower as pp
import pandapower.networks as pn
import pytest

from calculators.adapters import checked
from calculators.adapters.pandapower import from_pandapower
from calculators.adapters.pandapower_json import read_network
from calculators.engine.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)

NETWORKS = {
    "kerber suburb": pn.create_kerber_vorstadtnetz_kabel_1,
    "cigre lv": pn.create_cigre_network_lv,
    "cigre mv": pn.create_cigre_network_mv,
    "cigre mv der": lambda: pn.create_cigre_network_mv(with_der="pv_wind"),
    "case33bw": pn.case33bw,
}


def same(one, other):
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray):
            assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), field.name
        else:
            assert left == right, field.name


@pytest.fixture(scope="module")
def text():
    return pp.to_json(pn.create_cigre_network_lv())


@pytest.mark.parametrize("name", NETWORKS)
def test_file_gives_the_network_that_pandapower_reads(name):
    random.seed(1)
    text = pp.to_json(NETWORKS[name]())
    same(read_network(text, "net.json"), from_pandapower(pp.from_json_string(text)))


def test_results_and_a_byte_order_mark_do_not_matter(text):
    net = pn.create_cigre_network_lv()
    pp.runpp(net, numba=False)
    same(read_network("\ufeff" + pp.to_json(net), "net.json"), read_network(text, "net.json"))


def change(text, table, edit):
    """Edit one stored table, given as a dictionary of columns, index and data."""
    plain = json.loads(text)
    stored = plain["_object"][table]
    inner = json.loads(stored["_object"])
    edit(inner)
    stored["_object"] = json.dumps(inner)
    return json.dumps(plain)


def put(row, column, value):
    def edit(inner):
        inner["data"][row][inner["columns"].index(column)] = value

    return edit


def drop(column):
    def edit(inner):
        at = inner["columns"].index(column)
        del inner["columns"][at]
        for row in inner["data"]:
            del row[at]

    return edit


@pytest.mark.parametrize("orient", ["nested", "columns", "index", "records"])
def test_other_orientations_of_tables(text, orient):
    plain = json.loads(text)
    for stored in plain["_object"].values():
        if not isinstance(stored, dict) or stored.get("_class") != "DataFrame":
            continue
        inner = json.loads(stored["_object"])
        rows = [dict(zip(inner["columns"], row, strict=True)) for row in inner["data"]]
        if orient == "records":
            inner = rows
        elif orient == "index":
            inner = {str(label): row for label, row in zip(inner["index"], rows, strict=True)}
        elif orient == "columns":
            inner = {
                name: {str(label): row[name] for label, row in zip(inner["index"], rows, strict=True)}
                for name in inner["columns"]
            }
        stored["_object"], stored["orient"] = inner, orient
    same(read_network(json.dumps(plain), "net.json"), read_network(text, "net.json"))


def problems(text, name="net.json"):
    with pytest.raises(InputError) as caught:
        read_network(text, name)
    found = caught.value.problems
    assert all(problem.where.startswith(name) for problem in found)
    assert all(problem.message.endswith(".") for problem in found)
    return [str(problem) for problem in found]


EDITS = {
    "NaN impedance": ("line", put(3, "r_ohm_per_km", None), "net.json, line 3", "r is nan ohm/km"),
    "NaN written out": ("line", put(3, "x_ohm_per_km", float("nan")), "net.json, line 3", "x nan"),
    "infinite": ("line", put(3, "x_ohm_per_km", float("inf")), "net.json, line 3", "x_ohm_per_km is inf; it must"),
    "text for a number": ("line", put(2, "length_km", "35 m"), "net.json, line 2", "length_km is '35 m'; it must"),
    "endless number": ("load", put(0, "p_mw", 10**400), "net.json, load 0", "p_mw is 1000"),
    "text for a flag": ("load", put(1, "in_service", "false"), "net.json, load 1", "it must be true or false"),
    "bus is a fraction": ("load", put(1, "bus", 2.5), "net.json, load 1", "bus is 2.5; it must be the whole number"),
    "missing bus": ("line", put(0, "to_bus", 999), "net.json, line 0", "to_bus is 999, which is not a bus"),
    "switch kind": ("switch", put(0, "et", "x"), "net.json, switch 0", "et is 'x'; it must be b, l, t or t3"),
    "column missing": ("line", drop("max_i_ka"), "net.json, line", "column max_i_ka is missing"),
    "no in_service": ("load", drop("in_service"), "net.json, load", "column in_service is missing"),
    "no load": ("load", put(4, "p_mw", None), "net.json, load 4", "not a finite number"),
    "island": ("switch", put(1, "closed", False), "net.json, load", "have no path to the external grid"),
    "twice the same label": ("bus", lambda inner: inner["index"].__setitem__(1, 0), "net.json, bus", "label 0 occurs"),
    "labels are words": ("bus", lambda inner: inner["index"].__setitem__(1, "a"), "net.json, bus", "whole number"),
    "too few labels": ("bus", lambda inner: inner["index"].pop(), "net.json, bus", "one whole number per row"),
    "ragged": ("line", lambda inner: inner["data"][0].pop(), "net.json, line", "rows differ in length"),
    "row is no list": ("line", lambda inner: inner["data"].__setitem__(0, 1), "net.json, line", "rows differ"),
    "column twice": ("line", lambda inner: inner["columns"].__setitem__(1, "name"), "net.json, line", "not a table"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_bad_table_gives_one_sentence_with_file_and_row(text, name):
    table, edit, where, message = EDITS[name]
    (found,) = problems(change(text, table, edit))
    assert found.startswith(where)
    assert message in found


def test_all_problems_of_a_file_at_once(text):
    for name in ("text for a number", "text for a flag", "switch kind", "twice the same label"):
        text = change(text, *EDITS[name][:2])
    assert len(problems(text)) == 4
    many = change(change(text, *EDITS["NaN impedance"][:2]), "ext_grid", put(0, "vm_pu", 3.0))
    assert len(problems(many)) == 4


def test_two_slacks_and_elements_that_are_not_modelled():
    net = pn.create_cigre_network_lv()
    pp.create_ext_grid(net, 1)
    (found,) = problems(pp.to_json(net))
    assert found.startswith("net.json, ext_grid: 2 external grids")
    net = pn.create_cigre_network_lv()
    pp.create_transformer3w_from_parameters(
        net, 0, 2, 3, 20, 0.4, 0.4, 1, 1, 1, 4, 4, 4, 1, 1, 1, pfe_kw=0, i0_percent=0
    )
    (found,) = problems(pp.to_json(net))
    assert found.startswith("net.json, trafo3w 0: 1 element(s) of kind 'trafo3w'")
    net.trafo3w["in_service"] = False
    assert read_network(pp.to_json(net), "net.json").n_bus == 44


WRONG = {
    "cut off": ('{"_class": "pandapowerNet",\n  "_object": {"bus"', "line 2, column 20"),
    "empty": ("", "line 1, column 1"),
    "other JSON": ('{"type": "FeatureCollection"}', "not a pandapower network"),
    "a list": ("[1, 2]", "not a pandapower network"),
    "deep": ("[" * 200_000, "nested too deeply"),
    "long number": ("9" * 10_000, "number in the file is too long"),
    "a table of another kind": (
        '{"_class": "pandapowerNet", "_object": {"bus": 3, "ext_grid": {"_class": "DataFrame", "_object": "{}"}}}',
        "not a table as pandapower",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_network_says_so_and_how_to_make_one(name):
    text, message = WRONG[name]
    (found,) = problems(text)
    assert found.startswith("net.json")
    assert message in found
    assert 'pandapower.to_json(net, "net.json")' in found or name == "a table of another kind"


def test_missing_tables_are_named():
    assert [line[:22] for line in problems('{"_class": "pandapowerNet", "_object": {}}')] == [
        "net.json, bus: the tab", "net.json, ext_grid: th",
    ]  # fmt: skip


def test_frequency_must_make_sense(text):
    plain = json.loads(text)
    plain["_object"]["f_hz"] = "fifty"
    (found,) = problems(json.dumps(plain))
    assert "f_hz is 'fifty'" in found


def test_limits(text, monkeypatch):
    def grow(inner):
        inner["data"] = [inner["data"][0]] * 20_000
        inner["index"] = list(range(20_000))

    (found,) = problems(change(text, "bus", grow))
    assert "20,000 buses; limit 5,000 buses" in found
    (found,) = problems(" " * 50_000_001)
    assert "50.0 MB; the limit is 50 MB" in found
    monkeypatch.setattr(checked, "MAX_ROWS", 60)
    (found,) = problems(text)
    assert "rows in total" in found


def test_thousands_of_problems_are_counted_not_listed(text):
    def grow(inner):
        row = list(inner["data"][0])
        row[inner["columns"].index("bus")] = 999
        inner["data"], inner["index"] = [row] * 20_000, list(range(20_000))

    found = problems(change(text, "load", grow))
    assert len(found) == 201
    assert "19,800 more problems" in found[-1]


def test_nothing_named_in_the_file_is_imported_and_no_pandas_is_needed(text, tmp_path):
    plain = json.loads(text)
    plain["_object"]["bus"]["_module"] = "antigravity"
    plain["_object"]["extra"] = {"_module": "antigravity", "_class": "x", "_object": "y"}
    path = tmp_path / "net.json"
    path.write_text(json.dumps(plain))
    script = (
        "import sys; from pathlib import Path\n"
        "from calculators.adapters.pandapower_json import read_network\n"
        f"assert read_network(Path({str(path)!r}).read_text(), 'net.json').n_bus == 44\n"
        "assert not {'pandas', 'pandapower', 'antigravity', 'scipy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
