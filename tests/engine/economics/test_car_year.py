"""A year of one car: what is drawn, what is billed, and the order theory gives."""

from dataclasses import replace

import numpy as np
import pytest

from calculators import data
from calculators.engine.charging import schedule
from calculators.engine.economics import Tariff, bill
from calculators.engine.economics.car_year import (
    DT_H,
    HORIZON,
    WEEKS_PER_YEAR,
    Setting,
    _sessions,
    car_years,
    rhythm_table,
)

CASES = ("uncontrolled", "window", "price", "v2g-price")


def weeks(year, every=3):
    values = data.read("parameters")["price_nl_day_ahead"]["values"]
    found = next(entry["value"] for entry in values if entry["from"].startswith(year))
    return np.array(found["eur_per_mwh"], dtype=float)[::every] / 1000


def some_setting(**changes):
    setting = Setting(
        statistics=data.read("parameters")["ev_home_sessions"]["values"][-1]["value"],
        plug_in_h=60.0,
        need_kwh=55.0,
        battery_kwh=58.0,
        charger_kw=11.0,
        eta_charge=0.93,
        eta_discharge=0.93,
        soc_departure=0.8,
        soc_min=0.3,
        market_eur_per_kwh=weeks("2024"),
        network_eur_per_kwh=0.08,
        levies_eur_per_kwh=0.06,
        network_on_stored=0.0,
        levies_on_stored=0.0,
        wear_eur_per_kwh=0.02,
        n_car=30,
        seed=5,
    )
    return replace(setting, **changes)


@pytest.fixture(scope="module")
def table():
    return rhythm_table(some_setting().statistics, charger_kw=11.0, seed=5)


def objective(years, case, setting):
    """What the controller keeps low: bill and the wear it reckons with."""
    found = years.cases[case]
    return found.cost_eur + setting.wear_eur_per_kwh * found.export_kwh


@pytest.mark.parametrize("wished", [20.0, 50.0, 80.0, 120.0])
def test_cars_are_plugged_in_about_as_long_as_wished(table, wished):
    years = car_years(some_setting(plug_in_h=wished, n_car=60), ("uncontrolled",), table=table)
    assert years.plug_in_h.mean() / WEEKS_PER_YEAR == pytest.approx(wished, rel=0.12)


@pytest.mark.parametrize("hours", [50.0, 120.0])
def test_cars_take_about_what_driving_needs_however_often_they_plug_in(table, hours):
    years = car_years(some_setting(plug_in_h=hours, n_car=60), ("uncontrolled",), table=table)
    assert years.cases["uncontrolled"].import_kwh.mean() == pytest.approx(55.0 * WEEKS_PER_YEAR, rel=0.12)


def test_each_better_informed_way_costs_no_car_more(table):
    setting = some_setting()
    years = car_years(setting, CASES, table=table)
    plain, smart, both = (objective(years, case, setting) for case in ("uncontrolled", "price", "v2g-price"))
    assert (smart <= plain + 1e-6).all()
    assert (both <= smart + 1e-6).all()
    assert (both < smart - 1.0).any()


def test_without_price_differences_nothing_is_fed_back(table):
    flat = np.full((4, 168), 0.1)
    years = car_years(some_setting(market_eur_per_kwh=flat), CASES, table=table)
    both = years.cases["v2g-price"]
    assert both.export_kwh.max() < 1e-6  # floating-point dust
    assert both.energy_eur == pytest.approx(0.1 * both.import_kwh)


def test_what_is_fed_back_and_not_driven_was_taken_and_partly_lost(table):
    setting = some_setting()
    years = car_years(setting, ("price", "v2g-price"), table=table)
    smart, both = years.cases["price"], years.cases["v2g-price"]
    extra = both.import_kwh - smart.import_kwh
    assert extra == pytest.approx(both.export_kwh / (0.93 * 0.93), rel=1e-6)


@pytest.mark.parametrize(
    "change",
    [{"wear_eur_per_kwh": 0.0}, {"eta_discharge": 0.97}, {"soc_min": 0.1}],
    ids=["less wear", "better efficiency", "a smaller reserve"],
)
def test_an_easier_life_never_lowers_what_v2g_adds(table, change):
    before, after = some_setting(), some_setting(**change)
    gains = []
    for setting in (before, after):
        years = car_years(setting, ("price", "v2g-price"), table=table)
        gains.append(objective(years, "price", setting) - objective(years, "v2g-price", setting))
    assert (gains[1] >= gains[0] - 1e-6).all()
    assert gains[1].sum() > gains[0].sum()


def test_paying_charges_twice_never_raises_what_v2g_adds(table):
    gains = []
    for kept in (0.0, 0.5, 1.0):
        setting = some_setting(network_on_stored=kept, levies_on_stored=kept)
        years = car_years(setting, ("price", "v2g-price"), table=table)
        gains.append(objective(years, "price", setting) - objective(years, "v2g-price", setting))
    assert (gains[0] >= gains[1] - 1e-6).all()
    assert (gains[1] >= gains[2] - 1e-6).all()
    assert gains[0].sum() > gains[2].sum()


@pytest.mark.parametrize("kept", [0.0, 0.4, 1.0])
def test_the_sums_of_one_car_are_its_bill_under_the_tariff(table, kept):
    market = 4 * weeks("2024")[:1]  # wide enough to trade even where charges are paid twice
    setting = some_setting(market_eur_per_kwh=market, n_car=1, plug_in_h=100.0, network_on_stored=kept)
    found = car_years(setting, ("v2g-price",), table=table).cases["v2g-price"]
    price = np.repeat(np.tile(market[0], 2), round(1 / DT_H))[:HORIZON]
    plan = schedule(
        _sessions(setting, table),
        "v2g-price",
        n_t=HORIZON,
        dt_h=DT_H,
        price_eur_per_kwh=price + 0.14,
        wear_eur_per_kwh=0.02 + 0.08 * kept,
    )
    tariff = Tariff(price, 0.08, 0.06, price, network_on_stored=kept, levies_on_stored=0.0)
    fed_back = float(np.maximum(-plan.total_kw, 0).sum() * DT_H)
    assert fed_back > 1.0
    made = bill(plan.total_kw, tariff, dt_h=DT_H, fed_back_kwh=fed_back)
    assert float(found.cost_eur[0]) == pytest.approx(WEEKS_PER_YEAR * made.total_eur)
    assert float(found.network_eur[0]) == pytest.approx(WEEKS_PER_YEAR * made.network_eur)


def test_mean_power_by_hour_adds_up_to_the_energy(table):
    years = car_years(some_setting(), CASES, table=table)
    for found in years.cases.values():
        net = (found.import_kwh - found.export_kwh).mean()
        assert found.hour_kw.sum() * 365.25 == pytest.approx(net, rel=1e-6)


def test_emissions_follow_the_intensity_of_each_hour(table):
    flat = np.full((4, 168), 250.0)
    noon_clean = np.tile(np.where(np.arange(24) == 13, 0.0, 300.0), (4, 7))
    for intensity in (flat, noon_clean):
        found = car_years(some_setting(co2_g_per_kwh=intensity), CASES, table=table).cases
        for case in found.values():
            net = case.import_kwh - case.export_kwh
            if intensity is flat:
                assert case.co2_kg == pytest.approx(0.25 * net)
            else:
                noon_kwh = case.hour_kw[13] * 365.25
                assert case.co2_kg.mean() == pytest.approx(0.3 * (net.mean() - noon_kwh), rel=1e-6)


def test_the_window_keeps_its_hours_free_and_names_what_is_missed(table):
    found = car_years(some_setting(), ("window",), table=table).cases["window"]
    assert not found.hour_kw[17:22].any()
    assert found.short_kwh.sum() > 0


def test_nearly_nobody_comes_to_the_workplace_at_weekends():
    statistics = data.read("parameters")["ev_workplace_sessions"]["values"][-1]["value"]
    setting = some_setting(statistics=statistics, plug_in_h=25.0)
    sessions = _sessions(setting, rhythm_table(statistics, charger_kw=11.0, seed=5))
    weekend = sessions.arrival_step * DT_H // 24 % 7 >= 5
    # A car still plugged in from Friday comes back a day later, which may be a Saturday.
    assert weekend.mean() < 0.05
