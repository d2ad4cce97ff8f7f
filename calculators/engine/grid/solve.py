"""Balanced power flow of one network for many time steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import balanced
from calculators.engine.grid.batch import IN_BROWSER, Batch, Prepared, parts
from calculators.engine.grid.condense import condense
from calculators.engine.grid.fixed_point import Operator, Steps
from calculators.engine.grid.network import S_BASE_KVA, Network
from calculators.engine.grid.result import Reduced, Reduction, Solution
from calculators.engine.grid.sweep import Sweep, tree
from calculators.engine.grid.z_bus import ZBus
from calculators.engine.outcome import Progress

MAX_FULL_BYTES = 2_000_000_000


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
    p_gen, q_gen = generation(network, p_sgen_kw, q_sgen_kvar, n_t)
    if keep == "full" and 8.0 * n_t * (network.n_bus + len(network.line_branch) + 1) > MAX_FULL_BYTES:
        raise InputError(
            Problem(
                "too-large", f"a full result of {n_t} steps is above 2 GB.", "keep", "Use keep='summary'."
            )
        )
    ready = prepare(network, method)
    reduction = Reduction(network, n_t, keep, dt_h, vm_limits_pu)
    batch = Batch(ready.make, ready.powers((p, q), (p_gen, q_gen)), tol_kva)

    def reduce(part: slice, found: Steps) -> Reduced:
        vm, loading = found.quantities
        supply = network.slack_vm_pu * np.conj(found.supply[0]) * S_BASE_KVA
        return reduction.reduce(
            part,
            vm,
            loading,
            supply,
            found.p_total * S_BASE_KVA,
            found.residual * S_BASE_KVA,
            found.iterations,
        )

    for one in batch.run(reduce, parts(n_t, network.n_node)):
        reduction.take(one)
        if progress is not None and not progress(one.part.stop, n_t):
            break
    batch.raise_failures()
    return reduction.solution(ready.method)


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


def generation(
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


def prepare(network: Network, method: str = "auto") -> Prepared:
    """Choose the method and build what it needs once."""
    if method == "sweep" and not network.is_radial:
        raise InputError(
            Problem("method", "the sweep needs a radial network.", "method", "Use method='z-bus'.")
        )
    drawn = np.unique(np.concatenate([network.load_node, network.sgen_node]))
    drawn = drawn[drawn >= 0]
    make: Callable[[int], Operator]
    if method == "sweep" or (method == "auto" and network.is_radial and IN_BROWSER):
        shape = tree(network)
        name, elements, make = "sweep", drawn, lambda n_t: Sweep(network, shape, drawn, n_t)
    else:
        system = condense(balanced.circuit(network, drawn))
        name, elements, make = "z-bus", drawn[system.order], lambda n_t: ZBus(system, n_t)
    place = np.full(network.n_node + 1, -1)  # the last is for rows out of service
    place[elements] = np.arange(elements.size)
    return Prepared(name, make, S_BASE_KVA, place[network.load_node], place[network.sgen_node])
