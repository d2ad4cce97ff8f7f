"""The register of rules: its data, what applies to whom, its timeline and its pages."""

from __future__ import annotations

import datetime as dt
import importlib.util
import itertools
import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mkdocs.exceptions import PluginError

from calculators import DATA_VERSION, loader
from calculators.engine.errors import DataError, InputError
from calculators.knowledge import register, register_html, register_timeline
from calculators.runtime.data import FOLDERS

ROOT = Path(__file__).parents[2]
ENTRIES = register.ordered(loader.load_folder(*FOLDERS["regulation"]))
MARKS = register_timeline.rows(ENTRIES)
ON_A_STREET = {"country": "NL", "site_type": "kerbside-ac", "delivery_date": "2027-03-31"}


def _ids(role: str, **answers: str) -> dict[str, str]:
    return {match.id: match.when for match in register.applies(ENTRIES, role, **{**ON_A_STREET, **answers})}


def _entry(**changes: Any) -> dict[str, Any]:
    return {**ENTRIES["afir-art5-digital-and-smart"], **changes}


# Data


def test_the_register_holds_its_entries_and_each_passes_the_schema() -> None:
    assert len(ENTRIES) >= 98  # load_folder has refused every fault already


def test_every_entry_names_a_source_by_title_and_address() -> None:
    for name, entry in ENTRIES.items():
        assert entry["sources"], name
        assert all(source["title"] and source["url"].startswith("http") for source in entry["sources"]), name


def test_every_date_is_a_day_of_the_calendar_and_the_days_of_an_entry_are_in_order() -> None:
    for name, entry in ENTRIES.items():
        dates = entry.get("dates", {})
        days = [*dates.values(), entry["state_of_knowledge"]]
        days += [mark["date"] for mark in entry.get("milestones", ())]
        days += [item["applies_from"] for item in entry["provisions"] if "applies_from" in item]
        assert all(dt.date.fromisoformat(day).isoformat() == day for day in days), name
        if "ends" in dates:
            assert all(day <= dates["ends"] for day in dates.values()), name


def test_nothing_was_looked_at_after_the_day_the_data_stand_for_and_nothing_is_old() -> None:
    assert [name for name, entry in ENTRIES.items() if entry["state_of_knowledge"] > DATA_VERSION] == []
    assert register.stale(ENTRIES, DATA_VERSION) == []


def test_age_is_counted_from_the_data_and_not_from_the_clock() -> None:
    entries = {"a": _entry(state_of_knowledge="2026-11-25"), "b": _entry(state_of_knowledge="2026-11-26")}
    assert register.stale(entries, "2027-11-25") == []  # 365 days later it still counts
    assert register.stale(entries, "2027-11-26") == ["a"]


def test_no_task_stands_twice_for_the_same_act_article_and_place() -> None:
    assert register.repeated(ENTRIES.values()) == []
    twice = [_entry(), _entry(id="other", task=_entry()["task"].upper())]
    assert len(register.repeated(twice)) == 1


def test_a_faulty_entry_is_refused_with_file_and_key(tmp_path: Path) -> None:
    good = (ROOT / "calculators" / "regulation" / "nis2.yaml").read_text(encoding="utf-8")
    (tmp_path / "nis2.yaml").write_text(good.replace("2024-10-17", "17.10.2024", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"nis2\.yaml, dates\.deadline"):
        loader.load_folder(tmp_path, "regulation")


def test_an_entry_that_is_uncertain_as_a_whole_must_say_what_is_open(tmp_path: Path) -> None:
    good = (ROOT / "calculators" / "regulation" / "emd-art6-refusal-information.yaml").read_text(
        encoding="utf-8"
    )
    path = tmp_path / "emd-art6-refusal-information.yaml"
    path.write_text(good.replace("confidence: high", "confidence: uncertain", 1), encoding="utf-8")
    with pytest.raises(DataError, match="open_points"):
        loader.load_folder(tmp_path, "regulation")


# What applies to me


def test_a_city_that_builds_on_a_street_sees_european_and_own_rules_only() -> None:
    found = _ids("city")
    assert found["afir-art5-digital-and-smart"] == "applies"
    assert found["nl-nal-and-smart-charging-plan"] == "applies"
    places = {ENTRIES[name]["jurisdiction"] for name in found}
    assert places <= {"EU", "INT", "NL"} and "de-enwg-14a" not in found


def test_the_kind_of_site_decides_between_public_and_private_rules() -> None:
    assert "uk-smart-charge-point-regulations" in _ids("dso", country="UK", site_type="building")
    assert "uk-smart-charge-point-regulations" not in _ids("dso", country="UK", site_type="kerbside-ac")
    assert "afir-art5-payment-and-price" not in _ids("cpo", site_type="depot")


@pytest.mark.parametrize(
    ("country", "places"),
    [("UK", {"INT", "UK"}), ("NO", {"EU", "INT", "NO"}), ("XX", {"EU", "INT"}), ("GR", {"EU", "INT", "GR"})],
)
def test_a_country_brings_the_rules_that_can_hold_there(country: str, places: set[str]) -> None:
    found = {
        ENTRIES[name]["jurisdiction"]
        for role, site in itertools.product(register.ROLES, register.SITE_TYPES)
        for name in _ids(role, country=country, site_type=site)
    }
    assert found == places


@pytest.mark.parametrize(
    ("name", "role", "site", "date", "when"),
    [  # one day on each side of every threshold: the acts' own dates
        ("battery-passport", "buyer", "vehicles", "2027-02-17", "later"),
        ("battery-passport", "buyer", "vehicles", "2027-02-18", "applies"),
        ("gber-36a-state-aid", "city", "kerbside-ac", "2026-12-31", "applies"),
        ("gber-36a-state-aid", "city", "kerbside-ac", "2027-01-01", "ended"),
        ("reg-2025-656-annex-ii-standards", "buyer", "kerbside-ac", "2026-01-07", "later"),
        ("reg-2025-656-annex-ii-standards", "buyer", "kerbside-ac", "2026-01-08", "applies"),
        ("mid-evse-metering", "buyer", "kerbside-ac", "2030-01-01", "later"),  # adopted, day not known
        ("nc-demand-response", "dso", "kerbside-ac", "2030-01-01", "proposed"),
    ],
)
def test_the_day_of_delivery_decides_how_a_rule_stands(
    name: str, role: str, site: str, date: str, when: str
) -> None:
    assert _ids(role, site_type=site, delivery_date=date)[name] == when


def test_a_repealed_rule_never_applies() -> None:
    assert register.stands(ENTRIES["se-capacity-tariff-reversal"], "2026-11-25") == "ended"


def test_all_unknown_answers_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        register.applies(ENTRIES, "mayor", country="NLD", site_type="garage", delivery_date="31.3.2027")
    assert len(caught.value.problems) == 4


def test_the_page_hides_the_rows_that_the_function_leaves_out() -> None:
    rows = [row for row in _Rows(register_html.table(ENTRIES, "")).rows if row.get("data-roles")]
    asked = [
        {"role": role, "country": country, "site": site, "date": date, "text": ""}
        for role, country, site, date in itertools.product(
            ("city", "dso", "vehicle-maker"),
            ("NL", "UK", "NO", "XX"),
            ("kerbside-ac", "depot"),
            ("2026-06-30", "2028-06-30"),
        )
    ]
    script = f"""
      const {{ stands, concerns }} = await import({json.dumps((ROOT / "calculators/web/js/register.js").as_uri())});
      const rows = {json.dumps([{key.removeprefix("data-"): value for key, value in row.items()} for row in rows])};
      const asked = {json.dumps(asked)}, places = {json.dumps({c: " ".join(register.jurisdictions(c)) for c in ("NL", "UK", "NO", "XX")})};
      console.log(JSON.stringify(asked.map((choice) => rows
        .filter((row) => concerns(row, choice, places[choice.country], ""))
        .map((row) => [row.id, stands(row, choice.date)]))));
    """
    run = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    for choice, shown in zip(asked, json.loads(run.stdout), strict=True):
        expected = _ids(
            choice["role"], country=choice["country"], site_type=choice["site"], delivery_date=choice["date"]
        )
        assert dict(shown) == expected, choice


# Timeline


def test_the_timeline_is_in_order_and_every_date_leads_to_its_entry() -> None:
    assert [mark.date for mark in MARKS] == sorted(mark.date for mark in MARKS)
    assert [mark.number for mark in MARKS] == list(range(1, len(MARKS) + 1))
    assert all("2023" <= mark.date[:4] <= "2035" for mark in MARKS)
    assert all(mark.href == register.address(ENTRIES[mark.source]) for mark in MARKS)


def test_the_drawing_has_one_mark_for_each_date_and_none_covers_another() -> None:
    drawing = register_timeline.svg(MARKS, DATA_VERSION)
    places = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawing)]
    assert len(places) == len(MARKS)
    apart = min(((a - c) ** 2 + (b - d) ** 2) ** 0.5 for (a, b), (c, d) in itertools.combinations(places, 2))
    assert apart >= 2 * 10.5  # the radius of a mark


def test_a_date_that_was_calculated_is_drawn_and_listed_as_such() -> None:
    calculated = [mark for mark in MARKS if mark.calculated]
    assert calculated
    assert register_timeline.svg(MARKS, DATA_VERSION).count("reg-calculated") == len(calculated)
    assert register_timeline.table(MARKS, DATA_VERSION, "").count("<em>calculated</em>") == len(calculated)


# Pages


def test_nothing_uncertain_is_shown_without_its_mark() -> None:
    sign = register_html.mark("uncertain")
    assert "uncertain" in sign
    uncertain = [entry for entry in ENTRIES.values() if entry["confidence"] == "uncertain"]
    assert uncertain
    for entry in ENTRIES.values():
        weak = sum(item.get("confidence", entry["confidence"]) == "uncertain" for item in entry["provisions"])
        whole = entry["confidence"] == "uncertain"
        assert register_html.article(entry, "").count(sign) == weak + whole, entry["id"]
        assert register_html.table({entry["id"]: entry}, "").count(sign) == whole, entry["id"]


def test_every_weak_statement_inside_a_surer_entry_says_what_is_open() -> None:
    for entry in ENTRIES.values():
        for item in entry["provisions"]:
            if item.get("confidence") == "uncertain" and entry["confidence"] != "uncertain":
                assert "open" in item, (entry["id"], item["clause"])


def test_every_entry_is_on_one_page_and_its_link_leads_there() -> None:
    shown: list[str] = []
    for part in register.PARTS:
        found = register.of_part(ENTRIES, part)
        path = ROOT / "docs" / register.address(found[0]).split("/#")[0]
        assert f"<!-- register: entries {part} -->" in path.with_suffix(".md").read_text(encoding="utf-8")
        shown += re.findall(r"^## .* \{ #([a-z0-9-]+) \}$", register_html.markdown(found, ""), re.MULTILINE)
    assert sorted(shown) == sorted(ENTRIES)


def test_a_page_holds_no_style_of_its_own_and_shows_names_as_text() -> None:
    hostile = _entry(title="<script>alert(1)</script>", task='"><img src=x onerror=alert(1)> must not run')
    html = register_html.table({"x": hostile}, "") + register_html.article(hostile, "")
    assert "<script" not in html and "<img" not in html
    everything = register_html.table(ENTRIES, "") + register_timeline.svg(MARKS, DATA_VERSION)
    everything += "".join(register_html.article(entry, "") for entry in ENTRIES.values())
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script", everything)


def test_an_unknown_mark_stops_the_build_and_names_the_known_ones() -> None:
    hook = _hook()
    assert "<table" in hook.fill("<!-- register: table -->", ENTRIES, "../", "index.md")
    for mark in ("<!-- register: graph -->", "<!-- register: entries mars -->", "<!-- register: entries -->"):
        with pytest.raises(PluginError, match="timeline"):
            hook.fill(mark, ENTRIES, "../", "index.md")


def _hook() -> ModuleType:
    path = ROOT / "docs" / "_hooks" / "regulation_pages.py"
    spec = importlib.util.spec_from_file_location("regulation_pages", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Rows(HTMLParser):
    """The attributes of every row of a table."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append({key: value or "" for key, value in attrs})
