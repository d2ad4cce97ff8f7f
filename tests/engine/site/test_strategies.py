"""The strategies calculator as a whole: its verdicts, warnings and what stopping keeps."""

import pytest

from calculators import registry
from calculators.engine.errors import InputError
from calculators.engine.site.plans import FIRST

ID = "smart-charging-strategies"
SMALL = {"n_evse": 8, "n_home": 12, "n_draws": 3}


@pytest.fixture(scope="module")
def result():
    return registry.run(ID, SMALL)


def test_the_four_cases_stand_first_in_table_and_bars(result):
    names = registry.definition(ID)["tables"][0]["labels"]
    first = [names[code]["en"] for code in FIRST]
    assert [row[0] for row in result["tables"][0]["rows"][:4]] == first
    assert [row[0] for row in result["charts"][0]["table"]["rows"][:4]] == first


def test_the_answer_says_peak_band_and_comparison(result):
    peak = result["results"]["peak_kw"]
    assert (
        f"{peak['value']:.0f} kW (in 8 of 10 weeks {peak['p10']:.0f} to {peak['p90']:.0f} kW)"
        in result["headline"]
    )
    assert result["verdict"] == "lower-all" and "without control" in result["headline"]
    assert "{" not in result["headline"] and "nan" not in str(result)


def test_drivers_are_ranked_and_more_use_or_power_means_a_higher_peak_without_control():
    result = registry.run(ID, {**SMALL, "strategy": "uncontrolled"})
    drivers = {driver["name"]: driver for driver in result["drivers"]}
    assert set(drivers) == {"evse_kw", "use_percent", "other", "override_percent"}
    assert drivers["use_percent"]["low"] < drivers["use_percent"]["high"]
    assert drivers["evse_kw"]["low"] < drivers["evse_kw"]["high"]
    assert drivers["override_percent"]["low"] == drivers["override_percent"]["high"]  # nothing to override
    moves = [abs(driver["high"] - driver["low"]) for driver in result["drivers"]]
    assert moves == sorted(moves, reverse=True)


def test_no_control_is_compared_with_the_other_three_in_its_sentence():
    found = registry.run(ID, {**SMALL, "strategy": "uncontrolled"})
    assert found["verdict"] == "free"
    assert found["results"]["saved_percent"]["value"] == 0
    rows = {row[0]: row[1] for row in found["tables"][0]["rows"]}
    assert f"peak-flattening {rows['smart (flattening)']:.0f} kW" in found["headline"]


def test_a_window_over_a_depots_return_is_said_to_rebound_with_what_would_not():
    depot = {"kind": "depot", "evse_kw": 50, "n_evse": 10, "n_draws": 3, "strategy": "window"}
    found = registry.run(ID, depot)
    assert found["verdict"] == "higher"
    assert found["results"]["rebound_kw"]["value"] == pytest.approx(10 * 50)
    warning = next(item for item in found["warnings"] if item["code"] == "rebound")
    assert "random time" in warning["smallest_fix"]


def test_a_limit_too_low_names_one_that_would_serve_everybody():
    found = registry.run(ID, {**SMALL, "strategy": "share-edf", "limit_kw": 6, "n_home": 0, "n_evse": 20})
    rows = {row[0]: row[1] for row in found["tables"][0]["rows"]}
    warning = next(item for item in found["warnings"] if item["code"] == "limit-short")
    assert f"limit of {rows['smart (flattening)']:.0f} kW" in warning["smallest_fix"]


def test_a_limit_below_the_other_load_is_said():
    found = registry.run(ID, {**SMALL, "strategy": "share-llf", "limit_kw": 2})
    assert found["warnings"][0]["code"] == "limit-below-base"


def test_a_lost_dimming_signal_is_worth_a_fallback():
    found = registry.run(ID, {"n_evse": 40, "n_home": 0, "n_draws": 3, "strategy": "dimming-lost-full"})
    column = found["tables"][0]["columns"].index("Highest in the window hours [kW]")
    rows = {row[0]: row[column] for row in found["tables"][0]["rows"]}
    assert rows["dimmed, no signal: low"] <= rows["dimmed"] + 1e-9
    assert rows["dimmed, no signal: full"] > 1.03 * rows["dimmed"]
    warning = next(item for item in found["warnings"] if item["code"] == "lost-signal")
    assert "fallback of 4.2 kW" in warning["smallest_fix"]
    assert f"reaches {rows['dimmed, no signal: full']:.0f} kW" in warning["message"]


def test_charging_from_the_sun_without_sun_is_refused_with_what_to_do():
    with pytest.raises(InputError, match=r"pv_kwp.*Enter the solar power"):
        registry.run(ID, {**SMALL, "strategy": "solar"})


def test_stopping_keeps_the_weeks_done_and_says_so():
    found = registry.run(ID, {**SMALL, "n_draws": 5}, progress=lambda done, total: done < 2)
    assert found["partial"] is True
    assert found["warnings"][0]["code"] == "stopped"
    assert "after 2 random weeks" in found["warnings"][0]["message"]


def test_an_unknown_power_widens_the_band():
    known = registry.run(ID, {**SMALL, "strategy": "uncontrolled"})["results"]["peak_kw"]
    unknown = registry.run(ID, {**SMALL, "strategy": "uncontrolled", "evse_kw": "unknown"})["results"][
        "peak_kw"
    ]
    assert unknown["p90"] - unknown["p10"] > known["p90"] - known["p10"]


def test_a_site_where_nobody_charges_is_said():
    found = registry.run(ID, {"n_evse": 1, "use_percent": 10, "n_home": 0, "n_draws": 3})
    assert found["verdict"] == "idle"
    assert "Enter more points or more use" in found["headline"]
