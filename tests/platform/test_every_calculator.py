"""What holds for every definition: it runs with its defaults, its words have their numbers, its page is complete."""

import json

import pytest

from calculators import registry

ALL = sorted(registry.list_definitions())


@pytest.fixture(scope="module", params=ALL)
def run(request):
    """Return definition and default result of one calculator."""
    return registry.definition(request.param), registry.run(request.param)


def test_the_default_result_is_plain_json_and_says_its_numbers(run):
    declared, result = run
    assert json.loads(registry.to_json(result)) == json.loads(json.dumps(result))
    assert "{" not in result["headline"] and "nan" not in result["headline"]
    assert list(result["results"]) == [item["name"] for item in declared["results"]]
    assert not result["partial"] and result["changed_inputs"] == []


def test_every_band_holds_its_value(run):
    for name, item in run[1]["results"].items():
        if item["p10"] is not None:
            assert item["p10"] <= item["value"] <= item["p90"], name


def test_every_chart_has_a_sentence_and_a_table_of_its_numbers(run):
    for chart in run[1]["charts"]:
        assert len(chart["sentence"]) > 20 and "{" not in chart["sentence"]
        assert chart["table"]["rows"]
        assert all(len(row) == len(chart["table"]["columns"]) for row in chart["table"]["rows"])


def test_every_input_stands_with_its_source_and_every_limit_holds_the_default(run):
    for item in run[0]["inputs"]:
        assert item["source"]["title"]
        if item["kind"] in ("number", "integer"):
            assert item["min"] <= item["default"] <= item["max"], item["name"]
        if "unknown" in item:
            assert item["min"] <= item["unknown"]["low"] < item["unknown"]["high"] <= item["max"], item[
                "name"
            ]


def test_results_are_explained_from_inputs_that_exist(run):
    names = {item["name"] for item in run[0]["inputs"]}
    for name, item in run[1]["explain"].items():
        assert item["formula"] and set(item["inputs"]) <= names, name


@pytest.mark.parametrize("calculator", ALL)
def test_stopping_at_once_is_a_partial_result_or_a_whole_one(calculator):
    result = registry.run(calculator, progress=lambda done, total: False)
    assert result["headline"]
