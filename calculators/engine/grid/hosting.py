"""Hosting capacity for electric cars: how many fit before a limit breaks, over many random ways they may come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid.limits import LIMITS, Limits, Meter, Use
from calculators.engine.grid.network import Network
from calculators.engine.outcome import Progress

Phases = Literal["balanced", "random", "rotating"]

GROUP_STEPS = 5_000
"""Draws are worked on in groups whose steps come to about so many; progress is told after each."""


@dataclass(frozen=True)
class HostingCapacity:
    """Distribution over the draws.

    Attributes
    ----------
    n_ev : ndarray of int, shape (n_draw,)
        Largest number of cars with every limit kept.
    capacity_kw : ndarray, shape (n_draw,)
        Sum of the highest power of each of these cars. [kW]
    binding : tuple of str, (n_draw,)
        Limit that the next car breaks: "trafo", "line", "vm_low", "vm_high", "drop", "vuf", "collapse", or "none"
        where every customer has a car.
    element, step : ndarray of int, shape (n_draw,)
        Row of the transformer, line or bus, and the step, where it breaks; -1 for "none".
    n_max : int
        Cars when every customer has one.
    fits_empty : bool
        Whether all limits are kept without any car; where not, every draw is 0.
    running_mean, standard_error : ndarray, shape (n_draw,)
        Mean of the first draws and its standard error, after each draw: how the estimate settles.
    n_power_flow : ndarray of int, shape (n_draw,)
        Power flows each draw took.
    limits : Limits
    partial : bool
        True when `progress` stopped the run and fewer draws are here than asked for.
    """

    n_ev: np.ndarray
    capacity_kw: np.ndarray
    binding: tuple[str, ...]
    element: np.ndarray
    step: np.ndarray
    n_max: int
    fits_empty: bool
    running_mean: np.ndarray
    standard_error: np.ndarray
    n_power_flow: np.ndarray
    limits: Limits
    partial: bool


def hosting_capacity(
    network: Network,
    base_kw: np.ndarray,
    *,
    ev_kw: np.ndarray,
    rng: np.random.Generator,
    base_kvar: np.ndarray | None = None,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    phases: Phases | np.ndarray = "balanced",
    ev_per_customer: int = 1,
    n_draws: int = 200,
    progress: Progress | None = None,
) -> HostingCapacity:
    """Draw in which order customers get a car, and find how many fit.

    Parameters
    ----------
    network : Network
        Each row of its loads in service is one customer.
    base_kw : ndarray, shape (n_load, n_t) or (n_load, 3, n_t)
        Load without cars; by phase unless `phases` is "balanced". [kW]
    ev_kw : ndarray, shape (n_profile, n_t)
        Charging of one car each; every car of a draw gets one of them at random. [kW]
    rng : numpy.random.Generator
    base_kvar : ndarray, shape of `base_kw`, optional
        Reactive load; none when left out. Cars draw none. [kvar]
    limits : Limits
    phases : {"balanced", "random", "rotating"} or ndarray of int, shape (n_load,)
        "balanced" solves one phase for all three; "random" puts each car on a phase drawn for its customer;
        "rotating" goes through a, b, c from load row to load row, as a grid company that assigns phases; an array
        (0, 1, 2) gives the phase of each customer.
    ev_per_customer : int
        Most cars of one customer.
    n_draws : int
    progress : callable, optional
        `progress(draws done, draws)` after each group of draws; False stops and keeps what is done.

    Returns
    -------
    HostingCapacity

    Raises
    ------
    InputError
        Wrong shapes or values, limits that make no sense, no customers, no three-phase data where needed.

    Notes
    -----
    Cars of one draw come in one order, so more cars always include the fewer. The number is found by bisection on
    the few steps that bind, then proven on all steps; where that fails, the worst steps are added and the search
    goes on below. With more load, loadings rise and voltages fall, so the number is the largest. Told apart by
    phase, a later car can ease the unbalance of an earlier one; the number is then one with all limits kept whose
    next car breaks one.

    The standard error is that of the mean over independent draws, for this network and these profiles; it does
    not cover what they leave out.
    """
    by_phase = not isinstance(phases, str) or phases != "balanced"
    of_customer = _phase_of(network, phases)
    base, reactive, ev = _checked(network, base_kw, base_kvar, ev_kw, by_phase, ev_per_customer, n_draws)
    meter = Meter(network, limits, phases=by_phase)
    customers = np.repeat(np.flatnonzero(network.load_node >= 0), ev_per_customer)
    draws = _Draws(meter, base, reactive, ev, customers, of_customer)
    empty = meter.use(base, reactive)
    fits = bool(np.all(empty.share <= 1.0))
    group = max(GROUP_STEPS // ev.shape[1], 1)
    found: list[_Found] = []
    done = 0
    while done < n_draws:
        n = min(group, n_draws - done)
        orders = [draws.order(rng, phases) for _ in range(n)]
        found.append(draws.search(orders) if fits else draws.nothing(n, empty))
        done += n
        if progress is not None and not progress(done, n_draws):
            break
    return _collected(found, customers.size, fits, limits, partial=done < n_draws)


def _checked(
    network: Network,
    base_kw: np.ndarray,
    base_kvar: np.ndarray | None,
    ev_kw: np.ndarray,
    by_phase: bool,
    ev_per_customer: int,
    n_draws: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    base, ev = np.asarray(base_kw, dtype=float), np.asarray(ev_kw, dtype=float)
    reactive = np.zeros_like(base) if base_kvar is None else np.asarray(base_kvar, dtype=float)
    wanted = (network.n_load, 3) if by_phase else (network.n_load,)
    text = ", ".join(str(size) for size in wanted)
    problems = []
    if base.shape[:-1] != wanted or base.shape[-1:] == (0,):
        problems.append(
            Problem(
                "shape", f"base_kw has shape {base.shape}; it must be ({text}, number of steps).", "base_kw"
            )
        )
    if reactive.shape != base.shape:
        problems.append(
            Problem("shape", f"base_kvar has shape {reactive.shape}, base_kw {base.shape}.", "base_kvar")
        )
    if ev.ndim != 2 or ev.shape[0] == 0 or ev.shape[1] != base.shape[-1]:
        message = f"ev_kw has shape {ev.shape}; it must be (number of profiles, {base.shape[-1]})."
        problems.append(Problem("shape", message, "ev_kw", "Give the cars the same steps as the loads."))
    for name, array in (("base_kw", base), ("base_kvar", reactive), ("ev_kw", ev)):
        if not np.isfinite(array).all():
            problems.append(Problem("not-finite", f"{name} holds values that are not finite.", name))
    if not (network.load_node >= 0).any():
        problems.append(
            Problem("no-load", "the network has no loads in service, so no customers.", "network")
        )
    for name, count in (("ev_per_customer", ev_per_customer), ("n_draws", n_draws)):
        if count < 1:
            problems.append(Problem("count", f"{name} is {count}; it must be 1 or more.", name))
    if problems:
        raise InputError(problems)
    return base, reactive, ev


def _phase_of(network: Network, phases: Phases | np.ndarray) -> np.ndarray:
    """Phase of each customer where it does not change from draw to draw."""
    if isinstance(phases, str):
        if phases not in {"balanced", "random", "rotating"}:
            message = f"phases is '{phases}'; it must be 'balanced', 'random', 'rotating' or an array."
            raise InputError(Problem("phases", message, "phases"))
        return np.arange(network.n_load) % 3
    given = np.asarray(phases)
    if given.shape != (network.n_load,) or not np.isin(given, (0, 1, 2)).all():
        raise InputError(Problem("phases", f"phases must be {network.n_load} numbers 0, 1 or 2.", "phases"))
    return given.astype(int)


@dataclass(frozen=True)
class _Order:
    """Cars of one draw in the order they come: customer, profile and phase of each."""

    customer: np.ndarray
    profile: np.ndarray
    phase: np.ndarray


@dataclass(frozen=True)
class _Found:
    n_ev: np.ndarray
    capacity_kw: np.ndarray
    binding: np.ndarray
    element: np.ndarray
    step: np.ndarray
    n_power_flow: np.ndarray


class _Draws:
    """Searches a group of draws together, so that their power flows run in one call."""

    def __init__(
        self,
        meter: Meter,
        base: np.ndarray,
        reactive: np.ndarray,
        ev: np.ndarray,
        customers: np.ndarray,
        phase: np.ndarray,
    ) -> None:
        self.meter, self.base, self.reactive, self.ev = meter, base, reactive, ev
        self.customers, self.phase, self.n_t = customers, phase, ev.shape[1]

    def order(self, rng: np.random.Generator, phases: Phases | np.ndarray) -> _Order:
        n = self.customers.size
        customer = rng.permutation(self.customers)
        profile = rng.integers(self.ev.shape[0], size=n)
        drawn = rng.integers(3, size=self.phase.size)
        of_customer = drawn if isinstance(phases, str) and phases == "random" else self.phase
        return _Order(customer, profile, of_customer[customer])

    def nothing(self, n: int, empty: Use) -> _Found:
        """Return n draws of a network whose limits are broken without a car."""
        code, element, step = _worst(empty.share, empty.element)
        flows = np.zeros(n, dtype=int)
        flows[0] = self.n_t
        zero = np.zeros(n, dtype=int)
        return _Found(zero, np.zeros(n), np.full(n, code), zero + element, zero + step, flows)

    def search(self, orders: list[_Order]) -> _Found:
        n, n_max = len(orders), self.customers.size
        low, high = np.zeros(n, dtype=int), np.full(n, n_max + 1)
        flows = np.zeros(n, dtype=int)
        active = np.zeros((n, self.n_t), dtype=bool)
        total = self.base.reshape(-1, self.n_t).sum(axis=0)
        for row, order in enumerate(orders):
            active[row, np.argmax(total + self.ev[order.profile].sum(axis=0))] = True
        open_rows = np.arange(n)
        while open_rows.size:
            self._bisect(orders, open_rows, low, high, active, flows)
            whole = np.ones((open_rows.size, self.n_t), dtype=bool)
            worst = self._use(orders, open_rows, low[open_rows], whole, flows)[0].max(axis=0)
            broken = worst > 1.0
            bad = broken.any(axis=1) & (low[open_rows] > 0)
            for row, share in zip(open_rows[bad], worst[bad], strict=True):
                active[row, np.argmax(share)] = True
            open_rows = open_rows[bad]
            high[open_rows], low[open_rows] = low[open_rows], 0
        return self._binding(orders, low, flows)

    def _bisect(
        self,
        orders: list[_Order],
        rows: np.ndarray,
        low: np.ndarray,
        high: np.ndarray,
        active: np.ndarray,
        flows: np.ndarray,
    ) -> None:
        """Halve the gap on the active steps until the next car breaks a limit there."""
        while (todo := rows[high[rows] - low[rows] > 1]).size:
            middle = (low[todo] + high[todo]) // 2
            share, _ = self._use(orders, todo, middle, active[todo], flows)
            good = np.all(share <= 1.0, axis=(0, 2))
            low[todo], high[todo] = np.where(good, middle, low[todo]), np.where(good, high[todo], middle)

    def _use(
        self, orders: list[_Order], rows: np.ndarray, count: np.ndarray, steps: np.ndarray, flows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Share and element (6, n_row, n_t) with `count` cars in each row's order; steps not asked for are 0."""
        row_of, step_of = np.nonzero(steps)
        p = np.take(self.base, step_of, axis=-1)
        flat = p.reshape(-1, step_of.size)
        first = np.searchsorted(row_of, np.arange(rows.size + 1))
        by_phase = self.base.ndim == 3
        for position, (row, n_ev) in enumerate(zip(rows, count, strict=True)):
            order, at = orders[row], slice(first[position], first[position + 1])
            customer = order.customer[:n_ev]
            line = customer * 3 + order.phase[:n_ev] if by_phase else customer
            np.add.at(flat[:, at], line, self.ev[order.profile[:n_ev]][:, step_of[at]])
        used = self.meter.use(p, np.take(self.reactive, step_of, axis=-1))
        flows[rows] += steps.sum(axis=1)
        share = np.zeros((len(LIMITS), *steps.shape))
        element = np.zeros(share.shape, dtype=int)
        share[:, row_of, step_of], element[:, row_of, step_of] = used.share, used.element
        return share, element

    def _binding(self, orders: list[_Order], low: np.ndarray, flows: np.ndarray) -> _Found:
        """What the next car breaks, over all steps."""
        n, n_max = low.size, self.customers.size
        code, element, step = (np.full(n, -1) for _ in range(3))
        more = np.flatnonzero(low < n_max)
        if more.size:
            whole = np.ones((more.size, self.n_t), dtype=bool)
            share, place = self._use(orders, more, low[more] + 1, whole, flows)
            for position, row in enumerate(more):
                code[row], element[row], step[row] = _worst(share[:, position], place[:, position])
        peak = self.ev.max(axis=1)
        capacity = np.array(
            [peak[order.profile[:k]].sum() for order, k in zip(orders, low, strict=True)], dtype=float
        )
        return _Found(low, capacity, code, element, step, flows)


def _worst(share: np.ndarray, element: np.ndarray) -> tuple[int, int, int]:
    """Limit, element and step of the largest share; the limit is len(LIMITS) where there is no solution."""
    limit, step = np.unravel_index(int(np.argmax(share)), share.shape)
    if np.isinf(share[limit, step]):
        return len(LIMITS), -1, int(step)
    return int(limit), int(element[limit, step]), int(step)


def _collected(
    found: list[_Found], n_max: int, fits: bool, limits: Limits, *, partial: bool
) -> HostingCapacity:
    n_ev = np.concatenate([one.n_ev for one in found])
    count = np.arange(1, n_ev.size + 1)
    mean = np.cumsum(n_ev) / count
    spread = np.maximum(np.cumsum(n_ev.astype(float) ** 2) - count * mean**2, 0.0)
    with np.errstate(all="ignore"):
        error = np.sqrt(spread / (count - 1) / count)
    names = (*LIMITS, "collapse", "none")
    return HostingCapacity(
        n_ev=n_ev,
        capacity_kw=np.concatenate([one.capacity_kw for one in found]),
        binding=tuple(names[code] for one in found for code in one.binding),
        element=np.concatenate([one.element for one in found]),
        step=np.concatenate([one.step for one in found]),
        n_max=n_max,
        fits_empty=fits,
        running_mean=mean,
        standard_error=error,
        n_power_flow=np.concatenate([one.n_power_flow for one in found]),
        limits=limits,
        partial=partial,
    )
