"""How much of each limit a network uses in each step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid.batch import Batch, parts
from calculators.engine.grid.fixed_point import Steps
from calculators.engine.grid.network import Network
from calculators.engine.grid.solve import prepare
from calculators.engine.grid.solve_3ph import prepare_3ph
from calculators.engine.grid.unbalanced import Unbalanced

LIMITS = ("trafo", "line", "vm_low", "vm_high", "drop", "vuf")
"""Codes, in the order of the rows of `Use`; what cannot be solved counts as `collapse`."""

MAX_ITERATIONS = 60
"""A step that takes longer is at the edge of collapse, far outside every voltage band."""


@dataclass(frozen=True)
class Limits:
    """What must be kept at every element and step; None switches a limit off.

    Attributes
    ----------
    trafo_percent, line_percent : float
        Loading of the most loaded transformer and line. [%]
    vm_min_pu, vm_max_pu : float
        Voltage band; per phase where phases are told apart. [pu]
    drop_percent : float
        Planning limit: voltage drop from the supply point to any bus. [%]
    vuf_percent : float
        Voltage unbalance factor; only where phases are told apart. [%]
    """

    trafo_percent: float | None = 100.0
    line_percent: float | None = 100.0
    vm_min_pu: float | None = 0.9
    vm_max_pu: float | None = 1.1
    drop_percent: float | None = None
    vuf_percent: float | None = 2.0

    def check(self, slack_vm_pu: float) -> None:
        """Raise `InputError` for limits that cannot be kept or are no numbers."""
        problems = []
        for name in ("trafo_percent", "line_percent", "drop_percent", "vuf_percent"):
            value = getattr(self, name)
            if value is not None and not 0 < value < np.inf:
                problems.append(Problem("limit", f"{name} is {value} %; it must be above 0 %.", name))
        low, high = self.vm_min_pu, self.vm_max_pu
        if low is not None and not 0 < low < slack_vm_pu:
            message = f"vm_min_pu is {low} pu; it must be below the {slack_vm_pu:g} pu of the supply point."
            problems.append(Problem("limit", message, "vm_min_pu"))
        if high is not None and not slack_vm_pu < high < np.inf:
            message = f"vm_max_pu is {high} pu; it must be above the {slack_vm_pu:g} pu of the supply point."
            problems.append(Problem("limit", message, "vm_max_pu"))
        if all(getattr(self, name) is None for name in vars(self)):
            problems.append(Problem("limit", "all limits are switched off.", "limits", "State at least one."))
        if problems:
            raise InputError(problems)


@dataclass(frozen=True)
class Use:
    """Share of each limit used, 1 is the limit itself, and the row of the element where that is.

    `share` (6, n_t) in the order of `LIMITS`; infinite where there is no solution. `element` (6, n_t): row of the
    transformer, line or bus.
    """

    share: np.ndarray
    element: np.ndarray


class Meter:
    """Measures one network, for any number of steps; `phases` tells phases apart."""

    def __init__(self, network: Network, limits: Limits, *, phases: bool) -> None:
        limits.check(network.slack_vm_pu)
        self.network, self.limits, self.phases = network, limits, phases
        if phases:
            model = Unbalanced.of(network)
            own = model.phases
            self.ready, self.generators = prepare_3ph(network, model), (own.sgen_p_kw, own.sgen_q_kvar)
            missing = ~own.load_delta & (network.load_node >= 0) & ~model.earth.has_neutral[network.load_node]
            if missing.any():
                name = network.load_names[int(np.flatnonzero(missing)[0])]
                raise InputError(
                    Problem(
                        "no-neutral", "no neutral reaches it.", name, "Connect it between phases (delta)."
                    )
                )
        else:
            self.ready, self.generators = prepare(network), (network.p_sgen_kw, network.q_sgen_kvar)
        # Rows that carry names, by node or branch; the first bus of a node stands for it.
        self.bus = _first_row(network.bus_node, network.n_node)
        self.trafo, self.line = (
            np.flatnonzero(rows >= 0) for rows in (network.trafo_branch, network.line_branch)
        )

    def use(self, p_kw: np.ndarray, q_kvar: np.ndarray) -> Use:
        """Return the use of loads (n_load, n_t), or (n_load, 3, n_t) where phases are told apart. [kW, kvar]"""
        n_t = p_kw.shape[-1]
        generators = tuple(np.broadcast_to(one[..., None], (*one.shape, n_t)) for one in self.generators)
        powers = self.ready.powers((p_kw, q_kvar), (generators[0], generators[1]))
        batch = Batch(self.ready.make, powers, 1e-6, MAX_ITERATIONS)
        share, element = np.zeros((len(LIMITS), n_t)), np.zeros((len(LIMITS), n_t), dtype=int)

        def reduce(part: slice, found: Steps) -> int:
            self._judge(found, share[:, part], element[:, part])
            share[:, part][:, found.residual > batch.tol_pu] = np.inf
            return int(part.stop)

        for _ in batch.run(reduce, parts(n_t, self.network.n_node // (3 if self.phases else 1)), stop=False):
            pass
        return Use(share, element)

    def _judge(self, found: Steps, share: np.ndarray, element: np.ndarray) -> None:
        limits, network = self.limits, self.network
        if self.phases:
            voltage, unbalance, loading = found.quantities[:3]
            by_phase = voltage.reshape(-1, 3, voltage.shape[1])
            low, high = by_phase.min(axis=1), by_phase.max(axis=1)
        else:
            (low, loading), unbalance = found.quantities, None
            high = low
        source = network.slack_vm_pu

        def put(row: int, values: np.ndarray, rows: np.ndarray, zero: float, span: float | None) -> None:
            if span is not None and values.shape[0]:
                worst = values.argmax(axis=0)
                share[row] = (np.take_along_axis(values, worst[None], axis=0)[0] - zero) / span
                element[row] = rows[worst]

        put(0, loading[network.trafo_branch[self.trafo]], self.trafo, 0.0, limits.trafo_percent)
        put(1, loading[network.line_branch[self.line]], self.line, 0.0, limits.line_percent)
        least, most, drop = limits.vm_min_pu, limits.vm_max_pu, limits.drop_percent
        put(2, -low, self.bus, -source, None if least is None else source - least)
        put(3, high, self.bus, source, None if most is None else most - source)
        put(4, -low, self.bus, -source, None if drop is None else drop / 100)
        if unbalance is not None:
            put(5, unbalance, self.bus, 0.0, limits.vuf_percent)


def _first_row(index: np.ndarray, n: int) -> np.ndarray:
    """First row of each value 0 to n - 1; -1 where there is none."""
    found = np.full(n, -1)
    rows = np.flatnonzero(index >= 0)[::-1]
    found[index[rows]] = rows
    return found
