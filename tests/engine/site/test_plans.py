"""Every row of the table: it exists, it keeps what it promises, and the same weeks stand behind all."""

from dataclasses import replace

import numpy as np
import pytest

from calculators import registry
from calculators.engine.charging import STRATEGIES
from calculators.engine.site.place import DT_H, WEEK, Site
from calculators.engine.site.plans import (
    FIRST,
    LEFT_OUT,
    OUTAGE,
    PLANS,
    Choices,
    charge_week,
    draw_week,
    rows_for,
)

CHOICES = Choices((17.0, 22.0), 60.0, 58.0, 1.0, 0.0)
KINDS = ("home", "workplace", "kerbside", "depot")


def site(kind, parameters, **more):
    evse_kw = 50.0 if kind == "depot" else 11.0
    return Site(
        kind, 12, evse_kw, 1.0, parameters, n_home=20, household_kwh=2700, km=120, kwh_per_km=0.86, **more
    )


def test_every_row_is_a_strategy_of_the_engine_and_every_strategy_is_a_row_or_left_out_with_a_reason():
    used = {plan.strategy for plan in PLANS.values()}
    assert used | set(LEFT_OUT) == set(STRATEGIES)
    assert not used & set(LEFT_OUT)


def test_the_definition_names_every_row_in_the_same_order_of_the_first_four():
    declared = registry.definition("smart-charging-strategies")
    options = [
        option["id"]
        for item in declared["inputs"]
        if item["name"] == "strategy"
        for option in item["options"]
    ]
    assert set(options) == set(PLANS) == set(declared["tables"][0]["labels"])
    assert tuple(options[:4]) == FIRST == tuple(PLANS)[:4]


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_delivers_at_most_what_is_wished_at_most_at_full_power(kind, parameters):
    place = site(kind, parameters, pv_kwp=20.0, sun_share=0.5)
    week = draw_week(place, CHOICES, 7)
    for code, plan in PLANS.items():
        done = plan.charge(week)
        assert (done.p_kw <= week.sessions.p_max_kw[:, None] + 1e-7).all(), code
        assert (done.e_delivered_kwh <= week.sessions.e_kwh + 1e-5).all(), code
        if "v2g" not in code:
            assert done.p_kw.min() >= 0, code


@pytest.mark.parametrize("code", ["static-cap", "share-equal", "share-fcfs", "share-edf", "share-llf"])
def test_what_shares_a_limit_keeps_it(code, parameters):
    week = draw_week(site("home", parameters), CHOICES, 3)
    done = PLANS[code].charge(week)
    load = week.base_kw + done.total_kw
    assert (load <= np.maximum(CHOICES.limit_kw, week.base_kw) + 1e-6).all()


@pytest.mark.parametrize("kind", KINDS)
def test_flattening_is_never_less_flat_than_any_other_row_that_serves_everybody(kind, parameters):
    week = draw_week(site(kind, parameters), CHOICES, 5)
    flat = PLANS["valley-filling"].charge(week)
    squares = ((week.base_kw + flat.total_kw) ** 2).sum()
    for code in ("uncontrolled", "delayed", "price", "smart-lost"):
        other = PLANS[code].charge(week)
        assert squares <= ((week.base_kw + other.total_kw) ** 2).sum() * (1 + 1e-6), code


def test_a_window_and_a_dimming_hold_in_their_hours(parameters):
    week = draw_week(site("home", parameters), CHOICES, 2)
    assert PLANS["window"].charge(week).p_kw[:, week.closed].max() == 0
    dimmed = PLANS["dso-dimming"].charge(week)
    assert dimmed.p_kw[:, week.closed].max() == pytest.approx(4.2)
    assert dimmed.p_kw.max() == pytest.approx(11.0)


def test_a_lost_signal_changes_the_outage_only_and_a_low_fallback_keeps_the_floor(parameters):
    week = draw_week(site("home", parameters), CHOICES, 2)
    usual, low, full = (
        PLANS[code].charge(week).p_kw for code in ("dso-dimming", "dimming-lost-low", "dimming-lost-full")
    )
    np.testing.assert_allclose(low[:, : OUTAGE.start], usual[:, : OUTAGE.start], atol=1e-9)
    np.testing.assert_allclose(full[:, : OUTAGE.start], usual[:, : OUTAGE.start], atol=1e-9)
    assert low[:, OUTAGE].max() <= 4.2 + 1e-9
    assert full[:, OUTAGE].max() == pytest.approx(11.0)


def test_charging_in_the_cheapest_hours_costs_least(parameters):
    week = draw_week(site("home", parameters), CHOICES, 4)
    cost = {
        code: float((PLANS[code].charge(week).total_kw * week.price_eur_per_kwh).sum() * DT_H)
        for code in ("uncontrolled", "delayed", "valley-filling", "price", "v2g-price")
    }
    assert cost["price"] == min(value for code, value in cost.items() if code != "v2g-price")
    assert cost["v2g-price"] <= cost["price"] + 1e-6


def test_charging_in_the_cleanest_hours_emits_least(parameters):
    week = draw_week(site("workplace", parameters), CHOICES, 4)
    cases = charge_week(week, ("uncontrolled", "delayed", "valley-filling", "price", "co2"))
    assert min(cases, key=lambda code: cases[code].g_per_kwh) == "co2"
    assert 100 < cases["co2"].g_per_kwh < cases["uncontrolled"].g_per_kwh < 600


def test_prices_and_emissions_belong_to_the_hours_of_their_week(parameters):
    """A session on Monday from 0 to 1 h pays the first hour of a series; Sunday before it, the last day."""
    week = draw_week(site("home", parameters), CHOICES, 4)
    prices = np.array(parameters["price_nl_day_ahead"]["values"][-1]["value"]["eur_per_mwh"]) / 1000
    first_hours = week.price_eur_per_kwh[WEEK].reshape(168, 4)
    month = int(np.flatnonzero((prices == first_hours[:, 0]).all(axis=1))[0])
    assert month in (0, 1, 10, 11)
    np.testing.assert_array_equal(first_hours, np.repeat(prices[month][:, None], 4, axis=1))
    np.testing.assert_array_equal(week.price_eur_per_kwh[: WEEK.start], np.repeat(prices[month][-24:], 4))
    emissions = np.array(parameters["co2_de_hourly"]["values"][0]["value"]["g_per_kwh"])
    np.testing.assert_array_equal(week.co2_g_per_kwh[WEEK][::4], emissions[month])


def test_the_same_seed_gives_the_same_week_and_charge_points_without_sun_have_no_sun_row(parameters):
    dark = site("home", parameters)
    one, two = (charge_week(draw_week(dark, CHOICES, 9), FIRST) for _ in range(2))
    assert all(one[code].peak_kw == two[code].peak_kw for code in FIRST)
    assert set(PLANS) - set(rows_for(dark)) == {"solar"}


def test_no_control_makes_nobody_wait_and_serves_who_can_be_served(parameters):
    case = charge_week(draw_week(site("kerbside", parameters), CHOICES, 6), ("uncontrolled",))["uncontrolled"]
    assert (case.late_percent, case.short_percent, case.wait_h, case.fairness) == (0, 0, 0, 1)


def test_more_drivers_who_override_never_flatten_the_load(parameters):
    squares = []
    for share in (0.0, 0.3, 1.0):
        week = draw_week(site("home", parameters), replace(CHOICES, override_share=share), 8)
        squares.append(((week.base_kw + PLANS["valley-filling"].charge(week).total_kw) ** 2).sum())
    assert squares == sorted(squares)
    free = PLANS["uncontrolled"].charge(week)
    assert squares[-1] == pytest.approx(((week.base_kw + free.total_kw) ** 2).sum())
