"""Depot vehicles."""

import numpy as np
import pytest

from calculators.engine.charging import schedule
from calculators.engine.demand.timetable import timetable_sessions
from calculators.engine.errors import InputError


def depot(**changed):
    values = {
        "back_h": np.array([18.0, 22.5]),
        "leave_h": np.array([6.0, 5.0]),
        "km": np.array([200.0, 100.0]),
        "kwh_per_km": 0.9,
        "p_max_kw": 50.0,
        "runs": np.array([True, True, False, True]),
        "dt_h": 0.5,
        "efficiency": 0.9,
    } | changed
    return timetable_sessions(**values)


def test_each_stay_runs_from_the_return_to_the_next_departure():
    sessions = depot()
    np.testing.assert_array_equal(sessions.arrival_step[:3], [36, 84, 180])
    # back on day 1, next out on day 3 at 6 h; the last stay ends with the four days
    np.testing.assert_array_equal(sessions.departure_step[:3], [60, 156, 192])
    np.testing.assert_array_equal(sessions.evse, [0, 0, 0, 1, 1, 1])


def test_energy_is_distance_times_consumption_over_efficiency():
    np.testing.assert_allclose(depot().e_kwh, [200, 200, 200, 100, 100, 100])


def test_a_schedule_says_what_a_stay_too_short_lacks():
    """6.5 h at 10 kW hold 65 of 100 kWh."""
    sessions = depot(p_max_kw=10.0)
    plan = schedule(sessions, "uncontrolled", n_t=192, dt_h=0.5)
    assert plan.e_short_kwh[3] == pytest.approx(35.0)


def test_a_shift_over_midnight_and_a_negative_distance_are_refused_together():
    with pytest.raises(InputError) as caught:
        depot(back_h=np.array([3.0, 22.0]), km=np.array([10.0, -1.0]))
    assert {problem.where for problem in caught.value.problems} == {"vehicle 0", "vehicle 1"}


def test_a_depot_that_never_runs_has_no_sessions():
    assert len(depot(runs=np.zeros(3, dtype=bool))) == 0
