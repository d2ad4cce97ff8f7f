"""Holidays from rules against published calendars."""

import datetime as dt

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand.holidays import days_off, easter_sunday, holidays
from calculators.engine.errors import InputError


@pytest.fixture(scope="module")
def rules():
    return data.read("parameters")["public_holidays"]["values"][-1]["value"]


@pytest.mark.parametrize(
    ("year", "day"),
    # origin: python-dateutil; 2038 is the latest Easter possible
    [(2024, "03-31"), (2025, "04-20"), (2026, "04-05"), (2027, "03-28"), (2028, "04-16"), (2038, "04-25"), (2049, "04-18")],
)  # fmt: skip
def test_easter_falls_on_the_published_sunday(year, day):
    assert easter_sunday(year).isoformat() == f"{year}-{day}"


# origin: python-holidays 0.109, weekdays only
@pytest.mark.parametrize(
    ("country", "year", "days"),
    [
        ("NL", 2025, "01-01 04-18 04-21 05-05 05-29 06-09 12-25 12-26"),
        ("NL", 2026, "01-01 04-03 04-06 04-27 05-14 05-25 12-25"),
        ("GB", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
        ("GB", 2028, "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"),
        ("IT", 2027, "01-01 01-06 03-29 06-02 10-04 11-01 12-08"),
        ("DK", 2023, "04-06 04-07 04-10 05-05 05-18 05-29 12-25 12-26"),
        ("DK", 2024, "01-01 03-28 03-29 04-01 05-09 05-20 12-25 12-26"),
        ("DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25"),
    ],
)
def test_each_country_has_its_published_holidays(country, year, days, rules):
    found = sorted(day for day in holidays(country, year, rules=rules) if day.weekday() < 5)
    assert " ".join(f"{day:%m-%d}" for day in found) == days


def test_days_off_are_weekends_and_holidays_across_the_new_year(rules):
    off = days_off("NL", dt.date(2026, 12, 24), 10, rules=rules)  # a Thursday
    np.testing.assert_array_equal(off, [0, 1, 1, 1, 0, 0, 0, 0, 1, 1])


def test_a_country_or_year_without_rules_is_refused_with_the_known_ones(rules):
    with pytest.raises(InputError, match="Use BE, DE") as caught:
        holidays("XX", 1999, rules=rules)
    assert [problem.where for problem in caught.value.problems] == ["country", "year"]
