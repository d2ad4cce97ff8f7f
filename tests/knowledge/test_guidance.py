"""The guidance pages: every figure and rule has a source, every page says who keeps it and until when."""

from __future__ import annotations

import datetime as dt
import functools
import re
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import yaml
from mkdocs.utils.meta import get_data

from calculators import DATA_VERSION, registry
from calculators.knowledge import claims

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "guidance").rglob("*.md"))
SOURCES = ("case_studies", "calculators/regulation", "templates/requirements")
KNOWN = {
    path.stem.lower(): path.read_text("utf-8")
    for folder in SOURCES
    for path in (ROOT / folder).glob("*.yaml")
}


def _name(path: Path) -> str:
    return path.relative_to(ROOT / "docs" / "guidance").as_posix()


def _meta(path: Path) -> dict[str, Any]:
    return dict(get_data(path.read_text("utf-8"))[1])


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_every_figure_and_rule_of_a_guidance_page_has_a_source_that_says_it(path: Path) -> None:
    assert claims.problems(path.read_text("utf-8"), KNOWN) == []


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_guidance_page_says_who_keeps_it_and_its_review_is_not_overdue(path: Path) -> None:
    meta = _meta(path)
    assert all(meta.get(key) for key in ("title", "description", "owner_role"))
    reviewed, due = (dt.date.fromisoformat(str(meta[key])) for key in ("last_reviewed", "review_by"))
    assert reviewed <= dt.date.fromisoformat(DATA_VERSION) <= due
    assert reviewed < due


@functools.cache
def _numbers(calculator: str, inputs: tuple[str, ...]) -> tuple[float, ...]:
    """Every number of the results, tables, sentence and inputs of a run."""
    changed: dict[str, Any] = dict(pair.split("=", 1) for pair in inputs)
    result = registry.run(calculator, {name: yaml.safe_load(value) for name, value in changed.items()})
    found = [float(n.replace(",", "")) for n in re.findall(claims.NUMBER, result["headline"])]
    found += [v for v in result["inputs"].values() if isinstance(v, int | float)]
    found += [v[k] for v in result["results"].values() for k in ("value", "p10", "p90") if v[k] is not None]
    found += [v for t in result["tables"] for row in t["rows"] for v in row if isinstance(v, int | float)]
    return tuple(found)


@pytest.mark.parametrize("path", [p for p in PAGES if claims.computed(p.read_text("utf-8"))], ids=_name)
def test_a_figure_computed_by_us_comes_out_of_the_same_run_again(path: Path) -> None:
    for calculator, inputs, claim in claims.computed(path.read_text("utf-8")):
        values = _numbers(calculator, inputs)
        missing = [number for number in claim.numbers if not claims.holds_rounded(values, number)]
        assert not missing, f"line {claim.line}: {calculator} no longer gives {missing}: {claim.text}"


def test_titles_of_guidance_pages_are_unique() -> None:
    titles = [_meta(path)["title"] for path in PAGES]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_the_sentences_of_a_guidance_page_are_short(path: Path) -> None:
    lengths = [len(sentence.split()) for sentence in claims.sentences(path.read_text("utf-8"))]
    assert fmean(lengths) <= 22  # plain-language guides ask for 15 to 20 words; tables are not counted


# The check itself


@pytest.mark.parametrize(
    "text",
    [
        "A station takes 11 kW.",
        "It fell by 12.5 %.",
        "They paid EUR 3,000 for it.",
        "It began in 2019 with friends.",
        "Some 432 street stations took part.",
        "A city must publish its contracts.",
        "| Loading | 80 % |",
        "- The wait is 18 months",
        "See [our page](../topics/v2g.md): 30 kWh.",
    ],
)
def test_a_figure_or_rule_without_a_source_is_found(text: str) -> None:
    assert len(claims.problems(text, {})) == 1


@pytest.mark.parametrize(
    "text",
    [
        "A station is slow.",
        "Use OCPP 2.0.1 with ISO 15118-20 and look at step 3.",
        "## 10 kW and 20 kW",
        "```\n10 kW\n```",
        "---\nreview_by: 2027-11-25\n---\nText.",
        "It takes 2 weeks (our estimate).",
        "| Step | How long (our estimate) |\n|---|---|\n| Ask | 2 weeks |",
        "A limit of 40 kW.[^a]\n\n[^a]: Somebody, title, 2020,\n    https://example.org. Read on 25 November 2026.",
    ],
)
def test_what_is_no_claim_or_names_its_source_passes(text: str) -> None:
    assert claims.problems(text, {}) == []


def test_a_number_that_the_linked_case_does_not_hold_is_found() -> None:
    text = "It fell by {} kW: [a case](../../cases/a-case.md)."
    known = {"a-case": "value: 1,200.0\nother: 13"}
    assert claims.problems(text.format("1,200"), known) == []
    assert claims.problems(text.format("1.3"), known) == [
        "line 1: It fell by 1.3 kW: [a case](../../cases/a-case.md). - 1.3 is not in a-case."
    ]


def test_a_rule_cannot_be_our_estimate() -> None:
    assert claims.problems("Cities must do it (our estimate).", {})


def test_footnotes_are_written_used_and_dated() -> None:
    text = "Text.[^a] More.[^b]\n\n[^b]: Title only.\n[^c]: https://example.org, read on 1 May 2026."
    assert claims.problems(text, {}) == [
        "footnote a is used and not written.",
        "footnote c is written and not used.",
        "footnote b needs an address and 'read on DAY', or 'Computed with' and the inputs.",
    ]


def test_a_number_is_compared_as_it_is_written() -> None:
    assert claims.holds_rounded([36.774], "37")
    assert claims.holds_rounded([-0.347], "0.35")
    assert not claims.holds_rounded([36.774], "36.7")
