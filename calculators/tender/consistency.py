"""What does not fit together in a tender: companions, conflicts, sites nobody asked about, numbers that contradict."""

from __future__ import annotations

from calculators.engine.errors import Problem
from calculators.tender import catalogue
from calculators.tender.answers import Answers
from calculators.tender.fill import Clause, Value
from calculators.tender.select import Selection

NOT_ABOVE = (  # the first may not be above the second
    ("UX-02.screen_min_mm", "UX-02.screen_max_mm"),
    ("UX-02.socket_min_mm", "UX-02.socket_max_mm"),
    ("GC-11.aid_operation_years", "GC-02.operating_years"),
    ("LP-14.access_years", "LP-05.lease_years"),
    ("GC-02.operating_years", "LP-05.lease_years"),
    ("GC-02.operating_years", "CY-04.security_support_years"),
    ("EG-04.min_power_shared_kw", "EG-04.site_capacity_kw"),
    ("VG-07.export_limit_kw", "EG-09.export_capacity_kw"),
    ("VG-09.noncaptive_min", "VG-09.brands_min"),
    ("SL-06.response_h", "SL-06.restore_h"),
    ("CY-06.incident_hours", "CY-06.followup_hours"),
    ("EG-06.fallback_limit_kw", "EG-01.ac_power_kw"),
)


def problems(answers: Answers, selection: Selection, clauses: list[Clause]) -> list[Problem]:
    """Return what does not fit together; nothing here stops the documents."""
    return [*_sets(selection), *_sites(answers, selection), *_numbers(answers, clauses)]


def _sets(selection: Selection) -> list[Problem]:
    found = []
    for name in selection.picked:
        entry = catalogue.requirements()[name]
        for other in entry.get("conflicts_with", ()):
            if other in selection.picked and name < other:
                found.append(
                    Problem(
                        "conflict", f"{name} and {other} contradict each other.", name, f"Switch {other} off."
                    )
                )
        for other in entry.get("requires", ()):
            fits = set(selection.sites) & set(catalogue.requirements()[other]["applies_to"])
            if fits and other not in selection.picked and selection.left_out[other][0] != "replaced-by":
                found.append(
                    Problem("companion", f"{name} needs {other}, which is off.", name, f"Switch {other} on.")
                )
    return found


def _sites(answers: Answers, selection: Selection) -> list[Problem]:
    named = {site["kind"] for site in answers.sites}
    return [
        Problem(
            "site-kind",
            f"the site list holds '{kind}', which no answer names.",
            "sites",
            "Add it to question q03.",
        )
        for kind in sorted(named - set(selection.sites))
    ]


def _numbers(answers: Answers, clauses: list[Clause]) -> list[Problem]:
    values = {value.key: value for clause in clauses for value in clause.values.values()}
    found = []
    for lower, upper in NOT_ABOVE:
        first, second = values.get(lower), values.get(upper)
        if first and second and _above(first, second):
            found.append(
                Problem(
                    "numbers",
                    f"{first.label} ({_shown(first)}) is above {second.label} ({_shown(second)}).",
                    f"{lower}, {upper}",
                    "Change one of them.",
                )
            )
    most = values.get("AK-01.criteria_max")
    if most and isinstance(most.value, int | float) and len(answers.weights) > most.value:
        found.append(
            Problem(
                "criteria",
                f"there are {len(answers.weights)} weights; at most {most.value:g} main criteria are announced.",
                "weights, AK-01.criteria_max",
                "Merge criteria or raise the number.",
            )
        )
    return found


def _above(first: Value, second: Value) -> bool:
    return (
        isinstance(first.value, int | float)
        and isinstance(second.value, int | float)
        and first.value > second.value
    )


def _shown(value: Value) -> str:
    return f"{value.shown} {value.unit}".strip()
