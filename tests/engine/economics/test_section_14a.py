"""The German modules against what operators publish."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.economics import module_1_eur, module_2_eur_per_kwh, module_3_eur_per_kwh
from calculators.engine.errors import InputError

HOURS = np.tile(np.arange(24.0), 4)
QUARTERS = np.repeat([1, 2, 3, 4], 24)


def example():
    return data.read("parameters")["tariff_14a_example"]["values"][0]["value"]


def levels(**changes):
    values = example()
    arguments = {
        "low_eur": values["module_3_low_eur_per_kwh"],
        "standard_eur": values["module_3_standard_eur_per_kwh"],
        "high_eur": values["module_3_high_eur_per_kwh"],
        "low_h": tuple(values["low_h"]),
        "high_h": tuple(values["high_h"]),
        "quarters": tuple(values["quarters"]),
    }
    return module_3_eur_per_kwh(HOURS, QUARTERS, **{**arguments, **changes})


def test_module_2_leaves_two_fifths_of_the_charge():
    values = example()
    got = module_2_eur_per_kwh(values["module_3_standard_eur_per_kwh"])
    assert got == pytest.approx(values["module_2_eur_per_kwh"], abs=5e-5)  # published in 0.01 ct


def test_module_3_has_three_levels_in_winter_and_one_in_summer():
    charge = levels().reshape(4, 24)
    assert charge[0].tolist() == charge[3].tolist()
    assert set(charge[1]) == set(charge[2]) == {0.0862}
    assert np.flatnonzero(charge[0] == 0.0345).tolist() == [1, 2, 3]
    assert np.flatnonzero(charge[0] == 0.1084).tolist() == [17, 18]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"high_eur": 0.18}, "1 to 2 times standard"),
        ({"high_eur": 0.05}, "1 to 2 times standard"),
        ({"low_eur": 0.05}, "10 to 40 %"),
        ({"low_eur": 0.005}, "10 to 40 %"),
        ({"quarters": (1,)}, "at least two"),
        ({"high_h": (17.0, 18.0)}, "at least 2 h"),
    ],
)
def test_levels_the_rule_does_not_allow_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        levels(**changes)


@pytest.mark.parametrize("module", [module_1_eur, module_2_eur_per_kwh])
def test_a_negative_charge_is_refused(module):
    with pytest.raises(InputError, match="0 EUR/kWh or more"):
        module(-0.01)
