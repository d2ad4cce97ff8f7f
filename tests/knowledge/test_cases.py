"""Every case study is complete, sourced and told once; what is asked of them is refused or found by name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from calculators import loader
from calculators.engine.errors import DataError, InputError
from calculators.knowledge import cases, cases_effects, cases_words

ROOT = Path(__file__).parents[2]
SCHEMA = __import__("json").loads((loader.SCHEMAS / "case.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, Any]]:
    return loader.load_folder(ROOT / "case_studies", "case")


def test_there_are_sixty_cases_and_nothing_is_wrong_with_them(known: dict[str, dict[str, Any]]) -> None:
    assert len(known) >= 60
    assert [str(problem) for problem in cases.problems(known)] == []


def test_every_source_has_an_address_that_is_well_formed(known: dict[str, dict[str, Any]]) -> None:
    for key, case in known.items():
        for source in case["sources"]:
            parts = urlsplit(source["url"])
            assert parts.scheme in ("http", "https") and "." in parts.netloc and len(parts.path) >= 1, (
                key,
                source["url"],
            )


def test_every_word_of_the_schema_has_a_name_on_the_pages() -> None:
    fields = SCHEMA["properties"]
    assert fields["themes"]["items"]["enum"] == list(cases_words.THEMES)
    assert set(fields["assets"]["items"]["enum"]) == set(cases_words.ASSETS)
    assert {word for word in fields["ownership"]["enum"] if word} == set(cases_words.OWNERSHIP)
    assert fields["status"]["enum"] == list(cases_words.STATUS)
    assert fields["maturity"]["enum"] == list(cases_words.MATURITY)
    assert fields["place"]["properties"]["size"]["enum"] == list(cases_words.SIZES)
    assert set(fields["organisations"]["items"]["properties"]["role"]["enum"]) == set(cases_words.ROLES)
    assert set(SCHEMA["$defs"]["kpi"]["properties"]["effect"]["enum"]) == set(cases_effects.EFFECTS)
    assert set(SCHEMA["$defs"]["kpi"]["properties"]["kind"]["enum"]) == set(cases_words.KINDS)


def _drop(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda case: case["kpis"][0].pop(key)


@pytest.mark.parametrize("key", ["unit", "source", "kind", "caveat", "baseline"])
def test_a_figure_without_unit_source_or_kind_is_refused(
    known: dict[str, Any], tmp_path: Path, key: str
) -> None:
    with pytest.raises(DataError) as caught:
        _load(known, tmp_path, _drop(key))
    assert f"'{key}' is a required property" in str(caught.value) and "kpis.0" in str(caught.value)


def test_an_unknown_value_needs_its_reason(known: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="reason"):
        _load(known, tmp_path, lambda case: case["kpis"][0].update(value=None))


def test_a_case_without_figures_must_say_why(known: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no_kpi"):
        _load(known, tmp_path, lambda case: case.update(kpis=[]))


def _load(known: dict[str, Any], folder: Path, change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    import json

    case = copy.deepcopy(known["amsterdam-flexpower"])
    change(case)
    (folder / "amsterdam-flexpower.yaml").write_text(json.dumps(case), "utf-8")  # JSON is YAML
    return loader.load_folder(folder, "case")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda case: case["kpis"][0].update(source=9), "source"),
        (lambda case: case.update(approach="It cut 30 kW. " + case["approach"]), "unsourced"),
        (lambda case: case.update(went_wrong=None), "unknown"),
        (lambda case: case["kpis"][0].update(unit="EUR"), "effect-unit"),
        (lambda case: case.update(review_by="2020-01-01"), "review"),
        (lambda case: case["sources"].append(dict(case["sources"][0])), "source-unused"),
        (lambda case: case.update(last_reviewed="2020-01-01"), "checked"),
    ],
)
def test_each_fault_beyond_the_schema_is_named(
    known: dict[str, Any], change: Callable[[dict[str, Any]], Any], code: str
) -> None:
    case = copy.deepcopy(known["amsterdam-flexpower"])
    change(case)
    assert code in {problem.code for problem in cases.problems({"amsterdam-flexpower": case})}


def test_the_same_project_told_twice_is_found(known: dict[str, Any]) -> None:
    one = known["amsterdam-flexpower"]
    other = {**copy.deepcopy(one), "title": "Another title for the very same project"}
    assert [problem.code for problem in cases.problems({"a": one, "b": other})] == ["twice"]


def test_the_strongest_kind_of_figure_is_the_evidence_of_a_case() -> None:
    def case(*kinds: str) -> dict[str, Any]:
        return {"kpis": [{"kind": kind, "value": 1} for kind in kinds]}

    assert cases.evidence(case("estimated", "measured", "reported")) == "measured"
    assert cases.evidence(case("estimated", "reported")) == "reported"
    assert cases.evidence({"kpis": [{"kind": "measured", "value": None}]}) == "none"


def test_conditions_are_joined_and_unknown_ones_are_refused_together(known: dict[str, Any]) -> None:
    found = cases.find(known, 3, country="nl", theme="tender")
    assert found
    for case in found.values():
        assert 3 in case["needs"] and case["place"]["country"] == "NL" and "tender" in case["themes"]
    with pytest.raises(InputError) as caught:
        cases.find(known, 9, country="XX", theme="magic")
    assert [problem.code for problem in caught.value.problems] == ["need", "country", "theme"]


def test_an_effect_lists_its_figures_from_small_to_large(known: dict[str, Any]) -> None:
    for name in cases_effects.EFFECTS:
        points = cases_effects.points(known, name)
        assert points, name
        assert [point.low for point in points] == sorted(point.low for point in points)
        assert all(point.low <= point.high for point in points)
