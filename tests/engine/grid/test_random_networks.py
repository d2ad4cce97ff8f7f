"""Random networks and loads up to collapse: the voltages of pandapower, or a refusal with a reason.

Ranges: 2 to 25 low-voltage buses behind 50 to 1,000 kVA at 10 or 20 kV, R/X of lines 0.25 to 20, 5 m to 1 km,
line charging up to 400 nF/km, taps -2 to +2, closed and open switches, parallel lines and transformers, a third with
loops, a tenth with islands, elements out of service, loads and generators from none to beyond collapse.
"""

import logging

import numpy as np
import pandapower as pp
import pytest

from calculators.adapters.pandapower import from_pandapower
from calculators.engine.errors import SmartChargeError, SolveError
from calculators.engine.grid import solve

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)
N = 40


def line(net, rng, start, stop):
    x = rng.uniform(0.05, 0.4)
    made = pp.create_line_from_parameters(
        net, start, stop, 10 ** rng.uniform(-2.3, 0), x * 10 ** rng.uniform(-0.6, 1.3), x, rng.uniform(0, 400), 0.3,
        parallel=int(rng.integers(1, 3)), in_service=bool(rng.random() > 0.02),
    )  # fmt: skip
    if rng.random() < 0.05:
        pp.create_switch(net, start, made, "l", closed=bool(rng.random() < 0.5))


def random_network(seed):
    rng = np.random.default_rng(seed)
    net = pp.create_empty_network()
    vn = float(rng.choice([10.0, 20.0]))
    high = pp.create_bus(net, vn)
    pp.create_ext_grid(net, high, vm_pu=rng.uniform(0.95, 1.06))
    buses = [pp.create_bus(net, 0.4) for _ in range(int(rng.integers(2, 26)))]
    s_kva, vk = 50 * 20 ** rng.random(), rng.uniform(3, 7)
    for _ in range(int(rng.integers(1, 3))):
        pp.create_transformer_from_parameters(
            net, high, buses[0], s_kva / 1e3, vn, 0.4, vk * rng.uniform(0.1, 0.6), vk, rng.uniform(0, 0.004) * s_kva,
            rng.uniform(0.4, 1.5), shift_degree=150, tap_side="hv", tap_neutral=0, tap_min=-2, tap_max=2,
            tap_step_percent=2.5, tap_pos=0, tap_changer_type="Ratio", parallel=int(rng.integers(1, 3)),
        )  # fmt: skip
    net.trafo["tap_pos"] = int(rng.integers(-2, 3))
    for position, bus in enumerate(buses[1:], start=1):
        above = buses[int(rng.integers(max(0, position - 4), position))]
        if rng.random() < 0.08:
            pp.create_switch(net, above, bus, "b", closed=True)
        elif not (seed % 10 == 0 and rng.random() < 0.1):
            line(net, rng, above, bus)
    if seed % 3 == 0 and len(buses) > 3:
        for _ in range(int(rng.integers(1, 4))):
            start, stop = rng.choice(buses, 2, replace=False)
            line(net, rng, int(start), int(stop))
    scale = 10 ** rng.uniform(-2, 0.2) * s_kva / len(buses) / 1e3
    for bus in buses:
        if rng.random() < 0.7:
            p = scale * rng.exponential()
            pp.create_load(net, bus, p, p * rng.uniform(-0.2, 0.6), in_service=bool(rng.random() > 0.03))
        if rng.random() < 0.15:
            pp.create_sgen(net, bus, scale * rng.exponential(), 0.0)
    if rng.random() < 0.1:
        pp.create_load(net, high, 1.0, 0.2)
    return net


def theirs(net):
    try:
        pp.runpp(
            net, calculate_voltage_angles=True, init="dc", numba=False, max_iteration=30, tolerance_mva=1e-10
        )
    except pp.LoadflowNotConverged:
        return None
    return net.res_bus.vm_pu.to_numpy()


def test_random_networks_agree_with_pandapower_or_are_refused():
    refused, beyond, compared, meshed = [], 0, 0, 0
    for seed in range(N):
        net = random_network(seed)
        expected = theirs(net)
        try:
            network = from_pandapower(net)
            found = solve(network, network.p_load_kw[:, None], network.q_load_kvar[:, None], tol_kva=1e-8)
        except SolveError:
            if expected is None:
                beyond += 1  # no solution on either side
            else:
                refused.append(seed)
            continue
        except SmartChargeError:
            refused.append(seed)
            continue
        assert found.residual_kva.max() <= 1e-8
        if expected is not None:
            np.testing.assert_allclose(found.vm_pu[:, 0], expected, rtol=0, atol=1e-7, err_msg=f"seed {seed}")
            compared, meshed = compared + 1, meshed + (not network.is_radial)
            if network.is_radial:
                other = solve(
                    network,
                    network.p_load_kw[:, None],
                    network.q_load_kvar[:, None],
                    tol_kva=1e-8,
                    method="sweep",
                )
                np.testing.assert_allclose(other.vm_pu, found.vm_pu, rtol=0, atol=1e-9)
    assert len(refused) <= 0.2 * N, refused
    assert compared >= 0.7 * N and meshed >= 0.1 * N and beyond >= 1
