"""Numbers in clauses: entered, calculated, answered, set by law, or visibly open."""

from calculators.tender import answers, content
from tests.tender.cases import file
from tests.tender.test_answers import RESULT

SITE = {"q03": "kerbside-ac", "q05": "public"}
CALCULATED = {"from": "smart-charging-strategies.min_power_kw"}


def clause(name, given=None, **more):
    subject = content.tender(answers.read(file({**SITE, **(given or {})}, **more)))
    found = next(item for item in subject.clauses if item.id == name)
    return found, content.plain(subject, found), content.view(subject, found)


def test_an_entered_number_stands_in_the_clause_with_the_country_s_decimal_mark():
    given = {"parameters": {"SC-04.min_power_kw": 3.5}}
    assert "at least 3,5 kW" in clause("SC-04", {"q22": "NL"}, **given)[1]
    assert "at least 3.5 kW" in clause("SC-04", {"q22": "UK"}, **given)[1]


def test_a_number_nobody_gave_is_an_open_place_with_the_suggestion_and_never_the_suggestion_alone():
    found, text, _ = clause("SL-01")
    assert "[smallest uptime per point; suggested: 97] %" in text
    assert found.values["uptime_percent"].value is None and found.values["uptime_percent"].origin == "blank"


def test_a_calculated_number_names_its_scenario_and_engine():
    found, text, view = clause("SC-04", parameters={"SC-04.min_power_kw": CALCULATED}, results=[RESULT])
    assert "at least 3.25 kW" in text
    assert found.values["min_power_kw"].origin == "calculated"
    assert view["traced"] == [
        "Smallest power while reduced: 3.25 kW, calculated, scenario 0123456789abcdef, engine 0.1.0."
    ]


def test_when_the_scenario_changes_the_clause_shows_the_difference():
    before = {**CALCULATED, "value": 4, "scenario_hash": "fedcba9876543210"}
    _, text, view = clause("SC-04", parameters={"SC-04.min_power_kw": before}, results=[RESULT])
    assert "at least 3.25 kW" in text
    assert "Changed from 4 (scenario fedcba9876543210)." in view["traced"][0]


def test_a_number_taken_over_earlier_stays_when_the_calculation_is_not_at_hand():
    before = {**CALCULATED, "value": 4, "scenario_hash": "fedcba9876543210"}
    _, text, view = clause("SC-04", parameters={"SC-04.min_power_kw": before})
    assert "at least 4 kW" in text and "scenario fedcba9876543210" in view["traced"][0]


def test_an_answer_that_is_a_value_fills_the_clause():
    assert "is a service concession." in clause("GC-01", {"q02": "concession"})[1]


def test_law_fills_what_it_fixes_in_the_union_and_the_national_value_elsewhere():
    assert "Points of 50 kW and more" in clause("MB-04", {"q22": "NL"})[1]
    assert "Points of 8 kW and more" in clause("MB-04", {"q22": "UK"})[1]


def test_where_it_is_not_known_whether_union_law_binds_its_value_is_only_suggested():
    assert "[power from which cards are accepted; suggested: 50] kW" in clause("MB-04", {"q22": "NO"})[1]


def test_amounts_carry_the_currency_of_the_country():
    assert "NOK per station" in clause("ET-07", {"q04": "street", "q22": "NO"})[1]


def test_weights_reach_the_award_clause():
    _, text, _ = clause("AK-01", weights={"quality": 50, "price": 40, "sustainability": 10})
    assert "quality 50 %, price or user tariff 40 %, sustainability 10 %" in text


def test_outside_the_union_its_law_is_named_as_kept_and_not_as_binding():
    at_home, abroad = (clause("MB-04", {"q22": country})[2] for country in ("NL", "UK"))
    assert at_home["law_word"] == " · law" and "(law; from 2024-04-13" in at_home["basis_words"]
    assert (
        abroad["law_word"] == " · kept from European law"
        and "(European law; from 2024-04-13" in abroad["basis_words"]
    )
    assert "contactless payment (law;" in abroad["basis_words"]  # the national rule binds there
    assert "contactless payment (benchmark from elsewhere;" in at_home["basis_words"]
    assert "kept as a contract requirement" in abroad["reasons"]
