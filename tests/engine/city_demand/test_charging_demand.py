"""The city calculator: by hand, and by how its answer must move."""

import pytest

from calculators import registry
from calculators.engine.city_demand.demand import ENDS
from calculators.engine.city_demand.uptake import own_path
from calculators.engine.errors import InputError

ID = "charging-demand"
CERTAIN = {
    "inhabitants": 100_000,
    "cars_per_1000": 500,
    "uptake": "target",
    "target_percent": 20,
    "target_year": 2030,
    "km_per_year": 10_000,
    "kwh_per_100km": 20,
    "phev_per_bev": 0.5,
    "phev_energy_percent": 40,
    "spread_percent": 0,
}


@pytest.fixture(scope="module")
def result():
    return registry.run(ID)


@pytest.fixture(scope="module")
def certain():
    return registry.run(ID, CERTAIN)


def early(inputs):
    """The part of the answer that does not plan the evening."""
    return registry.run(ID, inputs, progress=lambda done, total: False)


def value(found, name):
    return found["results"][name]["value"]


def table(found, name):
    return next(item for item in found["tables"] if item["id"] == name)


def column(found, name, title):
    one = table(found, name)
    return [row[one["columns"].index(title)] for row in one["rows"]]


def test_a_logistic_curve_from_a_tenth_to_nine_tenths_is_a_half_in_the_middle():
    """The odds 1/9 and 9 have the geometric mean 1; a quarter of the way they are 1/3, a share of a quarter."""
    path = own_path(base_year=2024, base_share=0.1, target_year=2032, target_share=0.9)
    assert [path[year] for year in (2024, 2026, 2028, 2032)] == pytest.approx([0.1, 0.25, 0.5, 0.9])


def test_energy_cars_and_points_by_hand(certain):
    """50,000 cars, 20 %: 10,000 of 2 MWh and 5,000 hybrids of 0.8 MWh are 24,000 MWh; 65 % have a point at home."""
    assert value(certain, "electric_cars") == pytest.approx(10_000)
    assert value(certain, "energy_mwh") == pytest.approx(24_000)
    assert value(certain, "points_home") == pytest.approx(0.65 * 15_000)
    assert certain["results"]["energy_mwh"]["p90"] == pytest.approx(24_000)


def test_the_fleet_target_by_hand(certain):
    """Article 3(1): 1.3 kW x 10,000 + 0.8 kW x 5,000 = 17,000 kW; with 3,000 kW there are 14,000 missing."""
    assert value(certain, "afir_kw") == pytest.approx(17_000)
    assert certain["verdict"] == "short"
    assert "14,000 kW of that are missing" in certain["headline"]
    assert column(certain, "years", "Missing to the yardstick [kW]")[-1] == pytest.approx(14_000)


@pytest.mark.parametrize(("public_kw", "verdict"), [(16_999, "short"), (17_001, "enough")])
def test_the_verdict_turns_where_the_target_is_met(public_kw, verdict):
    assert early({**CERTAIN, "public_kw": public_kw})["verdict"] == verdict


def test_between_surely_and_not_at_all_the_verdict_is_perhaps(result):
    asked = result["results"]["afir_kw"]
    middle = (asked["value"] + asked["p90"]) / 2
    assert early({"public_kw": middle})["verdict"] == "perhaps"


def test_the_first_year_short_of_the_target_is_named(certain):
    """The logistic share grows, so the yardstick does; the year before the one named still has enough."""
    years = table(certain, "years")
    asked = dict(
        zip(column(certain, "years", "Year"), column(certain, "years", "Yardstick [kW]"), strict=True)
    )
    first = next(year for year in sorted(asked) if asked[year] > 3000)
    assert f"from {first} on" in certain["headline"]
    assert len(years["rows"]) == 7


def test_everything_doubles_with_the_inhabitants():
    once, twice = early({}), early({"inhabitants": 200_000})
    for name in once["results"]:
        assert value(twice, name) == pytest.approx(2 * value(once, name), rel=1e-9)


def test_fewer_charge_points_at_home_ask_for_more_in_public():
    found = [early({"home_percent": percent}) for percent in (20, 50, 80)]
    for name in ("points_kerbside", "points_elsewhere", "points_fast", "needed_kw"):
        numbers = [value(one, name) for one in found]
        assert numbers == sorted(numbers, reverse=True) and numbers[0] > numbers[-1]
    assert value(found[0], "energy_mwh") == value(found[-1], "energy_mwh")


def test_the_band_holds_its_middle_and_is_wider_where_figures_are_less_sure(result):
    for one in result["results"].values():
        assert one["p10"] < one["value"] < one["p90"]
    sure = early({"spread_percent": 0})["results"]["energy_mwh"]
    energy = result["results"]["energy_mwh"]
    assert sure["p90"] - sure["p10"] < energy["p90"] - energy["p10"]


def test_cases_are_compared_with_homes_alone_and_smart_charging_lowers_the_peak(result):
    peaks = dict(
        zip(column(result, "evening", "Case"), column(result, "evening", "Highest hour [MW]"), strict=True)
    )
    homes, once, window, smart, v2g = peaks.values()
    assert homes < once and smart < once and v2g <= smart * 1.001
    assert smart < window


def test_no_home_and_kerbside_car_charges_in_the_window(result):
    """What the homes, work and fast charging take is the same in all cases, so the window is the lowest of them."""
    rows = next(chart for chart in result["charts"] if chart["id"] == "workday")["table"]["rows"]
    for row in rows[17:22]:
        _, homes, once, window, smart, _ = row
        assert homes < window < once and window <= smart


def test_every_case_delivers_the_same_energy_over_the_day(result):
    """Vehicle-to-grid takes more, for what is lost; the others differ by what nights carry over the days counted."""
    rows = next(chart for chart in result["charts"] if chart["id"] == "workday")["table"]["rows"][:24]
    _, homes, once, window, smart, v2g = (sum(values) for values in zip(*rows, strict=True))
    charged = once - homes
    assert window - homes == pytest.approx(charged, rel=0.05)
    assert smart - homes == pytest.approx(charged, rel=0.05)
    assert v2g - homes > 0.95 * charged


def test_drivers_are_ranked_and_reach_the_ends_the_definition_states(result):
    reach = [abs(driver["high"] - driver["low"]) for driver in result["drivers"]]
    assert reach == sorted(reach, reverse=True)
    by_name = {driver["name"]: driver for driver in result["drivers"]}
    assert by_name["km_per_year"]["high"] / by_name["km_per_year"]["low"] == pytest.approx(18500 / 10225)
    assert "target_percent" not in by_name
    for item in registry.definition(ID)["inputs"]:
        if item["name"] in ENDS:
            assert ENDS[item["name"]] == (item["unknown"]["low"], item["unknown"]["high"])


def test_an_own_figure_is_a_driver_and_growth_is_not():
    found = registry.run(ID, CERTAIN)
    names = {driver["name"] for driver in found["drivers"]}
    assert "target_percent" in names and not names & {"growth_per_year", "replaced_share"}


def test_an_unknown_mileage_widens_the_band():
    known = registry.run(ID)["results"]["energy_mwh"]
    unknown = registry.run(ID, {"km_per_year": "unknown"})
    energy = unknown["results"]["energy_mwh"]
    assert energy["p90"] - energy["p10"] > known["p90"] - known["p10"]
    assert unknown["unknown"][0]["name"] == "km_per_year"


def test_from_fifteen_percent_on_the_review_of_the_target_is_named(certain):
    codes = [warning["code"] for warning in certain["warnings"]]
    assert codes[:2] == ["member-state", "review"]
    assert "review" not in [
        warning["code"] for warning in early({**CERTAIN, "target_percent": 14})["warnings"]
    ]


def test_a_target_year_that_is_not_later_is_refused_with_the_next_one():
    with pytest.raises(InputError, match="Use 2029 or later"):
        registry.run(ID, {"target_year": 2028, "base_year": 2028})


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_stopping_keeps_energy_and_points_and_says_what_is_missing(result, stop):
    found = registry.run(ID, progress=lambda done, total: done < stop)
    assert found["partial"] is True and found["warnings"][-1]["code"] == "stopped"
    assert found["results"] == result["results"]
    assert len(table(found, "evening")["rows"]) == stop


def test_progress_ends_at_its_total(certain):
    seen = []
    again = registry.run(ID, CERTAIN, progress=lambda done, total: seen.append((done, total)) or True)
    assert seen == [(number, 5) for number in range(1, 6)]
    assert again == certain
