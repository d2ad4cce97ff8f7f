"""Coincidence by number of users."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand.coincidence import coincidence_band
from calculators.engine.errors import InputError


def band(sizes=(1, 5, 20, 100), p_evse_kw=11.0, kind="home", **options):
    return coincidence_band(
        np.random.default_rng(1),
        n_user=np.array(sizes),
        statistics=data.read("parameters")[f"ev_{kind}_sessions"]["values"][-1]["value"],
        p_evse_kw=p_evse_kw,
        n_group=60,
        **options,
    )


def test_one_user_coincides_with_himself():
    one = band((1,))
    assert one.p10[0] == one.p90[0] == 1.0


def test_more_users_coincide_less_and_more_alike():
    many = band()
    assert (np.diff(many.p50) < 0).all()
    spread = many.p90 - many.p10
    assert spread[-1] < spread[1]
    assert (many.p10 <= many.p50).all() and (many.p50 <= many.p90).all()


def test_slower_charge_points_coincide_more():
    assert band((100,), p_evse_kw=3.7).p50[0] > band((100,), p_evse_kw=22.0).p50[0]


def test_a_longer_time_finds_higher_peaks():
    assert band((100,), n_weeks=4).p50[0] >= band((100,)).p50[0]


def test_sizes_out_of_range_and_shared_points_are_refused_together():
    with pytest.raises(InputError) as caught:
        band((0, 2000), kind="public")
    assert {problem.where for problem in caught.value.problems} == {"n_user", "statistics"}
