"""Consumption over temperature."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand.weather import energy_factor

CURVE = {"outdoor_c": [0, 20], "factor": [1.5, 1.0]}


def test_a_day_as_cold_as_the_whole_year_has_factor_one():
    assert energy_factor(np.array([5.0]), mean_year_c=np.array([5.0]), curve=CURVE)[0] == 1.0


def test_half_a_year_cold_by_hand():
    """Year: half at 0 C (1.5), half at 20 C (1.0), mean 1.25."""
    factor = energy_factor(np.array([0.0, 20.0, 40.0]), mean_year_c=np.array([0.0, 20.0]), curve=CURVE)
    np.testing.assert_allclose(factor, [1.2, 0.8, 0.8])


def test_the_sourced_curve_gives_the_published_fall_of_efficiency():
    """AAA: 39 % fewer kilometres per kWh at 20 F than at 75 F."""
    curve = data.read("parameters")["consumption_by_temperature"]["values"][-1]["value"]
    factor = energy_factor(np.array([-6.7, 23.9]), mean_year_c=np.array([24.0]), curve=curve)
    assert factor[0] / factor[1] == pytest.approx(1 / (1 - 0.39), rel=0.02)
