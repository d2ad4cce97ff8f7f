"""The strict YAML loader: one bad file per rule, and the message it gets."""

from pathlib import Path

import pytest

from calculators import loader
from calculators.engine.errors import DataError

PARAMETER = """\
id: {id}
description: A number for a test of the loader.
unit: kW
values:
  - from: 2026-01-01
    value: {value}
    source: {{title: A published source, url: "https://example.org/source"}}
    checked_on: 2026-02-10
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("country: NO", {"country": "NO"}),
        ("time: 22:30", {"time": "22:30"}),
        ("big: 1_000", {"big": "1_000"}),
        ("thousands: 15,750", {"thousands": "15,750"}),
        ("yes: on", {"yes": "on"}),
        ("number: 1.5e3", {"number": 1500.0}),
        ("day: 2026-02-10", {"day": "2026-02-10"}),
        ("nothing: null", {"nothing": None}),
    ],
)
def test_scalars_mean_what_they_look_like(text, expected):
    assert loader.parse(text, "x.yaml") == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "the key 'a' stands twice"),
        ("a: [1, 2", "line 1"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_place(text, message):
    with pytest.raises(DataError, match=r"bad\.yaml") as caught:
        loader.parse(text, "bad.yaml")
    assert message in str(caught.value)


def test_a_folder_is_read_by_file_name(tmp_path: Path):
    (tmp_path / "p_limit.yaml").write_text(PARAMETER.format(id="p_limit", value=11))
    assert loader.load_folder(tmp_path, "parameter")["p_limit"]["values"][0]["value"] == 11


def test_all_problems_of_a_folder_are_reported_at_once(tmp_path: Path):
    (tmp_path / "one.yaml").write_text(PARAMETER.format(id="other", value=11))
    (tmp_path / "two.yaml").write_text(PARAMETER.format(id="two", value='"15,750"'))
    (tmp_path / "three.yaml").write_text(PARAMETER.format(id="three", value=1) + "colour: red\n")
    with pytest.raises(DataError) as caught:
        loader.load_folder(tmp_path, "parameter")
    text = str(caught.value)
    assert "id is 'other'; it must be 'one'" in text
    assert "two.yaml, values.0.value" in text
    assert "'colour' was unexpected" in text


def test_a_value_without_a_source_is_refused(tmp_path: Path):
    text = PARAMETER.format(id="bare", value=3).split("    source:")[0]
    (tmp_path / "bare.yaml").write_text(text)
    with pytest.raises(DataError, match="'source' is a required property"):
        loader.load_folder(tmp_path, "parameter")


def test_a_date_that_is_none_is_one_message_with_the_file():
    with pytest.raises(
        DataError, match=r"month must be in 1\.\.12.*x\.yaml|x\.yaml.*month must be in 1\.\.12"
    ):
        loader.parse("on: 2024-13-17", "x.yaml")
