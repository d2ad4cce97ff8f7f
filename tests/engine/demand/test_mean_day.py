"""The mean day of one kind of charging."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand.mean_day import mean_day


@pytest.mark.parametrize("kind", ["home", "public", "workplace", "rapid", "destination"])
def test_a_week_holds_one_kilowatt_hour(kind):
    statistics = data.read("parameters")[f"ev_{kind}_sessions"]["values"][-1]["value"]
    day = mean_day(np.random.default_rng(1), statistics=statistics, p_evse_kw=11.0)
    assert 5 * day.workday.sum() + 2 * day.weekend.sum() == pytest.approx(1.0)
    assert (day.workday >= 0).all()
