"""Hosting capacity: by hand, by trying every number, and properties."""

import importlib
import logging

import numpy as np
import pandapower as pp
import pandapower.networks as pn
import pytest

from calculators.adapters.pandapower import from_pandapower
from calculators.engine.errors import InputError
from calculators.engine.grid import Limits, hosting_capacity, solve, solve_3ph

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)
HOSTING = importlib.import_module("calculators.engine.grid.hosting")


@pytest.fixture(scope="module")
def rural():
    return from_pandapower(pn.create_kerber_landnetz_freileitung_1())


def day(network, n_t=24, seed=0, low=0.1, high=0.4):
    rng = np.random.default_rng(seed)
    base = network.p_load_kw[:, None] * rng.uniform(low, high, (network.n_load, n_t))
    ev = np.zeros((40, n_t))
    for row in ev:
        start, length = rng.integers(0, n_t - 8), rng.integers(2, 8)
        row[start : start + length] = 11.0
    return base, ev


def capacity(network, base, ev, seed=1, n_draws=20, **options):
    return hosting_capacity(
        network, base, ev_kw=ev, rng=np.random.default_rng(seed), n_draws=n_draws, **options
    )


def busbar(n_customer, s_kva=100.0):
    """Customers at the low-voltage side of one transformer: only its rating counts."""
    net = pp.create_empty_network()
    high, low = pp.create_bus(net, 20.0), pp.create_bus(net, 0.4)
    pp.create_ext_grid(net, high)
    pp.create_transformer_from_parameters(net, high, low, s_kva / 1e3, 20.0, 0.4, 0.0, 1e-3, 0.0, 0.0)
    for _ in range(n_customer):
        pp.create_load(net, low, 0.0)
    return from_pandapower(net)


def test_transformer_of_100_kva_carries_nine_cars_of_11_kw_by_hand():
    """9 x 11 = 99 kW fit, 110 kW do not; with 2 kW of base load in one step 99 kW still fit in the other steps."""
    network = busbar(20)
    base, ev = np.zeros((20, 3)), np.array([[11.0, 11.0, 0.0]])
    found = capacity(network, base, ev)
    np.testing.assert_array_equal(found.n_ev, 9)
    np.testing.assert_array_equal(found.capacity_kw, 99.0)
    assert set(found.binding) == {"trafo"} and set(found.element) == {0} and set(found.step) <= {0, 1}
    assert (found.n_max, found.fits_empty, found.partial) == (20, True, False)
    np.testing.assert_array_equal(found.standard_error[1:], 0.0)
    base[3, 1] = 2.0
    np.testing.assert_array_equal(capacity(network, base, ev).n_ev, 8)
    base[3, 1], base[3, 2] = 0.0, 99.0
    np.testing.assert_array_equal(capacity(network, base, ev).n_ev, 9)


def test_all_customers_fit_under_a_large_transformer():
    found = capacity(busbar(5, 1000.0), np.zeros((5, 2)), np.array([[11.0, 0.0]]), ev_per_customer=2)
    np.testing.assert_array_equal(found.n_ev, 10)
    assert set(found.binding) == {"none"} and set(found.element) == {-1} and set(found.step) == {-1}


def test_drop_limit_by_hand():
    """One line of 0.1 ohm at 400 V: P = 400^2 d (1 - d) / R gives 15.2 kW at a drop of 1 %."""
    net = pp.create_empty_network()
    one, two = (pp.create_bus(net, 0.4) for _ in range(2))
    pp.create_ext_grid(net, one)
    pp.create_line_from_parameters(net, one, two, 1.0, 0.1, 1e-6, 0.0, 1.0)
    for _ in range(30):
        pp.create_load(net, two, 0.0)
    network = from_pandapower(net)
    most = 400**2 * 0.01 * 0.99 / 0.1 / 1e3
    found = capacity(network, np.zeros((30, 1)), np.array([[1.0]]), limits=Limits(drop_percent=1.0))
    np.testing.assert_array_equal(found.n_ev, int(most))
    assert set(found.binding) == {"drop"} and set(found.element) == {1}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("limits", [Limits(), Limits(drop_percent=3.0), Limits(line_percent=60.0)])
def test_trying_every_number_of_cars_finds_the_same(rural, limits, seed):
    base, ev = day(rural, seed=seed)
    found = capacity(rural, base, ev, seed, n_draws=6, limits=limits, ev_per_customer=3)
    rng = np.random.default_rng(seed)
    customers = np.repeat(np.arange(rural.n_load), 3)
    for draw in range(6):
        order, profile = rng.permutation(customers), rng.integers(40, size=customers.size)
        rng.integers(3, size=rural.n_load)
        fits, load = 0, base.copy()
        for n_ev, (customer, one) in enumerate(zip(order, profile, strict=True), start=1):
            load[customer] += ev[one]
            r = solve(rural, load, 0 * load)
            kept = (
                r.trafo_max_percent.max() <= limits.trafo_percent
                and r.line_max_percent.max() <= limits.line_percent
            )
            lowest = max(limits.vm_min_pu, 1.0 - (limits.drop_percent or 100.0) / 100)
            if not (kept and np.nanmin(r.vm_min_pu) >= lowest):
                break
            fits = n_ev
        assert found.n_ev[draw] == fits
        if found.binding[draw] in {"drop", "vm_low"}:
            at = found.element[draw], found.step[draw]
            assert r.vm_pu[at] == np.nanmin(r.vm_pu)
        elif found.binding[draw] == "line":
            at = found.element[draw], found.step[draw]
            assert r.line_loading_percent[at] == pytest.approx(r.line_max_percent.max(), rel=1e-9)


def test_same_seed_same_result_whatever_the_group(rural, monkeypatch):
    base, ev = day(rural)
    free = {"n_draws": 15, "ev_per_customer": 3, "limits": Limits(drop_percent=4.0)}
    one = capacity(rural, base, ev, **free)
    monkeypatch.setattr(HOSTING, "GROUP_STEPS", 24 * 4)
    other = capacity(rural, base, ev, **free)
    np.testing.assert_array_equal(one.n_ev, other.n_ev)
    np.testing.assert_array_equal(one.step, other.step)
    assert one.binding == other.binding
    np.testing.assert_array_equal(one.n_power_flow, other.n_power_flow)
    assert not np.array_equal(one.n_ev, capacity(rural, base, ev, seed=2, **free).n_ev)


def test_estimate_settles_with_its_standard_error(rural):
    found = capacity(rural, *day(rural), n_draws=40, ev_per_customer=3, limits=Limits(drop_percent=4.0))
    assert found.n_ev.std() > 0
    for n in (2, 17, 40):
        assert found.running_mean[n - 1] == pytest.approx(found.n_ev[:n].mean())
        assert found.standard_error[n - 1] == pytest.approx(found.n_ev[:n].std(ddof=1) / np.sqrt(n))
    assert np.isnan(found.standard_error[0])


def test_tighter_limits_more_load_and_larger_cars_never_let_more_in(rural):
    base, ev = day(rural)
    first = capacity(rural, base, ev, limits=Limits(drop_percent=6.0))
    for changed in (
        capacity(rural, base, ev, limits=Limits(drop_percent=4.0)),
        capacity(rural, 1.5 * base, ev, limits=Limits(drop_percent=6.0)),
        capacity(rural, base, 1.3 * ev, limits=Limits(drop_percent=6.0)),
    ):
        assert np.all(changed.n_ev <= first.n_ev) and changed.n_ev.sum() < first.n_ev.sum()


def test_limits_broken_without_a_car_are_said(rural):
    base, ev = day(rural)
    found = capacity(rural, 12 * base, ev)
    assert not found.fits_empty and not found.n_ev.any() and set(found.binding) <= {"trafo", "line", "vm_low"}


def test_a_network_that_collapses_is_a_broken_limit(rural):
    base, ev = day(rural)
    free = Limits(trafo_percent=1e9, line_percent=None, vm_min_pu=None, vm_max_pu=None)
    found = capacity(rural, base, 20 * ev, limits=free, n_draws=4)
    assert set(found.binding) == {"collapse"}


def test_progress_false_keeps_the_draws_done(rural, monkeypatch):
    monkeypatch.setattr(HOSTING, "GROUP_STEPS", 24 * 5)
    base, ev = day(rural)
    seen = []
    found = capacity(rural, base, ev, progress=lambda done, total: seen.append((done, total)) or done < 10)
    assert seen == [(5, 20), (10, 20)] and found.partial and found.n_ev.size == 10
    np.testing.assert_array_equal(found.n_ev, capacity(rural, base, ev).n_ev[:10])


def by_phase(network, base):
    load = np.zeros((network.n_load, 3, base.shape[1]))
    load[np.arange(network.n_load), np.arange(network.n_load) % 3] = base
    return load


def test_three_phases_keep_every_limit_and_the_next_car_breaks_one(rural):
    base, ev = day(rural)
    base, ev = by_phase(rural, base), ev / 11 * 3.7
    limits = Limits(vuf_percent=1.5)
    found = capacity(rural, base, ev, n_draws=5, phases="random", limits=limits)
    rng = np.random.default_rng(1)
    for draw in range(5):
        order, profile = rng.permutation(rural.n_load), rng.integers(40, size=rural.n_load)
        phase = rng.integers(3, size=rural.n_load)[order]
        for n_ev, good in ((found.n_ev[draw], True), (found.n_ev[draw] + 1, False)):
            if n_ev > rural.n_load:
                assert found.binding[draw] == "none"
                continue
            load = base.copy()
            np.add.at(load, (order[:n_ev], phase[:n_ev]), ev[profile[:n_ev]])
            r = solve_3ph(rural, load, 0 * load)
            kept = (
                r.vm_pu.min() >= 0.9 and r.vm_pu.max() <= 1.1 and r.vuf_percent.max() <= 1.5
                and r.line_loading_percent.max() <= 100 and r.trafo_loading_percent.max() <= 100
            )  # fmt: skip
            assert kept == good


def test_all_cars_on_one_phase_fit_worse_than_in_turn(rural):
    base, ev = day(rural)
    base, ev = by_phase(rural, base), ev / 11 * 7.4
    same = capacity(rural, base, ev, phases=np.zeros(rural.n_load, dtype=int))
    turn = capacity(rural, base, ev, phases="rotating")
    assert same.n_ev.mean() < turn.n_ev.mean()
    assert set(same.binding) <= {"vuf", "line", "vm_low", "trafo"}


BAD = {
    "base": ({"base": np.zeros((3, 24))}, "base_kw has shape"),
    "ev": ({"ev": np.zeros((4, 5))}, "ev_kw has shape"),
    "nan": ({"ev": np.full((4, 24), np.nan)}, "ev_kw holds values that are not finite"),
    "draws": ({"n_draws": 0}, "n_draws is 0"),
    "phases": ({"phases": "sometimes"}, "phases is 'sometimes'"),
    "limit": ({"limits": Limits(trafo_percent=-1.0)}, "trafo_percent is -1.0 %"),
    "band": ({"limits": Limits(vm_min_pu=1.2)}, "vm_min_pu is 1.2 pu"),
    "top": ({"limits": Limits(vm_max_pu=0.9)}, "vm_max_pu is 0.9 pu"),
    "none": ({"limits": Limits(None, None, None, None, None, None)}, "all limits are switched off"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_calls_are_refused_by_message(rural, name):
    base, ev = day(rural)
    options, message = BAD[name]
    options = {"base": base, "ev": ev, **options}
    with pytest.raises(InputError, match=message):
        capacity(rural, options.pop("base"), options.pop("ev"), **options)
    with pytest.raises(InputError, match="numbers 0, 1 or 2"):
        capacity(rural, by_phase(rural, base), ev, phases=np.full(rural.n_load, 4))


def test_use_by_phase_is_that_of_the_whole_network_though_rows_of_lines_are_measured_once():
    net = pn.ieee_european_lv_asymmetric("on_peak_566")
    rng = np.random.default_rng(8)
    net.line["max_i_ka"] = rng.uniform(0.1, 0.5, len(net.line))
    network = from_pandapower(net)
    p = rng.uniform(0, 3, (network.n_load, 3, 6))
    meter = importlib.import_module("calculators.engine.grid.limits").Meter(network, Limits(), phases=True)
    use, whole = meter.use(p, 0.3 * p), solve_3ph(network, p, 0.3 * p)
    np.testing.assert_allclose(100 * use.share[1], whole.line_loading_percent.max(axis=0), rtol=1e-5)
    np.testing.assert_array_equal(use.element[1], whole.line_loading_percent.argmax(axis=0))
    np.testing.assert_allclose(100 * use.share[0], whole.trafo_loading_percent.max(axis=0), rtol=1e-5)
    at_customers = np.isin(network.bus_node, network.load_node)
    lowest = whole.vm_pu[at_customers].min(axis=(0, 1))
    np.testing.assert_allclose(use.share[2], (1.05 - lowest) / (1.05 - 0.9), rtol=1e-5)
    # Unbalance is a small difference of voltages known to 1e-5 pu at worst; its limit is 2 %.
    np.testing.assert_allclose(
        use.share[5] * 2.0, whole.vuf_percent[at_customers].max(axis=0), rtol=0, atol=1e-4
    )
    assert meter.branches.size < network.n_branch / 3
