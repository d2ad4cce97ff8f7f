"""Bad answers get one clear message each, all at once."""

import json

import pytest

from calculators import DATA_VERSION
from calculators.engine.errors import InputError
from calculators.tender import answers
from tests.tender.cases import EXAMPLES, example, file

RESULT = {
    "calculator": "smart-charging-strategies",
    "engine_version": "0.1.0",
    "scenario_hash": "0123456789abcdef",
    "results": {"min_power_kw": {"value": 3.25, "unit": "kW"}},
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_read(name):
    read = answers.read(example(name))
    assert set(read.chosen) == {f"q{number:02}" for number in range(1, 25)}


def test_an_unanswered_question_is_not_known_and_stands_for_its_stated_options():
    read = answers.read(file({"q09": "dont-know"}))
    assert read.chosen["q09"] == ("L1",) and {"q09", "q08"} <= read.unknown


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "'colour' is not a field of an answers file"),
        ({"buyer": {"name": "Town", "iban": "x"}}, "'iban' is not a field of the buyer"),
        ({"buyer": {"name": "  "}}, "the name of the buyer is missing"),
        ({"buyer": {"name": "x" * 10_000_000}}, "the text has 10000000 characters; at most 200 are allowed"),
        ({"buyer": {"name": "Town\nhall"}}, "line break or control character"),
        ({"buyer": {"name": "Town\x00"}}, "line break or control character"),
        ({"answers": {"q25": "x"}}, "there is no question 'q25'"),
        ({"answers": {"q09": "L9"}}, "'L9' is not an answer"),
        ({"answers": {"q09": ["L1", "L2"]}}, "only one answer is possible"),
        ({"answers": {"q03": []}}, "'nothing' is not an answer"),
        ({"answers": {"q03": [["depot"]]}}, "is not an answer"),
        (
            {"weights": {"quality": 57, "price": 40}},
            "the weights add up to 97 %; they must add up to 100 %. Raise one by 3 %.",
        ),
        ({"weights": {"quality": 60, "price": 50}}, "Lower one by 10 %"),
        ({"weights": {"quality": "60"}}, "each weight must be a number"),
        ({"weights": {str(n): 10 for n in range(10)}}, "at most 8"),
        ({"parameters": {"SC-04.speed": 1}}, "there is no such parameter"),
        ({"parameters": {"SC-04.min_power_kw": -5}}, "it is -5 kW; allowed is 0 to"),
        ({"parameters": {"SC-04.min_power_kw": True}}, "it must be a number in kW"),
        ({"parameters": {"SC-04.min_power_kw": float("nan")}}, "it must be a number in kW"),
        ({"parameters": {"VG-01.v2g_level": "L7"}}, "'L7' is not one of: L0, L1, L2, L3"),
        ({"parameters": {"VG-03.bpt_date": "1.1.2027"}}, "is not a date such as 2027-01-01"),
        ({"parameters": {"MB-04.card_threshold_kw": 60}}, "allowed is 0 to 50 kW"),
        ({"parameters": {"SC-04.min_power_kw": {"value": 1}}}, "it must name a result"),
        (
            {"parameters": {"GS-06.share_user": 50, "GS-06.share_buyer": 20, "GS-06.share_operator": 20}},
            "add up to 90 %",
        ),
        ({"choices": {"SC-99": "off"}}, "not a requirement"),
        ({"choices": {"SC-02": "maybe"}}, "not a requirement with on, off or a level"),
        ({"sites": [{"name": "A", "kind": "moon"}]}, "kind must be one of"),
        ({"sites": [{"name": "A", "kind": "depot", "points": -1}]}, "points must be a number of 0 or more"),
        ({"sites": [{"name": "A", "kind": "depot", "note": {}}]}, "note must be a text"),
        ({"parameters": {"SC-04.min_power_kw": 10**400}}, "it must be a number in kW"),
        ({"sites": [{"kind": "depot"}]}, "a site has a name and a kind"),
        ({"language": "tlh"}, "there are no words in 'tlh'"),
        ({"schema_version": 2}, "the file has schema version 2; this engine reads version 1"),
        (
            {"data_version": "2199-01-01"},
            f"the file was made with data of 2199-01-01; here they are of {DATA_VERSION}",
        ),
        (
            {"results": [{**RESULT, "engine_version": "99.0.0"}]},
            "it was computed by engine 99.0.0; this is engine",
        ),
        ({"results": [{**RESULT, "scenario_hash": "xyz"}]}, "the scenario hash is missing"),
        ({"results": [{**RESULT, "results": {"a": {"value": float("inf")}}}]}, "'a' has no finite value"),
        ({"results": ["x"]}, "this is not a result"),
        (
            {
                "parameters": {"SC-05.pause_max_h": {"from": "smart-charging-strategies.min_power_kw"}},
                "results": [RESULT],
            },
            "smart-charging-strategies.min_power_kw is in 'kW'; this needs 'h'",
        ),
        (
            {
                "parameters": {"SC-04.min_power_kw": {"from": "smart-charging-strategies.min_power_kw"}},
                "results": [{**RESULT, "results": {"min_power_kw": {"value": -1, "unit": "kW"}}}],
            },
            "smart-charging-strategies.min_power_kw: it is -1 kW; allowed is 0 to",
        ),
        ({"kind": "plan"}, "kind must be 'tender'"),
        ({"weights": []}, "'weights' has the wrong type"),
    ],
)
def test_one_fault_gives_one_clear_message(change, message):
    with pytest.raises(InputError) as caught:
        answers.read({**file(), **change})
    assert len(caught.value.problems) == 1
    assert message in str(caught.value)
    assert len(str(caught.value)) < 600


def test_all_faults_are_said_at_once():
    with pytest.raises(InputError) as caught:
        answers.read(
            file({"q09": "L9", "q25": "x"}, weights={"quality": 97}, parameters={"AK-02.zero_multiple": 99})
        )
    assert {problem.code for problem in caught.value.problems} == {
        "option",
        "question",
        "weights",
        "parameter-value",
    }


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", "[" * 100_000, '{"schema_version": ' + "9" * 5000 + "}"]
)
def test_what_is_not_an_answers_file_is_refused(text):
    with pytest.raises(InputError):
        answers.read_text(text)


def test_a_file_above_five_megabytes_is_refused_unread():
    with pytest.raises(InputError, match="larger than 5 MB"):
        answers.read_text(json.dumps(file()) + " " * 5_000_001)
