"""Many steps in chunks, on several threads where there are any; steps that do not converge end in one error."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TypeVar

import numpy as np

from calculators.engine.errors import Problem, SolveError
from calculators.engine.grid.fixed_point import MAX_ITERATIONS, Chunk, Operator, Start, Steps

IN_BROWSER = sys.platform == "emscripten"
"""There numpy has neither threads nor a BLAS: radial networks are swept, and everything runs in one thread."""

N_THREADS = 1 if IN_BROWSER else min(os.cpu_count() or 1, 4)

CHUNK_VALUES = 600_000 if IN_BROWSER else 75_000
"""Nodes times steps of one chunk; small enough for the processor's cache, large enough for few Python calls."""

MAX_FAILED = 200
"""Collapsed steps after which the run ends; each costs as much as dozens that converge."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Source:
    """Power series (n_row, n_t) and the element of each row, -1 for none; sign -1 feeds in. [kW, kvar]"""

    sign: float
    p_kw: np.ndarray
    q_kvar: np.ndarray
    element: np.ndarray


class Powers:
    """Sources summed to the elements of an operator, chunk by chunk."""

    def __init__(self, base_kva: float, sources: list[Source]) -> None:
        self.base_kva = base_kva
        self.sources = [(one, *_grouped(one.element)) for one in sources if one.element.size]

    def fill(self, chunk: Chunk, part: slice | np.ndarray | None) -> None:
        """Powers of some steps, or their mean over all, as the elements' powers."""
        chunk.p[:], chunk.q[:] = 0.0, 0.0
        for source, rows, starts, elements in self.sources:
            for whole, target in ((source.p_kw, chunk.p), (source.q_kvar, chunk.q)):
                values = (whole.mean(axis=1, keepdims=True) if part is None else whole[:, part])[rows]
                if starts.size < rows.size:
                    values = np.add.reduceat(values, starts, axis=0)
                values *= source.sign / self.base_kva
                target[elements, : values.shape[1]] += values


def _grouped(element: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Live rows sorted by element, where each element's run starts, and the elements."""
    live = np.flatnonzero(element >= 0)
    rows = live[np.argsort(element[live], kind="stable")]
    elements, starts = np.unique(element[rows], return_index=True)
    return rows, starts, elements


@dataclass(frozen=True)
class Prepared:
    """A network ready for many calls: what makes operators, and the element of each load and generator row.

    Rows are those of the power arrays, phases flattened; element -1 is out of service.
    """

    method: str
    make: Callable[[int], Operator]
    base_kva: float
    load_element: np.ndarray
    sgen_element: np.ndarray

    def powers(
        self, loads: tuple[np.ndarray, np.ndarray], generators: tuple[np.ndarray, np.ndarray]
    ) -> Powers:
        """Sum (p, q) of loads and of generators, feed-in positive, to the elements. [kW, kvar]"""
        (p, q), (p_gen, q_gen) = (
            tuple(one.reshape(-1, one.shape[-1]) for one in both) for both in (loads, generators)
        )
        return Powers(
            self.base_kva,
            [Source(1.0, p, q, self.load_element), Source(-1.0, p_gen, q_gen, self.sgen_element)],
        )


def parts(n_t: int, n_node: int) -> list[slice]:
    """Chunks of nearly equal length, a multiple of 32 steps where there is more than one."""
    most = max(64, CHUNK_VALUES // max(n_node, 1))
    width = n_t if n_t <= most else -(-n_t // -(-n_t // most) // 32) * 32
    return [slice(start, min(start + width, n_t)) for start in range(0, n_t, width)]


@dataclass
class Batch:
    """One run: what makes operators, the powers, the tolerance [kVA], and the steps that failed."""

    make: Callable[[int], Operator]
    powers: Powers
    tol_kva: float
    max_iterations: int = MAX_ITERATIONS
    failed: list[np.ndarray] = field(default_factory=list)

    @property
    def tol_pu(self) -> float:
        return self.tol_kva / self.powers.base_kva

    def run(
        self, reduce: Callable[[slice, Steps], Result], chunks: list[slice], *, stop: bool = True
    ) -> Iterator[Result]:
        """Yield `reduce(part, steps)` of each chunk in time order; it runs where the chunk was solved.

        With `stop`, the run ends early once many steps have failed.
        """
        start = self._start()

        def work(chunk: Chunk, part: slice) -> Result:
            self.powers.fill(chunk, part)
            with np.errstate(all="ignore"):  # a collapsing step runs to infinity and is reported
                found = chunk.solve(self.tol_pu, start, self.max_iterations).first(part.stop - part.start)
                if np.any(found.residual > self.tol_pu):
                    self.failed.append(part.start + np.flatnonzero(found.residual > self.tol_pu))
                return reduce(part, found)

        width, n_thread = chunks[0].stop, min(N_THREADS, len(chunks))
        if n_thread == 1:
            chunk = Chunk(self.make(width))
            results: Iterator[Result] = (work(chunk, part) for part in chunks)
        else:
            results = _threaded([Chunk(self.make(width)) for _ in range(n_thread)], work, chunks)
        for result in results:
            yield result
            if stop and sum(steps.size for steps in self.failed) > MAX_FAILED:
                return

    def _start(self) -> Start | None:
        chunk = Chunk(self.make(1))
        self.powers.fill(chunk, None)
        with np.errstate(all="ignore"):
            return Start.of(chunk, self.tol_pu)

    def raise_failures(self) -> None:
        """Say which steps fail and, for the worst, the largest share of its load that has a solution."""
        if not self.failed:
            return
        failed = np.sort(np.concatenate(self.failed))[:MAX_FAILED]
        total_kw, share = self._carried(failed)
        worst = int(np.argmax(np.abs((1 - share) * total_kw)))
        named = ", ".join(str(step) for step in failed[:5]) + (" and more" if failed.size > 5 else "")
        raise SolveError(
            Problem(
                "collapse",
                f"the network cannot carry the load in {failed.size} step(s) ({named}): in step {failed[worst]} it "
                f"collapses at about {100 * share[worst]:.1f} % of {total_kw[worst]:.1f} kW.",
                f"step {failed[worst]}",
                f"Reduce the load of that step by at least {(1 - share[worst]) * total_kw[worst]:.1f} kW.",
            )
        )

    def _carried(self, failed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Load of each failed step [kW] and the largest share of it that converges, all by one bisection."""
        chunk = Chunk(self.make(failed.size))
        self.powers.fill(chunk, failed)
        full_p, full_q = chunk.p.copy(), chunk.q.copy()
        low, high = np.zeros(failed.size), np.ones(failed.size)
        with np.errstate(all="ignore"):
            for _ in range(12):
                middle = (low + high) / 2
                np.multiply(full_p, middle, out=chunk.p)
                np.multiply(full_q, middle, out=chunk.q)
                good = chunk.solve(self.tol_pu).residual <= self.tol_pu
                low, high = np.where(good, middle, low), np.where(good, high, middle)
        return full_p.sum(axis=0) * self.powers.base_kva, low


def _threaded(
    chunks: list[Chunk], work: Callable[[Chunk, slice], Result], todo: list[slice]
) -> Iterator[Result]:
    free: SimpleQueue[Chunk] = SimpleQueue()
    for chunk in chunks:
        free.put(chunk)

    def run(part: slice) -> Result:
        chunk = free.get()
        try:
            return work(chunk, part)
        finally:
            free.put(chunk)

    with ThreadPoolExecutor(len(chunks)) as pool:
        ahead: deque[Future[Result]] = deque()
        try:
            for part in todo:
                ahead.append(pool.submit(run, part))
                if len(ahead) > len(chunks):  # few wait to be taken, so memory does not grow with the steps
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for one in ahead:
                one.cancel()
