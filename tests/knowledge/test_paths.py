"""The reading paths name what stands on the screen, and each ends in something to hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from calculators import loader
from calculators.knowledge import register

ROOT = Path(__file__).parents[2]
PATHS = sorted(p for p in (ROOT / "docs" / "guidance" / "paths").glob("*.md") if p.name != "index.md")
OURS = ("You have:",)
REGISTER = ("You are", "Country", "Kind of site", "Copy link to this selection", *register.ROLES.values())


def _labels(value: object) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(_labels, value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*map(_labels, value)) if value else set()
    return {value} if isinstance(value, str) else set()


@pytest.fixture(scope="module")
def screen() -> set[str]:
    words = json.loads((ROOT / "calculators" / "web" / "words" / "en.json").read_text("utf-8"))
    definitions = loader.load_folder(ROOT / "calculators" / "definitions", "definition")
    found = _labels(words) | _labels(definitions) | set(REGISTER)
    return found | {re.sub(r" \(\{n\}\)$", "", text) for text in found}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_bold_word_of_a_path_stands_on_the_screen(path: Path, screen: set[str]) -> None:
    bold = re.findall(r"\*\*([^*]+)\*\*", path.read_text("utf-8"))
    assert len(bold) > 10
    assert [label for label in bold if label not in screen and label not in OURS] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_path_has_three_lengths_and_each_ends_in_a_paper(path: Path) -> None:
    text = path.read_text("utf-8")
    heads = re.findall(r"^## (.+)$", text, flags=re.M)
    assert [head.split(":")[0] for head in heads] == [
        "A quarter of an hour",
        "An hour",
        "A day",
        "What this cannot do",
    ]
    assert text.count("**You have:**") == 3
