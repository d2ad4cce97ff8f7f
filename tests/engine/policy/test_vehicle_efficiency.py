"""The calculator through the registry: its sentence, its bands, and what it refuses."""

import json

import pytest

from calculators import registry
from calculators.engine.errors import InputError

ID = "vehicle-efficiency"
SMALL = {"network": "kerber-rural-cable", "n_draws": 4}


@pytest.fixture(scope="module")
def result():
    return registry.run(ID, SMALL)


def value(result, name):
    return result["results"][name]["value"]


def test_the_answer_is_plain_json_and_what_is_uncertain_has_a_band(result):
    assert json.loads(registry.to_json(result)) == result
    for name, item in result["results"].items():
        if name not in ("battery_saved_t", "range_lost_km", "price_saved_eur"):
            assert item["p10"] <= item["value"] <= item["p90"]
    assert "{" not in result["headline"]


def test_energy_saved_is_the_fall_in_consumption_of_all_cars(result):
    # 50,000 cars x 12,000 km = 6e8 km; each kWh/100 km is 6 GWh.
    assert value(result, "saved_gwh") == pytest.approx(6 * (21 - value(result, "kwh_then")), abs=0.05)
    assert value(result, "kwh_then") == pytest.approx(21 - 0.4 - 1.8 - 0.6, abs=0.1)


def test_a_limit_is_met_on_the_test_bench_and_missed_on_the_road():
    limited = registry.run(ID, {**SMALL, "change": "limit", "kwh_limit": 18})
    assert 18 < value(limited, "kwh_then") < 21.8
    assert limited["results"]["kwh_then"]["p10"] >= 18
    assert "certified" in [item["code"] for item in limited["warnings"]]


def test_heavier_cars_are_named_as_taking_more():
    worse = registry.run(ID, {**SMALL, "mass_less_kg": -400, "area_less_m2": -0.3, "battery_then_kwh": 90})
    assert worse["verdict"] == "thirstier"
    assert value(worse, "trafo_then_percent") >= value(worse, "trafo_now_percent")
    assert value(worse, "battery_saved_t") < 0


def test_the_same_cars_change_nothing():
    same = registry.run(ID, {**SMALL, "mass_less_kg": 0, "area_less_m2": 0, "battery_then_kwh": 60})
    for name in ("saved_gwh", "points_saved", "battery_saved_t", "range_lost_km"):
        assert value(same, name) == 0
    assert value(same, "trafo_then_percent") == value(same, "trafo_now_percent")


def test_a_battery_without_nickel_saves_none():
    iron = registry.run(ID, {**SMALL, "chemistry": "iron-phosphate"})
    rows = {row[0]: row[1:] for table in iron["tables"] if table["id"] == "minerals" for row in table["rows"]}
    assert rows["nickel"] == [0, 0, 0] and rows["cobalt"] == [0, 0, 0]
    assert rows["lithium"][2] > 0


def test_the_disputed_effect_of_mass_moves_the_saving_more_than_the_others(result):
    ranked = {item["name"]: item for item in result["drivers"]}
    spread = [abs(item["high"] - item["low"]) for item in result["drivers"]]
    assert spread == sorted(spread, reverse=True)
    assert next(name for name in ranked if name != "km_per_year") == "per_100kg"
    low, high = ranked["per_100kg"]["low"], ranked["per_100kg"]["high"]
    # 0.1 or 0.6 kWh/100 km for 100 kg: 200 kg differ by 1.0 kWh/100 km, 6 GWh.
    assert high - low == pytest.approx(6.0)


def test_a_car_that_needs_nothing_is_refused():
    with pytest.raises(InputError) as refused:
        registry.run(ID, {**SMALL, "kwh_now": 8, "mass_less_kg": 1200, "area_less_m2": 1})
    assert refused.value.problems[0].code == "design"


def test_a_run_that_is_stopped_says_so():
    stopped = registry.run(ID, SMALL, progress=lambda done, total: False)
    assert stopped["partial"]
    assert stopped["warnings"][-1]["code"] == "stopped"
