"""What the power flow returns, collected chunk by chunk: in full, or reduced so that memory does not grow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calculators.engine.grid.network import Network

N_WORST = 20
VM_EDGES_PU = np.linspace(0.5, 1.5, 5001)
"""Voltages are counted in bins of 2e-4 pu."""


@dataclass(frozen=True)
class Solution:
    """What one call of `solve` found; time is the last axis.

    With `keep="full"`: `vm_pu (n_bus, n_t)` (NaN where a bus is dead), `line_loading_percent (n_line, n_t)`,
    `trafo_loading_percent (n_trafo, n_t)` (0 where out of service). With `keep="summary"` these three hold the
    `worst_steps` only, and the fields below reduce all steps.

    Attributes
    ----------
    loss_kw, grid_import_kw, residual_kva : ndarray, shape (n_t,)
    vm_min_pu, vm_max_pu, vm_p05_pu, vm_p50_pu, vm_p95_pu : ndarray, shape (n_bus,)
        Lowest, highest and percentiles of the voltage over the steps. [pu] The percentiles are exact with
        `keep="full"`; with `keep="summary"` they are read from counts in bins and lie within 2e-4 pu of an
        actual neighbouring value as long as the voltage is between 0.5 and 1.5 pu.
    line_max_percent : ndarray, shape (n_line,)
    trafo_max_percent : ndarray, shape (n_trafo,)
    steps_above_100 : ndarray of int, shape (n_line + n_trafo,)
        Steps in which each line, then each transformer, is above its rating.
    hours_above : dict of str to ndarray
        Hours in which a limit is not kept: "line" (n_line,) and "trafo" (n_trafo,) above their rating, "vm_low"
        and "vm_high" (n_bus,) outside the voltage band. [h]
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
    vm_counts: np.ndarray | None
    line_max_percent: np.ndarray
    trafo_max_percent: np.ndarray
    steps_above_100: np.ndarray
    hours_above: dict[str, np.ndarray]
    worst_steps: np.ndarray
    iterations: int
    method: str
    partial: bool

    @property
    def vm_p05_pu(self) -> np.ndarray:
        """Voltage that 5 % of the steps are below. [pu]"""
        return self._percentile(5)

    @property
    def vm_p50_pu(self) -> np.ndarray:
        """Median voltage. [pu]"""
        return self._percentile(50)

    @property
    def vm_p95_pu(self) -> np.ndarray:
        """Voltage that 5 % of the steps are above. [pu]"""
        return self._percentile(95)

    def _percentile(self, percent: int) -> np.ndarray:
        if self.vm_counts is None:
            solved = self.vm_pu[:, ~np.isnan(self.loss_kw)]
            exact: np.ndarray = np.percentile(solved, percent, axis=1)
            return exact
        below = np.cumsum(self.vm_counts, axis=1)
        wanted = percent / 100 * (below[:, -1:] - 1) + 0.5
        position = (below >= wanted).argmax(axis=1)
        centre = (VM_EDGES_PU[position] + VM_EDGES_PU[position + 1]) / 2
        found: np.ndarray = np.clip(centre, self.vm_min_pu, self.vm_max_pu)
        return found


@dataclass(frozen=True)
class Reduced:
    """One chunk, reduced by the worker that solved it; rows are nodes and branches."""

    part: slice
    supply_kva: np.ndarray
    drawn_kva: np.ndarray
    residual_kva: np.ndarray
    vm_min: np.ndarray
    vm_max: np.ndarray
    loading_max: np.ndarray
    above: np.ndarray
    low: np.ndarray
    high: np.ndarray
    counts: tuple[np.ndarray, np.ndarray] | None
    worst: list[tuple[float, int, np.ndarray, np.ndarray]]
    iterations: int


class Reduction:
    """Collects the chunks of one run."""

    def __init__(
        self, network: Network, n_t: int, keep: str, dt_h: float, vm_limits_pu: tuple[float, float]
    ) -> None:
        self.network, self.n_t, self.keep, self.dt_h, self.limits = network, n_t, keep, dt_h, vm_limits_pu
        width = n_t if keep == "full" else 0
        self.vm = np.empty((network.n_bus, width))
        self.line = np.empty((len(network.line_branch), width))
        self.trafo = np.empty((len(network.trafo_branch), width))
        self.loss, self.grid, self.residual = (np.full(n_t, np.nan) for _ in range(3))
        n, m = network.n_node, network.n_branch
        self.vm_min, self.vm_max = np.full(n, np.inf), np.full(n, -np.inf)
        self.loading_max = np.zeros(m)
        self.above, self.low, self.high = (np.zeros(size, dtype=int) for size in (m, n, n))
        summary = keep == "summary"
        self.counts = np.zeros((n, VM_EDGES_PU.size - 1), dtype=np.int32) if summary else None
        self.worst: list[tuple[float, int, np.ndarray, np.ndarray]] = []
        self.iterations = self.done = 0

    def reduce(
        self,
        part: slice,
        vm: np.ndarray,
        loading: np.ndarray,
        supply_kva: np.ndarray,
        drawn_kva: np.ndarray,
        residual_kva: np.ndarray,
        iterations: int,
    ) -> Reduced:
        """Reduce one chunk: |V| (n_node, n_t) [pu] and loading (n_branch, n_t) [%]. Safe in several threads."""
        network, worst, counts = self.network, [], None
        vm_min, vm_max, highest = vm.min(axis=1), vm.max(axis=1), loading.max(axis=1)
        if self.keep == "full":
            self.vm[:, part] = vm[network.bus_node]
            if network.n_branch:
                self.line[:, part] = loading[network.line_branch]
                self.trafo[:, part] = loading[network.trafo_branch]
        else:
            score = loading.max(axis=0, initial=0.0) - 1e3 * vm.min(axis=0)
            for step in np.argsort(-score, kind="stable")[:N_WORST]:
                worst.append(
                    (-float(score[step]), part.start + int(step), vm[:, step].copy(), loading[:, step].copy())
                )
            counts = _counted(vm)
        return Reduced(
            part=part,
            supply_kva=supply_kva,
            drawn_kva=drawn_kva,
            residual_kva=residual_kva,
            vm_min=vm_min,
            vm_max=vm_max,
            loading_max=highest,
            above=_count(highest > 100, lambda rows: loading[rows] > 100),
            low=_count(vm_min < self.limits[0], lambda rows: vm[rows] < self.limits[0]),
            high=_count(vm_max > self.limits[1], lambda rows: vm[rows] > self.limits[1]),
            counts=counts,
            worst=worst,
            iterations=iterations,
        )

    def take(self, one: Reduced) -> None:
        """Add the next chunk in time order."""
        self.grid[one.part] = one.supply_kva.real
        self.loss[one.part] = one.supply_kva.real - one.drawn_kva
        self.residual[one.part] = one.residual_kva
        np.minimum(self.vm_min, one.vm_min, out=self.vm_min)
        np.maximum(self.vm_max, one.vm_max, out=self.vm_max)
        np.maximum(self.loading_max, one.loading_max, out=self.loading_max)
        self.above += one.above
        self.low += one.low
        self.high += one.high
        if self.counts is not None and one.counts is not None:
            first, counts = one.counts
            columns = first[:, None] + np.arange(counts.shape[1])
            self.counts[np.arange(first.size)[:, None], columns] += counts.astype(np.int32)
        self.worst = sorted(self.worst + one.worst, key=lambda item: item[:2])[:N_WORST]
        self.iterations = max(self.iterations, one.iterations)
        self.done = one.part.stop

    def solution(self, method: str) -> Solution:
        """Return what was collected; rows become buses, lines and transformers."""
        network = self.network
        bus, line, trafo = network.bus_node, network.line_branch, network.trafo_branch
        steps = np.arange(self.n_t)
        if self.keep == "summary":
            kept = sorted(self.worst, key=lambda item: item[1])
            steps = np.array([item[1] for item in kept], dtype=int)
            vm = np.stack([item[2] for item in kept], axis=1)[bus]
            loading = np.stack([item[3] for item in kept], axis=1)
            lines, trafos = _rows(loading, line), _rows(loading, trafo)
        else:
            vm, lines, trafos = self.vm, self.line, self.trafo
            for array in (vm, lines, trafos):
                array[:, self.done :] = np.nan
            lines[line < 0] = 0.0
            trafos[trafo < 0] = 0.0
        vm[bus < 0] = np.nan
        above = np.concatenate([_rows(self.above, line), _rows(self.above, trafo)])
        return Solution(
            vm_pu=vm,
            line_loading_percent=lines,
            trafo_loading_percent=trafos,
            loss_kw=self.loss,
            grid_import_kw=self.grid,
            residual_kva=self.residual,
            vm_min_pu=np.where(bus < 0, np.nan, self.vm_min[bus]),
            vm_max_pu=np.where(bus < 0, np.nan, self.vm_max[bus]),
            vm_counts=None if self.counts is None else self.counts[bus],
            line_max_percent=_rows(self.loading_max, line),
            trafo_max_percent=_rows(self.loading_max, trafo),
            steps_above_100=above,
            hours_above={
                "line": above[: line.size] * self.dt_h,
                "trafo": above[line.size :] * self.dt_h,
                "vm_low": _rows(self.low, bus) * self.dt_h,
                "vm_high": _rows(self.high, bus) * self.dt_h,
            },
            worst_steps=steps,
            iterations=self.iterations,
            method=method,
            partial=self.done < self.n_t,
        )


def _rows(values: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Rows of `values`; zero where the index is -1."""
    out = np.zeros((index.size, *values.shape[1:]), dtype=values.dtype)
    out[index >= 0] = values[index[index >= 0]]
    return out


def _count(any_step: np.ndarray, broken: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Steps in which a limit is broken, looking only at the rows where that happens at all."""
    out = np.zeros(any_step.size, dtype=int)
    rows = np.flatnonzero(any_step)
    out[rows] = np.count_nonzero(broken(rows), axis=1)
    return out


def _counted(vm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First bin (n_node,) and steps in it and the following bins (n_node, width); outside counts in the outermost."""
    n, n_bin = vm.shape[0], VM_EDGES_PU.size - 1
    position = (vm - VM_EDGES_PU[0]) * (n_bin / (VM_EDGES_PU[-1] - VM_EDGES_PU[0]))
    np.clip(position, 0, n_bin - 1, out=position)
    bins = position.astype(np.intp)
    first = bins.min(axis=1)
    width = int((bins.max(axis=1) - first).max()) + 1
    first = np.minimum(first, n_bin - width)
    bins += (np.arange(n) * width - first)[:, None]
    return first, np.bincount(bins.ravel(), minlength=n * width).reshape(n, width)
