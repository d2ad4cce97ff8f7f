"""Balanced power flow of one network for many time steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from calculators.engine.errors import InputError, Problem, SolveError
from calculators.engine.grid import methods
from calculators.engine.grid.network import S_BASE_KVA, Network
from calculators.engine.outcome import Progress

CHUNK_VALUES = 150_000
"""Complex values per chunk and array: about 2.4 MB, so that one chunk stays in the processor's cache."""

MAX_FULL_BYTES = 2_000_000_000
N_WORST = 20


@dataclass(frozen=True)
class Solution:
    """What one call of `solve` found; time is the last axis.

    With `keep="full"`: `vm_pu (n_bus, n_t)` (NaN where a bus is dead), `line_loading_percent (n_line, n_t)`,
    `trafo_loading_percent (n_trafo, n_t)` (0 where out of service). With `keep="summary"` these three hold the
    `worst_steps` only, and the fields below reduce all steps.

    Attributes
    ----------
    loss_kw, grid_import_kw, residual_kva : ndarray, shape (n_t,)
    vm_min_pu, vm_max_pu : ndarray, shape (n_bus,)
    line_max_percent : ndarray, shape (n_line,)
    trafo_max_percent : ndarray, shape (n_trafo,)
    steps_above_100 : ndarray of int, shape (n_line + n_trafo,)
        Steps in which each line, then each transformer, is above its rating.
    worst_steps : ndarray of int
        Steps with the highest loading or lowest voltage, in time order; all steps with `keep="full"`.
    iterations : int
        Largest number of passes any chunk took.
    method : {"sweep", "z-bus"}
    partial : bool
        True when `progress` stopped the run; steps not reached are NaN.
    """

    vm_pu: np.ndarray
    line_loading_percent: np.ndarray
    trafo_loading_percent: np.ndarray
    loss_kw: np.ndarray
    grid_import_kw: np.ndarray
    residual_kva: np.ndarray
    vm_min_pu: np.ndarray
    vm_max_pu: np.ndarray
    line_max_percent: np.ndarray
    trafo_max_percent: np.ndarray
    steps_above_100: np.ndarray
    worst_steps: np.ndarray
    iterations: int
    method: str
    partial: bool


def solve(
    network: Network,
    p_kw: np.ndarray,
    q_kvar: np.ndarray,
    *,
    p_sgen_kw: np.ndarray | None = None,
    q_sgen_kvar: np.ndarray | None = None,
    tol_kva: float = 1e-6,
    keep: Literal["full", "summary"] = "full",
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
    method : {"auto", "sweep", "z-bus"}
        The sweep needs a radial network and is what "auto" takes there.
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
    Fixed point on the node voltages; converges up to the collapse point of a radial feeder. The mismatch is
    evaluated exactly in double precision, and no step above `tol_kva` is returned.
    """
    p, q = _checked(network, p_kw, q_kvar, "load", network.n_load)
    n_t = p.shape[1]
    p_gen, q_gen = _generation(network, p_sgen_kw, q_sgen_kvar, n_t)
    if keep == "full" and 8.0 * n_t * (network.n_bus + len(network.line_branch) + 1) > MAX_FULL_BYTES:
        raise InputError(
            Problem(
                "too-large", f"a full result of {n_t} steps is above 2 GB.", "keep", "Use keep='summary'."
            )
        )
    loads, gens = _incidence(network.load_node), _incidence(network.sgen_node)
    drawn = np.unique(np.concatenate([network.load_node, network.sgen_node]))
    drawn = drawn[(drawn >= 0) & (drawn != network.slack_node)]
    name, run = _method(network, method, drawn)
    chunk = max(64, CHUNK_VALUES // max(network.n_node, 1))
    reduce = _Reduction(network, n_t, keep)
    iterations = 0
    stopped = False
    for start in range(0, n_t, chunk):
        part = slice(start, min(start + chunk, n_t))
        s_pu = np.zeros((network.n_node, part.stop - part.start), dtype=complex)
        _add(s_pu, loads, p[:, part] + 1j * q[:, part])
        _add(s_pu, gens, -(p_gen[:, part] + 1j * q_gen[:, part]))
        with np.errstate(all="ignore"):  # a collapsing step runs to infinity and is reported below
            v, i_from, i_to, residual, used = run(s_pu, tol_kva / S_BASE_KVA)
        if np.any(residual * S_BASE_KVA > tol_kva):
            raise _collapse(run, s_pu, residual, tol_kva, start)
        iterations = max(iterations, used)
        reduce.take(part, v, i_from, i_to, residual, s_pu)
        if progress is not None and not progress(part.stop, n_t):
            stopped = part.stop < n_t
            break
    return reduce.solution(iterations, name, stopped)


def _checked(
    network: Network, p_kw: np.ndarray, q_kvar: np.ndarray, kind: str, rows: int
) -> tuple[np.ndarray, np.ndarray]:
    p, q = np.asarray(p_kw, dtype=float), np.asarray(q_kvar, dtype=float)
    problems = []
    for name, array in (("p", p), ("q", q)):
        if array.ndim != 2 or array.shape[0] != rows or array.shape[1] == 0:
            problems.append(
                Problem(
                    "shape",
                    f"{name} of the {kind}s has shape {array.shape}; it must be ({rows}, number of steps).",
                    kind,
                    f"Give one row per {kind} of the network.",
                )
            )
        elif not np.isfinite(array).all():
            row, step = np.argwhere(~np.isfinite(array))[0]
            problems.append(
                Problem("not-finite", f"{name} is {array[row, step]} in step {step}.", f"{kind} {row}")
            )
    if not problems and p.shape != q.shape:
        problems.append(Problem("shape", f"p has shape {p.shape} and q {q.shape}; they must be equal.", kind))
    if problems:
        raise InputError(problems)
    return p, q


def _generation(
    network: Network, p_kw: np.ndarray | None, q_kvar: np.ndarray | None, n_t: int
) -> tuple[np.ndarray, np.ndarray]:
    own_p, own_q = (np.repeat(one[:, None], n_t, axis=1) for one in (network.p_sgen_kw, network.q_sgen_kvar))
    p, q = _checked(
        network,
        own_p if p_kw is None else p_kw,
        own_q if q_kvar is None else q_kvar,
        "static generator",
        len(network.sgen_node),
    )
    if p.shape[1] != n_t:
        raise InputError(
            Problem("shape", f"the generators have {p.shape[1]} steps, the loads {n_t}.", "p_sgen_kw")
        )
    return p, q


def _incidence(node: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Live rows sorted by node, where each node's run starts, and the nodes: for a grouped sum by slices."""
    live = np.flatnonzero(node >= 0)
    order = live[np.argsort(node[live], kind="stable")]
    nodes, starts = np.unique(node[order], return_index=True)
    return order, starts, nodes


def _add(s_pu: np.ndarray, rows: tuple[np.ndarray, np.ndarray, np.ndarray], s_kva: np.ndarray) -> None:
    order, starts, nodes = rows
    if order.size:
        s_pu[nodes] += np.add.reduceat(s_kva[order], starts, axis=0) / S_BASE_KVA


def _method(network: Network, wanted: str, drawn: np.ndarray) -> tuple[str, methods.Method]:
    """Choose by structure: the sweep wherever there is a tree, the matrix where there are loops."""
    if wanted == "sweep" and not network.is_radial:
        raise InputError(
            Problem("method", "the sweep needs a radial network.", "method", "Use method='z-bus'.")
        )
    if wanted == "sweep" or (wanted == "auto" and network.is_radial):
        return "sweep", partial(methods.sweep, network, methods.tree(network))
    return "z-bus", partial(methods.z_bus, network, methods.impedance(network, drawn))


def _collapse(
    run: methods.Method, s_pu: np.ndarray, residual: np.ndarray, tol_kva: float, start: int
) -> SolveError:
    """Say which steps fail and, for the worst, the largest share of its load that has a solution."""
    failed = np.flatnonzero(residual * S_BASE_KVA > tol_kva)
    worst = failed[np.argmax(np.abs(s_pu[:, failed].sum(axis=0)))]
    low, high = 0.0, 1.0
    with np.errstate(all="ignore"):
        for _ in range(12):
            middle = (low + high) / 2
            converged = run(s_pu[:, [worst]] * middle, tol_kva / S_BASE_KVA)[3][0] * S_BASE_KVA <= tol_kva
            low, high = (middle, high) if converged else (low, middle)
    total_kw = s_pu[:, worst].real.sum() * S_BASE_KVA
    named = ", ".join(str(start + step) for step in failed[:5]) + (" and more" if failed.size > 5 else "")
    return SolveError(
        Problem(
            "collapse",
            f"the network cannot carry the load in {failed.size} step(s) ({named}): in step {start + worst} it "
            f"collapses at about {100 * low:.1f} % of {total_kw:.1f} kW.",
            f"step {start + worst}",
            f"Reduce the load of that step by at least {(1 - low) * total_kw:.1f} kW.",
        )
    )


class _Reduction:
    """Collects results chunk by chunk, in full or reduced as they come."""

    def __init__(self, network: Network, n_t: int, keep: str) -> None:
        self.network, self.n_t, self.keep = network, n_t, keep
        self.live_bus = network.bus_node >= 0
        self.lines, self.trafos = network.line_branch >= 0, network.trafo_branch >= 0
        line, trafo = network.line_branch[self.lines], network.trafo_branch[self.trafos]
        sqrt3 = np.sqrt(3.0)
        base = S_BASE_KVA / sqrt3 / network.node_vn_kv / 1e3  # kA per pu current
        # Factors that turn per-unit end currents into loading; pandapower's definition "current".
        self.line = line
        self.line_from = 100 * base[network.branch_from[line]] / network.line_i_max_ka[self.lines]
        self.line_to = 100 * base[network.branch_to[line]] / network.line_i_max_ka[self.lines]
        self.trafo = trafo
        rated = 100 * 1e3 * sqrt3 / network.trafo_s_kva[self.trafos]
        self.trafo_hv = rated * base[network.branch_from[trafo]] * network.trafo_vn_hv_kv[self.trafos]
        self.trafo_lv = rated * base[network.branch_to[trafo]] * network.trafo_vn_lv_kv[self.trafos]
        self.n_line, self.n_trafo = len(network.line_branch), len(network.trafo_branch)
        width = n_t if keep == "full" else 0
        self.vm, self.line_percent, self.trafo_percent = (
            np.full((rows, width), fill)
            for rows, fill in ((network.n_bus, np.nan), (self.n_line, 0.0), (self.n_trafo, 0.0))
        )
        self.loss, self.grid, self.residual = (np.full(n_t, np.nan) for _ in range(3))
        self.vm_min, self.vm_max = np.full(network.n_bus, np.nan), np.full(network.n_bus, np.nan)
        self.line_max, self.trafo_max = np.zeros(self.n_line), np.zeros(self.n_trafo)
        self.above = np.zeros(self.n_line + self.n_trafo, dtype=int)
        self.worst: list[tuple[float, int, np.ndarray, np.ndarray, np.ndarray]] = []

    def take(
        self,
        part: slice,
        v: np.ndarray,
        i_from: np.ndarray,
        i_to: np.ndarray,
        residual: np.ndarray,
        s_pu: np.ndarray,
    ) -> None:
        """Reduce one chunk."""
        network, steps = self.network, part.stop - part.start
        size = np.abs(v)
        vm = np.full((network.n_bus, steps), np.nan)
        vm[self.live_bus] = size[network.bus_node[self.live_bus]]
        line, trafo = np.zeros((self.n_line, steps)), np.zeros((self.n_trafo, steps))
        line[self.lines] = _larger(i_from, i_to, self.line, self.line_from, self.line_to)
        trafo[self.trafos] = _larger(i_from, i_to, self.trafo, self.trafo_hv, self.trafo_lv)
        slack = network.slack_node
        enters = network.branch_from == slack, network.branch_to == slack
        out = i_from[enters[0]].sum(axis=0) + i_to[enters[1]].sum(axis=0)
        feed = v[slack] * np.conj(out) + s_pu[slack]
        self.grid[part] = feed.real * S_BASE_KVA
        self.loss[part] = (feed - s_pu.sum(axis=0)).real * S_BASE_KVA
        self.residual[part] = residual * S_BASE_KVA
        self.vm_min, self.vm_max = np.fmin(self.vm_min, vm.min(axis=1)), np.fmax(self.vm_max, vm.max(axis=1))
        self.line_max = np.maximum(self.line_max, line.max(axis=1, initial=0.0))
        self.trafo_max = np.maximum(self.trafo_max, trafo.max(axis=1, initial=0.0))
        self.above[: self.n_line] += (line > 100).sum(axis=1)
        self.above[self.n_line :] += (trafo > 100).sum(axis=1)
        if self.keep == "full":
            self.vm[:, part], self.line_percent[:, part], self.trafo_percent[:, part] = vm, line, trafo
            return
        score = np.maximum(line.max(axis=0, initial=0.0), trafo.max(axis=0, initial=0.0)) - 1e3 * np.nanmin(
            vm, axis=0
        )
        for step in np.argsort(-score, kind="stable")[:N_WORST]:
            self.worst.append(
                (float(-score[step]), part.start + int(step), vm[:, step], line[:, step], trafo[:, step])
            )
        self.worst = sorted(self.worst, key=lambda item: item[:2])[:N_WORST]

    def solution(self, iterations: int, method: str, stopped: bool) -> Solution:
        """Return what was collected."""
        worst = np.arange(self.n_t)
        if self.keep == "summary":
            kept = sorted(self.worst, key=lambda item: item[1])
            worst = np.array([item[1] for item in kept], dtype=int)
            self.vm, self.line_percent, self.trafo_percent = (
                np.stack([item[position] for item in kept], axis=1) for position in (2, 3, 4)
            )
        return Solution(
            vm_pu=self.vm,
            line_loading_percent=self.line_percent,
            trafo_loading_percent=self.trafo_percent,
            loss_kw=self.loss,
            grid_import_kw=self.grid,
            residual_kva=self.residual,
            vm_min_pu=self.vm_min,
            vm_max_pu=self.vm_max,
            line_max_percent=self.line_max,
            trafo_max_percent=self.trafo_max,
            steps_above_100=self.above,
            worst_steps=worst,
            iterations=iterations,
            method=method,
            partial=stopped,
        )


def _larger(
    i_from: np.ndarray, i_to: np.ndarray, branch: np.ndarray, per_from: np.ndarray, per_to: np.ndarray
) -> np.ndarray:
    """Loading at the more loaded end of each branch. [%]"""
    higher: np.ndarray = np.maximum(
        np.abs(i_from[branch]) * per_from[:, None], np.abs(i_to[branch]) * per_to[:, None]
    )
    return higher
