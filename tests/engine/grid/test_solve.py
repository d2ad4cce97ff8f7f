"""Properties of the power flow that hold for any load."""

import importlib
import logging
import random
import tracemalloc
from dataclasses import fields

import numpy as np
import pandapower.networks as pn
import pytest

from calculators.adapters.pandapower import from_pandapower
from calculators.engine.errors import InputError, SolveError
from calculators.engine.grid import solve

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)


@pytest.fixture(scope="module")
def networks():
    random.seed(1)
    mesh = pn.create_cigre_network_mv()
    mesh.switch["closed"] = True
    nets = {
        "lv": pn.create_cigre_network_lv(),
        "suburb": pn.create_kerber_vorstadtnetz_kabel_1(),
        "33": pn.case33bw(),
        "der": pn.create_cigre_network_mv(with_der="pv_wind"),
        "mesh": mesh,
    }
    return {name: from_pandapower(net) for name, net in nets.items()}


MODULE = importlib.import_module("calculators.engine.grid.solve")
BATCH = importlib.import_module("calculators.engine.grid.batch")
ALL = ("lv", "suburb", "33", "der", "mesh")
RADIAL = ALL[:-1]


def loads(network, n_t=20, seed=0, low=-0.2, high=1.2):
    share = np.random.default_rng(seed).uniform(low, high, (network.n_load, n_t))
    return network.p_load_kw[:, None] * share, network.q_load_kvar[:, None] * share[:, ::-1]


def equal(one, other, tolerance=0.0):
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray) and field.name != "residual_kva":
            np.testing.assert_allclose(left, right, rtol=tolerance, atol=tolerance, err_msg=field.name)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", RADIAL)
def test_sweep_equals_matrix(networks, name, seed):
    network = networks[name]
    p, q = loads(network, seed=seed)
    sweep, matrix = (solve(network, p, q, tol_kva=1e-8, method=way) for way in ("sweep", "z-bus"))
    assert (sweep.method, matrix.method) == ("sweep", "z-bus")
    np.testing.assert_allclose(sweep.vm_pu, matrix.vm_pu, rtol=0, atol=1e-8)
    np.testing.assert_allclose(sweep.line_loading_percent, matrix.line_loading_percent, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(
        sweep.trafo_loading_percent, matrix.trafo_loading_percent, rtol=1e-6, atol=1e-5
    )
    np.testing.assert_allclose(sweep.loss_kw, matrix.loss_kw, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_energy_balance_and_losses(networks, name):
    network = networks[name]
    p, q = loads(network, 50)
    found = solve(network, p, q, tol_kva=1e-9)
    load = p[network.load_node >= 0].sum(axis=0)
    generation = network.p_sgen_kw[network.sgen_node >= 0].sum()
    scale = np.abs(p).sum(axis=0) + generation
    assert np.all(np.abs(found.grid_import_kw + generation - load - found.loss_kw) <= 1e-9 * scale)
    assert np.all(found.loss_kw > 0)
    assert found.residual_kva.max() <= 1e-9


def test_energy_balance_closes_with_the_heat_in_the_lines(networks):
    """The 33-bus feeder has neither shunts nor transformers: its losses are 3 I^2 R, from the loadings alone."""
    network = networks["33"]
    p, q = loads(network, 50)
    found = solve(network, p, q, tol_kva=1e-9)
    live = network.line_branch >= 0
    i_ka = found.line_loading_percent[live] / 100 * network.line_i_max_ka[live][:, None]
    base_ohm = network.node_vn_kv[network.branch_from] ** 2
    r_ohm = (network.branch_z_pu.real * base_ohm)[network.line_branch[live]]
    heat_kw = 3 * (i_ka**2 * r_ohm[:, None]).sum(axis=0) * 1e3
    balance = found.grid_import_kw - p[network.load_node >= 0].sum(axis=0) - heat_kw
    assert np.all(np.abs(balance) <= 1e-9 * np.abs(found.grid_import_kw))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("method", ["sweep", "z-bus"])
def test_a_step_does_not_depend_on_the_steps_solved_with_it(networks, name, method, monkeypatch):
    network = networks[name]
    if method == "sweep" and not network.is_radial:
        return
    p, q = loads(network, 64, high=3.0 if network.is_radial else 1.0)
    together = solve(network, p, q, method=method)
    for chunk in (7, 13):
        monkeypatch.setattr(MODULE, "parts", lambda n_t, n_node, n=chunk: [
            slice(start, min(start + n, n_t)) for start in range(0, n_t, n)
        ])  # fmt: skip
        apart = solve(network, p, q, method=method)
        np.testing.assert_allclose(apart.vm_pu, together.vm_pu, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", ["lv", "suburb"])
def test_sweep_and_matrix_do_the_same_passes_so_that_browser_and_terminal_agree(networks, name):
    network = networks[name]
    p, q = loads(network, 100, low=0.1, high=2.0)
    one, other = (solve(network, p, q, method=way) for way in ("sweep", "z-bus"))
    np.testing.assert_allclose(one.vm_pu, other.vm_pu, rtol=0, atol=1e-10)
    np.testing.assert_allclose(one.line_loading_percent, other.line_loading_percent, rtol=1e-8, atol=1e-7)


@pytest.mark.parametrize("name", ["lv", "suburb", "33"])
def test_more_load_never_raises_a_voltage_of_a_radial_feeder(networks, name):
    network = networks[name]
    p, q = loads(network, 1, low=0.2, high=0.8)
    before = solve(network, p, q).vm_pu
    n = min(network.n_load, 40)
    more = np.repeat(p, n, axis=1)
    more[np.arange(n), np.arange(n)] += 1.0 + 0.2 * p[:n, 0]
    after = solve(network, more, np.repeat(q, n, axis=1)).vm_pu
    assert np.nanmax(after - before) <= 1e-9


@pytest.mark.parametrize("name", ALL)
def test_order_of_steps_does_not_matter(networks, name):
    network = networks[name]
    p, q = loads(network, 200)
    order = np.random.default_rng(3).permutation(200)
    straight, mixed = solve(network, p, q), solve(network, p[:, order], q[:, order])
    np.testing.assert_allclose(mixed.vm_pu, straight.vm_pu[:, order], rtol=0, atol=1e-9)
    np.testing.assert_allclose(mixed.loss_kw, straight.loss_kw[order], rtol=1e-6, atol=1e-6)


def test_chunks_do_not_matter(networks, monkeypatch):
    network = networks["lv"]
    p, q = loads(network, 300)
    whole = solve(network, p, q, tol_kva=1e-9)
    monkeypatch.setattr(BATCH, "CHUNK_VALUES", 1)
    equal(solve(network, p, q, tol_kva=1e-9), whole, 1e-8)


@pytest.mark.parametrize("name", ALL)
def test_summary_is_the_reduction_of_the_full_result(networks, name):
    network = networks[name]
    p, q = loads(network, 400, low=0.0, high=2.0)
    full, brief = solve(network, p, q), solve(network, p, q, keep="summary")
    for result in (full, brief):
        np.testing.assert_array_equal(result.vm_min_pu, full.vm_pu.min(axis=1))
        np.testing.assert_array_equal(result.vm_max_pu, full.vm_pu.max(axis=1))
        np.testing.assert_array_equal(result.line_max_percent, full.line_loading_percent.max(axis=1))
        np.testing.assert_array_equal(
            result.trafo_max_percent, full.trafo_loading_percent.max(axis=1, initial=0.0)
        )
        above = np.concatenate([full.line_loading_percent, full.trafo_loading_percent]) > 100
        np.testing.assert_array_equal(result.steps_above_100, above.sum(axis=1))
        np.testing.assert_array_equal(result.loss_kw, full.loss_kw)
        np.testing.assert_array_equal(result.grid_import_kw, full.grid_import_kw)
    kept = brief.worst_steps
    assert kept.size == 20 and np.all(np.diff(kept) > 0)
    np.testing.assert_array_equal(brief.vm_pu, full.vm_pu[:, kept])
    np.testing.assert_array_equal(brief.line_loading_percent, full.line_loading_percent[:, kept])
    np.testing.assert_array_equal(full.worst_steps, np.arange(400))


@pytest.mark.parametrize("name", ALL)
def test_percentiles_of_the_summary_are_within_their_bound(networks, name):
    network = networks[name]
    p, q = loads(network, 700)
    full, brief = solve(network, p, q), solve(network, p, q, keep="summary")
    ordered = np.sort(full.vm_pu, axis=1)
    for percent, exact, counted in (
        (5, full.vm_p05_pu, brief.vm_p05_pu),
        (50, full.vm_p50_pu, brief.vm_p50_pu),
        (95, full.vm_p95_pu, brief.vm_p95_pu),
    ):
        np.testing.assert_array_equal(exact, np.percentile(full.vm_pu, percent, axis=1))
        rank = percent / 100 * 699
        low, high = ordered[:, int(np.floor(rank))], ordered[:, int(np.ceil(rank))]
        assert np.all((counted >= low - 2e-4) & (counted <= high + 2e-4))


def test_hours_above_count_the_steps_outside_each_limit(networks):
    network = networks["lv"]
    p, q = loads(network, 100, low=0.0, high=2.0)
    limits = (0.93, 0.995)
    found = solve(network, p, q, keep="summary", dt_h=0.25, vm_limits_pu=limits)
    full = solve(network, p, q)
    for name, broken in (
        ("line", full.line_loading_percent > 100),
        ("trafo", full.trafo_loading_percent > 100),
        ("vm_low", full.vm_pu < limits[0]),
        ("vm_high", full.vm_pu > limits[1]),
    ):
        np.testing.assert_array_equal(found.hours_above[name], 0.25 * broken.sum(axis=1))
        assert name == "line" or found.hours_above[name].any()


def test_memory_of_a_summary_does_not_grow_with_the_steps(networks):
    network, peaks = networks["suburb"], []
    for n_t in (4_000, 16_000):
        p = np.broadcast_to(network.p_load_kw[:, None], (network.n_load, n_t))
        tracemalloc.start()
        solve(network, p, p, keep="summary")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    per_step = (peaks[1] - peaks[0]) / 12_000
    assert per_step < 20 * 8, "a handful of numbers per step; 294 buses in full would be 294 x 8 bytes"
    assert peaks[0] < 100e6


def test_generation_replaces_that_of_the_network(networks):
    network = networks["der"]
    p, q = loads(network, 5)
    own = np.repeat(network.p_sgen_kw[:, None], 5, axis=1)
    equal(solve(network, p, q, p_sgen_kw=own), solve(network, p, q))
    none = solve(network, p, q, p_sgen_kw=0 * own)
    assert np.all(none.grid_import_kw > solve(network, p, q).grid_import_kw)


def test_generation_is_negative_load(networks):
    network = networks["der"]
    zero = np.zeros((network.n_load, 1))
    gen = np.zeros((len(network.sgen_node), 1))
    gen[0] = 100.0
    lifted = solve(network, zero, zero, p_sgen_kw=gen, q_sgen_kvar=0 * gen)
    at = network.sgen_node[0]
    row = np.flatnonzero(network.load_node == at)
    assert row.size
    zero[row[0]] = -100.0
    equal(lifted, solve(network, zero, 0 * zero, p_sgen_kw=0 * gen, q_sgen_kvar=0 * gen), 1e-9)


@pytest.mark.parametrize("name", ["lv", "mesh"])
def test_collapse_names_step_and_share(networks, name):
    network = networks[name]
    p, q = (
        np.repeat(network.p_load_kw[:, None], 6, axis=1),
        np.repeat(network.q_load_kvar[:, None], 6, axis=1),
    )
    p[:, 4] *= 100
    q[:, 4] *= 100
    with pytest.raises(SolveError) as caught:
        solve(network, p, q)
    (problem,) = caught.value.problems
    assert problem.code == "collapse" and problem.where == "step 4"
    assert "in 1 step(s) (4)" in problem.message and "in step 4 it collapses at about" in problem.message
    share = float(problem.message.split("collapses at about ")[1].split(" %")[0])
    assert 0 < share < 100
    p[:, 4] *= share / 100 * 0.98
    q[:, 4] *= share / 100 * 0.98
    assert np.isfinite(solve(network, p, q).loss_kw).all()


BAD = {
    "one dimension": (lambda p, q: (p[:, 0], q[:, 0]), "it must be"),
    "rows": (lambda p, q: (p[1:], q[1:]), "it must be"),
    "no steps": (lambda p, q: (p[:, :0], q[:, :0]), "it must be"),
    "p and q differ": (lambda p, q: (p, q[:, :3]), "must be equal"),
    "NaN": (lambda p, q: (np.where(p == p[2, 3], np.nan, p), q), "p is nan in step 3"),
    "infinite": (lambda p, q: (p, np.where(q == q[2, 3], np.inf, q)), "q is inf in step 3"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arrays_are_refused(networks, name):
    network = networks["lv"]
    spoil, text = BAD[name]
    with pytest.raises(InputError, match=r"shape|step") as caught:
        solve(network, *spoil(*loads(network)))
    assert text in str(caught.value)


def test_other_bad_calls_are_refused(networks):
    network = networks["der"]
    p, q = loads(network)
    with pytest.raises(InputError, match="generators have 3 steps, the loads 20"):
        few = np.zeros((len(network.sgen_node), 3))
        solve(network, p, q, p_sgen_kw=few, q_sgen_kvar=few)
    with pytest.raises(InputError, match="static generator"):
        solve(network, p, q, p_sgen_kw=np.zeros((1, 20)))
    with pytest.raises(InputError, match="radial"):
        solve(networks["mesh"], *loads(networks["mesh"]), method="sweep")


def test_full_result_above_two_gigabytes_is_refused(networks, monkeypatch):
    monkeypatch.setattr(MODULE, "MAX_FULL_BYTES", 1000)
    with pytest.raises(InputError, match="2 GB"):
        solve(networks["lv"], *loads(networks["lv"]))


@pytest.mark.parametrize("keep", ["full", "summary"])
def test_progress_false_stops_and_keeps_what_was_solved(networks, monkeypatch, keep):
    monkeypatch.setattr(BATCH, "CHUNK_VALUES", 1)
    network, seen = networks["lv"], []
    p, q = loads(network, 300)

    def stop(done, total):
        seen.append((done, total))
        return done < 128

    found = solve(network, p, q, keep=keep, progress=stop)
    assert found.partial and seen == [(64, 300), (128, 300)]
    assert np.isfinite(found.loss_kw[:128]).all() and np.isnan(found.loss_kw[128:]).all()
    assert keep == "full" or found.worst_steps.max() < 128
    whole = solve(network, p, q, progress=lambda done, total: True)
    assert not whole.partial
    np.testing.assert_array_equal(found.loss_kw[:128], whole.loss_kw[:128])
    assert not solve(network, p, q, progress=lambda done, total: done < total).partial
