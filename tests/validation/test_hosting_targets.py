"""What published hosting capacity studies found in which direction."""

import numpy as np
import pandapower as pp
import pandapower.networks as examples
import pytest

from calculators.adapters.pandapower import from_pandapower
from calculators.engine.charging import Sessions, schedule
from calculators.engine.grid import Limits, hosting_capacity

pytestmark = pytest.mark.filterwarnings("ignore")
UNDERVOLTAGE = Limits(trafo_percent=None, line_percent=None, vm_max_pu=None, vuf_percent=None)


def feeders(n_customer, per_feeder, spacing_km, s_mva, vm_pu):
    """Customers in rows along cables of one transformer."""
    net = pp.create_empty_network()
    high, low = pp.create_bus(net, 10.0), pp.create_bus(net, 0.4)
    pp.create_ext_grid(net, high, vm_pu=vm_pu)
    pp.create_transformer(net, high, low, f"{s_mva} MVA 10/0.4 kV")
    above = low
    for customer in range(n_customer):
        above = low if customer % per_feeder == 0 else above
        bus = pp.create_bus(net, 0.4)
        pp.create_line(net, above, bus, spacing_km, "NAYY 4x50 SE")
        pp.create_asymmetric_load(net, bus)
        above = bus
    return from_pandapower(net)


@pytest.mark.parametrize("n_customer", [6, 83])
def test_hc_04_the_share_that_can_charge_spans_from_none_to_all(targets, record_property, n_customer):
    assert n_customer in targets["hc-04"]["expect"]["n_customer"]
    shares = []
    for vm_pu in (0.93, 0.97, 1.03):
        network = feeders(n_customer, *{6: (6, 0.06), 83: (14, 0.02)}[n_customer], 0.4, vm_pu)
        base = np.full((n_customer, 3, 1), 0.2)
        base[np.arange(n_customer), np.arange(n_customer) % 3] = 0.8
        for ev_kw, phases in ((2.3, "rotating"), (6.9, "random")):
            found = hosting_capacity(
                network, base, ev_kw=np.array([[ev_kw]]), rng=np.random.default_rng(4), limits=UNDERVOLTAGE,
                phases=phases, n_draws=10,
            )  # fmt: skip
            shares.append(np.median(found.n_ev) / n_customer)
        balanced = hosting_capacity(
            network, base.sum(axis=1), ev_kw=np.array([[11.0]]), rng=np.random.default_rng(4),
            limits=UNDERVOLTAGE, n_draws=10,
        )  # fmt: skip
        shares.append(np.median(balanced.n_ev) / n_customer)
    assert [min(shares), max(shares)] == targets["hc-04"]["expect"]["share_of_customers"]
    record_property(
        "ours", f"{n_customer} customers: {', '.join(f'{100 * share:.0f} %' for share in shares)}"
    )


def test_hc_05_smart_charging_raises_and_curtailing_photovoltaics_does_not_change_it(
    targets, record_property
):
    network = from_pandapower(examples.create_kerber_dorfnetz())
    rng, step = np.random.default_rng(5), np.arange(96)
    evening = 0.3 + 0.9 * np.exp(-(((step - 76) / 10) ** 2))
    base = evening * rng.uniform(0.6, 1.4, (network.n_load, 1))
    sun = 4.0 * np.maximum(np.sin((step - 28) / 40 * np.pi), 0) * ((step > 28) & (step < 68))
    # From noon to noon, so that every night lies in one piece.
    base, sun = np.roll(base, -48, axis=1), np.roll(sun, -48)
    arrival = np.clip(rng.normal(26, 6, 300), 2, 60).astype(int)
    sessions = Sessions(arrival, np.full(300, 78), rng.uniform(6, 20, 300), np.full(300, 11.0))
    found = {}
    for name in ("uncontrolled", "valley-filling"):
        plan = schedule(sessions, name, n_t=96, dt_h=0.25, base_kw=np.zeros(96) + base.sum(axis=0) * 2)
        for limit_kw in (4.0, 2.0):
            found[name, limit_kw] = hosting_capacity(
                network, base - np.minimum(sun, limit_kw), ev_kw=plan.p_kw, rng=np.random.default_rng(1),
                limits=Limits(drop_percent=6.0), ev_per_customer=4, n_draws=25,
            ).n_ev  # fmt: skip
    assert np.mean(found["valley-filling", 4.0]) > 1.2 * np.mean(found["uncontrolled", 4.0])
    for name in ("uncontrolled", "valley-filling"):
        np.testing.assert_array_equal(found[name, 4.0], found[name, 2.0])
    means = {f"{name}, sun at most {limit:g} kW": f"{n.mean():.0f}" for (name, limit), n in found.items()}
    record_property("ours", str(means))
