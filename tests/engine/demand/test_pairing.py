"""Energies that do not fit their stay are exchanged, not cut."""

import numpy as np

from calculators.engine.demand.pairing import pair_energy


def pair(energy, most, seed=1):
    energy, most = np.asarray(energy, dtype=float), np.asarray(most, dtype=float)
    return pair_energy(np.random.default_rng(seed), energy, most_kwh=most, hour=np.full(energy.size, 12.0))


def test_two_sessions_that_do_not_fit_exchange():
    np.testing.assert_array_equal(pair([10, 2], [3, 20]), [2, 10])


def test_what_fits_stays():
    np.testing.assert_array_equal(pair([1, 2, 3], [5, 5, 5]), [1, 2, 3])


def test_what_no_exchange_can_fit_is_cut_as_little_as_possible():
    np.testing.assert_array_equal(pair([10, 8], [3, 9]), [3, 9])


def test_the_distribution_is_kept_where_it_can_be():
    rng = np.random.default_rng(7)
    most = 11.0 * rng.exponential(10.0, 3000)
    energy = 0.5 * rng.permutation(most)
    paired = pair(energy, most)
    assert (paired <= most).all()
    # a hard case, half of what fits on average: a few of the largest find no partner
    assert paired.sum() > 0.99 * energy.sum()


def test_no_sessions_pair_to_none():
    assert pair([], []).size == 0
