"""City demand by hand and by its properties."""

import dataclasses

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand.city import KINDS, CityInputs, Range, city_demand
from calculators.engine.errors import InputError

PARAMETERS = data.read("parameters")


def fixed(value):
    return Range(value, value, value)


CERTAIN = CityInputs(
    inhabitants=100_000,
    base_year=2024,
    years=(2024, 2030),
    bev_share=0.04,
    new_bev_share=0.2,
    cars_per_1000=fixed(500.0),
    growth_per_year=fixed(0.25),
    replaced_share=fixed(0.05),
    phev_per_bev=fixed(0.5),
    km_per_year=fixed(10_000.0),
    kwh_per_100km=fixed(20.0),
    phev_energy_factor=fixed(0.4),
    home_share=fixed(0.66),
    public_kw=5000.0,
)
UNSURE = dataclasses.replace(
    CERTAIN,
    growth_per_year=Range(0.155, 0.258, 0.477),
    kwh_per_100km=Range(15.9, 21.0, 26.1),
    km_per_year=Range(9500, 10_000, 10_500),
    home_share=Range(0.3, 0.5, 0.66),
)


def run(inputs=CERTAIN, n_draws=400, seed=1, **options):
    return city_demand(
        np.random.default_rng(seed), inputs=inputs, parameters=PARAMETERS, n_draws=n_draws, **options
    )


@pytest.fixture(scope="module")
def certain():
    return run()


@pytest.fixture(scope="module")
def unsure():
    return run(UNSURE, n_draws=2000)


def test_vehicles_and_energy_of_the_base_year_by_hand(certain):
    """50 000 cars, 4 %: 2000 electric and 1000 plug-in hybrids; 2 MWh each, the hybrids 0.8 MWh: 4800 MWh."""
    year = certain.years[0]
    assert year.bev.value == pytest.approx(2000)
    assert year.phev.value == pytest.approx(1000)
    assert year.energy_mwh.value == pytest.approx(4800)
    assert year.energy_mwh.p10 == pytest.approx(year.energy_mwh.p90)


def test_energy_is_split_as_the_survey_splits_it(certain):
    """Home chargers as in the survey: 50, 20, 22 and 8 %."""
    split = certain.years[0].energy_by_kind_mwh
    assert [split[kind].value for kind in KINDS] == pytest.approx([2400, 960, 1056, 384])


def test_points_and_public_power_by_hand(certain):
    """1980 home points; 960 MWh at 1.95 MWh a point and 384 at 24.5: 492 and 15.7, 11 and 50 kW each."""
    year = certain.years[0]
    assert year.points_by_kind["home"].value == pytest.approx(0.66 * 3000)
    assert year.points_by_kind["kerbside"].value == pytest.approx(960 / 1.95, rel=0.05)
    assert year.public_kw.value == pytest.approx(11 * 960 / 1.95 + 50 * 384 / 24.5, rel=0.05)


def test_the_yardstick_of_the_regulation_by_hand(certain):
    """1.3 kW x 2000 + 0.80 kW x 1000 = 3400 kW; 5000 kW are there, 1600 more than asked."""
    year = certain.years[0]
    assert year.afir_kw.value == pytest.approx(3400)
    assert year.afir_gap_kw.value == pytest.approx(-1600)


def test_sessions_are_energy_over_the_mean_of_a_session(certain):
    home = certain.years[0].sessions_by_kind["home"].value
    assert home == pytest.approx(2400e3 / 23.9, rel=0.01)


def test_the_mean_week_holds_the_energy_of_the_year(certain):
    week_kwh = 5 * certain.workday_kw.sum(axis=1) + 2 * certain.weekend_kw.sum(axis=1)
    energy = [certain.years[-1].energy_by_kind_mwh[kind].value for kind in KINDS]
    np.testing.assert_allclose(week_kwh * 365.25 / 7 / 1000, energy, rtol=1e-9)


def test_home_peaks_in_the_evening_and_work_in_the_morning(certain):
    peak = dict(zip(KINDS, certain.workday_kw.argmax(axis=1), strict=True))
    assert 18 <= peak["home"] <= 21
    assert 8 <= peak["elsewhere"] <= 10
    assert certain.weekend_kw[KINDS.index("elsewhere")].sum() < 0.05 * certain.workday_kw[KINDS.index("elsewhere")].sum()  # fmt: skip


def test_bands_hold_their_middle_and_widen_with_the_years(unsure):
    first, last = unsure.years[0].energy_mwh, unsure.years[-1].energy_mwh
    for estimate in (first, last):
        assert estimate.p10 < estimate.value < estimate.p90
    assert (last.p90 - last.p10) / last.value > (first.p90 - first.p10) / first.value


def test_drivers_come_strongest_first_and_move_the_energy_as_by_hand(unsure):
    spans = [abs(driver.high - driver.low) for driver in unsure.drivers]
    assert spans == sorted(spans, reverse=True)
    by_name = {driver.name: driver for driver in unsure.drivers}
    assert by_name["km_per_year"].high / by_name["km_per_year"].low == pytest.approx(10_500 / 9500)
    assert by_name["cars_per_1000"].high == by_name["cars_per_1000"].low


def test_less_parking_at_home_means_more_public_points():
    few = run(dataclasses.replace(CERTAIN, home_share=fixed(0.2)))
    many = run(dataclasses.replace(CERTAIN, home_share=fixed(0.8)))
    assert (
        few.years[0].points_by_kind["kerbside"].value > 1.5 * many.years[0].points_by_kind["kerbside"].value
    )
    assert few.years[0].energy_mwh.value == pytest.approx(many.years[0].energy_mwh.value)


def test_an_own_path_replaces_the_curve():
    own = run(dataclasses.replace(CERTAIN, path={2024: 0.04, 2034: 0.24}))
    assert own.years[1].bev.value == pytest.approx(50_000 * 0.16)
    assert "growth_per_year" not in {driver.name for driver in own.drivers}


def test_the_same_seed_gives_the_same_answer():
    one, other = run(UNSURE, seed=5), run(UNSURE, seed=5)
    assert one.years == other.years
    np.testing.assert_array_equal(one.workday_kw, other.workday_kw)


def test_a_tenth_lies_below_the_low_and_above_the_high_end():
    values = Range(1.0, 2.0, 4.0).at(np.random.default_rng(1).random(20_000))
    assert np.mean(values < 1.0) == pytest.approx(0.1, abs=0.01)
    assert np.mean(values > 4.0) == pytest.approx(0.1, abs=0.01)
    assert np.median(values) == pytest.approx(2.0, abs=0.05)
    assert Range(0.0, 1.0, 2.0).at(np.zeros(1))[0] == 0.0


def test_all_that_is_wrong_is_said_at_once():
    wrong = dataclasses.replace(
        CERTAIN,
        inhabitants=0.0,
        years=(2030, 2026),
        bev_share=1.5,
        home_share=Range(0.5, 0.9, 1.2),
        km_per_year=Range(5.0, 3.0, 9.0),
    )
    with pytest.raises(InputError) as caught:
        run(wrong)
    assert {problem.where for problem in caught.value.problems} == {
        "inhabitants",
        "years",
        "bev_share",
        "home_share",
        "km_per_year",
    }
