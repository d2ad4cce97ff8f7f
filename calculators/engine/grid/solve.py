"""Balanced power flow of one network for many time steps."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Literal

import numpy as np

from calculators.engine.errors import InputError, Problem, SolveError
from calculators.engine.grid import balanced
from calculators.engine.grid.condense import condense
from calculators.engine.grid.fixed_point import Chunk, Operator, Start
from calculators.engine.grid.network import S_BASE_KVA, Network
from calculators.engine.grid.result import Reduced, Reduction, Solution
from calculators.engine.grid.sweep import Sweep, tree
from calculators.engine.grid.z_bus import ZBus
from calculators.engine.outcome import Progress

IN_BROWSER = sys.platform == "emscripten"
"""There numpy has neither threads nor a BLAS: radial networks are swept, and everything runs in one thread."""

N_THREADS = 1 if IN_BROWSER else min(os.cpu_count() or 1, 4)

CHUNK_VALUES = 600_000 if IN_BROWSER else 75_000
"""Nodes times steps of one chunk; small enough for the processor's cache, large enough for few Python calls."""

MAX_FULL_BYTES = 2_000_000_000
MAX_FAILED = 200
"""Collapsed steps after which the run ends; each costs as much as dozens that converge."""


def solve(
    network: Network,
    p_kw: np.ndarray,
    q_kvar: np.ndarray,
    *,
    p_sgen_kw: np.ndarray | None = None,
    q_sgen_kvar: np.ndarray | None = None,
    tol_kva: float = 1e-6,
    keep: Literal["full", "summary"] = "full",
    dt_h: float = 1.0,
    vm_limits_pu: tuple[float, float] = (0.9, 1.1),
    method: Literal["auto", "sweep", "z-bus"] = "auto",
    progress: Progress | None = None,
) -> Solution:
    """Solve the AC power flow of every time step.

    Parameters
    ----------
    network : Network
    p_kw, q_kvar : ndarray, shape (n_load, n_t)
        Load of each row of the network's loads, load positive; final, no scaling is applied. [kW, kvar]
    p_sgen_kw, q_sgen_kvar : ndarray, shape (n_sgen, n_t), optional
        Static generators, feed-in positive; the network's own values when left out. [kW, kvar]
    tol_kva : float
        Largest power mismatch accepted at any node. [kVA]
    keep : {"full", "summary"}
        What to return; see `Solution`.
    dt_h : float
        Length of a step, for `hours_above`. [h]
    vm_limits_pu : tuple of float
        Lowest and highest voltage accepted, for `hours_above`. [pu]
    method : {"auto", "sweep", "z-bus"}
        The sweep needs a radial network; "auto" takes what is faster where this runs.
    progress : callable, optional
        `progress(done, total)` after each chunk; False stops and keeps what was solved.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        Wrong shapes, values that are not finite, a full result above 2 GB.
    SolveError
        If a step has no solution; says which, and how far the load must fall.

    Notes
    -----
    Fixed point on the node voltages, in double precision throughout; converges up to the collapse point of a
    radial feeder. The mismatch is evaluated exactly, and no step above `tol_kva` is returned.
    """
    p, q = checked(p_kw, q_kvar, "load", network.n_load)
    n_t = p.shape[1]
    p_gen, q_gen = _generation(network, p_sgen_kw, q_sgen_kvar, n_t)
    if keep == "full" and 8.0 * n_t * (network.n_bus + len(network.line_branch) + 1) > MAX_FULL_BYTES:
        raise InputError(
            Problem(
                "too-large", f"a full result of {n_t} steps is above 2 GB.", "keep", "Use keep='summary'."
            )
        )
    name, elements, make = _method(network, method)
    powers = _Powers(network, elements, (p, q), (p_gen, q_gen))
    reduction = Reduction(network, n_t, keep, dt_h, vm_limits_pu)
    failed: list[np.ndarray] = []
    start = _start(make, powers, tol_kva)

    def work(chunk: Chunk, part: slice) -> Reduced:
        powers.fill(chunk, part)
        found = chunk.solve(tol_kva / S_BASE_KVA, start)
        n = part.stop - part.start
        (vm, loading), residual = (one[:, :n] for one in found.quantities), found.residual[:n] * S_BASE_KVA
        if np.any(residual > tol_kva):
            failed.append(part.start + np.flatnonzero(residual > tol_kva))
        supply = network.slack_vm_pu * np.conj(found.supply[0, :n]) * S_BASE_KVA
        drawn = found.p_total[:n] * S_BASE_KVA
        return reduction.reduce(part, vm, loading, supply, drawn, residual, found.iterations)

    for one in _in_order(make, work, _parts(n_t, network.n_node)):
        reduction.take(one)
        if sum(steps.size for steps in failed) > MAX_FAILED:
            break
        if progress is not None and not progress(one.part.stop, n_t):
            break
    if failed:
        raise _collapse(make, powers, np.sort(np.concatenate(failed)), tol_kva)
    return reduction.solution(name)


def checked(p_kw: np.ndarray, q_kvar: np.ndarray, kind: str, *rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Check two arrays of shape (*rows, n_t) and return them as float64."""
    p, q = np.asarray(p_kw, dtype=float), np.asarray(q_kvar, dtype=float)
    problems = []
    for name, array in (("p", p), ("q", q)):
        if array.ndim != len(rows) + 1 or array.shape[:-1] != rows or array.shape[-1] == 0:
            wanted = ", ".join(str(size) for size in rows)
            problems.append(
                Problem(
                    "shape",
                    f"{name} of the {kind}s has shape {array.shape}; it must be ({wanted}, number of steps).",
                    kind,
                    f"Give one row per {kind} of the network.",
                )
            )
        elif not np.isfinite(array.sum()) and not np.isfinite(array).all():  # the sum needs no memory
            *row, step = np.argwhere(~np.isfinite(array))[0]
            problems.append(
                Problem("not-finite", f"{name} is {array[(*row, step)]} in step {step}.", f"{kind} {row[0]}")
            )
    if not problems and p.shape != q.shape:
        problems.append(Problem("shape", f"p has shape {p.shape} and q {q.shape}; they must be equal.", kind))
    if problems:
        raise InputError(problems)
    return p, q


def _generation(
    network: Network, p_kw: np.ndarray | None, q_kvar: np.ndarray | None, n_t: int
) -> tuple[np.ndarray, np.ndarray]:
    shape = (len(network.sgen_node), n_t)
    own_p, own_q = (np.broadcast_to(one[:, None], shape) for one in (network.p_sgen_kw, network.q_sgen_kvar))
    p, q = checked(
        own_p if p_kw is None else p_kw, own_q if q_kvar is None else q_kvar, "static generator", shape[0]
    )
    if p.shape[1] != n_t:
        raise InputError(
            Problem("shape", f"the generators have {p.shape[1]} steps, the loads {n_t}.", "p_sgen_kw")
        )
    return p, q


def _method(network: Network, wanted: str) -> tuple[str, np.ndarray, Callable[[int], Operator]]:
    """Name, the node of each element, and what makes an operator for a number of steps."""
    if wanted == "sweep" and not network.is_radial:
        raise InputError(
            Problem("method", "the sweep needs a radial network.", "method", "Use method='z-bus'.")
        )
    drawn = np.unique(np.concatenate([network.load_node, network.sgen_node]))
    drawn = drawn[drawn >= 0]
    if wanted == "sweep" or (wanted == "auto" and network.is_radial and IN_BROWSER):
        shape = tree(network)
        return "sweep", drawn, lambda n_t: Sweep(network, shape, drawn, n_t)
    system = condense(balanced.circuit(network, drawn))
    return "z-bus", drawn[system.order], lambda n_t: ZBus(system, n_t)


class _Powers:
    """Loads and generators summed to the elements of a method, chunk by chunk."""

    def __init__(
        self,
        network: Network,
        element: np.ndarray,
        loads: tuple[np.ndarray, np.ndarray],
        generators: tuple[np.ndarray, np.ndarray],
    ) -> None:
        place = np.full(network.n_node + 1, -1)  # the last is for rows out of service
        place[element] = np.arange(element.size)
        self.sources = [
            (sign / S_BASE_KVA, powers, *_grouped(place[node]))
            for sign, powers, node in ((1.0, loads, network.load_node), (-1.0, generators, network.sgen_node))
            if node.size
        ]

    def fill(self, chunk: Chunk, part: slice | np.ndarray | None) -> None:
        """Powers of some steps, or their mean over all, as the elements' powers."""
        for index, target in ((0, chunk.p), (1, chunk.q)):
            target[:] = 0.0
            for factor, powers, rows, starts, elements in self.sources:
                whole = powers[index]
                values = (whole.mean(axis=1, keepdims=True) if part is None else whole[:, part])[rows]
                if starts.size < rows.size:
                    values = np.add.reduceat(values, starts, axis=0)
                values *= factor
                target[elements, : values.shape[1]] += values


def _start(make: Callable[[int], Operator], powers: _Powers, tol_kva: float) -> Start | None:
    chunk = Chunk(make(1))
    powers.fill(chunk, None)
    with np.errstate(all="ignore"):
        return Start.of(chunk, tol_kva / S_BASE_KVA)


def _grouped(element: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Live rows sorted by element, where each element's run starts, and the elements."""
    live = np.flatnonzero(element >= 0)
    rows = live[np.argsort(element[live], kind="stable")]
    elements, starts = np.unique(element[rows], return_index=True)
    return rows, starts, elements


def _parts(n_t: int, n_node: int) -> list[slice]:
    """Chunks of nearly equal length, a multiple of 32 steps where there is more than one."""
    most = max(64, CHUNK_VALUES // max(n_node, 1))
    width = n_t if n_t <= most else -(-n_t // -(-n_t // most) // 32) * 32
    return [slice(start, min(start + width, n_t)) for start in range(0, n_t, width)]


def _in_order(
    make: Callable[[int], Operator], work: Callable[[Chunk, slice], Reduced], parts: list[slice]
) -> Iterator[Reduced]:
    """Yield the chunks' results in time order; numpy lets several threads run."""
    width = parts[0].stop
    n_thread = min(N_THREADS, len(parts))
    if n_thread == 1:
        chunk = Chunk(make(width))
        for part in parts:
            with np.errstate(all="ignore"):  # a collapsing step runs to infinity and is reported
                yield work(chunk, part)
        return
    free: SimpleQueue[Chunk] = SimpleQueue()
    for _ in range(n_thread):
        free.put(Chunk(make(width)))

    def run(part: slice) -> Reduced:
        chunk = free.get()
        try:
            with np.errstate(all="ignore"):
                return work(chunk, part)
        finally:
            free.put(chunk)

    with ThreadPoolExecutor(n_thread) as pool:
        ahead: deque[Future[Reduced]] = deque()
        try:
            for part in parts:
                ahead.append(pool.submit(run, part))
                if len(ahead) > n_thread:  # few wait to be taken, so memory does not grow with the steps
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for one in ahead:
                one.cancel()


def _collapse(
    make: Callable[[int], Operator], powers: _Powers, failed: np.ndarray, tol_kva: float
) -> SolveError:
    """Say which steps fail and, for the one of highest load, the largest share of it that has a solution."""
    chunk = Chunk(make(failed.size))
    powers.fill(chunk, failed)
    full_p, full_q = chunk.p.copy(), chunk.q.copy()
    low, high = np.zeros(failed.size), np.ones(failed.size)
    with np.errstate(all="ignore"):
        for _ in range(12):
            middle = (low + high) / 2
            np.multiply(full_p, middle, out=chunk.p)
            np.multiply(full_q, middle, out=chunk.q)
            good = chunk.solve(tol_kva / S_BASE_KVA).residual * S_BASE_KVA <= tol_kva
            low, high = np.where(good, middle, low), np.where(good, high, middle)
    total_kw = full_p.sum(axis=0) * S_BASE_KVA
    worst = int(np.argmax(np.abs((1 - low) * total_kw)))
    named = ", ".join(str(step) for step in failed[:5]) + (" and more" if failed.size > 5 else "")
    return SolveError(
        Problem(
            "collapse",
            f"the network cannot carry the load in {failed.size} step(s) ({named}): in step {failed[worst]} it "
            f"collapses at about {100 * low[worst]:.1f} % of {total_kw[worst]:.1f} kW.",
            f"step {failed[worst]}",
            f"Reduce the load of that step by at least {(1 - low[worst]) * total_kw[worst]:.1f} kW.",
        )
    )
