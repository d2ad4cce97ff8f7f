"""The audit finds each planted mistake, names the element, and finds nothing wrong in published networks."""

import json
import warnings

import numpy as np
import pandapower as pp
import pandapower.networks as pn
import pytest

from calculators.adapters import networks, units
from calculators.adapters.audit import audit
from calculators.adapters.audit_text import to_text
from calculators.adapters.checked import NetworkTables
from calculators.adapters.pandapower import from_pandapower, tables_of

pytestmark = pytest.mark.filterwarnings("ignore")


def lv():
    net = pn.create_cigre_network_lv()
    net.trafo["pfe_kw"], net.trafo["i0_percent"] = 0.6, 0.3
    net.line["c_nf_per_km"] = 260.0
    return net


def look(net):
    return audit(NetworkTables("net", tables_of(net), float(net.f_hz)))


@pytest.mark.parametrize("reference", networks.REFERENCES)
def test_published_networks_are_usable_and_show_nothing_wrong(reference):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = look(networks.create(reference))
    assert found.usable
    assert [one.code for one in found.findings if one.severity != "note"] == []


def test_standard_types_of_pandapower_are_all_within_the_limits():
    """Every line and transformer type, each between buses of its own voltage; the limits' docstring rests on it."""
    net = pp.create_empty_network()
    for name, kind in net.std_types["line"].items():
        kv = {"HV": 110.0, "MV": 20.0, "LV": 0.4}.get(kind.get("voltage_rating"), 20.0)
        pp.create_line(net, pp.create_bus(net, kv), pp.create_bus(net, kv), 0.3, name)
    for name, kind in net.std_types["trafo"].items():
        pp.create_transformer(
            net, pp.create_bus(net, kind["vn_hv_kv"]), pp.create_bus(net, kind["vn_lv_kv"]), name
        )
    assert len(net.line) > 40 and len(net.trafo) > 10
    assert units.findings(tables_of(net)) == []


def scale(table, column, factor):
    def change(net):
        net[table][column] = net[table][column] * factor

    return change


def put(table, column, value, row=0):
    def change(net):
        net[table].loc[row, column] = value

    return change


def both(*changes):
    def change(net):
        for one in changes:
            one(net)

    return change


def total_ohm(net):
    net.line["r_ohm_per_km"] *= net.line.length_km
    net.line["x_ohm_per_km"] *= net.line.length_km


def same_line(net):
    pp.create_line_from_parameters(net, *net.line.loc[5, ["to_bus", "from_bus", "length_km", "r_ohm_per_km", "x_ohm_per_km"]],
                                   260, net.line.max_i_ka[5], name="again")  # fmt: skip


def other_line(net):
    pp.create_line_from_parameters(net, net.line.from_bus[5], net.line.to_bus[5], 0.1, 0.3, 0.08, 260, 0.2)


def dead_end(net):
    bus = pp.create_bus(net, 0.4, name="stub")
    pp.create_line_from_parameters(net, 18, bus, 0.1, 0.3, 0.08, 260, 0.2)


def lonely_load(net):
    pp.create_load(net, pp.create_bus(net, 0.4), 0.01, name="lost")


def open_switch(net):
    pp.create_switch(net, net.line.from_bus[36], 36, et="l", closed=False, name="S9")
    net.load = net.load[net.load.bus != net.line.to_bus[36]]


CASES = {
    "metres as kilometres": (scale("line", "length_km", 1000), "length-unit", "warning", "line 0 (Line R1-R2)", 37),
    "total ohm as ohm per km": (total_ohm, "r-unit", "warning", "line 0 (Line R1-R2)", None),
    "milliohm": (scale("line", "r_ohm_per_km", 1000), "r-unit", "warning", "line 0 (Line R1-R2)", 37),
    "no resistance": (put("line", "r_ohm_per_km", 0.0, 4), "r-zero", "warning", "line 4 (Line R5-R6)", 1),
    "no reactance": (put("line", "x_ohm_per_km", 0.0, 4), "x-over-r", "warning", "line 4 (Line R5-R6)", 1),
    "negative reactance": (put("line", "x_ohm_per_km", -0.1, 4), "x-over-r", "warning", "line 4 (Line R5-R6)", 1),
    "ampere as kiloampere": (scale("line", "max_i_ka", 1000), "current-unit", "warning", "line 0 (Line R1-R2)", 37),
    "kiloampere as ampere": (scale("line", "max_i_ka", 1e-3), "current-unit", "warning", "line 0 (Line R1-R2)", 37),
    "picofarad": (scale("line", "c_nf_per_km", 1000), "capacitance-unit", "warning", "line 0 (Line R1-R2)", 37),
    "kVA as MVA": (scale("trafo", "sn_mva", 1000), "rating-unit", "warning", "trafo 0 (Trafo R0-R1)", 3),
    "MVA as kVA": (both(scale("trafo", "sn_mva", 1e-3), scale("trafo", "pfe_kw", 1e-3)), "rating-unit", "warning", "trafo 0 (Trafo R0-R1)", 3),
    "vk per unit": (both(scale("trafo", "vk_percent", 0.01), scale("trafo", "vkr_percent", 0.01)), "vk", "warning",
                    "trafo 0 (Trafo R0-R1)", 3),
    "copper losses in kW": (both(put("trafo", "vkr_percent", 5.5), put("trafo", "vk_percent", 6.0)), "vkr", "warning",
                            "trafo 0 (Trafo R0-R1)", 1),
    "watt as kW": (scale("trafo", "pfe_kw", 200), "iron-unit", "warning", "trafo 0 (Trafo R0-R1)", 3),
    "kW as MW": (scale("load", "p_mw", 1000), "power-unit", "warning", "load 0 (Load R1)", 15),
    "kW as MW against the rating": (scale("load", "p_mw", 1000), "load-above-rating", "warning", "trafo 0 (Trafo R0-R1)", 1),
    "collapse": (scale("load", "p_mw", 1000), "no-solution", "warning", "", 0),
    "MW as kW": (scale("load", "p_mw", 1e-3), "load-below-rating", "warning", "load", 0),
    "reactive unit": (scale("load", "q_mvar", 20), "reactive", "warning", "load 0 (Load R1)", 15),
    "drawing generator": (lambda net: pp.create_sgen(net, 5, -0.01, name="PV"), "generator-sign", "warning", "sgen 0 (PV)", 1),
    "generator in kW": (lambda net: pp.create_sgen(net, 5, 10.0, name="PV"), "power-unit", "warning", "sgen 0 (PV)", 1),
    "rated voltage": (put("trafo", "vn_lv_kv", 0.69, 2), "trafo-voltage", "warning", "trafo 2 (Trafo C0-C1)", 1),
    "sides exchanged": (both(put("trafo", "vn_lv_kv", 20.0), put("trafo", "vn_hv_kv", 0.4)), "trafo-sides", "warning",
                        "trafo 0 (Trafo R0-R1)", 1),
    "line twice": (same_line, "line-duplicate", "warning", "line 37 (again)", 1),
    "line beside another": (other_line, "line-parallel", "note", "line 37", 1),
    "open switch": (open_switch, "switch-open", "note", "switch 3 (S9)", 1),
    "dead end": (dead_end, "dead-end", "note", "bus 44 (stub)", 1),
    "bus without supply": (lambda net: pp.create_bus(net, 0.4, name="alone"), "island", "warning", "bus 44 (alone)", 1),
    "load without supply": (lonely_load, "island", "error", "load", 0),
    "supply voltage": (put("ext_grid", "vm_pu", 1.2), "supply-voltage", "warning", "ext_grid 0", 1),
    "no loads": (put("load", "in_service", False, slice(None)), "no-load", "warning", "", 0),
    "same name": (put("line", "name", "Line R1-R2", 3), "name-twice", "note", "line 3 (Line R1-R2)", 1),
    "projected coordinates": (put("bus", "geo", '{"type": "Point", "coordinates": [3500000, 5500000]}'), "coordinates", "note",
                              "bus 0 (Bus 0)", 0),
    "no rating": (put("line", "max_i_ka", np.nan), "rating", "error", "line 0 (Line R1-R2)", 0),
    "no impedance": (both(put("line", "r_ohm_per_km", 0.0), put("line", "x_ohm_per_km", 0.0)), "impedance", "error",
                     "line 0 (Line R1-R2)", 0),
    "negative resistance": (put("line", "r_ohm_per_km", -0.2), "impedance", "error", "line 0 (Line R1-R2)", 0),
    "bus that is not there": (put("line", "to_bus", 999), "bus-missing", "error", "line 0 (Line R1-R2)", 0),
    "two supplies": (lambda net: pp.create_ext_grid(net, 5), "slack", "error", "ext_grid", 0),
    "not modelled": (lambda net: pp.create_shunt(net, 5, 0.01), "unsupported", "error", "shunt 0", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_planted_mistake_is_found_at_its_element(name):
    change, code, severity, element, count = CASES[name]
    net = lv()
    assert not any(one.code == code for one in look(net).findings)
    change(net)
    found = look(net)
    (one, *_) = [finding for finding in found.findings if finding.code == code]
    assert (one.severity, one.element) == (severity, element)
    assert one.message and one.effect
    if count is not None:
        assert len(one.elements) == count
    assert found.usable == (severity != "error")


@pytest.mark.parametrize("name", CASES)
def test_text_and_json_carry_every_finding(name):
    net = lv()
    CASES[name][0](net)
    found = look(net)
    plain = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert [one["code"] for one in plain["findings"]] == [one.code for one in found.findings]
    assert plain["usable"] == found.usable
    text = to_text(found)
    assert all(f"[{one.code}]" in text for one in found.findings)
    assert max(map(len, text.splitlines())) <= 120
    assert text.endswith("Usable.\n" if found.usable else "mended.\n")


def test_errors_come_first_and_notes_last():
    net = lv()
    for name in ("open switch", "metres as kilometres", "no rating"):
        CASES[name][0](net)
    severities = [one.severity for one in look(net).findings]
    assert severities == sorted(severities, key=("error", "warning", "note").index)
    assert {"error", "warning", "note"} == set(severities)


def test_a_finding_that_says_1000_times_is_right():
    """The effect stated for metres as kilometres: losses at equal current grow with the impedance."""
    right, wrong = from_pandapower(lv()), lv()
    wrong.line["length_km"] *= 1000
    ratio = from_pandapower(wrong).branch_z_pu[0] / right.branch_z_pu[0]
    assert ratio == pytest.approx(1000)


def test_facts_count_what_is_in_the_network():
    net = lv()
    pp.create_sgen(net, 5, 0.02, scaling=0.5)
    pp.create_asymmetric_load(net, 18, p_a_mw=0.01, scaling=0.5)
    facts = look(net).facts
    assert (facts["buses"], facts["lines"], facts["transformers"], facts["loads"]) == (44, 37, 3, 16)
    assert facts["line_km"] == pytest.approx(net.line.length_km.sum())
    assert facts["transformer_kva"] == pytest.approx(950)
    assert facts["load_kw"] == pytest.approx(net.load.p_mw.sum() * 1e3 + 5.0)
    assert facts["generation_kw"] == pytest.approx(10.0)
    assert [(one["vn_kv"], one["buses"], one["loads"]) for one in facts["levels"]] == [
        (20.0, 4, 0),
        (0.4, 40, 16),
    ]
    assert (facts["loops"], facts["islands"], facts["buses_without_supply"]) == (0, 0, 0)
    mesh = pn.create_cigre_network_mv()
    mesh.switch["closed"] = True
    assert look(mesh).facts["loops"] == 3  # two rings and the pair of transformers joined by them


def test_results_at_the_loads_in_the_file_are_those_of_pandapower():
    net = lv()
    pp.runpp(net, tolerance_mva=1e-10, numba=False)
    base = look(net).base_case
    low = net.res_bus.vm_pu.idxmin()
    assert base["lowest_voltage_bus"] == net.bus.name[low]
    assert base["lowest_voltage_pu"] == pytest.approx(net.res_bus.vm_pu[low], abs=1e-8)
    assert base["highest_trafo_loading_percent"] == pytest.approx(
        net.res_trafo.loading_percent.max(), abs=1e-4
    )
    assert base["highest_line_loading_at"] == net.line.name[net.res_line.loading_percent.idxmax()]
    np.testing.assert_allclose(base["bus_vm_pu"]["vm_pu"], net.res_bus.vm_pu, rtol=0, atol=1e-8)


def test_loads_behind_two_levels_of_transformers_count_at_both():
    net = pp.create_empty_network()
    hv, mv, low = (pp.create_bus(net, kv) for kv in (110, 20, 0.4))
    pp.create_ext_grid(net, hv)
    pp.create_transformer(net, hv, mv, "25 MVA 110/20 kV")
    pp.create_transformer(net, mv, low, "0.25 MVA 20/0.4 kV")
    pp.create_load(net, low, 0.4)
    pp.create_load(net, mv, 26.0)
    found = {one.element: one for one in look(net).findings if one.code == "load-above-rating"}
    assert "26,400 kVA" in found["trafo 0"].message and found["trafo 0"].severity == "note"
    assert "400 kVA" in found["trafo 1"].message and found["trafo 1"].severity == "warning"


def test_parallel_transformers_share_the_load():
    net = pp.create_empty_network()
    mv, low = pp.create_bus(net, 20), pp.create_bus(net, 0.4)
    pp.create_ext_grid(net, mv)
    for _ in range(2):
        pp.create_transformer(net, mv, low, "0.25 MVA 20/0.4 kV")
    pp.create_load(net, low, 0.4)
    assert not any(one.code == "load-above-rating" for one in look(net).findings)


def test_a_network_without_transformers_or_lines_is_looked_at_too():
    net = pp.create_empty_network()
    pp.create_ext_grid(net, pp.create_bus(net, 0.4))
    pp.create_load(net, 0, 0.01)
    found = look(net)
    assert found.usable and found.base_case["lowest_voltage_pu"] == pytest.approx(1.0)
    assert "1 bus, 0 lines" in to_text(found)


def test_what_three_phase_results_would_assume_is_a_note():
    notes = [one.message for one in look(lv()).findings if one.code == "three-phase"]
    assert any("37 line(s) have no r0_ohm_per_km" in one for one in notes)
    assert any("vector group" in one for one in notes)
