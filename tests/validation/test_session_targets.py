"""Published session statistics the generator reproduces."""

from pathlib import Path

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand import draw_sessions
from calculators.loader import parse

TARGETS = Path(__file__).parent / "targets"
PER_WEEK = 2.5


def target(name):
    return parse((TARGETS / f"{name}.yaml").read_text("utf-8"), name)


def drawn(place):
    """Five weekdays of 60,000 points from Monday on; about 100,000 sessions."""
    values = data.read("parameters")[f"ev_{place}_sessions"]["values"][-1]["value"]
    return draw_sessions(
        np.random.default_rng(5),
        n_evse=60_000,
        n_days=5,
        dt_h=0.25,
        p_evse_kw=11.0,
        statistics={"sessions_per_week": PER_WEEK, **values},
    )


@pytest.mark.parametrize("place", ["home", "public"])
def test_se_02_arrivals_peak_at_the_published_hour_and_share(place):
    hour = (drawn(place).arrival_step * 0.25 % 24).astype(int)
    percent = 100 * np.bincount(hour, minlength=24) / hour.size
    expect = target("se-02")["expect"][place]
    assert int(percent.argmax()) == expect["peak_hour"]
    assert percent.max() == pytest.approx(expect["percent"], abs=target("se-02")["tolerance_points"])


def test_se_03_public_stays_and_energies_have_the_published_medians():
    wanted, sessions = target("se-03"), drawn("public")
    stay_h = (sessions.departure_step - sessions.arrival_step) * 0.25
    relative = wanted["tolerance_relative"]
    assert np.median(stay_h) == pytest.approx(wanted["expect"]["median_connected_h"], rel=relative)
    assert np.median(sessions.e_kwh) == pytest.approx(wanted["expect"]["median_kwh"], rel=relative)
    assert np.percentile(sessions.e_kwh, 90) == pytest.approx(wanted["expect"]["p90_kwh"], rel=2 * relative)
