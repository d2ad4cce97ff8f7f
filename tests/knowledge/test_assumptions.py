"""The register of assumptions shows every parameter once, with its source and the calculators that read it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from calculators import loader
from calculators.knowledge import assumptions

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def parameters() -> dict[str, dict[str, Any]]:
    return loader.load_folder(ROOT / "calculators" / "parameters", "parameter")


@pytest.fixture(scope="module")
def definitions() -> dict[str, dict[str, Any]]:
    return loader.load_folder(ROOT / "calculators" / "definitions", "definition")


def test_every_parameter_file_is_one_row_with_its_sources(
    parameters: dict[str, dict[str, Any]], definitions: dict[str, dict[str, Any]]
) -> None:
    table = assumptions.table(parameters, definitions, "../../")
    assert re.findall(r'<tr id="(\w+)"', table) == sorted(parameters)
    for entry in parameters.values():
        for row in entry["values"]:
            if "source" in row:
                assert row["source"]["url"].replace("&", "&amp;") in table


def test_each_calculator_is_named_at_every_parameter_it_reads(
    definitions: dict[str, dict[str, Any]],
) -> None:
    used = assumptions.users(definitions)
    for name, definition in definitions.items():
        assert {key for key, names in used.items() if name in names} == set(definition["parameters"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0023, "0.0023"),
        (8760, "8,760"),
        ({"bev": 1.3, "phev": 0.8}, "bev 1.3, phev 0.8"),
        ({"outdoor_c": [-7, 0], "factor": [1.64, 1.25]}, "table of 4 values"),
        ([1.0, 2.0, 3.0], "table of 3 values"),
        (None, "no longer valid"),
    ],
)
def test_a_value_is_shown_as_a_number_or_counted_as_a_table(value: Any, text: str) -> None:
    assert assumptions.value_text(value) == text


def test_text_of_a_parameter_cannot_become_markup() -> None:
    entry = {
        "id": "x",
        "description": "A <script> in the data",
        "unit": "kW",
        "values": [{"from": "2026-01-01", "value": 1}],
    }
    assert "<script>" not in assumptions.table({"x": entry}, {}, "")
