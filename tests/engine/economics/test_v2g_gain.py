"""Gains from numbers small enough for paper, and conditions that hold when they are entered."""

import numpy as np
import pytest

from calculators.engine.economics.car_year import CarYears, CaseYear
from calculators.engine.economics.v2g_gain import ACTORS, Terms, full_cost_eur, split, v2g_gain
from calculators.engine.economics.v2g_scan import crossing, spread

TERMS = Terms(
    charger_kw=10.0,
    reserve_eur_per_mw_h=5.0,
    aggregator_share=0.25,
    charger_extra_eur=1500.0,
    grant_eur=500.0,
    years=10.0,
    interest_percent=0.0,
)


def case(*, taken, given, energy, network, levies, short=0.0):
    return CaseYear(
        import_kwh=np.array([taken]),
        export_kwh=np.array([given]),
        short_kwh=np.array([short]),
        energy_eur=np.array([energy]),
        network_eur=np.array([network]),
        levies_eur=np.array([levies]),
        co2_kg=np.zeros(1),
        hour_kw=np.zeros(24),
    )


def years():
    smart = case(taken=2000.0, given=0.0, energy=200.0, network=160.0, levies=100.0)
    both = case(taken=3200.0, given=1000.0, energy=20.0, network=180.0, levies=110.0)
    return CarYears({"price": smart, "v2g-price": both}, np.array([4000.0]))


def test_the_gain_is_worked_out_as_on_paper():
    gain = v2g_gain(years(), np.array([0.03]), TERMS)
    assert gain.trade_eur.tolist() == [460.0 - 310.0]
    assert gain.reserve_eur.tolist() == [5.0 * 0.010 * 4000.0]
    assert gain.fee_eur.tolist() == [0.25 * 350.0]
    assert gain.wear_eur.tolist() == [30.0]
    assert gain.charger_eur == 100.0
    assert gain.net_eur.tolist() == pytest.approx([150.0 + 200.0 - 87.5 - 30.0 - 100.0])


def test_the_table_gives_each_actor_its_part_and_adds_up_to_zero():
    gain = v2g_gain(years(), np.array([0.03]), TERMS)
    table = split(years(), gain, TERMS)
    expected = {
        "driver": 132.5,
        "aggregator": 87.5,
        "city": -50.0,
        "dso": 20.0,
        "state": 10.0,
        "market": -180.0 - 200.0,
        "hardware": 30.0 + 150.0,
    }
    assert {actor: table.of(actor) for actor in ACTORS} == pytest.approx(expected)
    assert table.eur.sum(axis=1) == pytest.approx(np.zeros(8))
    assert table.of("driver") == pytest.approx(float(gain.net_eur.mean()))


def test_an_aggregator_takes_no_share_of_a_loss():
    worse = CarYears({"price": years().cases["v2g-price"], "v2g-price": years().cases["price"]}, np.zeros(1))
    assert v2g_gain(worse, np.zeros(1), TERMS).fee_eur.tolist() == [0.0]


def test_what_is_missed_is_bought_at_the_mean_cost_without_control():
    plain = case(taken=1000.0, given=0.0, energy=150.0, network=100.0, levies=50.0)
    window = case(taken=900.0, given=0.0, energy=100.0, network=90.0, levies=45.0, short=100.0)
    assert full_cost_eur(window, plain).tolist() == [235.0 + 100.0 * 0.3]


def test_wider_prices_keep_the_mean_of_each_day():
    weeks = np.random.default_rng(2).random((2, 168))
    wider = spread(weeks, 2.0)
    days, before = wider.reshape(-1, 24), weeks.reshape(-1, 24)
    assert days.mean(axis=1) == pytest.approx(before.mean(axis=1))
    assert np.ptp(days, axis=1) == pytest.approx(2 * np.ptp(before, axis=1))
    assert spread(weeks, 1.0) == pytest.approx(weeks)


@pytest.mark.parametrize(
    ("y", "expected"),
    [([0.0, 10.0, 20.0], 1.5), ([15.0, 16.0, 17.0], 1.0), ([0.0, 20.0, 3.0], 1.25)],
    ids=["between two points", "from the first on", "the first time it is reached"],
)
def test_the_crossing_lies_where_the_level_is_first_reached(y, expected):
    assert crossing(np.array([1.0, 2.0, 3.0]), np.array(y), 5.0) == pytest.approx(expected)


def test_a_level_out_of_reach_is_not_a_number():
    assert np.isnan(crossing(np.array([1.0, 2.0]), np.array([0.0, 1.0]), 2.0))
    assert np.isnan(crossing(np.array([]), np.array([]), 2.0))
