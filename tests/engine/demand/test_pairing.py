"""Energies that do not fit their stay are exchanged, not cut."""

import numpy as np
import pytest

from calculators.engine.demand.pairing import pair_energy, rank_correlation


def pair(energy, most, *, stay=None, hour=None, wanted=0.5, seed=1):
    energy, most = np.asarray(energy, dtype=float), np.asarray(most, dtype=float)
    return pair_energy(
        np.random.default_rng(seed),
        energy,
        stay=most if stay is None else np.asarray(stay),
        most_kwh=most,
        hour=np.full(energy.size, 12.0) if hour is None else hour,
        wanted=wanted,
    )


def test_two_sessions_that_do_not_fit_exchange():
    np.testing.assert_array_equal(pair([10, 2], [3, 20]), [2, 10])


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


@pytest.mark.parametrize("wanted", [-0.5, 0.0, 0.4, 0.8])
def test_the_wanted_rank_correlation_is_reached_where_power_leaves_room(wanted):
    rng = np.random.default_rng(3)
    stay, energy = rng.exponential(8.0, 4000), rng.exponential(10.0, 4000)
    paired = pair(energy, np.full(4000, np.inf), stay=stay, wanted=wanted)
    assert rank_correlation(stay, paired) == pytest.approx(wanted, abs=0.01)
    np.testing.assert_array_equal(np.sort(paired), np.sort(energy))


def test_energies_stay_with_their_time_of_day():
    rng = np.random.default_rng(4)
    hour = rng.choice([8.0, 20.0], 2000)
    energy = np.where(hour == 20.0, 30.0, 10.0) + rng.random(2000)
    paired = pair(energy, np.full(2000, 50.0), stay=rng.random(2000), hour=hour)
    assert (paired[hour == 20.0] > 29).all()


def test_no_sessions_pair_to_none():
    assert pair([], []).size == 0


def test_rank_correlation_by_hand_with_a_tie():
    """Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: covariance 4.5 over the root of 4.5 x 5."""
    got = rank_correlation(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0]))
    assert got == pytest.approx(4.5 / np.sqrt(4.5 * 5.0))
    assert rank_correlation(np.ones(3), np.arange(3.0)) == 0.0
