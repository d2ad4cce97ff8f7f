"""What would clear a broken limit: single measures, each computed on the middle week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from calculators.engine.grid import Network
from calculators.engine.neighbourhood.week import Assumptions, Case, draw_week

TRAFO_KVA = (100.0, 160.0, 250.0, 400.0, 630.0)
"""Ratings of the transformers in the example networks and in pandapower's standard types. [kVA]"""
CHARGER_KW = (7.4, 3.7)
TAP_PU = 0.025
"""One step of an off-load tap changer. [pu]"""


def remedies(
    network: Network,
    base: Assumptions,
    seed: int,
    strategy: str,
    worst: Case,
    step: Callable[[], bool],
) -> dict[str, Case]:
    """Return the middle week once more with each single measure that can be tried.

    Parameters
    ----------
    network, base, seed, strategy
        As of the draw that is to be mended.
    worst : Case
        What that draw gave.
    step : callable
        Called after each measure; False stops.

    Returns
    -------
    dict of str to Case
        By measure: "charger-7.4", "charger-3.7" [kW], "transformer-<kVA>", "line" (the fullest one doubled), "tap".
    """
    tried: dict[str, tuple[Network, Assumptions]] = {}
    for power in CHARGER_KW:
        if power < base.charger_kw:
            tried[f"charger-{power:g}"] = (network, replace(base, charger_kw=power))
    larger = [rating for rating in TRAFO_KVA if rating > network.trafo_s_kva.max(initial=0.0) + 1]
    if len(network.trafo_s_kva) == 1 and larger:
        tried[f"transformer-{larger[0]:g}"] = (_transformer(network, larger[0]), base)
    if worst.line_max_percent.size:
        tried["line"] = (_doubled(network, int(worst.line_max_percent.argmax())), base)
    tried["tap"] = (replace(network, slack_vm_pu=network.slack_vm_pu + TAP_PU), base)
    found = {}
    for name, (changed, assumed) in tried.items():
        found[name] = draw_week(changed, assumed, seed, (strategy,))[strategy]
        if not step():
            break
    return found


def _scaled(network: Network, branch: int, factor: float) -> dict[str, Any]:
    """Return branch arrays with `factor` times as much of one branch in parallel."""
    arrays = {
        "branch_z_pu": network.branch_z_pu.copy(),
        "branch_y_from_pu": network.branch_y_from_pu.copy(),
        "branch_y_to_pu": network.branch_y_to_pu.copy(),
    }
    arrays["branch_z_pu"][branch] /= factor
    arrays["branch_y_from_pu"][branch] *= factor
    arrays["branch_y_to_pu"][branch] *= factor
    return arrays


def _transformer(network: Network, rating_kva: float) -> Network:
    """A larger transformer with the same per-unit impedance and losses on its own rating."""
    factor = rating_kva / network.trafo_s_kva[0]
    return replace(
        network,
        trafo_s_kva=np.array([rating_kva]),
        **_scaled(network, int(network.trafo_branch[0]), factor),
    )


def _doubled(network: Network, line: int) -> Network:
    """A second cable of the same kind beside one line."""
    rating = network.line_i_max_ka.copy()
    rating[line] *= 2.0
    return replace(network, line_i_max_ka=rating, **_scaled(network, int(network.line_branch[line]), 2.0))
