"""Power flow beside power-grid-model and pandapower: same networks, same loads, same outputs, taken in turns.

The runs of ours and theirs alternate, and the ratio is the median of the ratios, so that what else the machine does
hits both alike. Differences are the largest over all voltages.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandapower
import pandapower.networks
import pandas as pd
from power_grid_model import CalculationMethod

from benchmarks.peers import power_grid_model
from calculators.adapters.pandapower import from_pandapower
from calculators.engine.grid import Limits, Network, hosting_capacity, solve, solve_3ph

N_PANDAPOWER = 20
N_RUN = 5
OUTPUTS = (
    "voltage of all buses, loading of all lines and transformers (ours: also losses, import, neutral current)"
)
ITERATIVE, NEWTON = CalculationMethod.iterative_current, CalculationMethod.newton_raphson
EVERY = ((ITERATIVE, 1), (ITERATIVE, 2), (NEWTON, 1), (NEWTON, 2))
BEST = ((ITERATIVE, 2),)
"""Method and threads of power-grid-model; its best where a run takes long."""


def table() -> dict[str, Any]:
    """Return rows of seconds and, for peers, how many times longer they take than ours beside them."""
    suburb = _suburb()
    rows = [
        *_balanced("8,760 steps, 294 buses", suburb, 8760, EVERY),
        *_balanced("35,040 steps, 294 buses", suburb, 35_040, BEST),
        *_balanced("8,760 steps, 1,170 buses", _joined(suburb, 4), 8760, BEST),
        *_unbalanced(),
        *_hosting(suburb),
        _pandapower(suburb),
    ]
    return {"title": "Power flow", "outputs": OUTPUTS, "rows": rows}


def _suburb() -> Any:
    random.seed(1)
    return pandapower.networks.create_kerber_vorstadtnetz_kabel_1()


def _joined(net: Any, n: int) -> Any:
    """Return n copies of a network at one busbar, under one transformer of n times the rating."""
    busbar, source = int(net.trafo.lv_bus.iloc[0]), int(net.trafo.hv_bus.iloc[0])
    tables: dict[str, list[Any]] = {"bus": [net.bus], "line": [net.line], "load": [net.load]}
    for copy in range(1, n):
        offset = 10_000 * copy
        number = {bus: bus if bus in {busbar, source} else bus + offset for bus in net.bus.index}
        for name, ends in (("bus", ()), ("line", ("from_bus", "to_bus")), ("load", ("bus",))):
            table = net[name].drop([busbar, source]) if name == "bus" else net[name].copy()
            table.index = table.index + offset
            for end in ends:
                table[end] = table[end].map(number)
            tables[name].append(table)
    joined = pandapower.pandapowerNet(net)
    for name, parts in tables.items():
        joined[name] = pd.concat(parts)
    joined.trafo["sn_mva"] = joined.trafo.sn_mva.astype(float) * n
    return joined


def _in_turns(
    ours: Callable[[], Any], theirs: Sequence[tuple[str, Callable[[], Any]]]
) -> tuple[float, list[Any]]:
    """Median seconds of ours; name, median seconds and median ratio to ours of each of theirs."""
    ours()
    own: list[float] = []
    others: list[list[float]] = [[] for _ in theirs]
    for _ in range(N_RUN):
        for run, into in zip([ours, *(run for _, run in theirs)], [own, *others], strict=True):
            start = time.perf_counter()
            run()
            into.append(time.perf_counter() - start)
    found = [
        (name, statistics.median(times), statistics.median(np.array(times) / np.array(own)))
        for (name, _), times in zip(theirs, others, strict=True)
    ]
    return statistics.median(own), found


def _rows(
    case: str,
    ours: Callable[[], Any],
    peer: Callable[[CalculationMethod, int], np.ndarray],
    ways: tuple[Any, ...],
) -> list[dict[str, Any]]:
    vm_pu = ours().vm_pu
    runs = [
        (
            f"power-grid-model, {method.name.replace('_', ' ')}, {threads} thread(s)",
            partial(peer, method, threads),
        )
        for method, threads in ways
    ]
    differences = [float(np.abs(run() - vm_pu).max()) for _, run in runs]
    del vm_pu
    seconds, found = _in_turns(ours, runs)
    rows: list[dict[str, Any]] = [{"who": f"{case}: this engine", "seconds": seconds}]
    for (name, taken, ratio), difference in zip(found, differences, strict=True):
        rows.append(
            {
                "who": f"  {name}",
                "seconds": taken,
                "times ours": float(ratio),
                "voltage difference": difference,
            }
        )
    rows[0]["fastest peer over ours"] = min(row["times ours"] for row in rows[1:])
    return rows


def _loads(network: Network, n_t: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    p_kw = network.p_load_kw[:, None] * rng.uniform(0.2, 1.5, (network.n_load, n_t))
    return p_kw, 0.2 * p_kw


def _balanced(case: str, net: Any, n_t: int, ways: tuple[Any, ...]) -> list[dict[str, Any]]:
    network = from_pandapower(net)
    p_kw, q_kvar = _loads(network, n_t)
    return _rows(case, lambda: solve(network, p_kw, q_kvar), power_grid_model(net, p_kw, q_kvar), ways)


def _unbalanced() -> list[dict[str, Any]]:
    """A day by the minute on the European low-voltage feeder, every customer on its phase."""
    net = pandapower.networks.ieee_european_lv_asymmetric("on_peak_566")
    net.ext_grid["s_sc_max_mva"] = np.nan  # the same ideal source and transformer on both sides
    net.trafo["vk0_percent"] = np.nan
    network = from_pandapower(net)
    assert network.three_phase is not None
    phase = network.three_phase.load_p_kw.argmax(axis=1)
    p_kw = np.zeros((network.n_load, 3, 1440))
    p_kw[np.arange(network.n_load), phase] = np.random.default_rng(1).uniform(0, 3, (network.n_load, 1440))
    q_kvar = 0.33 * p_kw
    return _rows(
        "1,440 steps, 907 buses, three phases",
        lambda: solve_3ph(network, p_kw, q_kvar),
        power_grid_model(net, p_kw, q_kvar),
        ((ITERATIVE, 2), (NEWTON, 2)),
    )


def _hosting(net: Any) -> list[dict[str, Any]]:
    """1,000 draws of 96 steps on the suburb, and 200 draws by phase on the European feeder."""
    rows = []
    feeder = from_pandapower(pandapower.networks.ieee_european_lv_asymmetric("on_peak_566"))
    assert feeder.three_phase is not None
    for case, network, n_draws in (("balanced", from_pandapower(net), 1000), ("three phases", feeder, 200)):
        rng = np.random.default_rng(1)
        base = rng.uniform(0.2, 1.2, (network.n_load, 96))
        if case != "balanced":
            whole = np.zeros((network.n_load, 3, 96))
            whole[np.arange(network.n_load), np.arange(network.n_load) % 3] = base
            base = whole
        start = rng.integers(60, 88, 500)
        step = np.arange(96)
        ev = 7.4 * ((step >= start[:, None]) & (step < start[:, None] + rng.integers(2, 8, 500)[:, None]))
        begin = time.perf_counter()
        found = hosting_capacity(
            network,
            base,
            ev_kw=ev,
            rng=rng,
            limits=Limits(drop_percent=5.0),
            phases="balanced" if case == "balanced" else "random",
            n_draws=n_draws,
        )
        rows.append(
            {
                "who": f"hosting capacity, {case}, {n_draws} draws, 96 steps, {network.n_bus} buses",
                "seconds": time.perf_counter() - begin,
                "power flows per draw": float(found.n_power_flow.mean()),
            }
        )
    return rows


def _pandapower(net: Any) -> dict[str, Any]:
    network = from_pandapower(net)
    p_kw, q_kvar = _loads(network, N_PANDAPOWER)
    vm_pu, worst = solve(network, p_kw, q_kvar).vm_pu, 0.0
    start = time.perf_counter()
    for step in range(N_PANDAPOWER):
        net.load["p_mw"], net.load["q_mvar"] = p_kw[:, step] / 1e3, q_kvar[:, step] / 1e3
        pandapower.runpp(net, numba=False)
        worst = max(worst, float(np.abs(net.res_bus.vm_pu.to_numpy() - vm_pu[:, step]).max()))
    return {
        "who": f"pandapower runpp, 8,760 steps scaled from {N_PANDAPOWER}, 294 buses",
        "seconds": (time.perf_counter() - start) * 8760 / N_PANDAPOWER,
        "voltage difference": worst,
    }
