"""The catalogue of tools is complete, names what is wrong with an entry, and shows every tool by the same measures."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from calculators import loader
from calculators.engine.errors import DataError
from calculators.knowledge import tools

FILE = Path(__file__).parents[2] / "docs" / "guidance" / "tools" / "tools.yaml"


@pytest.fixture
def content() -> dict[str, Any]:
    return copy.deepcopy(loader.parse(FILE.read_text("utf-8"), FILE.name))


def test_the_catalogue_holds_twenty_tools_and_this_project_among_them(content: dict[str, Any]) -> None:
    known = tools.checked(content, FILE.name)
    assert len(known) >= 20
    assert "smartcharge" in [tool["id"] for tool in known]
    assert [tool["name"] for tool in known] == sorted((tool["name"] for tool in known), key=str.casefold)


def test_each_tool_shows_all_its_facts_and_an_anchor_of_its_own(content: dict[str, Any]) -> None:
    known = tools.checked(content, FILE.name)
    page = tools.cards(known)
    assert re.findall(r"\{ #([\w-]+) \}", page) == [tool["id"] for tool in known]
    assert page.count("<dt>Leaves out</dt>") == page.count("<dt>Licence</dt>") == len(known)
    assert tools.table(known).count("<tr>") == len(known) + 1


def test_every_question_has_a_row_and_every_tool_stands_in_one(content: dict[str, Any]) -> None:
    known = tools.checked(content, FILE.name)
    table = tools.choose(known)
    assert table.count("<tr>") == len(tools.QUESTIONS) + 1
    for tool in known:
        assert table.count(f'href="#{tool["id"]}"') == len(tool["questions"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"licence": ""}, "lacks licence"),
        ({"skill": "genius"}, "skill is 'genius'; it must be one of: browser, code."),
        ({"questions": ["how-many", "why"]}, "question 'why' is not one of"),
        ({"url": "example.org"}, "'example.org' is no address"),
        ({"checked_on": "last year"}, "checked_on is 'last year'"),
        ({"stars": 5}, "'stars' is not a known key"),
        ({"source": {"title": "A page"}}, "source must hold title and url"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(
    content: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    content["tools"][3].update(change)
    with pytest.raises(DataError) as error:
        tools.checked(content, "tools.yaml")
    assert message in str(error.value)
    assert content["tools"][3]["id"] in error.value.problems[0].where


def test_a_tool_that_stands_twice_is_refused(content: dict[str, Any]) -> None:
    content["tools"].append(content["tools"][0])
    with pytest.raises(DataError, match="stands twice"):
        tools.checked(content, "tools.yaml")


def test_a_file_without_a_list_is_refused() -> None:
    with pytest.raises(DataError, match="must hold a list under 'tools'"):
        tools.checked({"tools": "none"}, "tools.yaml")


def test_text_of_the_catalogue_cannot_become_markup(content: dict[str, Any]) -> None:
    content["tools"][0]["answers"] = "<b>bold</b>"
    known = tools.checked(content, FILE.name)
    assert "<b>" not in tools.cards(known) + tools.table(known)
