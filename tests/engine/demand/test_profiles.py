"""Profiles of households, heat pumps and photovoltaics against other tools and hand calculation."""

import datetime as dt

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand.local_time import local_steps
from calculators.engine.demand.profiles import heat_pump_profile, household_profile, solar_profile
from calculators.engine.errors import InputError


def value(name):
    return data.read("parameters")[name]["values"][-1]["value"]


def days(first, n_days=1, dt_h=0.25, zone="UTC"):
    return local_steps(dt.date.fromisoformat(first), n_days, dt_h=dt_h, zone=zone)


def hourly(first, profile, **options):
    load = household_profile(days(first, 3), annual_kwh=1000.0, profile=value(profile), **options)
    return load.reshape(3, 24, 4).mean(axis=2)[1]


# origin: oemof demandlib 0.2.2, hourly means of a Wednesday, a Saturday and a Sunday, for 1000 kWh a year
@pytest.mark.parametrize(
    ("profile", "day_before", "expected"),
    [
        ("bdew_h25", "2026-01-13", [0.0752, 0.1181, 0.1319, 0.2072]),
        ("bdew_h25", "2026-07-17", [0.0631, 0.1085, 0.1359, 0.1338]),
        ("bdew_h25", "2026-10-03", [0.0604, 0.1228, 0.1671, 0.1777]),
        ("bdew_h0", "2026-01-13", [0.0485, 0.168, 0.1645, 0.2355]),
        ("bdew_h0", "2026-07-17", [0.0394, 0.101, 0.1433, 0.1419]),
        ("bdew_h0", "2026-10-03", [0.0412, 0.1034, 0.1934, 0.1499]),
    ],
)
def test_household_profiles_are_those_of_another_tool(profile, day_before, expected):
    # the other tool counts H0 days from 0 and by quarter-hours
    np.testing.assert_allclose(hourly(day_before, profile)[[3, 8, 12, 19]], expected, atol=0.0006)


@pytest.mark.parametrize("profile", ["bdew_h0", "bdew_h25"])
def test_a_year_adds_up_to_the_yearly_use(profile):
    year = household_profile(days("2026-01-01", 365), annual_kwh=2500.0, profile=value(profile))
    assert year.sum() * 0.25 == pytest.approx(2500.0, rel=0.01)


def test_a_holiday_is_a_sunday():
    holiday = hourly("2026-01-13", "bdew_h25", day_off=np.array([False, True, False]))
    sunday = hourly("2026-01-17", "bdew_h25")
    workday = hourly("2026-01-13", "bdew_h25")
    factor = holiday[11] / sunday[11]
    assert factor == pytest.approx(1.0, abs=0.01)
    assert holiday[11] > 1.1 * workday[11]


def test_the_profile_follows_the_local_clock_when_clocks_change():
    autumn = days("2026-10-25", zone="Europe/Berlin")
    load = household_profile(autumn, annual_kwh=1000.0, profile=value("bdew_h25"))
    assert load.size == 100
    # from 2 to 3 h comes twice
    np.testing.assert_allclose(load[8:12], load[12:16])


def heat_pump(outdoor_c, first="2026-01-10", n_days=5):
    steps = days(first, n_days, dt_h=1.0)
    year = 10.0 - 12.0 * np.cos(2 * np.pi * (np.arange(365) / 365 - 0.05))
    return heat_pump_profile(
        steps,
        outdoor_c=np.full(steps.hour.size, outdoor_c),
        annual_heat_kwh=15_000.0,
        mean_year_c=year,
        heat=value("bdew_heat_single_family"),
        cop=value("heat_pump_cop"),
    )


def test_a_cold_day_by_hand():
    """At 0 C a flow of 40 C: COP 0.85 x (6.0801 - 0.0941 x 40 + 0.0005 x 1600) = 2.6486; heat by the sigmoid."""
    year = 10.0 - 12.0 * np.cos(2 * np.pi * (np.arange(365) / 365 - 0.05))

    def sigmoid(t):
        return 3.0469695 / (1 + (-37.1833141 / (t - 40)) ** 5.6727847) + 0.1163157

    day_kwh = 15_000 * sigmoid(0.0) / sigmoid(year).sum() / 2.64860
    assert heat_pump(0.0)[-24:].sum() == pytest.approx(day_kwh, rel=1e-3)  # hour shares add to 1 within 0.1 %


def test_colder_days_take_more_than_their_heat_as_efficiency_falls():
    cold, mild = heat_pump(-10.0)[-24:].sum(), heat_pump(5.0)[-24:].sum()
    assert cold > 2 * mild


def test_the_morning_is_the_peak_as_measured_in_british_homes():
    assert int(heat_pump(0.0)[-24:].argmax()) in (6, 7, 8)


def test_a_missing_temperature_is_refused():
    with pytest.raises(InputError, match="5 values"):
        heat_pump_profile(
            days("2026-01-01"),
            outdoor_c=np.zeros(5),
            annual_heat_kwh=1.0,
            mean_year_c=np.zeros(365),
            heat=value("bdew_heat_single_family"),
            cop=value("heat_pump_cop"),
        )


def sun(first, latitude=52.0, longitude=0.0, offset=0.0):
    return solar_profile(days(first), latitude_deg=latitude, longitude_deg=longitude, utc_offset_h=offset)


def test_noon_at_the_equator_at_the_equinox_by_hand():
    """Sun overhead: 1098 exp(-0.059) = 1035 W/m2; on day 81 the declination is 0."""
    assert sun("2026-03-22", latitude=0.0).max() == pytest.approx(1.098 * np.exp(-0.059), rel=1e-3)


def test_night_is_dark_and_summer_days_are_longer():
    june, december = sun("2026-06-21"), sun("2026-12-21")
    assert june[:8].max() == 0 and december[:24].max() == 0
    assert (june > 0).sum() * 0.25 == pytest.approx(16.5, abs=0.5)
    assert (december > 0).sum() * 0.25 == pytest.approx(7.5, abs=0.5)


def test_summer_time_and_longitude_move_noon():
    """5 E at two hours before universal time: noon at 14 h minus 20 minutes."""
    assert sun("2026-06-21", longitude=5.0, offset=2.0).argmax() * 0.25 == pytest.approx(13.5, abs=0.26)
