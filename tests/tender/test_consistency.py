"""Numbers that contradict each other are found; numbers that fit are not."""

import pytest

from calculators.tender import answers, content
from tests.tender.cases import EXAMPLES, example, file


def codes(**more):
    given = {
        "q03": ["semi-public", "depot"],
        "q05": "public",
        "q09": "L3",
        "q04": "private",
        "q13": "yes",
        "q24": "many",
    }
    return [problem.code for problem in content.tender(answers.read(file(given, **more))).problems]


@pytest.mark.parametrize(
    ("low", "high", "at_limit", "above"),
    [
        ("UX-02.screen_min_mm", "UX-02.screen_max_mm", (900, 900), (1300, 800)),
        ("GC-11.aid_operation_years", "GC-02.operating_years", (5, 5), (5, 4)),
        ("VG-07.export_limit_kw", "EG-09.export_capacity_kw", (50, 50), (50.1, 50)),
        ("SL-06.response_h", "SL-06.restore_h", (8, 8), (72, 8)),
        ("VG-09.noncaptive_min", "VG-09.brands_min", (2, 2), (3, 2)),
    ],
)
def test_two_numbers_in_the_wrong_order_are_a_finding(low, high, at_limit, above):
    assert codes(parameters={low: at_limit[0], high: at_limit[1]}) == []
    assert codes(parameters={low: above[0], high: above[1]}) == ["numbers"]


def test_more_weights_than_announced_criteria_are_a_finding():
    weights = {"quality": 40, "price": 30, "plan": 30}
    assert codes(parameters={"AK-01.criteria_max": 3}, weights=weights) == []
    assert codes(parameters={"AK-01.criteria_max": 2}, weights=weights) == ["criteria"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_buyers_contradict_nothing(name):
    assert content.tender(answers.read(example(name))).problems == []
