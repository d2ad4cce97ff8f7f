"""Networks in memory against pandapower's own power flow, and what the adapter refuses."""

import logging
import random

import numpy as np
import pandapower as pp
import pandapower.networks as pn
import pytest

from calculators.adapters.pandapower import from_pandapower
from calculators.engine.errors import InputError
from calculators.engine.grid import Network, solve

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)


def meshed():
    net = pn.create_cigre_network_mv()
    net.switch["closed"] = True
    return net


NETWORKS = {
    "kerber overhead": pn.create_kerber_landnetz_freileitung_1,
    "kerber cable": pn.create_kerber_landnetz_kabel_1,
    "kerber village": pn.create_kerber_dorfnetz,
    "kerber suburb": pn.create_kerber_vorstadtnetz_kabel_1,
    "cigre lv": pn.create_cigre_network_lv,
    "cigre mv": pn.create_cigre_network_mv,
    "cigre mv der": lambda: pn.create_cigre_network_mv(with_der="pv_wind"),
    "cigre mv meshed": meshed,
    "case33bw": pn.case33bw,
}


def agree(net, method="auto"):
    """Compare one step of a network with pandapower; returns the network and the solution."""
    pp.runpp(net, tolerance_mva=1e-10, numba=False)
    network = from_pandapower(net)
    found = solve(network, network.p_load_kw[:, None], network.q_load_kvar[:, None], method=method)
    np.testing.assert_allclose(found.vm_pu[:, 0], net.res_bus.vm_pu, rtol=0, atol=1e-6, equal_nan=True)
    for ours, theirs in (
        (found.line_loading_percent[:, 0], net.res_line.loading_percent),
        (found.trafo_loading_percent[:, 0], net.res_trafo.loading_percent),
    ):
        np.testing.assert_allclose(ours, theirs.fillna(0.0), rtol=0, atol=0.01)
    loss_kw = 1e3 * (net.res_line.pl_mw.sum() + net.res_trafo.pl_mw.sum())
    assert found.loss_kw[0] == pytest.approx(loss_kw, rel=1e-4)
    assert found.grid_import_kw[0] == pytest.approx(1e3 * net.res_ext_grid.p_mw.sum(), rel=1e-5)
    return network, found


@pytest.mark.parametrize("name", NETWORKS)
def test_reference_network_agrees_with_pandapower(name):
    random.seed(1)  # the Kerber networks place their loads at random
    network, _ = agree(NETWORKS[name]())
    assert network.is_radial == ("meshed" not in name)
    assert network.faults() == []
    assert Network.from_dict(network.to_dict()).to_dict() == network.to_dict()


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ["cigre lv", "cigre mv meshed", "case33bw"])
def test_random_loads_agree_with_pandapower(name, seed):
    net = NETWORKS[name]()
    draw = np.random.default_rng(seed)
    net.load["p_mw"] *= draw.uniform(-0.3, 1.2, len(net.load))
    net.load["q_mvar"] *= draw.uniform(-0.5, 1.2, len(net.load))
    net.load["scaling"] = draw.uniform(0.5, 1.0, len(net.load))
    agree(net)


def lv():
    return pn.create_cigre_network_lv()


def open_trafo(end):
    net = lv()
    net.trafo["pfe_kw"], net.trafo["i0_percent"] = 1.2, 0.3
    net.switch = net.switch.iloc[0:0]
    net.bus["in_service"] = True
    pp.create_switch(net, net.trafo[end][0], 0, et="t", closed=False)
    return net


@pytest.mark.parametrize("end", ["hv_bus", "lv_bus"])
def test_open_transformer_agrees(end):
    net = open_trafo(end)
    pp.create_bus(net, 0.4)
    if not len(net.switch[net.switch.et == "b"]):  # all of the low-voltage side hangs on bus 0
        for bus in (1, 20, 23):
            pp.create_switch(net, 0, bus, et="b")
    agree(net)


@pytest.mark.parametrize("end", ["from_bus", "to_bus"])
def test_open_line_end_keeps_its_charging(end):
    net = pn.create_cigre_network_mv()
    last = net.line.index[net.line.to_bus == 11][0]
    pp.create_switch(net, net.line[end][last], last, et="l", closed=False)
    agree(net)


@pytest.mark.parametrize("bus", [6, 11])
def test_line_at_a_bus_out_of_service_agrees(bus):
    net = pn.create_cigre_network_mv()
    net.bus.loc[bus, "in_service"] = False
    agree(net)


@pytest.mark.parametrize("side", ["hv", "lv"])
@pytest.mark.parametrize("kind", ["Ratio", None])
def test_tap_counts_with_type_ratio_only(side, kind):
    net = lv()
    net.trafo["tap_side"] = side
    net.trafo["tap_pos"], net.trafo["tap_neutral"], net.trafo["tap_step_percent"] = 2.0, 0.0, 2.5
    net.trafo["tap_changer_type"] = kind
    network, _ = agree(net)
    assert (np.abs(network.branch_ratio - 1) > 0.01).any() == (kind == "Ratio")


def test_tap_of_older_files_counts_unless_it_shifts_phase():
    net = lv()
    net.trafo["tap_side"] = "hv"
    net.trafo["tap_pos"], net.trafo["tap_neutral"], net.trafo["tap_step_percent"] = 1.0, 0.0, 2.5
    net.trafo = net.trafo.drop(columns=["tap_changer_type"])
    net.trafo["tap_phase_shifter"] = False
    assert from_pandapower(net).branch_ratio.max() == pytest.approx(1.025)
    net.trafo["tap_phase_shifter"] = True
    assert "phase shifter" in refused(net)[0]


def refused(net):
    with pytest.raises(InputError) as caught:
        from_pandapower(net)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("kind", ["Ideal", "Symmetrical", "Tabular"])
def test_other_tap_changers_off_neutral_are_refused_by_name(kind):
    net = lv()
    net.trafo["tap_changer_type"], net.trafo["tap_pos"], net.trafo["tap_neutral"] = kind, 1.0, 0.0
    messages = refused(net)
    assert len(messages) == 3
    assert kind in messages[0] and messages[0].startswith("trafo 0 (Trafo R0-R1):")
    net.trafo["tap_pos"] = 0.0
    agree(net)


def test_second_tap_changer_and_table_are_refused_by_name():
    net = lv()
    net.trafo["tap2_pos"], net.trafo["tap2_neutral"] = 1.0, 0.0
    assert "second tap changer" in refused(net)[0]
    net = lv()
    net.trafo.loc[1, "tap_dependency_table"] = True
    (message,) = refused(net)
    assert message.startswith("trafo 1") and "tap_dependency_table" in message


def test_loop_through_unequal_phase_shifts_is_refused():
    net = lv()
    pp.create_line_from_parameters(net, net.trafo.lv_bus[0], net.trafo.lv_bus[1], 0.1, 0.2, 0.08, 0, 0.3)
    agree(net)
    net.trafo.loc[0, "shift_degree"] = 0.0
    (message,) = refused(net)
    assert "shift_degree" in message and "loop" in message
    net.trafo.loc[0, "shift_degree"] = 390.0
    from_pandapower(net)


def spoil(table, column, value, row=0):
    def change(net):
        net[table].loc[net[table].index[row], column] = value

    return change


CHANGES = {
    "NaN impedance": (spoil("line", "r_ohm_per_km", np.nan, 3), "line 3", "r is nan ohm/km"),
    "no length": (spoil("line", "length_km", 0.0), "line 0", "length 0 km"),
    "no rating": (spoil("line", "max_i_ka", 0.0), "line 0", "max_i_ka is 0 kA"),
    "NaN load": (spoil("load", "p_mw", np.nan), "load 0", "not a finite number"),
    "vkr above vk": (spoil("trafo", "vkr_percent", 9.0), "trafo 0", "vkr_percent 9"),
    "no parallel system": (spoil("line", "parallel", 0), "line 0", "parallel is 0"),
    "derating": (spoil("trafo", "df", -1.0), "trafo 0", "df is -1"),
    "iron losses": (spoil("trafo", "pfe_kw", -1.0), "trafo 0", "pfe_kw is -1"),
    "rated voltage": (spoil("trafo", "vn_lv_kv", 400e3), "trafo 0", "vn_lv_kv 400000"),
    "capacitance": (spoil("line", "c_nf_per_km", 1e30), "line 0", "far too large"),
    "bus missing": (spoil("line", "to_bus", 999), "line 0", "to_bus is 999, which is not a bus"),
    "no voltage": (spoil("bus", "vn_kv", 0.0), "bus 0", "vn_kv is 0"),
    "slack voltage": (spoil("ext_grid", "vm_pu", 2.0), "ext_grid 0", "vm_pu is 2"),
    "no slack": (spoil("ext_grid", "in_service", False), "ext_grid", "0 external grids"),
    "two slacks": (lambda net: pp.create_ext_grid(net, 1), "ext_grid", "2 external grids"),
    "generator": (lambda net: pp.create_gen(net, 5, 0.01), "gen 0", "'gen' are not modelled"),
    "battery": (lambda net: pp.create_storage(net, 5, 0.01, 0.1), "storage 0", "'storage' are not modelled"),
    "shunt": (lambda net: pp.create_shunt(net, 5, 0.01), "shunt 0", "'shunt' are not modelled"),
    "constant impedance": (spoil("load", "const_z_p_percent", 50.0), "load 0", "only constant power"),
    "switch at no bus": (spoil("switch", "element", 999), "switch 0", "element 999 is not a bus"),
    "two voltages by switch": (spoil("bus", "vn_kv", 10.0, 1), "switch 0", "20 kV and 10 kV"),
    "two voltages by line": (spoil("bus", "vn_kv", 0.5, 19), "line", "0.4 kV and 0.5 kV"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_impossible_network_is_refused_with_one_sentence(name):
    change, where, text = CHANGES[name]
    net = lv()
    change(net)
    (message,) = refused(net)
    assert where in message
    assert text in message


def test_all_problems_at_once():
    net = lv()
    for name in ("NaN impedance", "no rating", "vkr above vk", "slack voltage", "NaN load"):
        CHANGES[name][0](net)
    assert len(refused(net)) == 5


def test_loads_without_supply_are_left_out_with_a_note():
    net = pn.create_cigre_network_mv()
    net.line.loc[0, "in_service"] = False
    network, _ = agree(net)
    assert any("no path to the external grid" in note for note in network.notes)


def test_wrong_units_are_noted():
    net = lv()
    net.line["length_km"] *= 1000
    net.load["p_mw"] *= 1000
    text = " ".join(from_pandapower(net).notes)
    assert "km long" not in text or "metres" in text
    assert "kW given as MW" in text


def test_asymmetric_load_counts_as_its_sum():
    net = lv()
    pp.create_asymmetric_load(net, 18, p_a_mw=0.01, p_b_mw=0.002, p_c_mw=0.0, q_a_mvar=0.001, scaling=0.5)
    network = from_pandapower(net)
    assert network.p_load_kw[-1] == pytest.approx(6.0)
    assert network.q_load_kvar[-1] == pytest.approx(0.5)
    assert network.load_node[-1] == network.bus_node[list(net.bus.index).index(18)]
