"""What a battery loses, in money."""

import numpy as np
import pytest

from calculators.engine.economics import cycle_cost_eur_per_kwh, fade_cost_eur, full_cycles, wear_draws
from calculators.engine.errors import InputError


def test_a_pack_of_ten_thousand_euro_and_fifteen_hundred_cycles_costs_thirteen_cents():
    # https://www.akkuplan.eu/blog/v2g: 50 kWh, 10,000 EUR, about 13 ct/kWh
    assert cycle_cost_eur_per_kwh(pack_eur_per_kwh=10_000 / 50, cycles=1500) == pytest.approx(0.13, abs=0.005)


def test_a_pack_replaced_for_five_hundred_cycles_costs_forty_cents():
    # same page: 500 cycles more end the pack, 40 ct/kWh
    assert cycle_cost_eur_per_kwh(pack_eur_per_kwh=10_000 / 50, cycles=500) == pytest.approx(0.40)


def test_capacity_kept_is_worth_as_much_as_capacity_lost_costs():
    lost, kept = (
        fade_cost_eur(fade_percent=sign * 3.3, battery_kwh=60.0, pack_eur_per_kwh=200.0) for sign in (1, -1)
    )
    assert lost == -kept == pytest.approx(3.3 / 20 * 60 * 200)


def test_energy_fed_back_makes_cycles_inside_the_battery():
    assert full_cycles(np.array([0.0, 900.0]), battery_kwh=50.0, eta_discharge=0.9).tolist() == [0.0, 20.0]


def test_wear_is_drawn_between_its_ends_with_each_order_of_size_alike():
    draws = wear_draws(np.random.default_rng(1), low_eur=0.001, high_eur=0.1, n=20_000)
    assert draws.min() >= 0.001
    assert draws.max() <= 0.1
    assert (draws < 0.01).mean() == pytest.approx(0.5, abs=0.02)


def test_equal_ends_leave_one_wear_cost():
    assert set(wear_draws(np.random.default_rng(1), low_eur=0.02, high_eur=0.02, n=5)) == {0.02}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cycle_cost_eur_per_kwh(pack_eur_per_kwh=100.0, cycles=0.0), "cycles is 0"),
        (lambda: fade_cost_eur(fade_percent=np.nan, battery_kwh=60.0, pack_eur_per_kwh=1.0), "finite number"),
        (lambda: full_cycles(1.0, battery_kwh=0.0, eta_discharge=0.9), "battery_kwh is 0"),
        (
            lambda: wear_draws(np.random.default_rng(1), low_eur=0.2, high_eur=0.1, n=1),
            "must not be above high",
        ),
        (lambda: wear_draws(np.random.default_rng(1), low_eur=0.0, high_eur=0.1, n=1), "low_eur is 0"),
    ],
)
def test_impossible_batteries_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
