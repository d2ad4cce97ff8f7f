"""Every case study is complete, sourced and told once; what is asked of them is refused or found by name."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from calculators import cli, loader
from calculators.engine.errors import DataError, InputError
from calculators.knowledge import (
    cases,
    cases_effects,
    cases_form,
    cases_map,
    cases_plot,
    cases_render,
    cases_words,
)

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((loader.SCHEMAS / "case.json").read_text("utf-8"))


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


def _node(code: str, given: str) -> str:
    modules = ROOT / "calculators" / "web" / "js"
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", code.replace("@", modules.as_uri())],
        input=given, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_form_s_check_agrees_with_ours_on_every_case(known: dict[str, Any]) -> None:
    code = """
      import { check, crossCheck } from "@/cases-schema.js";
      import { readFileSync } from "node:fs";
      const { schema, cases } = JSON.parse(readFileSync(0, "utf8"));
      for (const [id, item] of Object.entries(cases))
        for (const problem of [...check(schema, item), ...crossCheck(item)]) console.log(id, problem.path.join("."), problem.message);
    """
    assert _node(code, json.dumps({"schema": SCHEMA, "cases": known})) == ""


def test_what_the_form_writes_is_read_back_unchanged_by_the_strict_loader(known: dict[str, Any]) -> None:
    code = """
      import { toYaml } from "@/cases-yaml.js";
      import { readFileSync } from "node:fs";
      console.log(JSON.stringify(Object.values(JSON.parse(readFileSync(0, "utf8"))).map((item) => toYaml(item))));
    """
    awkward = {
        **known["amsterdam-flexpower"],
        "title": "NO: a 'quoted' title # with 1e3, 22:30 and a ü",
        "standards": ["true", "ISO 15118: part 20", "- dash"],
    }
    given = {**known, "awkward": awkward}
    for text, case in zip(json.loads(_node(code, json.dumps(given))), given.values(), strict=True):
        assert loader.parse(text, "form") == case


def test_the_terminal_finds_cases_and_refuses_unknown_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cases", "--need", "4", "--country", "NL", "--theme", "smart-charging"]) == 0
    text = capsys.readouterr().out
    assert "Amsterdam Flexpower" in text and "1.2 kW per station" in text and "(measured)" in text
    assert cli.main(["cases", "--country", "CH", "--format", "json"]) == 0
    assert [case["id"] for case in json.loads(capsys.readouterr().out)] == ["v2x-suisse"]
    assert cli.main(["cases", "--theme", "magic"]) == 2
    assert "there is no theme 'magic'" in capsys.readouterr().err


def test_a_figure_is_said_with_its_exactness_and_unit() -> None:
    assert cases.amount({"value": 12, "qualifier": "at-least", "unit": "hours"}) == "at least 12 hours"
    assert cases.amount({"value": 1.4, "value_high": 2.9, "unit": "million GBP"}) == "1.4 to 2.9 million GBP"
    assert cases.amount({"value": 1635580, "unit": "kWh"}) == "1,635,580 kWh"
    assert (
        cases.amount({"value": None, "reason": "not published", "unit": "kWh"}) == "not known (not published)"
    )


def test_the_map_places_cities_as_on_a_map_and_names_what_lies_outside(known: dict[str, Any]) -> None:
    oslo, rome, lisbon = (
        cases_map.project(*place) for place in ((59.91, 10.75), (41.9, 12.5), (38.72, -9.14))
    )
    assert oslo[1] < rome[1] and lisbon[0] < rome[0]
    joined, outside = cases_map.marks(known)
    assert {"canberra-revs", "boulder-v2b"} <= set(outside) and "oslo-vulkan-garage" not in outside
    assert sorted([*outside, *(key for mark in joined for key in mark.cases)]) == sorted(known)


def test_the_axis_of_a_plot_ends_at_or_above_its_largest_value() -> None:
    assert cases_plot.ticks(10) == [0, 2, 4, 6, 8, 10]
    assert cases_plot.ticks(1300) == [0, 500, 1000, 1500]
    for high in (0.3, 1.2, 7, 45, 98.6, 2290):
        ticks = cases_plot.ticks(high)
        assert ticks[0] == 0 and ticks[-1] >= high and 3 <= len(ticks) <= 7


def test_every_page_of_a_case_holds_its_figures_sources_and_failures(known: dict[str, Any]) -> None:
    for key, case in known.items():
        page = cases_render.case_page(case)
        assert page.count('id="source-') == len(case["sources"])
        for heading in ("What was done", "What it reached", "What went wrong", "What must be true elsewhere"):
            assert f"## {heading}" in page, key
        assert "style=" not in page and "<script" not in page and "onclick" not in page


def test_a_title_with_special_characters_stays_a_title() -> None:
    assert cases_render._plain("a *b* [c] <d>") == r"a \*b\* \[c\] \<d\>"


def test_the_form_holds_every_field_of_the_schema_that_a_person_fills_in() -> None:
    html = cases_form.form(json.dumps(SCHEMA))
    for name in set(SCHEMA["properties"]) - cases_form.LEFT_OUT:
        assert f'data-key="{name}"' in html, name
    for name in set(SCHEMA["$defs"]["kpi"]["properties"]) - {"effect"}:
        assert f'data-key="{name}"' in html, name


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "cases" / "lessons").glob("*.md")), ids=lambda page: page.stem
)
def test_every_sentence_of_a_lesson_leads_to_its_case(page: Path, known: dict[str, Any]) -> None:
    lessons = [line for line in page.read_text("utf-8").splitlines() if line.startswith("- ")]
    assert lessons
    for line in lessons:
        links = re.findall(r"\]\((?:\.\./)?([a-z0-9-]+)\.md\)", line)
        assert links and line.endswith("."), line
        if page.stem != "index":
            assert set(links) <= set(known) and line.count(". ") == 0, line
