"""Published power flow results, through the reader for pandapower networks."""

import random

import numpy as np
import pandapower.networks as examples
import pytest

from calculators.adapters.pandapower import from_pandapower
from calculators.engine.grid import solve


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
