"""Which requirements apply: law stays, sets are consistent, every switch has a reason."""

import itertools
import subprocess
import sys

import pytest

from calculators.engine.errors import InputError
from calculators.tender import answers, catalogue, consistency, content, fill, select
from tests.tender.cases import file, pairwise, profiles

REQUIREMENTS = catalogue.requirements()
PUBLIC_SITES = [
    "kerbside-ac",
    "semi-public",
    "private-land-public-access",
    "fast-dc",
    "hub",
    "v2g-site",
    "depot",
]


def choose(given=None, **more):
    read = answers.read(file(given, **more))
    return read, select.select(read)


def findings(read, selection):
    return consistency.problems(read, selection, fill.fill(read, selection))


def consistent(read, selection):
    assert findings(read, selection) == []
    assert set(selection.picked) | set(selection.left_out) == set(REQUIREMENTS)
    assert not set(selection.picked) & set(selection.left_out)
    for name in selection.picked:
        assert set(selection.sites) & set(REQUIREMENTS[name]["applies_to"]), name


def legal_musts(sites):
    return {
        name
        for name, entry in REQUIREMENTS.items()
        if entry.get("legal_when") in ("public", "always") and set(sites) & set(entry["applies_to"])
    }


def test_every_pair_of_answers_gives_a_consistent_set_and_keeps_the_law():
    trials = pairwise()
    assert len(trials) < 400
    for trial in trials:
        read, selection = choose(trial)
        consistent(read, selection)
        if select.is_public(read):
            for name in legal_musts(selection.sites):
                assert selection.picked[name].locked and selection.picked[name].level == "must", (trial, name)


@pytest.mark.parametrize("site", PUBLIC_SITES)
@pytest.mark.parametrize("access", ["public", "part-time", "dont-know"])
def test_no_single_answer_removes_a_legal_must_of_a_public_site(site, access):
    for question in catalogue.questions():
        for option in catalogue.options(question):
            given = {"q03": site, "q05": access, question: option}
            if (
                given["q03"] != site
                or given["q05"] != access
                or (question == "q01" and option.startswith("vehicles"))
            ):
                continue
            _, selection = choose(given)
            assert legal_musts([site]) <= set(selection.picked), (question, option)


@pytest.mark.parametrize("choice", ["off", "should", "bonus"])
def test_a_legal_must_cannot_be_switched_off_or_lowered_by_hand(choice):
    with pytest.raises(InputError, match="the law asks for") as caught:
        choose({"q05": "public"}, choices={"MB-04": choice})
    assert len(caught.value.problems) == 1


def test_behind_a_gate_the_public_duties_are_off_and_the_general_ones_stay():
    _, selection = choose({"q03": "depot", "q05": "private"})
    assert "MB-04" not in selection.picked and "DR-02" not in selection.picked
    assert {"GC-10", "CY-05", "DR-06"} <= set(selection.picked)


@pytest.mark.parametrize(("name", "given"), list(profiles()))
def test_every_profile_is_consistent(name, given):
    consistent(*choose(given))


def test_market_conditions_leave_law_and_a_design_code():
    _, selection = choose({"q02": "market", "q03": "kerbside-ac", "q05": "public"})
    assert all(pick.locked or name in ("LP-04", "EG-07") for name, pick in selection.picked.items())


def test_a_licence_keeps_musts_only():
    _, selection = choose({"q02": "licence", "q03": "kerbside-ac"})
    kept = {name for name, pick in selection.picked.items() if pick.level != "must"}
    assert all(
        any(code in ("asked-by", "needed-by") for code, _ in selection.picked[name].reasons)
        or REQUIREMENTS[name]["level"] == "must"
        for name in kept
    )


@pytest.mark.parametrize(
    ("level", "on", "off"),
    [
        ("L0", {"VG-01"}, {"VG-02", "VG-03", "VG-09", "MB-02", "EG-09"}),
        ("L1", {"VG-01", "VG-02", "VG-08", "EG-08"}, {"VG-03", "VG-09", "VG-19"}),
        ("L2", {"VG-02", "VG-03", "VG-08", "VG-11", "MB-02"}, {"VG-05", "VG-09", "VG-13"}),
        ("L3", {"VG-03", "VG-05", "VG-07", "VG-09", "VG-13", "EG-09"}, {"VG-08", "VG-19"}),
        ("staged", {"VG-02", "VG-03", "VG-08", "VG-19"}, {"VG-09"}),
    ],
)
def test_each_ambition_for_v2g_switches_its_own_requirements(level, on, off):
    _, selection = choose(
        {"q03": "v2g-site" if level == "L3" else "semi-public", "q09": level, "q24": "many"}
    )
    fits = {name for name in on if set(selection.sites) & set(REQUIREMENTS[name]["applies_to"])}
    assert fits <= set(selection.picked)
    assert not off & set(selection.picked)


def test_in_stages_v2g_earns_points_while_the_hardware_is_a_must():
    _, selection = choose({"q03": "semi-public", "q09": "staged", "q24": "many"})
    assert selection.picked["VG-03"].level == "bonus"
    assert selection.picked["VG-02"].level == selection.picked["VG-19"].level == "must"


def test_few_bidders_move_v2g_and_sustainability_to_points():
    _, few = choose({"q03": "v2g-site", "q09": "L3", "q24": "few"})
    _, many = choose({"q03": "v2g-site", "q09": "L3", "q24": "many"})
    assert (few.picked["VG-05"].level, many.picked["VG-05"].level) == ("bonus", "must")
    assert "AK-04" in few.picked and "AK-03" in many.picked


def test_a_companion_follows_and_says_why():
    _, selection = choose({"q03": "depot", "q05": "private", "q07": "static"}, choices={"GS-02": "on"})
    assert ("needed-by", "GS-02") in selection.picked["GS-01"].reasons


def test_a_companion_switched_off_by_hand_is_a_finding():
    read, selection = choose({"q03": "depot", "q05": "private"}, choices={"GS-02": "on", "GS-01": "off"})
    assert [problem.code for problem in findings(read, selection)] == ["companion"]


def test_of_two_that_contradict_the_weaker_one_goes():
    _, selection = choose({"q03": "depot", "q09": "L3", "q24": "many"}, choices={"VG-08": "should"})
    assert "VG-09" in selection.picked
    assert selection.left_out["VG-08"] == ("conflicts-with", "VG-09")


def test_what_is_replaced_goes():
    _, selection = choose({"q03": "depot", "q09": "L2"})
    assert selection.left_out["CP-02"] == ("replaced-by", "VG-11")


def test_every_switch_has_a_reason_in_words():
    for _, given in itertools.islice(profiles(), 0, None, 5):
        subject = content.tender(answers.read(file(given)))
        said = [
            content.say(subject, reason)
            for pick in subject.selection.picked.values()
            for reason in pick.reasons
        ]
        said += [content.say(subject, reason) for reason in subject.selection.left_out.values()]
        assert all(len(text) > 8 and "{" not in text for text in said)


def test_a_site_list_that_no_answer_names_is_a_finding():
    read, selection = choose({"q03": "kerbside-ac"}, sites=[{"name": "Depot", "kind": "depot"}])
    assert [problem.code for problem in findings(read, selection)] == ["site-kind"]


def test_selection_needs_the_standard_library_only():
    program = (
        "import sys\n"
        "for name in ('numpy', 'jinja2', 'docx', 'openpyxl', 'lxml', 'yaml', 'jsonschema'):\n"
        "    sys.modules[name] = None\n"
        "from calculators.tender import answers, content\n"
        "subject = content.tender(answers.read({'schema_version': 1, 'kind': 'tender', 'buyer': {'name': 'T'}, 'answers': {}}))\n"
        "print(len(subject.clauses))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert int(done.stdout) > 100
