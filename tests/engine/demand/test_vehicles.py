"""Vehicles and their fast charging."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand import Vehicles, draw_vehicles, fast_charge_hours
from calculators.engine.errors import InputError

FLAT = {"soc_percent": [0, 100], "power_share": [1.0, 1.0]}


def car(battery=60.0, dc=120.0):
    return Vehicles(np.array([battery]), np.array([11.0]), np.array([3]), np.array([dc]))


def hours(soc_from, soc_to, p_evse_kw=1000.0, taper=FLAT, **changed):
    return fast_charge_hours(
        car(**changed),
        soc_from=np.array([soc_from]),
        soc_to=np.array([soc_to]),
        p_evse_kw=p_evse_kw,
        taper=taper,
    )[0]


def test_models_come_in_the_shares_of_their_registrations():
    mix = {"registrations": [3, 1], "battery_kwh": [50, 10], "ac_kw": [11, 3.7], "phases": [3, 1], "dc_kw": [100, 0]}  # fmt: skip
    cars = draw_vehicles(np.random.default_rng(1), 20_000, statistics=mix)
    assert (cars.phases == 3).mean() == pytest.approx(0.75, abs=0.01)
    assert set(cars.battery_kwh[cars.phases == 1]) == {10.0}


def test_constant_power_takes_energy_over_power():
    assert hours(0.2, 0.8) == pytest.approx(36 / 120)
    assert hours(0.2, 0.8, p_evse_kw=50.0) == pytest.approx(36 / 50)


def test_power_that_falls_linearly_takes_the_integral_by_hand():
    """60 kWh, 120 kW falling linearly from full at 0 to half at 100 %: 0.5 h x integral of 1/(1 - s/2) = ln 2 h."""
    falling = {"soc_percent": [0, 100], "power_share": [1.0, 0.5]}
    assert hours(0.0, 1.0, taper=falling) == pytest.approx(np.log(2), rel=1e-5)


def test_the_last_fifth_takes_longer_than_a_middle_fifth():
    taper = data.read("parameters")["dc_taper"]["values"][-1]["value"]
    assert hours(0.8, 1.0, taper=taper) > 2 * hours(0.4, 0.6, taper=taper)


def test_nothing_to_charge_takes_no_time_and_no_fast_charging_takes_forever():
    assert hours(0.5, 0.5, dc=0.0) == 0.0
    assert hours(0.5, 0.6, dc=0.0) == np.inf


def test_a_state_of_charge_above_full_is_refused():
    with pytest.raises(InputError, match="between 0 and 1"):
        hours(0.5, 1.2)
