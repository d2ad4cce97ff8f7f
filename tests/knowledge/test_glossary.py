"""The glossary: enough words, each explained once, and the names of the data among them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
FOUND = re.findall(
    r"^([^\n:|#\s][^\n]*?)(?: \{ #([\w-]+) \})?\n:   (.+?)(?=\n\n|\Z)", PAGE, flags=re.M | re.S
)
ENTRIES = {term: text for term, _, text in FOUND}


def test_the_glossary_explains_at_least_120_words() -> None:
    assert len(ENTRIES) >= 120


def test_no_word_is_explained_twice() -> None:
    terms = [term.casefold() for term, _, _ in FOUND]
    assert [term for term, count in Counter(terms).items() if count > 1] == []


def test_every_word_has_an_anchor_of_its_own_to_link_to() -> None:
    headings = {
        re.sub(r"\W+", "-", head.casefold()).strip("-")
        for head in re.findall(r"^## ([^{\n]+)", PAGE, flags=re.M)
    }
    anchors = [anchor for _, anchor, _ in FOUND]
    assert all(anchors) and len(set(anchors)) == len(anchors) and not headings & set(anchors)


@pytest.mark.parametrize("term", ENTRIES)
def test_an_explanation_is_a_plain_sentence_and_not_the_word_again(term: str) -> None:
    text = re.sub(r"\]\([^)]*\)", "]", ENTRIES[term])
    assert text.rstrip(" `").endswith(".") and len(text.split()) >= 5
    assert all(len(sentence.split()) <= 35 for sentence in re.split(r"(?<=[.:])\s", text))


@pytest.mark.parametrize("anchor", ["Places and devices", "Roles", "Charging", "Quantities"])
def test_headings_that_others_link_to_stay(anchor: str) -> None:
    assert f"\n## {anchor}\n" in PAGE


@pytest.mark.parametrize(
    "name",
    [
        "site",
        "station",
        "evse",
        "connector",
        "p_kw",
        "e_kwh",
        "vm_pu",
        "loading_percent",
        "coincidence_factor",
        "hosting_capacity_kw",
        "soc",
    ],
)
def test_the_names_of_the_data_are_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_a_word_of_another_language_stands_in_a_source_of_the_case_it_names() -> None:
    rows = re.findall(
        r"^\| [^|]+ \| [A-Z][^|]+ \| ([^|]+) \| \[[^\]]+\]\(cases/([\w-]+)\.md\) \|$", PAGE, flags=re.M
    )
    assert len(rows) >= 12
    for words, case in rows:
        text = (ROOT / "case_studies" / f"{case}.yaml").read_text("utf-8").casefold()
        for word in words.split(", "):
            stems = [part[: max(3, len(part) - 3)] for part in word.casefold().split()]  # plural, case
            assert all(stem in text for stem in stems), (word, case)
