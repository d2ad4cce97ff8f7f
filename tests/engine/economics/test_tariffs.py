"""Bills worked out by hand, the Flemish peaks, and what is refused."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.economics import (
    CapacityCharge,
    ConnectionCharge,
    Tariff,
    bill,
    connection_eur,
    monthly_peaks_kw,
)
from calculators.engine.errors import InputError

HOUR = 1.0


def test_a_flat_bill_is_energy_times_price_plus_the_fixed_part_of_the_year():
    made = bill(np.full(8760, 0.5), Tariff(0.3, fixed_eur_per_year=60.0), dt_h=HOUR)
    assert made.import_kwh == pytest.approx(4380.0)
    assert made.total_eur == pytest.approx(0.3 * 4380.0 + 60.0)


def test_each_part_of_a_bill_is_kept_apart_and_they_add_up():
    tariff = Tariff(np.array([0.1, 0.2, 0.3]), 0.08, 0.05, np.array([0.0, 0.0, 0.25]))
    made = bill(np.array([2.0, 4.0, -3.0]), tariff, dt_h=HOUR)
    assert made.energy_eur == pytest.approx(2 * 0.1 + 4 * 0.2)
    assert made.network_eur == pytest.approx(6 * 0.08)
    assert made.levies_eur == pytest.approx(6 * 0.05)
    assert made.export_eur == pytest.approx(3 * 0.25)
    assert made.export_kwh == pytest.approx(3.0)
    assert made.total_eur == pytest.approx(1.0 + 0.48 + 0.3 - 0.75)


def test_a_negative_price_earns_on_import_and_costs_on_export():
    made = bill(np.array([5.0, -5.0]), Tariff(-0.1, export_eur_per_kwh=-0.1), dt_h=HOUR)
    assert made.energy_eur == pytest.approx(-0.5)
    assert made.export_eur == pytest.approx(-0.5)
    assert made.total_eur == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("share", "network_eur"),
    [(1.0, 10 * 0.08), (0.0, 7 * 0.08), (0.5, 8.5 * 0.08)],
    ids=["paid again in full", "given back for what is fed back", "half given back"],
)
def test_the_network_charge_on_stored_energy_follows_its_share(share, network_eur):
    tariff = Tariff(0.2, network_eur_per_kwh=0.08, network_on_stored=share)
    made = bill(np.array([10.0, -3.0]), tariff, dt_h=HOUR, fed_back_kwh=3.0)
    assert made.network_eur == pytest.approx(network_eur)


def test_levies_and_network_charge_are_given_back_independently():
    tariff = Tariff(0.2, 0.08, 0.05, network_on_stored=0.0, levies_on_stored=1.0)
    made = bill(np.array([10.0, -3.0]), tariff, dt_h=HOUR, fed_back_kwh=3.0)
    assert made.network_eur == pytest.approx(7 * 0.08)
    assert made.levies_eur == pytest.approx(10 * 0.05)


def test_feed_in_of_solar_power_that_was_never_stored_gives_nothing_back():
    made = bill(np.array([10.0, -3.0]), Tariff(0.2, 0.08, network_on_stored=0.0), dt_h=HOUR)
    assert made.network_eur == pytest.approx(10 * 0.08)


def test_the_monthly_peak_is_the_mean_of_a_quarter_hour_and_of_import_only():
    minutes = np.zeros(60)
    minutes[0:5] = 9.0  # 5 of 15 minutes at 9 kW: 3 kW
    minutes[20:30] = -12.0
    assert monthly_peaks_kw(minutes, dt_h=1 / 60).tolist() == pytest.approx([3.0])


def test_peaks_below_the_minimum_count_as_the_minimum_month_by_month():
    # Twelve peaks of a Flemish home and the ratio to the minimum, 1.782, as given in
    # https://nl.wikibooks.org/wiki/Energietransitie/Capaciteitstarief
    peaks = [0.632, 4.6, 0.0, 1.028, 3.444, 4.164, 4.564, 6.0, 9.2, 5.0, 4.12, 4.88]
    made = bill(
        np.array(peaks),
        Tariff(0.0, capacity=CapacityCharge(1.0, minimum_kw=2.5)),
        dt_h=0.25,
        month=np.arange(12),
    )
    assert made.capacity_eur / 2.5 == pytest.approx(1.782, abs=0.0005)


def test_months_seen_are_billed_as_twelfths():
    charge = Tariff(0.0, capacity=CapacityCharge(48.0))
    made = bill(np.array([3.0, 5.0]), charge, dt_h=0.25, month=np.array([1, 2]))
    assert made.capacity_eur == pytest.approx(48.0 * (3.0 + 5.0) / 12)


def test_scaling_a_load_scales_every_part_but_the_fixed_one():
    rng = np.random.default_rng(3)
    p_kw = rng.normal(1.0, 2.0, 96)
    tariff = Tariff(rng.random(96), 0.1, 0.05, 0.2, 100.0, CapacityCharge(40.0))
    one, three = (bill(k * p_kw, tariff, dt_h=0.25) for k in (1.0, 3.0))
    assert three.total_eur - three.fixed_eur == pytest.approx(3 * (one.total_eur - one.fixed_eur))


def test_a_connection_costs_its_sum_and_the_power_above_what_is_free():
    charge = ConnectionCharge(fixed_eur=500.0, eur_per_kw=60.0, free_kw=30.0)
    assert connection_eur(30.0, charge) == 500.0
    assert connection_eur(50.0, charge) == pytest.approx(500.0 + 20 * 60.0)


def test_the_flemish_tariff_is_known_for_2023_and_for_no_other_year():
    entry = data.read("parameters")["tariff_flanders_capacity"]["values"]
    assert entry[0]["from"] == "2023-01-01"
    assert entry[-1] == {"from": "2024-01-01", "value": None}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"p_kw": np.array([1.0, np.nan])}, "1 missing values, the first in step 1"),
        ({"tariff": Tariff(np.array([0.1, 0.2, 0.3]))}, "must be one number or have shape"),
        ({"tariff": Tariff(0.1, network_on_stored=1.5)}, "0 to 1"),
        ({"fed_back_kwh": 5.0}, "fed_back_kwh is 5"),
        ({"tariff": Tariff(0.1, capacity=CapacityCharge(40.0)), "dt_h": 1.0}, "Use steps of 0.25 h"),
        ({"tariff": Tariff(0.1, capacity=CapacityCharge(-1.0)), "dt_h": 0.25}, "0 or more"),
        ({"dt_h": 0.0}, "dt_h is 0"),
    ],
)
def test_what_cannot_be_billed_is_refused_with_its_reason(arguments, message):
    arguments = {"p_kw": np.array([4.0, -2.0]), "tariff": Tariff(0.1), "dt_h": HOUR, **arguments}
    with pytest.raises(InputError, match=message):
        bill(arguments.pop("p_kw"), arguments.pop("tariff"), **arguments)


def test_all_problems_of_a_bill_are_told_at_once():
    with pytest.raises(InputError) as caught:
        bill(np.array([np.nan]), Tariff(np.nan, network_on_stored=-1.0), dt_h=-1.0)
    assert len(caught.value.problems) == 4
