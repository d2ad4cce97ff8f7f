"""Published session statistics the generator reproduces, and real files it is fitted to."""

import datetime as dt
import functools
import gzip
from pathlib import Path

import numpy as np
import pytest

from calculators import data
from calculators.adapters.sessions_csv import read_sessions
from calculators.engine.demand import Vehicles, draw_sessions, fast_charge_hours
from calculators.engine.demand.calibration import fit_sessions, n_fitted
from calculators.engine.demand.pairing import rank_correlation
from calculators.engine.demand.records import SessionRecords

DATA = Path(__file__).parent.parent / "data"
PER_WEEK = 2.5


def statistics(place):
    return data.read("parameters")[f"ev_{place}_sessions"]["values"][-1]["value"]


@functools.cache
def drawn(place, n_days=5):
    """Weekdays of 60,000 points from Monday on; about 100,000 sessions in five days."""
    return draw_sessions(
        np.random.default_rng(5),
        n_evse=60_000,
        n_days=n_days,
        dt_h=0.25,
        p_evse_kw=11.0,
        statistics={"sessions_per_week": PER_WEEK, **statistics(place)},
    )


def stay_h(sessions, dt_h=0.25):
    return (sessions.departure_step - sessions.arrival_step) * dt_h


def distance(one, other):
    """Largest gap between two distributions (Kolmogorov-Smirnov)."""
    grid = np.concatenate([one, other])
    share = [np.searchsorted(np.sort(values), grid, side="right") / values.size for values in (one, other)]
    return np.abs(share[0] - share[1]).max()


BRITISH = {
    # hours 0-12 hold 21 %, 17 and 18 h 22 %; the rest is spread evenly
    "arrival_weekday_percent": [21 / 12] * 12 + [57 / 10] * 5 + [11, 11] + [57 / 10] * 5,
    # published: 5 h at 65 %, 10.8 h at 50 %, 9 and 15 h 31 points apart, 24 h at 7 %; the ends are set by the mean
    "exceeded_by_percent": [0, 4, 7, 24, 30, 50, 55, 65, 70, 96, 100],
    "duration_h": [95, 52, 24, 15, 13.4, 10.8, 9, 5, 3.6, 0.5, 0.1],
    "energy_kwh": [64, 25, 20, 11.4, 10, 7.5, 6.8, 5.2, 4.4, 0.9, 0.5],
    "duration_by_hour_h": [1.0],
    "energy_by_hour_kwh": [1.0],
    "rank_correlation": 0.4,
    "sessions_per_week": 3.0,
}


@pytest.mark.parametrize("p_kw", [3.7, 7.0])
def test_se_01_published_medians_means_and_shares_survive_the_joint_draw(p_kw, targets, record_property):
    expect, relative = targets["se-01"]["expect"], targets["se-01"]["tolerance_relative"]
    share = targets["se-01"]["tolerance_share"]
    sessions = draw_sessions(
        np.random.default_rng(1), n_evse=20_000, n_days=14, dt_h=0.1, p_evse_kw=p_kw, statistics=BRITISH
    )
    stay, energy, hour = stay_h(sessions, 0.1), sessions.e_kwh, sessions.arrival_step * 0.1 % 24
    assert np.median(energy) == pytest.approx(expect["median_kwh"], rel=relative)
    assert energy.mean() == pytest.approx(expect["mean_kwh"], rel=relative)
    assert np.median(stay) == pytest.approx(expect["median_h"], rel=relative)
    assert stay.mean() == pytest.approx(expect["mean_h"], rel=relative)
    for name, ours in (
        ("share_17_to_19", np.mean((hour >= 17) & (hour < 19))),
        ("share_0_to_12", np.mean(hour < 12)),
        ("share_below_5_h", np.mean(stay < 5)),
        ("share_9_to_15_h", np.mean((stay >= 9) & (stay < 15))),
        ("share_above_24_h", np.mean(stay > 24)),
        ("share_below_10_kwh", np.mean(energy < 10)),
        ("share_above_25_kwh", np.mean(energy > 25)),
    ):
        assert ours == pytest.approx(expect[name], abs=share), name
    record_property("ours", f"{energy.mean():.2f} kWh, {stay.mean():.2f} h")
    record_property("theirs", f"{expect['mean_kwh']} kWh, {expect['mean_h']} h")


@pytest.mark.parametrize("place", ["home", "public", "workplace"])
def test_se_02_arrivals_peak_at_the_published_hour_and_share(place, targets):
    hour = (drawn(place).arrival_step * 0.25 % 24).astype(int)
    percent = 100 * np.bincount(hour, minlength=24) / hour.size
    expect, points = targets["se-02"]["expect"], targets["se-02"]["tolerance_points"]
    assert int(percent.argmax()) == expect[place]["peak_hour"]
    assert percent.max() == pytest.approx(expect[place]["percent"], abs=points)
    if place == "public":
        morning = expect["public_morning"]
        assert percent[morning["hour"]] == pytest.approx(morning["percent"], abs=points)


def test_se_02_private_arrivals_at_the_weekend_peak_an_hour_earlier(targets):
    day, step = np.divmod(drawn("home", n_days=7).arrival_step, 96)
    hour = step[day >= 5] // 4
    assert np.bincount(hour).argmax() == targets["se-02"]["expect"]["weekend_home_peak_hour"]


@pytest.mark.parametrize("place", ["home", "public", "workplace"])
def test_se_03_stays_and_energies_have_the_published_quantiles(place, targets, record_property):
    wanted, sessions = targets["se-03"]["expect"][place], drawn(place)
    relative, ends = targets["se-03"]["tolerance_relative"], targets["se-03"]["tolerance_relative_ends"]
    stay = stay_h(sessions)
    # stays come in quarter-hours: half a step is added to the tolerance
    assert np.median(stay) == pytest.approx(wanted["median_h"], abs=relative * wanted["median_h"] + 0.125)
    assert np.median(sessions.e_kwh) == pytest.approx(wanted["median_kwh"], rel=relative)
    assert np.percentile(stay, 10) == pytest.approx(wanted["p10_h"], abs=ends * wanted["p10_h"] + 0.125)
    assert np.percentile(sessions.e_kwh, 90) == pytest.approx(wanted["p90_kwh"], rel=ends)
    record_property("ours", f"{place} {np.median(sessions.e_kwh):.1f} kWh")
    record_property("theirs", f"{wanted['median_kwh']} kWh")


@pytest.fixture(scope="module")
def caltech():
    rows = np.genfromtxt(
        DATA / "acn_caltech_2019-03_events.csv", delimiter=",", names=True, dtype=None, encoding="utf-8"
    )
    arrival = rows["arrival_step5min"] / 12
    return SessionRecords(
        day=dt.date(2019, 3, 1).toordinal() + (arrival // 24).astype(int),
        hour=arrival % 24,
        duration_h=(rows["departure_step5min"] - rows["arrival_step5min"]) / 12,
        charge_h=np.full(arrival.size, np.nan),
        energy_kwh=rows["requested_kwh"],
        station=np.unique(rows["station_id"], return_inverse=True)[1],
    )


def test_se_09_the_month_at_caltech_is_like_its_years(caltech, targets, record_property):
    expect, relative = targets["se-09"]["expect"], targets["se-09"]["tolerance_relative"]
    assert caltech.energy_kwh.mean() == pytest.approx(expect["mean_kwh"], rel=relative)
    assert np.bincount(caltech.hour.astype(int)).argmax() == expect["mode_hour"]
    record_property("ours", f"{caltech.energy_kwh.mean():.2f} kWh, {np.median(caltech.duration_h):.2f} h")
    record_property("theirs", f"{expect['mean_kwh']} kWh, {expect['median_h']} h")


@functools.cache
def plug_ins_a_week():
    sessions = draw_sessions(
        np.random.default_rng(2),
        n_evse=20_000,
        n_days=28,
        dt_h=0.25,
        p_evse_kw=11.0,
        statistics=statistics("home"),
    )
    return len(sessions) / 20_000 / 4


def test_se_11_home_plug_ins_lie_in_the_range_of_the_trial(targets):
    expect, allowed = targets["se-11"]["expect"], targets["se-11"]["tolerance"]
    assert expect["least"] - allowed <= plug_ins_a_week() <= expect["most"] + allowed


def test_se_12_home_plug_ins_lie_in_the_range_of_the_model(targets):
    expect = targets["se-12"]["expect"]
    assert expect["least"] <= plug_ins_a_week() <= expect["most"]


@pytest.mark.parametrize("percent", [60, 80, 90])
def test_se_13_power_at_a_state_of_charge_over_the_largest(percent, targets):
    cars = Vehicles(np.array([60.0]), np.array([11.0]), np.array([3]), np.array([120.0]))
    taper = data.read("parameters")["dc_taper"]["values"][-1]["value"]
    soc = np.array([percent / 100])
    hours = fast_charge_hours(cars, soc_from=soc - 0.005, soc_to=soc + 0.005, p_evse_kw=350.0, taper=taper)
    share = 0.01 * 60.0 / hours[0] / 120.0
    assert share == pytest.approx(
        targets["se-13"]["expect"][f"at_{percent}"], abs=targets["se-13"]["tolerance_share"]
    )


@pytest.fixture(scope="module")
def boulder():
    file = DATA / "boulder_2018_2021_reduced.csv.gz"
    return read_sessions(gzip.decompress(file.read_bytes()), zone="America/Denver").records


def halves(records, seed):
    """Weeks at random into two halves: sessions to fit, sessions to check, and the days of each."""
    weeks = np.unique(records.week)
    first = np.random.default_rng(seed).permutation(weeks)[: weeks.size // 2]
    days = np.arange(records.day.min(), records.day.max() + 1)
    fit_day = np.isin((days - 1) // 7, first)
    fit = np.isin(records.week, first)
    return records.of(fit), records.of(~fit), days[fit_day], days[~fit_day]


def sample(fitted, p_kw):
    sessions = draw_sessions(
        np.random.default_rng(3),
        n_evse=20_000,
        n_days=28,
        dt_h=1 / 60,
        p_evse_kw=p_kw,
        statistics={**fitted, "sessions_per_week": 1.0, "day_spread": 0.0},
    )
    return sessions.arrival_step / 60 % 24, stay_h(sessions, 1 / 60), sessions.e_kwh


def compare(fitted, held, p_kw):
    """Largest distance of a distribution, largest difference of a rank correlation."""
    ours, real = sample(fitted, p_kw), (held.hour, held.duration_h, held.energy_kwh)
    distances = [distance(one, other) for one, other in zip(ours, real, strict=True)]
    pairs = ((0, 1), (0, 2), (1, 2))
    correlations = [rank_correlation(ours[a], ours[b]) - rank_correlation(real[a], real[b]) for a, b in pairs]
    return max(distances), max(np.abs(correlations))


def test_gen_01_marginals_and_rank_correlations_of_the_other_half_of_the_weeks(
    boulder, targets, record_property
):
    expect = targets["gen-01"]["expect"]
    fit, held, days, _ = halves(boulder, targets["gen-01"]["seed"])
    fitted = fit_sessions(fit, n_evse=54, days=days)
    assert n_fitted(fitted) <= expect["fitted_numbers"]
    gap, tie = compare(fitted, held, fitted["p_max_kw"])
    record_property("distance", f"{gap:.4f}")
    record_property("rank correlation", f"{tie:.3f}")
    assert gap <= expect["distance"]
    assert tie <= expect["rank_correlation"]


def test_gen_01_distances_over_six_seeds_and_halves_in_time(boulder, targets, record_property):
    """Splits that fail have halves that differ by 0.03 from each other, as whole weeks of 2020 fall to one side."""
    expect = targets["gen-01"]["expect"]
    gaps, ties = [], []
    for seed in range(2, 8):
        fit, held, days, _ = halves(boulder, seed)
        fitted = fit_sessions(fit, n_evse=54, days=days)
        gap, tie = compare(fitted, held, fitted["p_max_kw"])
        gaps.append(gap)
        ties.append(tie)
    half = np.arange(len(boulder)) < len(boulder) // 2
    fitted = fit_sessions(boulder.of(half), n_evse=54)
    late = compare(fitted, boulder.of(~half), fitted["p_max_kw"])
    record_property("seeds within", f"{np.sum(np.array(gaps) <= expect['distance'])} of 6")
    record_property("median distance", f"{np.median(gaps):.4f}")
    record_property("halves in time (not passed)", f"{late[0]:.3f}, {late[1]:.3f}")
    assert np.median(gaps) <= expect["distance"]
    assert np.max(ties) <= expect["rank_correlation"]


def daily_peaks(start_h, charge_h, p_kw, n_days):
    """Highest quarter-hour of each day, every session at its power from its arrival on."""
    load = np.zeros(n_days * 96)
    for start, end, power in zip(start_h * 4, (start_h + charge_h) * 4, p_kw, strict=True):
        steps = np.arange(int(start), min(int(np.ceil(end)), load.size))
        load[steps] += power * (np.minimum(end, steps + 1) - np.maximum(start, steps))
    return load.reshape(n_days, 96).max(axis=1)


def test_gen_01_daily_peaks_of_the_other_half_lie_in_the_band_as_often_as_they_should(
    boulder, targets, record_property
):
    """54 EVSEs at 27 stations; the band is P5 to P95 of 700 drawn days, workdays and weekends apart."""
    expect = targets["gen-01"]["expect"]
    fit, held, days, held_days = halves(boulder, targets["gen-01"]["seed"])
    fitted = fit_sessions(fit, n_evse=54, days=days)
    first = boulder.day.min()
    start = (held.day - first) * 24 + held.hour
    n_days = int(boulder.day.max() - first + 6)
    real = daily_peaks(start, held.charge_h, held.energy_kwh / held.charge_h, n_days)[held_days - first]
    sessions = draw_sessions(
        np.random.default_rng(11), n_evse=54, n_days=700, dt_h=0.25, p_evse_kw=fitted["p_max_kw"], statistics=fitted
    )  # fmt: skip
    power = np.full(len(sessions), fitted["p_mean_kw"])
    ours = daily_peaks(sessions.arrival_step / 4, sessions.e_kwh / power, power, 706)[:700]
    inside = np.zeros(real.size, dtype=bool)
    for weekend in (False, True):
        low, high = np.percentile(ours[(np.arange(700) % 7 >= 5) == weekend], [5, 95])
        those = ((held_days - 1) % 7 >= 5) == weekend
        inside[those] = (real[those] >= low) & (real[those] <= high)
    record_property("days in the band", f"{inside.mean():.3f}")
    assert expect["days_in_band_from"] <= inside.mean() <= expect["days_in_band_to"]


def test_gen_02_even_days_at_caltech_from_its_odd_days(caltech, targets, record_property):
    expect = targets["gen-02"]["expect"]
    odd = caltech.day % 2 == 1
    gap, tie = compare(fit_sessions(caltech.of(odd), n_evse=54), caltech.of(~odd), 6.6)
    record_property("distance", f"{gap:.3f}")
    record_property("rank correlation", f"{tie:.3f}")
    assert gap <= expect["distance"]
    assert tie <= expect["rank_correlation"]
