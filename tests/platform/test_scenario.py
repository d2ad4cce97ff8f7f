"""Scenario files: they survive a round trip, keep their hash, and are refused in words."""

import hashlib
import json

import pytest

from calculators import scenario
from calculators.engine.errors import InputError
from calculators.scenario import Scenario


def test_the_hash_is_the_one_anybody_can_compute_from_the_canonical_form():
    made = Scenario("neighbourhood-grid-impact", {"ev_share_percent": 40.0, "strategy": "window"}, seed=7)
    by_hand = (
        '{"area":"","assumptions":[],"calculator":"neighbourhood-grid-impact",'
        '"inputs":{"ev_share_percent":40.0,"strategy":"window"},"kind":"calculator","owner":"",'
        '"schema_version":1,"seed":7,"year":null}'
    )
    assert made.hash == hashlib.sha256(by_hand.encode()).hexdigest()[:16]


def test_versions_do_not_change_the_hash_but_inputs_do():
    one = Scenario("x", {"a": 1})
    assert one.hash == Scenario("x", {"a": 1}, engine_version="9.9", data_version="2030-01-01").hash
    assert one.hash != Scenario("x", {"a": 2}).hash


def test_a_saved_scenario_opens_as_it_was():
    made = Scenario(
        "x", {"network": {"name": "own.json", "sha256": "ab"}}, area="Utrecht", year=2030, owner="dso"
    )
    assert scenario.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a JSON file"),
        ("[]", "one JSON object"),
        ("[" * 100_000, "not a JSON file"),
        (json.dumps({"inputs": {}}), "'calculator' is missing"),
        (json.dumps({"calculator": "x", "colour": 1}), "'colour' is not a field"),
        (json.dumps({"calculator": "x", "schema_version": 2}), "this engine reads up to 1"),
        (json.dumps({"calculator": "x", "seed": -1}), "it must be 0 or more"),
        (json.dumps({"calculator": "x", "seed": True}), "'seed' has the wrong type"),
        (json.dumps({"calculator": "x", "kind": "poem"}), "kind must be one of"),
        ('{"calculator": "x", "inputs": {"a": NaN}}', "NaN or infinite"),
        ("x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_broken_scenario_gets_one_clear_message(content, message):
    with pytest.raises(InputError) as caught:
        scenario.from_json(content)
    assert message in str(caught.value)
