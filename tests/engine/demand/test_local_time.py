"""Days of 23 and 25 hours."""

import datetime as dt

import numpy as np
import pytest

from calculators.engine.charging import Sessions
from calculators.engine.demand.local_time import local_steps, on_local_steps
from calculators.engine.errors import InputError

SPRING = dt.date(2026, 3, 29)  # 2:00 becomes 3:00 in the European Union
AUTUMN = dt.date(2026, 10, 25)  # 3:00 becomes 2:00


def steps(first_day, n_days, dt_h=1.0, zone="Europe/Amsterdam"):
    return local_steps(first_day, n_days, dt_h=dt_h, zone=zone)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (dt.date(2026, 6, 1), 24)])
def test_a_day_has_its_real_number_of_steps(day, hours):
    assert steps(day, 1).hour.size == hours
    assert steps(day, 1, dt_h=0.25).hour.size == 4 * hours


def test_the_clock_skips_an_hour_in_spring_and_repeats_one_in_autumn():
    np.testing.assert_array_equal(steps(SPRING, 1).hour[:5], [0, 1, 3, 4, 5])
    np.testing.assert_array_equal(steps(AUTUMN, 1).hour[:5], [0, 1, 2, 2, 3])


def test_a_year_has_as_many_steps_as_hours_of_the_year():
    year = steps(dt.date(2026, 1, 1), 365)
    assert year.hour.size == 8760
    assert (year.weekday[0], year.month[-1], year.day_of_year[-1]) == (3, 12, 365)


def test_a_zone_without_summer_time_has_days_of_24_hours():
    assert (np.diff(steps(SPRING, 3, zone="UTC").first_step) == 24).all()


def moved(day, hour, stay, first_day, n_days=2, evse=None):
    sessions = Sessions(
        np.array(day) * 24 + np.array(hour),
        np.array(day) * 24 + np.array(hour) + np.array(stay),
        np.full(len(day), 1.0),
        np.full(len(day), 11.0),
        np.arange(len(day)) if evse is None else np.array(evse),
    )
    return on_local_steps(sessions, steps(first_day, n_days))


def test_sessions_arrive_when_the_local_clock_says_so():
    spring = moved([0, 0, 0, 1], [1, 2, 18, 18], [5, 5, 5, 5], SPRING)
    # the hour from 2 to 3 does not exist: such a session arrives at 3
    np.testing.assert_array_equal(spring.arrival_step, [1, 2, 17, 23 + 18])
    autumn = moved([0, 0, 0, 1], [1, 2, 18, 18], [5, 5, 5, 5], AUTUMN)
    np.testing.assert_array_equal(autumn.arrival_step, [1, 2, 19, 25 + 18])


def test_stays_keep_their_length_over_a_change_of_clocks():
    night = moved([0], [20], [10], SPRING - dt.timedelta(days=1))
    assert night.departure_step[0] - night.arrival_step[0] == 10


def test_sessions_of_one_evse_still_do_not_overlap_in_spring():
    spring = moved([0, 0], [1, 4], [3, 2], SPRING, evse=[0, 0])
    assert spring.departure_step[0] <= spring.arrival_step[1]


def test_sessions_after_the_last_day_are_refused():
    with pytest.raises(InputError, match="day 5"):
        moved([5], [1], [1], SPRING)


def test_an_unknown_zone_and_a_crooked_step_are_said_together():
    with pytest.raises(InputError) as caught:
        steps(SPRING, 0, dt_h=0.4, zone="Europe/Utrechtt")
    assert {problem.where for problem in caught.value.problems} == {"zone", "dt_h", "n_days"}
