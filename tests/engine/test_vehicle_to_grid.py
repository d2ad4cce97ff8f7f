"""The V2G business case through the registry: its sentence, its tables, its conditions, and what it refuses."""

import json

import pytest

from calculators import data, registry
from calculators.engine.errors import InputError

ID = "v2g-business-case"
SMALL = {"n_draws": 20}
PAYING = {
    **SMALL,
    "plug_in_h": 120,
    "charger_extra_eur": 300,
    "wear_high_ct": 1,
    "network_ct": 0,
    "levies_ct": 0,
}


@pytest.fixture(scope="module")
def result():
    return registry.run(ID, SMALL)


def table(result, name):
    return next(item for item in result["tables"] if item["id"] == name)


def rows(result, name):
    return {row[0]: row[1:] for row in table(result, name)["rows"]}


def value(result, name):
    return result["results"][name]["value"]


def test_the_answer_is_plain_json_with_a_band_for_every_result(result):
    assert json.loads(registry.to_json(result)) == result
    for item in result["results"].values():
        assert item["p10"] <= item["value"] <= item["p90"]
    assert "{" not in result["headline"]


def test_the_defaults_are_the_published_values_kept_as_parameters():
    parameters = data.read("parameters")
    household = parameters["price_household"]["values"][0]["value"]
    grid = parameters["tariff_14a_example"]["values"][0]["value"]
    published = {
        "wear_low_ct": 100 * parameters["wear_cost_low"]["values"][0]["value"],
        "wear_high_ct": 100 * parameters["wear_cost_high"]["values"][0]["value"],
        "levies_ct": 100 * household["EU"] * household["tax_share_EU"],
        "network_ct": 100 * grid["module_3_standard_eur_per_kwh"],
    }
    defaults = {item["name"]: item["default"] for item in registry.definition(ID)["inputs"]}
    assert {name: defaults[name] for name in published} == pytest.approx(published, abs=0.05)


def test_the_four_ways_stand_side_by_side(result):
    found = rows(result, "cases")
    assert list(found) == [
        "no control",
        "time window",
        "smart",
        "smart + V2G",
    ]
    cost = [row[0] for row in found.values()]
    assert cost[2] < cost[0]


def test_smart_charging_by_price_was_cleaner_than_no_control_in_2019(result):
    co2 = {name: row[-1] for name, row in rows(result, "cases").items()}
    assert co2["smart"] < co2["no control"]
    assert co2["no control"] == pytest.approx(14000 * 0.21 * 0.35, rel=0.15)  # driving at about 350 g/kWh


def test_the_table_of_actors_adds_up_to_zero_in_every_column(result):
    found = table(result, "actors")
    for column in list(zip(*found["rows"], strict=True))[1:]:
        assert sum(column[:-1]) == pytest.approx(0.0, abs=0.02)  # cells hold five digits
        assert column[-1] == 0.0
    for row in found["rows"]:
        assert sum(row[1:-1]) == pytest.approx(row[-1], abs=0.05)


def test_fees_paid_twice_with_household_charges_leave_nothing_to_trade():
    result = registry.run(ID, {**SMALL, "fee_treatment": "paid-twice", "price": "dynamic-2019"})
    assert result["verdict"] == "no-trade"
    assert value(result, "fed_back_kwh") == pytest.approx(0.0, abs=1.0)
    assert [warning["code"] for warning in result["warnings"]] == ["fees-twice"]


def test_a_car_that_is_nearly_always_plugged_in_without_charges_pays():
    result = registry.run(ID, PAYING)
    assert result["verdict"] == "pays"
    assert result["results"]["net_eur"]["p10"] > 0
    assert "warranty" in [warning["code"] for warning in result["warnings"]]


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        ("Extra price of the charger, at most [EUR]", "charger_extra_eur"),
        ("Reserve market, at least [EUR/MW/h]", "reserve_eur_per_mw_h"),
    ],
)
def test_a_condition_put_in_leaves_the_driver_with_nothing_lost_or_won(result, condition, name):
    needed = rows(result, "conditions")[condition][1]
    again = registry.run(ID, {**SMALL, name: needed})
    driver = rows(again, "actors")["Driver"][-1]
    assert driver == pytest.approx(0.0, abs=0.1)


def test_a_grant_moves_the_cost_from_driver_to_city_and_nothing_else():
    plain, helped = (registry.run(ID, {**SMALL, "grant_eur": grant}) for grant in (0, 1000))
    change = {
        actor: row[-1] - rows(plain, "actors")[actor][-1] for actor, row in rows(helped, "actors").items()
    }
    assert change["Driver"] > 100  # 1,000 EUR over ten years, with interest
    assert change["Driver"] == pytest.approx(-change["City"], abs=0.02)
    others = [delta for actor, delta in change.items() if actor not in ("Driver", "City")]
    assert others == pytest.approx([0.0] * len(others), abs=0.02)


def test_more_hours_wider_prices_and_less_wear_raise_the_gain_before_the_charger(result):
    for change in ({"plug_in_h": 110}, {"spread_percent": 200}, {"wear_high_ct": 0.5}):
        better = registry.run(ID, {**SMALL, **change})
        assert value(better, "running_eur") > value(result, "running_eur")


def test_the_inputs_are_ranked_by_how_much_they_move_the_gain(result):
    reach = [abs(driver["high"] - driver["low"]) for driver in result["drivers"]]
    assert reach == sorted(reach, reverse=True)
    assert {driver["name"] for driver in result["drivers"]} == set(registry.definition(ID)["drivers"])


def test_no_price_differences_save_nothing_and_trade_nothing():
    result = registry.run(ID, {**SMALL, "price": "two-level", "two_level_spread_ct": 0})
    assert result["verdict"] == "no-trade"
    assert value(result, "smart_saving_eur") == pytest.approx(0.0, abs=1e-6)


def test_hours_that_no_stays_can_give_are_named():
    result = registry.run(ID, {**SMALL, "place": "workplace", "plug_in_h": 160})
    codes = [warning["code"] for warning in result["warnings"]]
    assert "fewer-hours" in codes
    assert value(result, "plug_in_h") < 144


def test_driving_that_does_not_fit_the_stays_is_named():
    result = registry.run(ID, {**SMALL, "plug_in_h": 8, "km_per_year": 60000, "charger_kw": 3.7})
    assert result["warnings"][0]["code"] == "less-energy"
    assert "12,600 kWh" in result["warnings"][0]["message"]


def test_the_same_seed_repeats_and_another_seed_differs(result):
    assert registry.run(ID, SMALL) == result
    assert registry.run(ID, SMALL, seed=2)["results"] != result["results"]


@pytest.mark.parametrize("stop", [1, 2, 5, 10])
def test_stopping_keeps_the_answer_and_says_what_is_incomplete(result, stop):
    stopped = registry.run(ID, SMALL, progress=lambda done, total: done < stop)
    assert stopped["partial"] is True
    assert stopped["drivers"] == []
    assert stopped["warnings"][-1]["code"] == "stopped"
    assert value(stopped, "net_eur") == value(result, "net_eur")


def test_progress_ends_at_its_total():
    seen = []
    registry.run(ID, {"n_draws": 10}, progress=lambda done, total: seen.append((done, total)) or True)
    assert seen == [(number + 1, seen[-1][1]) for number in range(seen[-1][1])]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"grant_eur": 5000}, "Use 3000 EUR or less"),
        ({"wear_low_ct": 20}, "Use 13 ct/kWh or less"),
        ({"reserve_percent": 80}, "Use less than 80 %"),
        ({"plug_in_h": 168}, "The nearest value is 160 h/week"),
        ({"price": "spot"}, "Choose one of: dynamic-2024"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_smallest_fix(inputs, message):
    with pytest.raises(InputError, match=message):
        registry.run(ID, {**SMALL, **inputs})


def test_all_that_is_wrong_together_is_told_at_once():
    with pytest.raises(InputError) as caught:
        registry.run(ID, {**SMALL, "grant_eur": 5000, "wear_low_ct": 20, "reserve_percent": 85})
    assert [problem.code for problem in caught.value.problems] == ["grant", "wear", "reserve"]
