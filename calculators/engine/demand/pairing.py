"""Which stay goes with which energy: no session can take more than its stay at full power gives."""

from __future__ import annotations

import numpy as np

N_ROUND = 200
N_MIX = 16
NEARBY_H = 2.0
NEAR_ENOUGH = 0.002
"""Of a rank correlation."""


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's rank correlation, ties at their mean rank; 0 where one of them is constant.

    Examples
    --------
    >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 9.0]))
    1.0
    """
    a, b = _ranks(one), _ranks(other)
    scale = np.sqrt((a @ a) * (b @ b))
    return float(np.round(a @ b / scale, 12)) if scale > 0 else 0.0


def pair_energy(
    rng: np.random.Generator,
    energy_kwh: np.ndarray,
    *,
    stay: np.ndarray,
    most_kwh: np.ndarray,
    hour: np.ndarray,
    wanted: float,
) -> np.ndarray:
    """Exchange energies between sessions until each fits its own, so that their distribution is kept.

    Parameters
    ----------
    rng : numpy.random.Generator
    energy_kwh : ndarray, shape (n,)
        Energy drawn for each session. [kWh]
    stay : ndarray, shape (n,)
        Time connected, in any unit.
    most_kwh : ndarray, shape (n,)
        The most each session can take. [kWh]
    hour : ndarray, shape (n,)
        Arrival; sessions of nearby hours exchange, so that the effect of the hour stays. [h]
    wanted : float
        Rank correlation of stay and energy, reached as far as power and hours allow. [-1 to 1]

    Returns
    -------
    ndarray, shape (n,)
        A permutation of `energy_kwh` with each value at most `most_kwh`, as far as one is found; what then
        still does not fit is cut.

    Notes
    -----
    1. A session that does not fit exchanges with one of nearby hours drawn among those whose energy it could take,
       when that one can take its own. What remains is exchanged with any session when that lowers what does not fit.
    2. Sessions of nearby hours exchange at random where both fit, so that of all pairings that fit none is preferred.
    3. Exchanges that bring the rank correlation towards the one wanted are made, as many as needed.
    """
    energy = _made_to_fit(rng, energy_kwh, most_kwh, hour)
    ranks = _ranks(stay)
    size = np.sqrt((ranks @ ranks) * (_ranks(energy) @ _ranks(energy)))
    for number in range(N_MIX + N_ROUND):
        order = np.argsort(hour + rng.uniform(0.0, NEARBY_H, hour.size), kind="stable")
        one, other = order[: hour.size // 2 * 2].reshape(-1, 2).T
        chosen = (energy[one] <= most_kwh[other]) & (energy[other] <= most_kwh[one])
        chosen &= np.abs(hour[one] - hour[other]) <= NEARBY_H
        if number >= N_MIX and size > 0:
            level = _ranks(energy)
            missing = wanted - ranks @ level / size
            if abs(missing) < NEAR_ENOUGH:
                break
            gain = (ranks[one] - ranks[other]) * (level[other] - level[one]) / size
            chosen &= gain * missing > 0
            possible = abs(gain[chosen].sum())
            if possible > abs(missing):
                chosen &= rng.random(one.size) < abs(missing) / possible
        one, other = one[chosen], other[chosen]
        energy[one], energy[other] = energy[other], energy[one]
    return energy


def _made_to_fit(
    rng: np.random.Generator, energy: np.ndarray, most_kwh: np.ndarray, hour: np.ndarray
) -> np.ndarray:
    # Who holds the k-th smallest energy; kept up to date, so that sorting is needed once.
    holder = np.argsort(energy, kind="stable")
    ascending = energy[holder]
    rank = np.empty(energy.size, dtype=int)
    rank[holder] = np.arange(energy.size)
    for number in range(N_ROUND):
        energy = ascending[rank]
        wrong = np.flatnonzero(energy > most_kwh)
        if wrong.size == 0:
            break
        if number < N_ROUND // 2:
            choices = np.searchsorted(ascending, most_kwh[wrong], side="right")
            partner = holder[(rng.random(wrong.size) * choices).astype(int)]
            apart = np.abs(hour[wrong] - hour[partner])
            good = (energy[wrong] <= most_kwh[partner]) & (energy[partner] <= most_kwh[wrong])
            good &= np.minimum(apart, 24.0 - apart) <= NEARBY_H
        else:
            partner = rng.integers(energy.size, size=wrong.size)
            now = _above(energy[wrong], most_kwh[wrong]) + _above(energy[partner], most_kwh[partner])
            then = _above(energy[partner], most_kwh[wrong]) + _above(energy[wrong], most_kwh[partner])
            good = then < now
        # Each session is in one exchange at a time.
        pairs = np.stack([wrong[good], partner[good]])
        _, first = np.unique(pairs[1], return_index=True)
        one, other = pairs[:, first]
        free = ~np.isin(other, one)
        one, other = one[free], other[free]
        rank[one], rank[other] = rank[other], rank[one]
        holder[rank[one]], holder[rank[other]] = one, other
    energy = ascending[rank]
    fitting: np.ndarray = np.minimum(energy, most_kwh)
    return fitting


def _above(energy_kwh: np.ndarray, most_kwh: np.ndarray) -> np.ndarray:
    excess: np.ndarray = np.maximum(energy_kwh - most_kwh, 0.0)
    return excess


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks about their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: np.ndarray = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks - ranks.mean() if ranks.size else ranks
