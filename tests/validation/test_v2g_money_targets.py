"""Published values of vehicle-to-grid, as far as their setting is known."""

from pathlib import Path

import numpy as np
import pytest

from calculators import data
from calculators.engine.economics.car_year import Setting, car_years
from calculators.loader import parse

TARGETS = Path(__file__).parent / "targets"


def target(name):
    return parse((TARGETS / f"{name}.yaml").read_text("utf-8"), name)


def gains(year, share, *, charger_kw, battery_kwh):
    """Mean yearly saving of smart charging, and what V2G adds, without charges and wear."""
    parameters = data.read("parameters")
    prices = parameters["price_nl_day_ahead"]["values"]
    weeks = next(entry["value"] for entry in prices if entry["from"].startswith(year))["eur_per_mwh"]
    setting = Setting(
        statistics=parameters["ev_home_sessions"]["values"][-1]["value"],
        plug_in_h=168 * share,
        need_kwh=50.0,
        battery_kwh=battery_kwh,
        charger_kw=charger_kw,
        eta_charge=0.87**0.5,
        eta_discharge=0.87**0.5,
        soc_departure=0.8,
        soc_min=0.2,
        market_eur_per_kwh=np.array(weeks, dtype=float) / 1000,
        network_eur_per_kwh=0.0,
        levies_eur_per_kwh=0.0,
        network_on_stored=0.0,
        levies_on_stored=0.0,
        wear_eur_per_kwh=0.0,
        n_car=60,
        seed=19,
    )
    cases = car_years(setting, ("uncontrolled", "price", "v2g-price")).cases
    plain, smart, both = (cases[name].cost_eur.mean() for name in ("uncontrolled", "price", "v2g-price"))
    return float(plain - smart), float(smart - both)


@pytest.mark.parametrize("year", ["2019", "2024"])
def test_v2g_01_value_rises_more_than_in_proportion_with_time_plugged_in(year, record_property):
    expect = target("v2g-01")["expect"]
    low, high = (
        gains(year, share, charger_kw=7.0, battery_kwh=40.0)[1] for share in expect["plugged_in_share"]
    )
    record_property("ours", f"x{high / low:.1f}")
    record_property("theirs", f"x{expect['v2g_extra_gbp'][1] / expect['v2g_extra_gbp'][0]:.1f}")
    assert high / low > expect["plugged_in_share"][1] / expect["plugged_in_share"][0]


def test_v2g_06_trade_at_prices_of_2019_is_worth_what_was_published(record_property):
    wanted = target("v2g-06")
    got = sum(gains("2019", 0.75, charger_kw=11.0, battery_kwh=40.0))
    record_property("ours", round(got))
    record_property("theirs", wanted["expect"]["eur_per_year"])
    assert got == pytest.approx(wanted["expect"]["eur_per_year"], rel=wanted["tolerance_relative"])
