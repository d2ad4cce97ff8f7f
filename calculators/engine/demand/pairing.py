"""Which stay goes with which energy: no session can take more than its stay at full power gives."""

from __future__ import annotations

import numpy as np

N_ROUND = 200
NEARBY_H = 2.0


def pair_energy(
    rng: np.random.Generator, energy_kwh: np.ndarray, *, most_kwh: np.ndarray, hour: np.ndarray
) -> np.ndarray:
    """Exchange energies between sessions until each fits its own, so that their distribution is kept.

    Parameters
    ----------
    rng : numpy.random.Generator
    energy_kwh : ndarray, shape (n,)
        Energy drawn for each session. [kWh]
    most_kwh : ndarray, shape (n,)
        The most each session can take. [kWh]
    hour : ndarray, shape (n,)
        Arrival; sessions of nearby hours exchange first, so that the effect of the hour stays. [h]

    Returns
    -------
    ndarray, shape (n,)
        A permutation of `energy_kwh` with each value at most `most_kwh`, as far as one is found; what then
        still does not fit is cut.

    Notes
    -----
    A session that does not fit exchanges with one of nearby hours drawn among those whose energy it could take, when
    that one can take its own. What remains is exchanged with any session when that lowers what does not fit.
    """
    energy = energy_kwh.copy()
    for number in range(N_ROUND):
        wrong = np.flatnonzero(energy > most_kwh)
        if wrong.size == 0:
            break
        if number < N_ROUND // 2:
            order = np.argsort(energy, kind="stable")
            choices = np.searchsorted(energy[order], most_kwh[wrong], side="right")
            partner = order[(rng.random(wrong.size) * choices).astype(int)]
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
        energy[one], energy[other] = energy[other], energy[one]
    fitting: np.ndarray = np.minimum(energy, most_kwh)
    return fitting


def _above(energy_kwh: np.ndarray, most_kwh: np.ndarray) -> np.ndarray:
    excess: np.ndarray = np.maximum(energy_kwh - most_kwh, 0.0)
    return excess
