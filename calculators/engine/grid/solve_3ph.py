"""Power flow of one network with its three phases told apart, for many time steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid.batch import Batch, Prepared, parts
from calculators.engine.grid.condense import condense
from calculators.engine.grid.fixed_point import Steps
from calculators.engine.grid.network import S_BASE_KVA, Network
from calculators.engine.grid.phases import ThreePhase
from calculators.engine.grid.solve import MAX_FULL_BYTES, checked
from calculators.engine.grid.unbalanced import S_PHASE_KVA, Unbalanced
from calculators.engine.grid.z_bus import ZBus
from calculators.engine.outcome import Progress


@dataclass(frozen=True)
class Solution3ph:
    """What one call of `solve_3ph` found; time is the last axis.

    Attributes
    ----------
    vm_pu : ndarray, shape (n_bus, 3, n_t)
        Voltage of phases a, b, c to neutral; between phases (ab, bc, ca) over its nominal value where
        `line_to_line`. NaN where a bus is dead. [pu]
    line_to_line : ndarray of bool, shape (n_bus,)
        Buses that no neutral reaches.
    vuf_percent : ndarray, shape (n_bus, n_t)
        Voltage unbalance factor: negative over positive sequence. [%]
    neutral_a : ndarray, shape (n_line, n_t)
        Sum of the phase currents of each line: neutral and earth together, the larger end. [A]
    line_loading_percent, trafo_loading_percent : ndarray, shape (n_line, n_t), (n_trafo, n_t)
        Most loaded phase.
    loss_kw, grid_import_kw, residual_kva : ndarray, shape (n_t,)
    notes : tuple of str
        What the network did not say and was assumed.
    iterations : int
    partial : bool
        True when `progress` stopped the run; steps not reached are NaN.
    """

    vm_pu: np.ndarray
    line_to_line: np.ndarray
    vuf_percent: np.ndarray
    neutral_a: np.ndarray
    line_loading_percent: np.ndarray
    trafo_loading_percent: np.ndarray
    loss_kw: np.ndarray
    grid_import_kw: np.ndarray
    residual_kva: np.ndarray
    notes: tuple[str, ...]
    iterations: int
    partial: bool


def solve_3ph(
    network: Network,
    p_kw: np.ndarray,
    q_kvar: np.ndarray,
    *,
    p_sgen_kw: np.ndarray | None = None,
    q_sgen_kvar: np.ndarray | None = None,
    tol_kva: float = 1e-6,
    progress: Progress | None = None,
) -> Solution3ph:
    """Solve the unbalanced AC power flow of every time step.

    Parameters
    ----------
    network : Network
        With `three_phase`; every reader gives it.
    p_kw, q_kvar : ndarray, shape (n_load, 3, n_t)
        Load of each phase, load positive: a, b, c to neutral, or ab, bc, ca for a delta load. [kW, kvar]
    p_sgen_kw, q_sgen_kvar : ndarray, shape (n_sgen, 3, n_t), optional
        Static generators, feed-in positive; the network's own values when left out. [kW, kvar]
    tol_kva : float
        Largest power mismatch accepted at any phase of any node. [kVA]
    progress : callable, optional
        `progress(done, total)` after each chunk; False stops and keeps what was solved.

    Returns
    -------
    Solution3ph

    Raises
    ------
    InputError
        No three-phase data, wrong shapes, values that are not finite, loads to a neutral that is not there.
    SolveError
        If a step has no solution; says which, and how far the load must fall.

    Notes
    -----
    Neutral and earth are one return path, described by the zero sequence; the neutral's own voltage is not seen.
    """
    model = Unbalanced.of(network)
    phases = model.phases
    p, q = checked(p_kw, q_kvar, "load", network.n_load, 3)
    n_t = p.shape[2]
    p_gen, q_gen = _generation_3ph(network, phases, p_sgen_kw, q_sgen_kvar, n_t)
    if 8.0 * n_t * (4 * network.n_bus + 2 * len(network.line_branch)) > MAX_FULL_BYTES:
        raise InputError(
            Problem("too-large", f"the result of {n_t} steps is above 2 GB.", "p_kw", "Split the steps.")
        )
    _check_neutral(network, phases, model, (p, q), (p_gen, q_gen))
    ready = prepare_3ph(network, model)
    batch = Batch(ready.make, ready.powers((p, q), (p_gen, q_gen)), tol_kva)
    out = _Collected(network, phases, model, n_t)
    # A step costs mostly its results, which are not kept in the chunk: chunks may be longer than balanced ones.
    for stop in batch.run(out.take, parts(n_t, network.n_node // 3)):
        out.done = stop
        if progress is not None and not progress(stop, n_t):
            break
    batch.raise_failures()
    return out.solution()


def _generation_3ph(
    network: Network, phases: ThreePhase, p_kw: np.ndarray | None, q_kvar: np.ndarray | None, n_t: int
) -> tuple[np.ndarray, np.ndarray]:
    shape = (len(network.sgen_node), 3, n_t)
    own_p, own_q = (np.broadcast_to(one[..., None], shape) for one in (phases.sgen_p_kw, phases.sgen_q_kvar))
    p, q = checked(
        own_p if p_kw is None else p_kw, own_q if q_kvar is None else q_kvar, "static generator", shape[0], 3
    )
    if p.shape[2] != n_t:
        raise InputError(
            Problem("shape", f"the generators have {p.shape[2]} steps, the loads {n_t}.", "p_sgen_kw")
        )
    return p, q


def prepare_3ph(network: Network, model: Unbalanced) -> Prepared:
    """Make an element for each (node, phase, delta) that something is connected to, and the system once."""
    phases = model.phases
    keys = [
        np.where(node[:, None] < 0, -1, (node[:, None] * 3 + np.arange(3)) * 2 + delta[:, None]).ravel()
        for node, delta in ((network.load_node, phases.load_delta), (network.sgen_node, phases.sgen_delta))
    ]
    found = np.unique(np.concatenate(keys))
    found = found[found >= 0]
    system = condense(model.circuit(found // 6, found // 2 % 3, found % 2 == 1))
    rank = np.empty(found.size, dtype=int)
    rank[system.order] = np.arange(found.size)
    load, sgen = (_looked_up(found, rank, key) for key in keys)
    return Prepared("z-bus", lambda n_t: ZBus(system, n_t), S_PHASE_KVA, load, sgen)


def _looked_up(found: np.ndarray, rank: np.ndarray, key: np.ndarray) -> np.ndarray:
    element = np.full(key.size, -1)
    element[key >= 0] = rank[np.searchsorted(found, key[key >= 0])]
    return element


def _check_neutral(
    network: Network,
    phases: ThreePhase,
    model: Unbalanced,
    loads: tuple[np.ndarray, np.ndarray],
    generators: tuple[np.ndarray, np.ndarray],
) -> None:
    """Refuse unequal power to a neutral that is not there."""
    problems = []
    for kind, node, delta, powers in (
        ("load", network.load_node, phases.load_delta, loads),
        ("static generator", network.sgen_node, phases.sgen_delta, generators),
    ):
        bare = ~delta & (node >= 0) & ~model.earth.has_neutral[node]
        uneven = np.zeros(node.size, dtype=bool)
        for power in powers:
            uneven[bare] |= np.ptp(power[bare], axis=1).max(axis=1) > 1e-9
        for row in np.flatnonzero(uneven)[:20]:
            name = network.load_names[row] if kind == "load" else f"{kind} {row}"
            problems.append(
                Problem(
                    "no-neutral", "it draws from phase to neutral, but no neutral reaches it.", name,
                    "Connect it between phases (type 'delta') or give the transformer an earthed star point.",
                )
            )  # fmt: skip
    if problems:
        raise InputError(problems)


class _Collected:
    def __init__(self, network: Network, phases: ThreePhase, model: Unbalanced, n_t: int) -> None:
        self.network, self.phases, self.model, self.n_t = network, phases, model, n_t
        n_line, n_trafo = len(network.line_branch), len(network.trafo_branch)
        self.vm, self.vuf = np.empty((network.n_bus, 3, n_t)), np.empty((network.n_bus, n_t))
        self.neutral, self.line, self.trafo = (np.empty((rows, n_t)) for rows in (n_line, n_line, n_trafo))
        self.loss, self.grid, self.residual = (np.full(n_t, np.nan) for _ in range(3))
        self.iterations = self.done = 0

    def take(self, part: slice, found: Steps) -> int:
        """Write one chunk to its place; safe in several threads."""
        network = self.network
        voltage, unbalance, loading, neutral, at_source = found.quantities
        self.vm[:, :, part] = voltage.reshape(-1, 3, voltage.shape[1])[network.bus_node]
        self.vuf[:, part] = unbalance[network.bus_node]
        if network.n_branch:
            self.neutral[:, part] = neutral[network.line_branch]
            self.line[:, part] = loading[network.line_branch]
            self.trafo[:, part] = loading[network.trafo_branch]
        supply = network.slack_vm_pu * found.supply[0].real
        for (_, z), size in zip(self.model.source(), at_source, strict=True):
            if z != 0:  # the source's own impedance takes its share of what the positive sequence brings
                supply = supply - size**2 * (1 / z).real
        self.grid[part] = supply * S_BASE_KVA
        self.loss[part] = self.grid[part] - found.p_total * S_PHASE_KVA
        self.residual[part] = found.residual * S_PHASE_KVA
        self.iterations = max(self.iterations, found.iterations)
        return int(part.stop)

    def solution(self) -> Solution3ph:
        network = self.network
        bus, line, trafo = network.bus_node, network.line_branch, network.trafo_branch
        late = slice(self.done, None)
        self.vm[..., late] = np.nan
        for array in (self.vuf, self.neutral, self.line, self.trafo):
            array[:, late] = np.nan
        for series in (self.loss, self.grid, self.residual):
            series[late] = np.nan
        self.vm[bus < 0], self.vuf[bus < 0] = np.nan, np.nan
        self.neutral[line < 0], self.line[line < 0], self.trafo[trafo < 0] = 0.0, 0.0, 0.0
        return Solution3ph(
            vm_pu=self.vm,
            line_to_line=(bus >= 0) & ~self.model.earth.has_neutral[bus],
            vuf_percent=self.vuf,
            neutral_a=self.neutral,
            line_loading_percent=self.line,
            trafo_loading_percent=self.trafo,
            loss_kw=self.loss,
            grid_import_kw=self.grid,
            residual_kva=self.residual,
            notes=self.phases.notes,
            iterations=self.iterations,
            partial=self.done < self.n_t,
        )
