"""Who pays whom: a table of yearly sums that cannot leak.

Each sum has a payer and a receiver, so every row adds up to zero over all actors, and what those inside gain is
exactly what those outside pay: that is the external saving, by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculators.engine.economics import checks
from calculators.engine.errors import InputError, Problem


@dataclass(frozen=True)
class Flow:
    """One sum from one actor to another.

    Attributes
    ----------
    name : str
        What it is for.
    payer, receiver : str
        Who pays and who gets it; a negative sum goes the other way.
    eur : float
        [EUR/year]
    """

    name: str
    payer: str
    receiver: str
    eur: float


@dataclass(frozen=True)
class ValueTable:
    """Gains by flow and actor.

    Attributes
    ----------
    names, actors : tuple of str
        Rows and columns.
    eur : ndarray, shape (n_flow, n_actor)
        Gain positive, cost negative; each row adds up to 0. [EUR/year]
    """

    names: tuple[str, ...]
    actors: tuple[str, ...]
    eur: np.ndarray

    @property
    def total_eur(self) -> np.ndarray:
        """Gain of each actor, shape (n_actor,); adds up to 0. [EUR/year]"""
        total: np.ndarray = self.eur.sum(axis=0)
        return total

    def of(self, actor: str) -> float:
        """Return the gain of one actor. [EUR/year]"""
        return float(self.total_eur[self.actors.index(actor)])


def value_table(flows: Sequence[Flow], *, actors: tuple[str, ...]) -> ValueTable:
    """Lay flows out by actor.

    Parameters
    ----------
    flows : sequence of Flow
    actors : tuple of str
        Everybody who may pay or receive, those outside too.

    Raises
    ------
    InputError
        If a flow names somebody else, goes from an actor to itself, or is not a number.
    """
    problems = []
    for flow in flows:
        for actor in (flow.payer, flow.receiver):
            if actor not in actors:
                message = f"'{actor}' is no actor here."
                problems.append(Problem("actor", message, flow.name, f"Use: {', '.join(actors)}."))
        if flow.payer == flow.receiver:
            problems.append(Problem("actor", f"'{flow.payer}' pays itself.", flow.name))
        problems += checks.number(flow.name, flow.eur)
    if problems:
        raise InputError(problems)
    eur = np.zeros((len(flows), len(actors)))
    for row, flow in enumerate(flows):
        eur[row, actors.index(flow.payer)] -= flow.eur
        eur[row, actors.index(flow.receiver)] += flow.eur
    return ValueTable(tuple(flow.name for flow in flows), actors, eur)


def availability_eur(
    *, eur_per_mw_h: float, p_kw: float, plugged_in_h: float | np.ndarray, accepted_share: float = 1.0
) -> np.ndarray:
    """Return what a reserve market pays for standing ready. [EUR], shape of `plugged_in_h`.

    Parameters
    ----------
    eur_per_mw_h : float
        Capacity price, 0 or more. [EUR/MW/h]
    p_kw : float
        Power offered, 0 or more. [kW]
    plugged_in_h : float or ndarray
        Hours offered, 0 or more. [h]
    accepted_share : float
        Share of the hours in which the offer is taken. [0-1]

    Raises
    ------
    InputError
        If a number is missing or out of range.

    Notes
    -----
    An upper bound: no energy is called, no share goes to an aggregator, the battery always has room.
    """
    problems = checks.number("eur_per_mw_h", eur_per_mw_h, low=0.0)
    problems += checks.number("p_kw", p_kw, low=0.0, unit="kW")
    problems += checks.number("accepted_share", accepted_share, low=0.0, high=1.0)
    checks.refuse(problems)
    eur: np.ndarray = eur_per_mw_h * p_kw / 1000.0 * accepted_share * np.asarray(plugged_in_h, dtype=float)
    return eur
