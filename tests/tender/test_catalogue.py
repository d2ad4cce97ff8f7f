"""Every file of the catalogue holds together: schema, ids, gaps, sources, law, and the words around standards."""

import json
import re

import jsonschema
import pytest

from calculators import DATA_VERSION, data, loader
from calculators.engine.errors import DataError
from calculators.runtime.data import TEMPLATES
from calculators.tender import answers, catalogue, content, kpi, records

REQUIREMENTS = catalogue.requirements()
STANDARD = re.compile(
    r"\b(EN IEC|EN ISO|EN|ISO|IEC|OCPP|OCPI|VDV|OpenADR|PAS|DIN)[ /-]?(IEC )?\d|\b(OCPP|OCPI|OSCP|OpenADR|EEBUS)\b"
)


def test_there_are_at_least_150_requirements_in_all_sixteen_groups():
    assert len(REQUIREMENTS) >= 150
    assert {entry["group"] for entry in REQUIREMENTS.values()} == set(catalogue.GROUPS)


def test_titles_are_unique():
    titles = [entry["title"] for entry in REQUIREMENTS.values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_gaps_and_parameters_are_the_same(name):
    entry = REQUIREMENTS[name]
    gaps = set(re.findall(r"\{\{ (\w+) \}\}", entry["text"])) - {"currency"}
    assert gaps == {item["name"] for item in entry["params"]}
    assert "{" not in re.sub(r"\{\{ \w+ \}\}", "", entry["text"])


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_a_standard_is_never_named_without_an_equivalent_unless_law_prescribes_it(name):
    entry = REQUIREMENTS[name]
    by_law = entry.get("legal_when") or "prescribes" in entry["text"]
    if STANDARD.search(entry["text"]) and not by_law:
        assert "equivalent" in entry["text"]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_an_option_that_names_a_standard_stands_in_a_text_that_allows_equivalents(name):
    entry = REQUIREMENTS[name]
    named = [
        option for item in entry["params"] for option in item.get("options", ()) if STANDARD.search(option)
    ]
    assert not named or "equivalent" in entry["text"]


def test_companions_conflicts_and_replacements_exist_and_do_not_contradict():
    for name, entry in REQUIREMENTS.items():
        for key in ("requires", "conflicts_with", "supersedes"):
            for other in entry.get(key, ()):
                assert other in REQUIREMENTS and other != name, (name, key, other)
        assert not set(entry.get("requires", ())) & set(entry.get("conflicts_with", ())), name


def test_a_conflict_is_named_on_both_sides():
    for name, entry in REQUIREMENTS.items():
        for other in entry.get("conflicts_with", ()):
            assert name in REQUIREMENTS[other]["conflicts_with"]


def test_what_the_law_asks_for_says_which_law():
    for name, entry in REQUIREMENTS.items():
        if entry.get("legal_when"):
            assert any(item["kind"] == "law" for item in entry["basis"]), name


def test_every_register_id_is_in_the_regulation_register():
    register = data.read("regulation")
    cited = {
        item["register"] for entry in REQUIREMENTS.values() for item in entry["basis"] if "register" in item
    }
    cited |= {
        item["register"]
        for pack in data.read("countries").values()
        for item in pack["items"]
        if "register" in item
    }
    assert cited <= set(register), sorted(cited - set(register))


def test_every_case_study_named_exists():
    cases = data.read("cases")
    cited = {case for entry in REQUIREMENTS.values() for case in entry.get("cases", ())}
    assert cited <= set(cases), sorted(cited - set(cases))


def test_every_page_of_guidance_named_exists():
    pages = {page for entry in REQUIREMENTS.values() for page in entry.get("guidance", ())}
    assert pages and all((TEMPLATES.parent / "docs" / f"{page}.md").is_file() for page in pages)


def test_a_requirement_without_any_source_says_that_it_is_a_proposal():
    for name, entry in REQUIREMENTS.items():
        if not entry["sources"] and not entry["basis"]:
            assert entry["confidence"] == "drafting", name


def test_nothing_was_checked_after_the_data_version():
    for name, entry in REQUIREMENTS.items():
        assert entry["checked_on"] <= DATA_VERSION, name
        assert entry["history"][-1]["version"] == entry["version"], name


def test_suggestions_and_values_set_by_law_lie_in_their_range():
    for name, entry in REQUIREMENTS.items():
        for item in entry["params"]:
            for key in ("suggestion", "by_law"):
                if key in item:
                    assert answers.wrong_value(item, item[key]) == "", (name, item["name"])


def test_every_kpi_can_be_computed_from_columns_of_the_data_annex():
    for name, entry in REQUIREMENTS.items():
        if "kpi" in entry:
            _, columns = kpi.METRICS[entry["kpi"]["metric"]]
            known = records.REQUIRED[entry["kpi"]["file"]] + records.OPTIONAL[entry["kpi"]["file"]]
            assert set(columns) <= set(known), name
            for key in ("at_least", "at_most", "limit"):
                assert entry["kpi"].get(key) in (None, *(item["name"] for item in entry["params"])), name


def test_the_data_annex_describes_exactly_the_columns_that_are_read():
    for file in content.files("en"):
        columns = {item["name"]: item["must"] for item in file["columns"]}
        assert {name for name, must in columns.items() if must} == set(records.REQUIRED[file["name"]])
        assert {name for name, must in columns.items() if not must} == set(records.OPTIONAL[file["name"]])


def test_there_are_24_questions_and_dont_know_stands_for_real_options():
    assert list(catalogue.questions()) == [f"q{number:02}" for number in range(1, 25)]
    for name, question in catalogue.questions().items():
        assert set(question["unknown"]["as"]) <= set(catalogue.options(name)), name


def test_options_switch_only_what_exists_and_state_only_allowed_values():
    for name in catalogue.questions():
        for option in catalogue.options(name).values():
            for key in ("on", "off", "only", "keep", "bonus"):
                for pattern in option.get(key, ()):
                    assert any(catalogue.matches(other, [pattern]) for other in REQUIREMENTS), (name, pattern)
            for key in ("set", "suggest"):
                for parameter, value in option.get(key, {}).items():
                    definition = answers.parameter(parameter)
                    assert definition is not None and answers.wrong_value(definition, value) == "", parameter


def test_every_country_of_the_wizard_has_a_pack_and_every_pack_is_in_the_wizard():
    assert set(catalogue.options("q22")) == set(data.read("countries"))
    assert set(data.read("countries")) == {"EU", "NL", "DE", "BE", "FR", "ES", "NO", "SE", "UK"}


def test_country_values_belong_to_a_parameter_and_lie_in_its_range():
    for pack in data.read("countries").values():
        for item in pack.get("params", ()):
            definition = answers.parameter(f"{item['requirement']}.{item['name']}")
            assert definition is not None
            assert answers.wrong_value(definition, item.get("by_law", item.get("suggestion"))) == ""


CALCULATORS = {
    "charging-demand", "neighbourhood-grid-impact", "hosting-capacity", "smart-charging-strategies", "v2g-business-case",
    "connection-sizing", "v2g-adoption", "vehicle-efficiency", "private-land-incentive", "maturity-self-assessment",
}  # fmt: skip


def test_a_number_that_a_calculator_fills_names_a_result_of_the_same_unit():
    definitions = data.read("definitions")
    linked = [item for entry in REQUIREMENTS.values() for item in entry["params"] if "from_result" in item]
    assert linked
    for item in linked:
        calculator, _, result = item["from_result"].partition(".")
        assert calculator in CALCULATORS
        if calculator in definitions:
            units = {output["name"]: output["unit"] for output in definitions[calculator]["results"]}
            assert units[result] == item["unit"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": "may"}, "level"),
        ({"applies_to": ["moon"]}, "applies_to"),
        ({"surprise": 1}, "surprise"),
        ({"id": "SC-99"}, "id is 'SC-99'; it must be 'SC-01'"),
    ],
)
def test_one_bad_file_gives_one_clear_error(tmp_path, change, message):
    entry = {**REQUIREMENTS["SC-01"], **change}
    (tmp_path / "SC-01.yaml").write_text(json.dumps(entry), "utf-8")
    with pytest.raises(DataError) as caught:
        loader.load_folder(tmp_path, "requirement")
    assert len(caught.value.problems) == 1
    assert "SC-01.yaml" in str(caught.value) and message in str(caught.value)


def test_the_example_buyers_pass_the_published_schema_and_are_marked():
    schema = json.loads((loader.SCHEMAS / "answers.json").read_text("utf-8"))
    examples = sorted((TEMPLATES / "examples").glob("*.json"))
    assert len(examples) == 3
    for path in examples:
        example = json.loads(path.read_text("utf-8"))
        jsonschema.validate(example, schema)
        assert example["buyer"]["example"] is True and "(example)" in example["buyer"]["name"]
