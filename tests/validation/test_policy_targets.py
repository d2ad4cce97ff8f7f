"""Published effects and paths that the policy calculators rest on."""

from pathlib import Path

import numpy as np
import pytest

from calculators import data
from calculators.engine.charging.sessions import ETA_ONE_WAY
from calculators.engine.policy.efficiency import (
    Design,
    battery_effect,
    consumption_saved,
    fleet_gwh,
    minerals_t,
)
from calculators.loader import parse

TARGETS = Path(__file__).parent / "targets"


def expected(name):
    return parse((TARGETS / f"{name}.yaml").read_text("utf-8"), name)["expect"]


def entry(name):
    return data.read("parameters")[name]["values"][-1]["value"]


def test_ef_01_each_coefficient_gives_the_published_effect(record_property):
    expect, marginal = expected("ef-01"), entry("efficiency_marginal")
    more = expect["more"]
    coefficients = {name: np.array([marginal[name]]) for name in ("per_100kg", "per_tenth_m2", "per_10kwh")}
    got = [
        -float(consumption_saved(design, **coefficients)[0])
        for design in (
            Design(-more["mass_kg"], 0, 0),
            Design(0, -more["area_m2"], 0),
            Design(0, 0, -more["battery_kwh"]),
        )
    ]
    record_property("ours", got)
    names = ("mass_kwh_per_100km", "area_kwh_per_100km", "battery_kwh_per_100km")
    assert got == pytest.approx([expect[name] for name in names])
    besides = battery_effect(
        more["battery_kwh"],
        per_10kwh={"km": marginal["per_10kwh_range_km"], "eur": marginal["per_10kwh_price_eur"]},
    )
    assert besides == {"km": expect["range_km"], "eur": expect["price_eur"]}


def test_ef_02_a_million_leaner_cars_save_what_was_published():
    expect = expected("ef-02")
    energy = fleet_gwh(
        np.array(expect["kwh_per_100km"], dtype=float),
        n_car=expect["n_car"],
        km_per_year=expect["km_per_year"],
    )
    assert energy[0] - energy[1] == pytest.approx(expect["saved_gwh"])


def test_ef_03_the_engines_loss_lies_among_the_measured_ones(record_property):
    low, high = expected("ef-03")["wallbox_percent"]
    loss = 100 * (1 - ETA_ONE_WAY)
    record_property("ours", round(loss, 2))
    assert low <= loss <= high


def test_mi_01_a_million_average_batteries_hold_the_published_minerals():
    expect = expected("mi-01")
    got = minerals_t(
        entry("mineral_content")["average-battery"],
        battery_kwh=expect["battery_kwh"],
        n_car=expect["n_car"],
    )
    assert {name: got[name] for name in expect["tonnes"]} == pytest.approx(expect["tonnes"])
