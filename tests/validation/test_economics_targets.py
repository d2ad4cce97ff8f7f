"""Published sums of money, and the rules behind them."""

from pathlib import Path

import numpy as np
import pytest

from calculators import data
from calculators.engine.charging import Sessions, schedule
from calculators.engine.economics import (
    CapacityCharge,
    Tariff,
    availability_eur,
    bill,
    module_1_eur,
    public_power_target_kw,
    vehicles_per_point,
    yearly_additions,
)
from calculators.engine.economics.section_14a import VAT
from calculators.loader import parse

TARGETS = Path(__file__).parent / "targets"


def target(name):
    return parse((TARGETS / f"{name}.yaml").read_text("utf-8"), name)


def test_ec_01_a_year_of_quarter_hours_costs_what_the_operator_says(record_property):
    wanted = target("ec-01")
    rate = data.read("parameters")["tariff_flanders_capacity"]["values"][0]["value"]
    tariff = Tariff(0.0, capacity=CapacityCharge(rate["eur_per_kw_year"], rate["minimum_kw"]))
    month = np.repeat(np.arange(12), 30 * 96)
    got = []
    for peak_kw in wanted["expect"]["peak_kw"]:
        p_kw = np.full(month.size, 0.3)
        p_kw[70::2880] = peak_kw  # one quarter-hour a month
        got.append(bill(p_kw, tariff, dt_h=0.25, month=month).capacity_eur)
    record_property("ours", [round(eur, 2) for eur in got])
    assert got == pytest.approx(wanted["expect"]["eur_per_year"], abs=wanted["tolerance_eur"])


def test_ec_03_no_point_falls_below_the_floor_while_it_still_wants_to_charge():
    floor_kw = target("ec-03")["expect"]["floor_kw"]
    rng = np.random.default_rng(14)
    n, n_t = 200, 96
    arrival = rng.integers(0, 60, n)
    cars = Sessions(arrival, arrival + rng.integers(4, 36, n), rng.uniform(2, 40, n), np.full(n, 11.0))
    cap_kw = np.where((np.arange(n_t) >= 30) & (np.arange(n_t) < 60), floor_kw, 11.0)
    plan = schedule(cars, "dso-dimming", n_t=n_t, dt_h=0.25, cap_kw=cap_kw)
    still_kw = (cars.e_kwh[:, None] - np.cumsum(plan.p_kw, axis=1) * 0.25) / 0.25
    step = np.arange(n_t)
    here = (step >= cars.arrival_step[:, None]) & (step < cars.departure_step[:, None])
    dimmed = here & (cap_kw == floor_kw) & (still_kw > 1e-6)
    assert dimmed.sum() > 500
    assert plan.p_kw[dimmed] == pytest.approx(floor_kw)


def test_ec_03_module_1_is_what_two_operators_publish(record_property):
    wanted = target("ec-03")
    got = [module_1_eur(rate) for rate in wanted["expect"]["network_eur_per_kwh"]]
    record_property("ours", [round(eur, 2) for eur in got])
    assert got == pytest.approx(wanted["expect"]["module_1_net_eur"], abs=wanted["tolerance_eur"])
    low, high = wanted["expect"]["module_1_gross_eur"]
    assert all(low <= eur * (1 + VAT) <= high for eur in got)


@pytest.mark.parametrize("row", [0, 1])
def test_in_01_points_to_add_each_year(row):
    expect = target("in-01")["expect"]
    got = yearly_additions(n_now=expect["n_now"], n_target=expect["n_target"][row], years=expect["years"])
    assert got == pytest.approx(expect["per_year"][row], rel=expect["tolerance_relative"][row])


def test_in_02_vehicles_share_a_point():
    wanted = target("in-02")
    expect = wanted["expect"]
    got = vehicles_per_point(n_vehicle=expect["n_vehicle"], n_point=expect["n_point"])
    assert got == pytest.approx(expect["per_point"], rel=wanted["tolerance_relative"])


def test_in_03_public_power_for_a_fleet():
    expect = target("in-03")["expect"]
    got = public_power_target_kw(n_battery=expect["n_battery"], n_hybrid=expect["n_hybrid"])
    assert got == pytest.approx(expect["kw_public"])


def test_v2g_05_capacity_income_of_a_year():
    wanted = target("v2g-05")
    expect = wanted["expect"]
    got = availability_eur(
        eur_per_mw_h=sum(expect["eur_per_mw_h"]),
        p_kw=expect["p_kw"],
        plugged_in_h=8760 * expect["plugged_in_share"],
    )
    assert float(got) == pytest.approx(expect["eur_per_year"], abs=wanted["tolerance_eur"])
