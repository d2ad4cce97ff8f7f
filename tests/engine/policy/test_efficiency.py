"""The effect of mass, frontal area and battery on consumption, and what a fleet takes."""

import numpy as np
import pytest

from calculators.engine.policy.efficiency import (
    Design,
    battery_effect,
    consumption_saved,
    fleet_gwh,
    minerals_t,
    points_needed,
    triangular,
)

MIDDLE = {"per_100kg": np.array([0.2]), "per_tenth_m2": np.array([0.9]), "per_10kwh": np.array([0.6])}


def saved(*design):
    return float(consumption_saved(Design(*design), **MIDDLE)[0])


def test_each_part_of_a_design_saves_its_own_effect_and_the_parts_add_up():
    # By hand: 300 kg x 0.2/100 = 0.6; 0.1 m2 -> 0.9; 20 kWh x 0.6/10 = 1.2.
    assert saved(300, 0, 0) == pytest.approx(0.6)
    assert saved(0, 0.1, 0) == pytest.approx(0.9)
    assert saved(0, 0, 20) == pytest.approx(1.2)
    assert saved(300, 0.1, 20) == pytest.approx(2.7)


def test_a_heavier_car_takes_what_a_lighter_one_saves():
    assert saved(-300, -0.1, -20) == pytest.approx(-saved(300, 0.1, 20))


def test_a_smaller_battery_costs_range_and_price_in_proportion():
    assert battery_effect(-5, per_10kwh={"km": 44.0, "eur": 12000.0}) == {"km": -22.0, "eur": -6000.0}


def test_a_fleets_energy_is_cars_times_distance_times_consumption():
    # 1,000 cars x 10,000 km x 20 kWh/100 km = 2,000,000 kWh = 2 GWh.
    assert fleet_gwh(np.array([20.0]), n_car=1000, km_per_year=10000) == pytest.approx([2.0])


def test_minerals_are_scaled_from_the_battery_of_the_source_to_that_of_the_car():
    # 60 kWh hold 6 kg, so 30 kWh hold 3 kg; 2,000 cars hold 6 t.
    assert minerals_t({"kwh": 60, "lithium": 6}, battery_kwh=30, n_car=2000) == {
        "lithium": pytest.approx(6.0)
    }


def test_points_deliver_the_energy_charged_at_their_place():
    # 10 GWh x 20 % at the kerb = 2,000 MWh; 2 MWh a point -> 1,000 points.
    found = points_needed(np.array([10.0]), shares={"kerbside": 0.2}, use_mwh={"kerbside": np.array([2.0])})
    assert found["kerbside"] == pytest.approx([1000.0])


def test_draws_of_a_range_stay_inside_it_and_lean_to_its_middle():
    drawn = triangular(np.random.default_rng(1), {"low": 1.0, "value": 2.0, "high": 5.0}, 20000)
    assert drawn.min() >= 1 and drawn.max() <= 5
    assert drawn.mean() == pytest.approx(8 / 3, abs=0.03)  # mean of a triangle: sum of its corners over 3
