"""Electric cars year by year."""

import numpy as np
import pytest

from calculators.engine.demand.uptake import fleet_share, new_car_share, path_share
from calculators.engine.errors import InputError

ONE = np.array([1.0])


def test_the_odds_of_a_new_car_grow_by_the_exponent_by_hand():
    """Half of new cars, growth ln 3: odds 1, 3, 9."""
    share = new_car_share(
        np.array([2024, 2025, 2026]), base_year=2024, base_share=0.5, growth=np.log(3) * ONE
    )
    np.testing.assert_allclose(share, [[0.5, 0.75, 0.9]])


def test_norway_is_followed_from_its_first_to_its_last_share():
    """42.4 % in 2019, 54.3 % in 2020, 88.9 % in 2024; the slope is taken from the ends, 2020 is not used."""
    share = new_car_share(np.array([2020, 2024]), base_year=2019, base_share=0.424, growth=0.477 * ONE)
    assert share[0, 0] == pytest.approx(0.543, abs=0.005)
    assert share[0, 1] == pytest.approx(0.889, abs=0.005)


def fleet(years, growth=0.0, replaced=0.1, at_base=0.05, new=0.2):
    return fleet_share(
        np.array(years),
        base_year=2024,
        fleet_at_base=at_base,
        base_share=new,
        growth=np.atleast_1d(growth),
        replaced=np.atleast_1d(replaced),
    )


def test_the_fleet_starts_where_it_is():
    assert fleet([2024], growth=0.3)[0, 0] == 0.05


def test_as_many_electric_cars_leave_as_come_when_nothing_changes():
    np.testing.assert_allclose(fleet([2024, 2030, 2050]), 0.05)


def test_one_year_by_hand():
    """Growth ln 4: odds of new cars 1/4, then 1; ten years before 4^-9/4. 0.1 x (0.5 - 1e-6) more."""
    left = 4.0**-9 / 4 / (1 + 4.0**-9 / 4)
    assert fleet([2025], growth=np.log(4))[0, 0] == pytest.approx(0.05 + 0.1 * (0.5 - left))


def test_the_fleet_never_holds_more_than_all_cars_and_grows_faster_with_a_steeper_curve():
    slow, fast = fleet(range(2024, 2080), growth=[0.2, 0.5], replaced=[0.08, 0.08])
    assert fast.max() <= 1.0
    assert (fast[1:20] > slow[1:20]).all()
    assert (np.diff(slow) >= -1e-12).all()


def test_a_path_is_read_between_its_years_and_refused_beyond():
    np.testing.assert_allclose(path_share(np.array([2025, 2027]), {2024: 0.1, 2028: 0.5}), [0.2, 0.4])
    with pytest.raises(InputError, match="must cover 2025 to 2035"):
        path_share(np.array([2025, 2035]), {2024: 0.1, 2028: 0.5})
    with pytest.raises(InputError, match="between 0 and 1"):
        path_share(np.array([2025]), {2024: 0.1, 2028: 50.0})


def test_years_before_the_base_and_impossible_shares_are_refused():
    with pytest.raises(InputError, match="before the base year"):
        fleet([2020])
    with pytest.raises(InputError, match="base_share"):
        fleet([2025], new=1.0)
