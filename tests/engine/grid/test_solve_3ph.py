"""Three phases: against hand calculation, pandapower and power-grid-model, and properties for any load."""

import cmath
import logging
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandapower as pp
import pandapower.networks as pn
import pytest
from power_grid_model import CalculationMethod

from benchmarks.peers import power_grid_model
from calculators.adapters.pandapower import from_pandapower
from calculators.engine.errors import InputError, SolveError
from calculators.engine.grid import Network, solve, solve_3ph

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)


def completed(net):
    """Give a network the zero-sequence data that pandapower demands."""
    net.ext_grid["s_sc_max_mva"], net.ext_grid["rx_max"] = 250.0, 0.3
    net.ext_grid["x0x_max"], net.ext_grid["r0x0_max"] = 1.2, 0.2
    net.line["r0_ohm_per_km"] = 3.7 * net.line.r_ohm_per_km
    net.line["x0_ohm_per_km"] = 2.9 * net.line.x_ohm_per_km
    net.line["c0_nf_per_km"] = 0.6 * net.line.c_nf_per_km
    net.trafo["vector_group"] = "Dyn"
    net.trafo["vk0_percent"], net.trafo["vkr0_percent"] = 0.95 * net.trafo.vk_percent, net.trafo.vkr_percent
    net.trafo["mag0_percent"], net.trafo["mag0_rx"], net.trafo["si0_hv_partial"] = 90.0, 0.2, 0.8
    return net


def unbalanced(net, seed):
    """Replace the loads by asymmetric ones, each phase drawn on its own; every fourth on one phase only."""
    rng = np.random.default_rng(seed)
    for row, load in net.load.iterrows():
        share = rng.dirichlet([1.0, 1.0, 1.0]) if row % 4 else np.eye(3)[rng.integers(3)] * 0.4
        p, q = load.p_mw * share, load.q_mvar * share * rng.uniform(0.5, 1.5, 3)
        pp.create_asymmetric_load(
            net, load.bus, *p, *q, type="delta" if row % 5 == 4 and p.min() > 0 else "wye"
        )
    net.load.drop(net.load.index, inplace=True)
    return net


def two_levels():
    """A medium-voltage line with a load of its own, YNyn and Dyn transformers with taps, generators, charging."""
    net = pp.create_empty_network()
    mv = [pp.create_bus(net, 20.0) for _ in range(3)]
    lv = [pp.create_bus(net, 0.4) for _ in range(6)]
    pp.create_ext_grid(net, mv[0], vm_pu=1.02)
    for start, stop in pairwise(mv):
        pp.create_line(net, start, stop, 4.0, "NA2XS2Y 1x150 RM/25 12/20 kV")
    for bus, first, tap in ((mv[1], lv[0], -1), (mv[2], lv[3], 2)):
        pp.create_transformer(net, bus, first, "0.25 MVA 20/0.4 kV", tap_pos=tap)
    for start, stop in ((lv[0], lv[1]), (lv[1], lv[2]), (lv[3], lv[4]), (lv[3], lv[5])):
        pp.create_line(net, start, stop, 0.2, "NAYY 4x150 SE")
    net = completed(net)
    net.trafo.loc[1, "vector_group"] = "YNyn"
    net.trafo.loc[1, "shift_degree"] = 0.0
    pp.create_asymmetric_load(net, mv[2], 0.3, 0.1, 0.2, 0.05, 0.06, 0.01)
    pp.create_load(net, lv[1], 0.03, 0.005)
    pp.create_asymmetric_load(net, lv[2], 0.02, 0.0, 0.004, 0.003, 0.0, 0.001)
    pp.create_asymmetric_load(net, lv[4], 0.01, 0.015, 0.0, 0.003, 0.001, 0.001, type="delta")
    pp.create_asymmetric_sgen(net, lv[5], 0.0, 0.012, 0.0, 0.0, 0.001, 0.0)
    pp.create_sgen(net, lv[1], 0.006, 0.0, type="wye")  # pandapower leaves out other types without a word
    return net


def kerber(name):
    random.seed(1)
    return getattr(pn, f"create_kerber_{name}")()


NETWORKS = {
    "european": lambda: pn.ieee_european_lv_asymmetric("on_peak_566"),
    "rural overhead": lambda: unbalanced(completed(kerber("landnetz_freileitung_1")), 1),
    "rural cable": lambda: unbalanced(completed(kerber("landnetz_kabel_1")), 2),
    "village": lambda: unbalanced(completed(kerber("dorfnetz")), 3),
    "suburb": lambda: unbalanced(completed(kerber("vorstadtnetz_kabel_1")), 4),
    "cigre": lambda: unbalanced(completed(pn.create_cigre_network_lv()), 5),
    "two levels": two_levels,
}


def own(network, factor=1.0):
    phases = network.three_phase
    return factor * phases.load_p_kw[..., None], factor * phases.load_q_kvar[..., None]


@pytest.fixture(scope="module")
def feeder():
    return from_pandapower(unbalanced(completed(kerber("landnetz_kabel_1")), 2))


@pytest.mark.parametrize("name", NETWORKS)
def test_pandapower_finds_the_same_voltages_unbalance_currents_and_power(name):
    net = NETWORKS[name]()
    network = from_pandapower(net)
    pp.runpp_3ph(net, numba=False)
    found = solve_3ph(network, *own(network))
    voltage = net.res_bus_3ph[["vm_a_pu", "vm_b_pu", "vm_c_pu"]].to_numpy()
    np.testing.assert_allclose(found.vm_pu[:, :, 0], voltage, rtol=0, atol=1e-4)
    np.testing.assert_allclose(
        found.vuf_percent[:, 0], net.res_bus_3ph.unbalance_percent.to_numpy(), rtol=0, atol=5e-3
    )
    neutral = 1e3 * np.maximum(net.res_line_3ph.i_n_from_ka, net.res_line_3ph.i_n_to_ka)
    np.testing.assert_allclose(found.neutral_a[:, 0], neutral, rtol=1e-3, atol=0.05)
    np.testing.assert_allclose(
        found.line_loading_percent[:, 0], net.res_line_3ph.loading_percent, rtol=1e-3, atol=0.02
    )
    np.testing.assert_allclose(
        found.trafo_loading_percent[:, 0], net.res_trafo_3ph.loading_percent, rtol=1e-3, atol=0.02
    )


@pytest.mark.parametrize("name", ["european", "village", "suburb"])
def test_power_grid_model_finds_the_same_voltages(name):
    """Its source is ideal here, its transformers have no zero-sequence data of their own, its loads no delta."""
    net = NETWORKS[name]()
    net.asymmetric_load["type"] = "wye"
    net.ext_grid["s_sc_max_mva"] = np.nan
    net.trafo["vk0_percent"], net.trafo["mag0_percent"] = np.nan, np.nan
    net.trafo["i0_percent"], net.trafo["pfe_kw"] = 0.0, 0.0
    network = from_pandapower(net)
    rng = np.random.default_rng(7)
    scale = rng.uniform(0.0, 2.0, (network.n_load, 3, 8))
    p, q = (power * scale for power in own(network))
    theirs = power_grid_model(net, p, q)(CalculationMethod.newton_raphson, 1)
    np.testing.assert_allclose(solve_3ph(network, p, q).vm_pu, theirs, rtol=0, atol=1e-7)


def single_line(delta=False, group=None):
    """One line of 0.5 km behind an ideal source of 400 V, or behind a transformer."""
    net = pp.create_empty_network()
    source = pp.create_bus(net, 0.4 if group is None else 10.0)
    pp.create_ext_grid(net, source)
    start = source
    if group is not None:
        start = pp.create_bus(net, 0.4)
        pp.create_transformer(net, source, start, "0.25 MVA 10/0.4 kV")
        net.trafo["vector_group"] = group
        net.trafo["pfe_kw"], net.trafo["i0_percent"] = 0.0, 0.0
    end = pp.create_bus(net, 0.4)
    pp.create_line_from_parameters(
        net, start, end, 0.5, 0.2, 0.08, 0.0, 0.3, r0_ohm_per_km=0.8, x0_ohm_per_km=0.3, c0_nf_per_km=0.0
    )
    pp.create_asymmetric_load(net, end, type="delta" if delta else "wye")
    return from_pandapower(net)


def quadratic(source_v, z_ohm, s_va):
    """Voltage at constant power behind an impedance, by hand: |V|^2 solves a quadratic equation."""
    r, x, p, q = z_ohm.real, z_ohm.imag, s_va.real, s_va.imag
    b = source_v**2 - 2 * (p * r + q * x)
    return cmath.sqrt((b + cmath.sqrt(b * b - 4 * abs(z_ohm * s_va) ** 2)) / 2).real


def test_one_phase_drops_over_the_loop_of_phase_and_neutral_by_hand():
    p, q = np.zeros((1, 3, 1)), np.zeros((1, 3, 1))
    p[0, 1], q[0, 1] = 7.4, 1.0
    found = solve_3ph(single_line(), p, q, tol_kva=1e-10)
    nominal = 400 / np.sqrt(3)
    loop = (0.5 * (0.8 + 0.3j) + 2 * 0.5 * (0.2 + 0.08j)) / 3  # (Z0 + 2 Z1) / 3
    v = quadratic(nominal, loop, 7400 + 1000j)
    assert found.vm_pu[1, 1, 0] == pytest.approx(v / nominal, abs=1e-10)
    current = np.hypot(7400, 1000) / v
    assert found.neutral_a[0, 0] == pytest.approx(current, rel=1e-9)
    assert found.line_loading_percent[0, 0] == pytest.approx(current / 300 * 100, rel=1e-9)
    i = np.conj((7400 + 1000j) / v)  # relative to its own voltage
    assert found.loss_kw[0] == pytest.approx(abs(i) ** 2 * loop.real / 1e3, rel=1e-9)


def test_a_load_between_two_phases_drops_over_twice_the_phase_by_hand():
    """Three wires without neutral: no zero sequence, so the loop is two phase conductors."""
    p, q = np.zeros((1, 3, 1)), np.zeros((1, 3, 1))
    p[0, 0] = 7.4
    for network in (single_line(delta=True), single_line(delta=True, group="Dd")):
        found = solve_3ph(network, p, q, tol_kva=1e-10)
        z = 2 * 0.5 * (0.2 + 0.08j)
        if network.trafo_branch.size:
            z_trafo = network.branch_z_pu[network.trafo_branch[0]] * 0.4**2
            z += 2 * z_trafo
            assert found.line_to_line.tolist() == [False, True, True]
        v = quadratic(400.0, z, 7400 + 0j)
        assert found.neutral_a[0, 0] == pytest.approx(0.0, abs=1e-9)
        assert found.line_loading_percent[0, 0] == pytest.approx(7400 / v / 300 * 100, rel=1e-8)
        if network.trafo_branch.size:
            assert found.vm_pu[2, 0, 0] == pytest.approx(v / 400, abs=1e-9)


def test_a_load_to_a_neutral_that_is_not_there_is_refused():
    network = single_line(group="Dd")
    p = np.zeros((1, 3, 1))
    p[0, 0] = 3.0
    with pytest.raises(InputError, match="no neutral reaches it"):
        solve_3ph(network, p, 0 * p)
    p[:] = 3.0  # equal on all phases it needs none
    assert solve_3ph(network, p, 0 * p).vuf_percent.max() < 1e-9


def test_balanced_loads_give_the_balanced_solution(feeder):
    rng = np.random.default_rng(1)
    p = feeder.p_load_kw[:, None] * rng.uniform(0, 1.5, (feeder.n_load, 30))
    q = 0.3 * p
    thirds = [np.repeat(power[:, None] / 3, 3, axis=1) for power in (p, q)]
    plain, found = solve(feeder, p, q, tol_kva=1e-9), solve_3ph(feeder, *thirds, tol_kva=1e-9)
    for phase in range(3):
        np.testing.assert_allclose(found.vm_pu[:, phase], plain.vm_pu, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.line_loading_percent, plain.line_loading_percent, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(found.trafo_loading_percent, plain.trafo_loading_percent, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(found.loss_kw, plain.loss_kw, rtol=1e-7, atol=1e-8)
    assert found.vuf_percent.max() < 1e-8 and found.neutral_a.max() < 1e-5


def test_turning_all_phases_turns_the_voltages(feeder):
    p, q = own(feeder)
    straight = solve_3ph(feeder, p, q, tol_kva=1e-9)
    turned = solve_3ph(feeder, np.roll(p, 1, axis=1), np.roll(q, 1, axis=1), tol_kva=1e-9)
    np.testing.assert_allclose(turned.vm_pu, np.roll(straight.vm_pu, 1, axis=1), rtol=0, atol=1e-9)
    np.testing.assert_allclose(turned.vuf_percent, straight.vuf_percent, rtol=0, atol=1e-7)
    np.testing.assert_allclose(turned.neutral_a, straight.neutral_a, rtol=1e-7, atol=1e-7)


def test_order_of_steps_and_customers_does_not_matter(feeder):
    rng = np.random.default_rng(2)
    p, q = (power * rng.uniform(0, 1.3, (feeder.n_load, 3, 90)) for power in own(feeder))
    straight = solve_3ph(feeder, p, q)
    steps, rows = rng.permutation(90), rng.permutation(feeder.n_load)
    mixed = solve_3ph(feeder, p[..., steps], q[..., steps])
    np.testing.assert_allclose(mixed.vm_pu, straight.vm_pu[..., steps], rtol=0, atol=1e-12)
    phases = replace(
        feeder.three_phase,
        load_delta=feeder.three_phase.load_delta[rows],
        load_p_kw=feeder.three_phase.load_p_kw[rows],
        load_q_kvar=feeder.three_phase.load_q_kvar[rows],
    )
    other = replace(
        feeder,
        three_phase=phases,
        load_node=feeder.load_node[rows],
        load_names=tuple(feeder.load_names[row] for row in rows),
        p_load_kw=feeder.p_load_kw[rows],
        q_load_kvar=feeder.q_load_kvar[rows],
    )
    np.testing.assert_allclose(solve_3ph(other, p[rows], q[rows]).vm_pu, straight.vm_pu, rtol=0, atol=1e-12)


def test_energy_balance_closes(feeder):
    """Heat in lines from their phase currents is not at hand by phase, so all power is taken: in = out + losses."""
    network = from_pandapower(two_levels())
    found = solve_3ph(network, *own(network), tol_kva=1e-10)
    load = network.three_phase.load_p_kw.sum() - network.three_phase.sgen_p_kw.sum()
    assert found.grid_import_kw[0] == pytest.approx(load + found.loss_kw[0], rel=1e-12)
    assert 0 < found.loss_kw[0] < 0.1 * load


def test_stored_network_gives_the_same_result(feeder):
    again = Network.from_dict(feeder.to_dict())
    np.testing.assert_array_equal(solve_3ph(again, *own(again)).vm_pu, solve_3ph(feeder, *own(feeder)).vm_pu)


def test_assumptions_are_named():
    net = kerber("landnetz_kabel_1")
    net.trafo["vector_group"] = None
    network = from_pandapower(net)
    notes = solve_3ph(network, *own(network)).notes
    for text in ("r0_ohm_per_km", "vector group", "zero-sequence data", "s_sc_max_mva"):
        assert any(text in note for note in notes), text


def test_bad_calls_are_refused_by_message(feeder):
    p, q = own(feeder)
    with pytest.raises(InputError, match=r"must be \(8, 3, number of steps\)"):
        solve_3ph(feeder, p[:, 0], q[:, 0])
    with pytest.raises(InputError, match="p is nan in step 0"):
        solve_3ph(feeder, np.full_like(p, np.nan), q)
    with pytest.raises(InputError, match="no three-phase data"):
        solve_3ph(replace(feeder, three_phase=None), p, q)
    with pytest.raises(SolveError, match="collapses at about"):
        solve_3ph(feeder, 100 * p, 100 * q)
    gone = replace(feeder.three_phase, load_delta=feeder.three_phase.load_delta[1:])
    assert replace(feeder, three_phase=gone).faults() == ["three_phase.load_delta has shape (7,), not (8,)."]


def test_progress_false_stops_and_keeps_what_was_solved(feeder, monkeypatch):
    import importlib

    monkeypatch.setattr(importlib.import_module("calculators.engine.grid.batch"), "CHUNK_VALUES", 1)
    p, q = (np.repeat(power, 200, axis=2) for power in own(feeder))
    found = solve_3ph(feeder, p, q, progress=lambda done, total: done < 128)
    assert found.partial and np.isfinite(found.vm_pu[..., :128]).all()
    for late in (found.vm_pu[..., 128:], found.loss_kw[128:], found.neutral_a[:, 128:]):
        assert np.isnan(late).all()
