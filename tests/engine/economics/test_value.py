"""Who pays whom adds up; reserve income; payback; emissions; public charging targets."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.economics import (
    Flow,
    annuity_eur,
    availability_eur,
    emissions_kg,
    payback_years,
    public_power_target_kw,
    value_table,
    vehicles_per_point,
    yearly_additions,
)
from calculators.engine.errors import InputError

ACTORS = ("driver", "aggregator", "market")


def test_every_row_adds_up_to_zero_and_those_outside_pay_the_saving():
    table = value_table(
        [Flow("energy", "market", "driver", 120.0), Flow("fee", "driver", "aggregator", 24.0)], actors=ACTORS
    )
    assert table.eur.sum(axis=1).tolist() == [0.0, 0.0]
    assert table.total_eur.tolist() == [96.0, 24.0, -120.0]
    assert table.of("driver") + table.of("aggregator") == -table.of("market")


def test_a_negative_sum_goes_the_other_way():
    table = value_table([Flow("energy", "market", "driver", -5.0)], actors=ACTORS)
    assert table.of("driver") == -5.0


def test_random_flows_never_leak():
    rng = np.random.default_rng(4)
    flows = []
    for number in range(200):
        payer, receiver = rng.choice(ACTORS, 2, replace=False)
        flows.append(Flow(str(number), str(payer), str(receiver), float(rng.normal(0, 100))))
    assert abs(value_table(flows, actors=ACTORS).total_eur.sum()) < 1e-9


def test_flows_between_strangers_are_refused_all_at_once():
    with pytest.raises(InputError) as caught:
        value_table([Flow("a", "driver", "mayor", 1.0), Flow("b", "driver", "driver", np.inf)], actors=ACTORS)
    assert len(caught.value.problems) == 3


def test_standing_ready_is_paid_by_power_and_hours_taken():
    got = availability_eur(
        eur_per_mw_h=20.0, p_kw=5.0, plugged_in_h=np.array([0.0, 1000.0]), accepted_share=0.5
    )
    assert got.tolist() == [0.0, 50.0]


def test_an_annuity_pays_the_price_and_its_interest():
    yearly = annuity_eur(1000.0, years=3, interest_percent=10.0)
    debt = 1000.0
    for _ in range(3):
        debt = debt * 1.1 - yearly
    assert debt == pytest.approx(0.0, abs=1e-9)


def test_payback_is_price_over_gain_and_never_without_gain():
    assert payback_years(600.0, np.array([200.0, 0.0, -5.0])).tolist() == [3.0, np.inf, np.inf]
    assert payback_years(0.0, np.array([-5.0])).tolist() == [0.0]


def test_shifting_from_a_dirty_to_a_clean_hour_saves_the_difference():
    intensity = np.array([400.0, 100.0])
    late, early = (emissions_kg(np.array(p), intensity, dt_h=1.0) for p in ([10.0, 0.0], [0.0, 10.0]))
    assert late - early == pytest.approx(3.0)


def test_the_german_hours_are_whole_weeks_cleaner_at_noon_than_in_the_evening():
    values = data.read("parameters")["co2_de_hourly"]["values"][0]["value"]
    prices = data.read("parameters")["price_nl_day_ahead"]["values"][0]["value"]
    assert values["monday"] == prices["monday"]
    weeks = np.array(values["g_per_kwh"], dtype=float)
    assert weeks.shape == (12, 168)
    by_hour = weeks.reshape(-1, 24).mean(axis=0)
    assert by_hour[13] < 0.85 * by_hour[20]
    # Below what the agency states with own use, losses and industry, 401 g/kWh in 2019.
    assert 250 < weeks.mean() < 401


def test_a_reached_target_needs_no_more_points():
    assert yearly_additions(n_now=10.0, n_target=5.0, years=2.0) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: annuity_eur(1.0, years=0.0, interest_percent=0.0), "years is 0"),
        (lambda: payback_years(-1.0, np.array([1.0])), "price_eur is -1"),
        (
            lambda: availability_eur(eur_per_mw_h=1.0, p_kw=1.0, plugged_in_h=1.0, accepted_share=2.0),
            "0 to 1",
        ),
        (lambda: emissions_kg(np.ones(3), np.ones(2), dt_h=1.0), "have shape"),
        (lambda: public_power_target_kw(n_battery=-1.0, n_hybrid=0.0), "n_battery is -1"),
        (lambda: vehicles_per_point(n_vehicle=1.0, n_point=0.0), "n_point is 0"),
        (lambda: yearly_additions(n_now=0.0, n_target=1.0, years=0.0), "years is 0"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
