"""Answers side by side: differences against the first, inputs that differ, one axis."""

import pytest

from calculators import registry
from calculators.compare import compare
from calculators.engine.errors import InputError

ID = "neighbourhood-grid-impact"
SMALL = {"network": "kerber-rural-cable", "n_draws": 3}


@pytest.fixture(scope="module")
def results():
    return [registry.run(ID, {**SMALL, "ev_share_percent": share}) for share in (20, 60, 100)]


def test_each_other_answer_has_its_difference_to_the_first(results):
    table = compare(results, ["few", "some", "all"])["table"]
    assert table["columns"] == ["Result", "few", "some", "less few", "all", "less few"]
    for row, item in zip(table["rows"], results[0]["results"].values(), strict=True):
        few, some, less = (float(cell.replace(",", "")) for cell in row[1:4])
        unit = 10.0 ** -item["decimals"]
        assert less == pytest.approx(some - few, abs=1.01 * unit)


def test_only_inputs_that_differ_are_listed(results):
    inputs = compare(results, ["few", "some", "all"])["inputs"]
    assert inputs["rows"] == [["Homes with an electric car that charges at home [%]", "20", "60", "100"]]


def test_all_answers_stand_on_one_axis(results):
    chart = compare(results, ["few", "some", "all"])["charts"][0]
    assert [row["case"] for row in chart["spec"]["data"]["values"]] == ["few", "some", "all"]
    assert "few" in chart["sentence"] and "all" in chart["sentence"]


@pytest.mark.parametrize("count", [1, 5])
def test_one_answer_or_five_cannot_be_compared(results, count):
    with pytest.raises(InputError, match="2 to 4"):
        compare([results[0]] * count, ["x"] * count)
