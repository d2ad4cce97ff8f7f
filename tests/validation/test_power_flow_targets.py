"""Published power flow results, through the reader for pandapower networks."""

import random

import numpy as np
import pandapower
import pandapower.networks as examples
import pytest
from power_grid_model import CalculationMethod

from benchmarks.peers import power_grid_model
from calculators.adapters.pandapower import from_pandapower
from calculators.engine.grid import solve, solve_3ph


def solved(net):
    network = from_pandapower(net)
    return network, solve(network, network.p_load_kw[:, None], network.q_load_kvar[:, None])


def test_pf_01_voltages_losses_and_loadings_are_the_published_ones(targets, record_property):
    expect, allowed = targets["pf-01"]["expect"], targets["pf-01"]["tolerance"]
    network, r = solved(examples.create_cigre_network_lv())
    for bus, wanted in expect["voltage_pu"].items():
        row = network.bus_names.index(f"Bus {bus}")
        assert r.vm_pu[row, 0] == pytest.approx(wanted, abs=allowed["voltage_pu"])
    assert np.nanmin(r.vm_pu) == pytest.approx(expect["voltage_pu"]["C12"], abs=allowed["voltage_pu"])
    assert r.loss_kw[0] == pytest.approx(expect["loss_kw"], rel=allowed["loss_relative"])
    assert r.grid_import_kw[0] == pytest.approx(expect["grid_import_kw"], rel=allowed["loss_relative"])
    assert r.line_loading_percent.max() == pytest.approx(
        expect["max_line_percent"], abs=allowed["loading_points"]
    )
    np.testing.assert_allclose(
        r.trafo_loading_percent[:, 0], expect["trafo_percent"], rtol=0, atol=allowed["loading_points"]
    )
    record_property("ours", f"{r.loss_kw[0]:.3f} kW loss")
    record_property("theirs", f"{expect['loss_kw']} kW")


def test_pf_02_voltages_losses_and_loadings_are_the_published_ones(targets, record_property):
    expect, allowed = targets["pf-02"]["expect"], targets["pf-02"]["tolerance"]
    _, r = solved(examples.create_cigre_network_mv(with_der=False))
    np.testing.assert_allclose(r.vm_pu[:, 0], expect["voltage_pu"], rtol=0, atol=allowed["voltage_pu"])
    assert r.loss_kw[0] == pytest.approx(expect["loss_kw"], rel=allowed["loss_relative"])
    assert r.line_loading_percent.max() == pytest.approx(
        expect["max_line_percent"], abs=allowed["loading_points"]
    )
    np.testing.assert_allclose(
        r.trafo_loading_percent[:, 0], expect["trafo_percent"], rtol=0, atol=allowed["loading_points"]
    )
    record_property("ours", f"{r.loss_kw[0]:.3f} kW loss")
    record_property("theirs", f"{expect['loss_kw']} kW")


def test_pf_02_with_photovoltaics_and_wind(targets):
    expect, allowed = targets["pf-02"]["expect"]["with_pv_wind"], targets["pf-02"]["tolerance"]
    _, r = solved(examples.create_cigre_network_mv(with_der="pv_wind"))
    assert np.nanmin(r.vm_pu) == pytest.approx(expect["min_voltage_pu"], abs=allowed["voltage_pu"])
    assert r.loss_kw[0] == pytest.approx(expect["loss_kw"], rel=allowed["loss_relative"])


def test_pf_03_lowest_voltage_and_losses_are_the_published_ones(targets, record_property):
    expect, allowed = targets["pf-03"]["expect"], targets["pf-03"]["tolerance"]
    _, r = solved(examples.case33bw())
    assert np.nanargmin(r.vm_pu[:, 0]) == expect["min_voltage_bus"]
    assert np.nanmin(r.vm_pu) == pytest.approx(expect["min_voltage_pu"], abs=allowed["voltage_pu"])
    assert r.loss_kw[0] == pytest.approx(expect["loss_kw"], abs=allowed["loss_kw"])
    assert r.grid_import_kw[0] == pytest.approx(expect["grid_import_kw"], abs=allowed["loss_kw"])
    record_property("ours", f"{np.nanmin(r.vm_pu):.5f} pu, {r.loss_kw[0]:.3f} kW")
    record_property("theirs", f"{expect['min_voltage_pu']} pu, {expect['loss_kw']} kW")


@pytest.mark.parametrize(
    "name",
    [
        "landnetz_freileitung_1", "landnetz_kabel_1", "landnetz_kabel_2", "dorfnetz", "vorstadtnetz_kabel_1",
        "kb_extrem_landnetz_freileitung",
    ],
)  # fmt: skip
def test_pf_08_kerber_grid(name, targets, record_property):
    expect, allowed = targets["pf-08"]["expect"][name], targets["pf-08"]["tolerance"]
    random.seed(1)
    create = name if name.startswith("kb_extrem") else f"create_kerber_{name}"
    network, r = solved(getattr(examples, create)())
    assert network.n_load == expect["n_load"]
    assert network.p_load_kw.sum() == pytest.approx(expect["p_kw"])
    assert np.nanmin(r.vm_pu) == pytest.approx(expect["min_voltage_pu"], abs=allowed["voltage_pu"])
    assert r.loss_kw[0] == pytest.approx(expect["loss_kw"], rel=allowed["relative"])
    assert r.line_loading_percent.max() == pytest.approx(expect["line_percent"], rel=allowed["relative"])
    assert r.trafo_loading_percent.max() == pytest.approx(expect["trafo_percent"], rel=allowed["relative"])
    record_property("ours", f"{name} {np.nanmin(r.vm_pu):.5f} pu, {r.loss_kw[0]:.3f} kW")
    record_property("theirs", f"{expect['min_voltage_pu']} pu, {expect['loss_kw']} kW")


@pytest.mark.filterwarnings("ignore")
def test_pf_04_voltages_unbalance_and_loading_are_the_published_ones(targets, record_property):
    expect, allowed = targets["pf-04"]["expect"], targets["pf-04"]["tolerance"]
    net = examples.ieee_european_lv_asymmetric("on_peak_566")
    network = from_pandapower(net)
    phases = network.three_phase
    np.testing.assert_allclose(phases.load_p_kw.sum(axis=0), expect["load_kw"], rtol=0, atol=5e-4)
    r = solve_3ph(network, phases.load_p_kw[..., None], phases.load_q_kvar[..., None])
    vm_pu = r.vm_pu[:, :, 0]
    np.testing.assert_allclose(vm_pu.min(axis=0), expect["vmin_pu"], rtol=0, atol=allowed["voltage_pu"])
    np.testing.assert_allclose(vm_pu.max(axis=0), expect["vmax_pu"], rtol=0, atol=allowed["voltage_pu"])
    for bus, wanted in expect["buses_pu"].items():
        row = list(net.bus.index).index(int(bus))
        np.testing.assert_allclose(vm_pu[row], wanted, rtol=0, atol=allowed["voltage_pu"])
    assert r.vuf_percent.max() == pytest.approx(
        expect["max_unbalance_percent"], abs=allowed["unbalance_points"]
    )
    assert r.trafo_loading_percent[0, 0] == pytest.approx(
        expect["trafo_percent"], abs=allowed["loading_points"]
    )
    record_property("ours", f"{vm_pu.min(axis=0).round(5)} pu, {r.vuf_percent.max():.4f} %")
    record_property("theirs", f"{expect['vmin_pu']} pu, {expect['max_unbalance_percent']} %")


@pytest.mark.filterwarnings("ignore")
def test_pf_10_unbalanced_radial_network_agrees_with_power_grid_model(targets, record_property):
    expect, allowed = targets["pf-10"]["expect"], targets["pf-10"]["tolerance"]
    rng = np.random.default_rng(10)
    net = pandapower.create_empty_network()
    source = pandapower.create_bus(net, 10.0)
    pandapower.create_ext_grid(net, source, vm_pu=1.05)
    for _ in range(expect["n_feeder"]):
        above = source
        for _ in range(expect["n_node_per_feeder"]):
            bus = pandapower.create_bus(net, 10.0)
            pandapower.create_line(net, above, bus, rng.uniform(0.8, 1.2), "NA2XS2Y 1x185 RM/25 6/10 kV")
            pandapower.create_asymmetric_load(net, bus)
            above = bus
    net.line["r0_ohm_per_km"], net.line["x0_ohm_per_km"] = (
        4 * net.line.r_ohm_per_km,
        3 * net.line.x_ohm_per_km,
    )
    net.line["c0_nf_per_km"] = net.line.c_nf_per_km
    n = len(net.asymmetric_load)
    p_kw = rng.uniform(320, 480, (n, 3, 1)) / 3 * rng.uniform(0.5, 1.5, (n, 3, expect["n_t"]))
    q_kvar = p_kw * np.tan(np.arccos(0.95))
    ours = solve_3ph(from_pandapower(net), p_kw, q_kvar).vm_pu
    theirs = power_grid_model(net, p_kw, q_kvar)(CalculationMethod.newton_raphson, 1)
    worst = np.abs(ours - theirs).max()
    assert worst <= allowed["voltage_pu"]
    record_property("ours", f"largest difference {worst:.1e} pu")
