"""Running a calculator natively: the result's shape, its inputs and what is refused."""

import json

import pytest

from calculators import registry
from calculators.engine.errors import InputError

ID = "neighbourhood-grid-impact"
SMALL = {"network": "kerber-rural-cable", "n_draws": 3}


@pytest.fixture(scope="module")
def result():
    return registry.run(ID, SMALL)


def test_a_result_is_plain_json_with_every_contract_field(result):
    assert set(json.loads(registry.to_json(result))) == {
        "calculator", "engine_version", "data_version", "seed", "inputs", "changed_inputs", "headline", "verdict",
        "results", "drivers", "charts", "tables", "warnings", "explain", "partial", "scenario_hash", "unknown",
    }  # fmt: skip


def test_every_declared_result_has_value_band_and_explanation(result):
    declared = [item["name"] for item in registry.definition(ID)["results"]]
    assert list(result["results"]) == declared == list(result["explain"])
    for item in result["results"].values():
        assert item["p10"] <= item["value"] <= item["p90"]


def test_only_changed_inputs_are_listed(result):
    assert result["changed_inputs"] == ["network", "n_draws"]


def test_the_headline_says_the_number_and_its_band(result):
    trafo = result["results"]["trafo_peak_percent"]
    assert f"{trafo['value']:.0f} %" in result["headline"]
    assert "{" not in result["headline"]


def test_the_same_seed_gives_the_same_result_and_another_seed_another(result):
    assert registry.run(ID, SMALL) == result
    other = registry.run(ID, SMALL, seed=2)
    assert other["results"] != result["results"]
    assert other["scenario_hash"] != result["scenario_hash"]


def test_more_cars_load_the_transformer_more(result):
    fuller = registry.run(ID, {**SMALL, "ev_share_percent": 100})
    assert fuller["results"]["charged_kwh"]["value"] > result["results"]["charged_kwh"]["value"]
    assert fuller["results"]["trafo_peak_percent"]["value"] > result["results"]["trafo_peak_percent"]["value"]


def test_no_cars_leave_all_cases_equal():
    empty = registry.run(ID, {**SMALL, "ev_share_percent": 0})
    columns = list(zip(*empty["tables"][0]["rows"], strict=True))[1:]
    assert all(len(set(column)) == 1 for column in columns)


def test_stopping_keeps_what_was_finished_and_says_so():
    stopped = registry.run(ID, SMALL, progress=lambda done, total: done < 2)
    assert stopped["partial"] is True
    assert [warning["code"] for warning in stopped["warnings"]][-1] == "stopped"


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"ev_share_percent": "many"}, "it must be a number"),
        ({"ev_share_percent": float("nan")}, "not a finite number"),
        ({"ev_share_percent": -5}, "The nearest value is 0 %"),
        ({"ev_share_percent": 1e9}, "The nearest value is 100 %"),
        ({"n_draws": 3.5}, "whole number"),
        ({"charger_kw": True}, "it must be a number"),
        ({"charger_kw": None}, "it must be a number"),
        ({"strategy": "magic"}, "Choose one of: uncontrolled, window, window-spread, valley-filling"),
        ({"network": "atlantis"}, "Choose one of: kerber-rural-overhead"),
        ({"colour": "red"}, "there is no input 'colour'"),
    ],
)
def test_a_bad_input_is_named_with_what_is_allowed(inputs, message):
    with pytest.raises(InputError) as caught:
        registry.run(ID, inputs)
    assert message in str(caught.value)


def test_all_bad_inputs_are_reported_at_once():
    with pytest.raises(InputError) as caught:
        registry.run(ID, {"ev_share_percent": -1, "charger_kw": 500, "strategy": ""})
    assert [problem.where for problem in caught.value.problems] == [
        "ev_share_percent",
        "charger_kw",
        "strategy",
    ]


@pytest.mark.parametrize("seed", [-1, 1.5, True])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(InputError, match="whole number, 0 or more"):
        registry.run(ID, SMALL, seed=seed)
