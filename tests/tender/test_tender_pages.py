"""The catalogue on the site: complete, linked, and filtered by marks the style sheet knows."""

import re
from pathlib import Path

from calculators.tender import catalogue, pages

CSS = (Path(__file__).parents[2] / "docs" / "assets" / "theme" / "tender.css").read_text("utf-8")


def test_every_requirement_has_one_heading_with_its_permanent_anchor():
    anchors = [
        found
        for group in catalogue.GROUPS
        for found in re.findall(r"\{ #([a-z]{2}-\d\d) \}", pages.group_page(group))
    ]
    assert sorted(anchors) == sorted(name.lower() for name in catalogue.requirements())


def test_a_clause_to_copy_names_its_gaps_and_holds_no_template_mark():
    for entry in catalogue.requirements().values():
        text = pages.clause(entry)
        assert "{" not in text and text.count("[") >= len(entry["params"])


def test_every_filter_has_a_rule_and_every_row_the_marks_it_needs():
    html = pages.finder("../")
    for name, short in (("level", "l"), ("site", "s"), ("group", "g")):
        for key in re.findall(rf'name="td-{name}" value="([a-z0-9-]+)"', html):
            if key != "all":
                assert f'.td-finder:has(.td-{name} [value="{key}"]:checked) li:not(.td-{short}-{key})' in CSS
                assert f"td-{short}-{key}" in html
    assert html.count("<li class=") == len(catalogue.requirements())


def test_the_filter_offers_every_group_and_kind_of_site():
    html = pages.finder("../")
    for group in catalogue.GROUPS:
        assert f'value="{group}"' in html


def test_all_questions_are_shown_with_what_not_knowing_stands_for():
    text = pages.questions("../../")
    for name, question in catalogue.questions().items():
        assert f"{{ #{name} }}" in text and question["unknown"]["consequence"] in text


def test_a_country_says_what_was_not_found():
    assert "**Not found:** duration, metrology" in pages.countries("../../")
