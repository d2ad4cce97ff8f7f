"""One neighbourhood, two fleets: the same people, less energy."""

from dataclasses import replace

import numpy as np
import pytest

from calculators import data
from calculators.adapters import networks
from calculators.engine.charging import Sessions
from calculators.engine.grid import solve
from calculators.engine.policy import two_fleets
from calculators.engine.policy.two_fleets import (
    SHARES,
    Street,
    draw_fleets,
    full_at_share,
    lean,
    mean_session_kwh,
)


def entry(name):
    return data.read("parameters")[name]["values"][-1]["value"]


@pytest.fixture(scope="module")
def street():
    return Street(
        network=networks.load("kerber-rural-cable"),
        homes_per_connection=6,
        household_kwh=2700,
        charger_kw=11,
        ev_share=0.8,
        weekly_kwh=40,
        thirst=0.85,
        statistics=entry("ev_home_sessions"),
        household=entry("household_winter"),
        power_factor=0.97,
    )


@pytest.fixture(scope="module")
def some_sessions():
    rng = np.random.default_rng(3)
    n = 4000
    arrival = rng.integers(0, 500, n)
    return Sessions(arrival, arrival + 30, rng.uniform(1, 40, n), np.full(n, 11.0), evse=np.arange(n))


@pytest.mark.parametrize("fewer", [0.0, 0.4, 1.0])
def test_the_leaner_fleet_takes_its_part_of_the_energy_by_either_habit(some_sessions, fewer):
    chance = np.random.default_rng(4).random(len(some_sessions))
    found = lean(some_sessions, 0.7, fewer, chance)
    assert found.e_kwh.sum() == pytest.approx(0.7 * some_sessions.e_kwh.sum(), rel=0.03)


def test_plugging_in_as_often_keeps_every_session_and_plugging_in_less_keeps_each_ones_energy(some_sessions):
    chance = np.random.default_rng(4).random(len(some_sessions))
    assert len(lean(some_sessions, 0.7, 0.0, chance)) == len(some_sessions)
    fewer = lean(some_sessions, 0.7, 1.0, chance)
    assert len(fewer) < len(some_sessions)
    assert set(fewer.e_kwh) <= set(some_sessions.e_kwh)


def test_the_mean_of_a_straight_curve_of_energies_is_its_middle():
    assert mean_session_kwh({"exceeded_by_percent": [0, 100], "energy_kwh": [40, 0]}) == pytest.approx(20)


def test_leaner_cars_never_load_the_transformer_more(street):
    for seed in range(4):
        for fewer in (0.0, 0.5, 1.0):
            week = draw_fleets(street, seed, fewer=fewer, smart=False)
            assert (week.trafo_percent["lean"] <= week.trafo_percent["thirsty"] + 1e-9).all()
            assert week.cases["lean"].cars_kw <= week.cases["thirsty"].cars_kw + 1e-9


def test_more_homes_with_a_car_never_load_it_less(street):
    week = draw_fleets(street, 5, fewer=0.5, smart=False)
    for loading in week.trafo_percent.values():
        assert (np.diff(loading) >= -1e-9).all()


def test_two_equal_fleets_are_one_fleet(street):
    week = draw_fleets(replace(street, thirst=1.0), 6, fewer=0.5, smart=False)
    assert week.cases["lean"] == week.cases["thirsty"]


def test_without_cars_both_fleets_leave_the_homes_alone(street):
    week = draw_fleets(street, 7, fewer=0.5, smart=False)
    assert week.trafo_percent["lean"][0] == week.trafo_percent["thirsty"][0]


def test_peak_flattening_keeps_the_transformer_below_no_control(street):
    week = draw_fleets(street, 8, fewer=0.5, smart=True)
    assert week.cases["thirsty-smart"].trafo_percent < week.cases["thirsty"].trafo_percent


def test_the_quarter_hours_solved_hold_the_peak_of_the_whole_week(street, monkeypatch):
    few = draw_fleets(street, 9, fewer=0.5, smart=False)
    monkeypatch.setattr(two_fleets, "N_PEAK", 480)  # every quarter-hour of the five workdays
    whole = draw_fleets(street, 9, fewer=0.5, smart=False)
    assert few.trafo_percent["thirsty"] == pytest.approx(whole.trafo_percent["thirsty"], rel=1e-6)


def test_the_transformer_solved_is_that_of_the_power_flow(street):
    # One home load of 50 kW at unity factor on a 100 kVA transformer: about half.
    p_kw = np.full((street.network.n_load, 1), 50.0 / street.network.n_load)
    assert solve(street.network, p_kw, 0 * p_kw).trafo_loading_percent.max() == pytest.approx(50, abs=3)


@pytest.mark.parametrize(
    ("loading", "share"),
    [
        ([20, 40, 60, 80, 120, 140], 0.7),  # half-way between 60 and 80 % of homes
        ([20, 30, 40, 50, 60, 70], 1.0),
        ([110, 120, 130, 140, 150, 160], 0.0),
        ([20, 40, 60, 80, 100, 140], 0.8),
    ],
)
def test_the_transformer_is_full_where_the_line_passes_its_rating(loading, share):
    assert SHARES.size == len(loading)
    assert full_at_share(np.array(loading, dtype=float)) == pytest.approx(share)
