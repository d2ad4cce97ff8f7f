"""How much of each limit a network uses in each step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid.balanced import loading_per_current
from calculators.engine.grid.batch import Batch, parts
from calculators.engine.grid.components import components
from calculators.engine.grid.fixed_point import Steps
from calculators.engine.grid.network import Network
from calculators.engine.grid.solve import prepare
from calculators.engine.grid.solve_3ph import prepare_3ph
from calculators.engine.grid.unbalanced import Unbalanced

LIMITS = ("trafo", "line", "vm_low", "vm_high", "drop", "vuf")
"""Codes, in the order of the rows of `Use`; what cannot be solved counts as `collapse`."""

TOL_KVA = 1e-5
"""A hundredth of a VA: a load of 1 kW then sees its voltage to 1e-5 pu or better, finer than any limit."""

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
        Voltage band at the customers; per phase where phases are told apart. [pu]
    drop_percent : float
        Planning limit: voltage drop from the supply point to any customer. [%]
    vuf_percent : float
        Voltage unbalance factor at the customers; only where phases are told apart. [%]
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
        customers = np.unique(network.load_node[network.load_node >= 0])
        self.nodes, self.branches = customers, np.arange(network.n_branch)
        if phases:
            model = Unbalanced.of(network)
            self._check_neutral(model)
            model.nodes, model.branches = customers, distinct_branches(network)
            self.nodes, self.branches = np.arange(customers.size), model.branches
            own = model.phases
            self.ready, self.generators = prepare_3ph(network, model), (own.sgen_p_kw, own.sgen_q_kvar)
        else:
            self.ready, self.generators = prepare(network), (network.p_sgen_kw, network.q_sgen_kvar)
        # Rows of results, and the rows of the tables they stand for; the first bus of a node names it.
        self.bus = _first_row(network.bus_node, network.n_node)[customers]
        self.trafos, self.lines = (
            self._rows(_first_row(of_branch, network.n_branch))
            for of_branch in (network.trafo_branch, network.line_branch)
        )

    def _rows(self, named: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions among the branches measured that are of one kind, and their rows in its table."""
        of_branch = named[self.branches]
        position = np.flatnonzero(of_branch >= 0)
        return position, of_branch[position]

    def _check_neutral(self, model: Unbalanced) -> None:
        network, own = self.network, model.phases
        missing = ~own.load_delta & (network.load_node >= 0) & ~model.earth.has_neutral[network.load_node]
        if missing.any():
            name = network.load_names[int(np.flatnonzero(missing)[0])]
            raise InputError(
                Problem("no-neutral", "no neutral reaches it.", name, "Connect it between phases (delta).")
            )

    def use(self, p_kw: np.ndarray, q_kvar: np.ndarray) -> Use:
        """Return the use of loads (n_load, n_t), or (n_load, 3, n_t) where phases are told apart. [kW, kvar]"""
        n_t = p_kw.shape[-1]
        generators = tuple(np.broadcast_to(one[..., None], (*one.shape, n_t)) for one in self.generators)
        powers = self.ready.powers((p_kw, q_kvar), (generators[0], generators[1]))
        batch = Batch(self.ready.make, powers, TOL_KVA, MAX_ITERATIONS)
        share, element = np.zeros((len(LIMITS), n_t)), np.zeros((len(LIMITS), n_t), dtype=int)

        width = 3 * self.bus.size + self.branches.size if self.phases else self.network.n_node

        def reduce(part: slice, found: Steps) -> int:
            self._judge(found, share[:, part], element[:, part])
            share[:, part][:, found.residual > batch.tol_pu] = np.inf
            return int(part.stop)

        for _ in batch.run(reduce, parts(n_t, width), stop=False):
            pass
        return Use(share, element)

    def _judge(self, found: Steps, share: np.ndarray, element: np.ndarray) -> None:
        limits, network = self.limits, self.network
        if self.phases:
            voltage, unbalance, loading = found.quantities[:3]
            by_phase = voltage.reshape(-1, 3, voltage.shape[1])
            low, high = by_phase.min(axis=1), by_phase.max(axis=1)
        else:
            (voltage, loading), unbalance = found.quantities, None
            low = high = voltage[self.nodes]
        source = network.slack_vm_pu

        def put(row: int, values: np.ndarray, rows: np.ndarray, zero: float, span: float | None) -> None:
            if span is not None and values.shape[0]:
                worst = values.argmax(axis=0)
                share[row] = (np.take_along_axis(values, worst[None], axis=0)[0] - zero) / span
                element[row] = rows[worst]

        (trafo, trafo_row), (line, line_row) = self.trafos, self.lines
        put(0, loading[trafo], trafo_row, 0.0, limits.trafo_percent)
        put(1, loading[line], line_row, 0.0, limits.line_percent)
        least, most, drop = limits.vm_min_pu, limits.vm_max_pu, limits.drop_percent
        put(2, -low, self.bus, -source, None if least is None else source - least)
        put(3, high, self.bus, source, None if most is None else most - source)
        put(4, -low, self.bus, -source, None if drop is None else drop / 100)
        if unbalance is not None:
            put(5, unbalance, self.bus, 0.0, limits.vuf_percent)


def distinct_branches(network: Network) -> np.ndarray:
    """Return the branches without those that carry the current of another with a smaller rating.

    Lines without shunts in a row, with nothing connected between them, carry one current.
    """
    start, stop, phases = network.branch_from, network.branch_to, network.three_phase
    plain = np.zeros(network.n_branch, dtype=bool)
    plain[network.line_branch[network.line_branch >= 0]] = True
    plain &= (network.branch_y_from_pu == 0) & (network.branch_y_to_pu == 0) & (network.branch_ratio == 1)
    if phases is not None:
        ff, ft, _, tt = phases.branch_y0_pu
        plain &= (ff == -ft) & (tt == -ft)
    degree, plain_degree = (
        np.bincount(np.concatenate([start[some], stop[some]]), minlength=network.n_node)
        for some in (np.ones(network.n_branch, dtype=bool), plain)
    )
    bare = (degree == 2) & (plain_degree == 2)
    used = np.concatenate([network.load_node, network.sgen_node, [network.slack_node]])
    bare[used[used >= 0]] = False
    ends = np.concatenate([start, stop])
    branch = np.tile(np.arange(network.n_branch), 2)
    at = np.flatnonzero(bare[ends])
    at = at[np.argsort(ends[at], kind="stable")]  # the two branches of each bare node side by side
    chain = components(network.n_branch, branch[at[0::2]], branch[at[1::2]])
    by_rating = np.argsort(-loading_per_current(network)[0], kind="stable")
    found: np.ndarray = np.sort(by_rating[np.unique(chain[by_rating], return_index=True)[1]])
    return found


def _first_row(index: np.ndarray, n: int) -> np.ndarray:
    """First row of each value 0 to n - 1; -1 where there is none."""
    found = np.full(n, -1)
    rows = np.flatnonzero(index >= 0)[::-1]
    found[index[rows]] = rows
    return found
