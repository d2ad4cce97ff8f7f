"""Connection sizing: golden cases by hand, and what may never happen."""

import numpy as np
import pytest

from calculators import registry
from calculators.engine.charging import STRATEGIES, Sessions
from calculators.engine.site.needs import Storage
from calculators.engine.site.place import DAY, N_SIM, Site, sessions_at
from calculators.engine.site.sizing_week import Terms, draw_need, need_of, two_levels, with_storage

ID = "connection-sizing"
NO_BATTERY = Storage(0.0, 0.0, 1.0)
STRICT = Terms(0.0, NO_BATTERY, (17.0, 21.0))


def nights(n: int, e_kwh: float, p_kw: float, *, first_h: float = 20.0, hours: float = 10.0) -> Sessions:
    """`n` vehicles plugged in every night of nine days but the last, all for the same hours."""
    start = (np.arange(8) * DAY + round(first_h * 4)).astype(int)
    arrival = np.tile(start, n)
    stay = round(hours * 4)
    return Sessions(
        arrival,
        arrival + stay,
        np.full(arrival.size, e_kwh),
        np.full(arrival.size, p_kw),
        np.repeat(np.arange(n), 8),
    )


def test_ten_vehicles_all_night_need_their_energy_over_the_hours():
    need = need_of(nights(10, 30.0, 11.0), np.zeros(N_SIM), STRICT)
    assert need.smart == pytest.approx(10 * 30 / 10, rel=1e-4)
    assert need.uncontrolled == pytest.approx(110.0)
    assert need.static_cap == pytest.approx(30.0, rel=1e-4)
    assert need.point_kw == pytest.approx(3.0)


def test_charging_fits_beside_other_load_by_hand():
    # 20 kW by day and 5 kW from 20 to 6 h: 300 kWh over 10 h make 35 kW, above the day's 20.
    base = np.where((np.arange(N_SIM) % DAY >= 80) | (np.arange(N_SIM) % DAY < 24), 5.0, 20.0)
    need = need_of(nights(10, 30.0, 11.0), base, STRICT)
    assert need.smart == pytest.approx(35.0, rel=1e-4)
    assert need.base_peak == 20.0


def test_a_battery_takes_its_energy_off_the_night_by_hand():
    # 100 kWh lossless over 10 h: 10 kW less, refilled in the 14 h between.
    need = need_of(nights(10, 30.0, 11.0), np.zeros(N_SIM), STRICT)
    found = with_storage([need], Storage(100.0, 50.0, 1.0), smart=True)
    assert found[0] == pytest.approx(20.0, abs=30 / 4096 + 0.01)


def test_energy_that_may_be_missed_by_hand():
    # A tenth of the energy missed every night: 27 kW.
    need = need_of(nights(10, 30.0, 11.0), np.zeros(N_SIM), Terms(0.1, NO_BATTERY, (17.0, 21.0)))
    inside = 10 * 6 * 30.0  # six of the seven nights lie wholly in the week
    assert need.wished_kwh == pytest.approx(inside)
    # The week holds 4 h of the night before, 6 whole nights and 6 h less of the last: 7 nights of energy at 30 kW.
    assert need.smart == pytest.approx(30.0 - 0.1 * inside / 70.0, rel=2e-3)


def test_points_too_weak_are_named_with_the_power_that_would_do():
    need = need_of(nights(4, 88.0, 4.0), np.zeros(N_SIM), STRICT)
    assert need.beyond_kwh == pytest.approx(4 * 6 * 48.0)
    assert need.needed_kw == pytest.approx(8.8)


def test_two_levels_by_hand():
    # 20 to 6 h, busy from 20 to 22 h, 300 kWh: with as much extra as one likes, nothing charges in the busy hours and
    # 8 h take 37.5 kW; with 10 kW extra, 2 F + 8 (F + 10) = 300 gives F = 22.
    sessions = nights(10, 30.0, 11.0)
    busy = (np.arange(N_SIM) % DAY >= 80) & (np.arange(N_SIM) % DAY < 88)
    firm, outside = two_levels(sessions, np.zeros(N_SIM), 0.0, 10.0, busy)
    assert (firm, outside) == (pytest.approx(22.0, rel=1e-3), pytest.approx(32.0, rel=1e-3))
    firm, outside = two_levels(sessions, np.zeros(N_SIM), 0.0, 500.0, busy)
    assert (firm, outside) == (pytest.approx(0.0, abs=1e-6), pytest.approx(37.5, rel=1e-3))


@pytest.mark.parametrize("kind", ["home", "workplace", "kerbside", "destination", "rapid", "depot"])
@pytest.mark.parametrize("seed", [1, 2])
def test_smart_never_needs_more_than_no_control_and_never_less_than_the_other_load(kind, seed, parameters):
    site = Site(
        kind, 6, 30.0 if kind == "depot" else 11.0, 1.0, parameters,
        n_home=10, household_kwh=2700, other_kw=15.0, km=120, kwh_per_km=0.86,
    )  # fmt: skip
    need = draw_need(site, Terms(0.01, NO_BATTERY, (17.0, 21.0)), seed)
    assert need.base_peak <= need.smart <= need.sharing + 1e-9 <= need.uncontrolled + 1e-8
    assert need.static_cap <= need.uncontrolled + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_more_charge_points_never_need_less(seed, parameters):
    site = Site("home", 24, 11.0, 1.0, parameters)
    sessions = sessions_at(site, np.random.default_rng(seed))
    base = np.full(N_SIM, 5.0)
    needs = [need_of(sessions.take(sessions.evse < n), base, STRICT) for n in (6, 12, 24)]
    for name in ("smart", "uncontrolled", "point_kw"):
        values = [getattr(need, name) for need in needs]
        assert all(np.diff(values) >= -1e-3 * values[-1]), name


@pytest.mark.parametrize("seed", range(3))
def test_more_may_be_missed_never_needs_more(seed, parameters):
    site = Site("workplace", 20, 11.0, 1.0, parameters, other_kw=20.0)
    needs = [
        draw_need(site, Terms(share, NO_BATTERY, (17.0, 21.0)), seed) for share in (0.0, 0.01, 0.05, 0.2)
    ]
    assert all(np.diff([need.smart for need in needs]) <= 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_larger_battery_never_needs_more(seed, parameters):
    site = Site("destination", 20, 11.0, 1.0, parameters, other_kw=20.0)
    need = draw_need(site, STRICT, seed)
    found = [
        float(with_storage([need], Storage(e_kwh, 40.0, 0.92), smart=smart)[0])
        for smart in (True, False)
        for e_kwh in (0.0, 20.0, 80.0, 320.0)
    ]
    step = need.uncontrolled / 4096
    assert all(np.diff(found[:4]) <= step) and all(np.diff(found[4:]) <= step)
    assert found[0] == need.smart and found[4] == need.uncontrolled


@pytest.fixture(scope="module")
def result():
    return registry.run(ID, {"n_draws": 3, "n_evse": 15})


def test_every_case_of_the_table_is_a_strategy_or_one_with_a_battery():
    names = set(registry.definition(ID)["tables"][0]["labels"]) - {"ratings", "free-storage", "smart-storage"}
    assert names <= set(STRATEGIES)


def test_the_answer_says_connection_band_comparison_and_terms(result):
    smart, free = result["results"]["smart_kw"], result["results"]["uncontrolled_kw"]
    assert (
        f"With smart charging {smart['p90']:.0f} kW of connection are enough in 9 of 10 weeks"
        in result["headline"]
    )
    assert f"against {free['p90']:.0f} kW without control" in result["headline"]
    assert "firm from 17 to 21 h" in result["headline"]
    assert "{" not in result["headline"] and "nan" not in str(result)


def test_the_four_cases_and_the_terms_are_shown(result):
    cases = [row[0] for row in result["tables"][0]["rows"]]
    assert {"no control", "fixed lower power", "smart (flattening)", "smart + battery"} <= set(cases)
    firm = [row[1] for row in result["tables"][1]["rows"]]
    outside = [row[2] for row in result["tables"][1]["rows"]]
    assert len(firm) == 4 and firm == sorted(firm, reverse=True)
    assert all(out >= fixed for out, fixed in zip(outside, firm, strict=True))


def test_solar_power_needs_a_connection_for_feed_in():
    found = registry.run(ID, {"n_draws": 3, "n_evse": 4, "pv_kwp": 300, "other_kw": 10})
    export = found["results"]["export_kw"]["value"]
    assert 150 < export < 300
    assert any(item["code"] == "feed-in" for item in found["warnings"])
    dark = registry.run(ID, {"n_draws": 3, "n_evse": 4, "other_kw": 10})
    assert found["results"]["smart_kw"] == dark["results"]["smart_kw"]  # a dark week must work too


def test_a_depot_with_points_too_weak_says_so_first():
    found = registry.run(ID, {"kind": "depot", "evse_kw": 7, "n_evse": 6, "n_draws": 3})
    assert found["verdict"] == "too-weak"
    assert found["warnings"][0]["code"] == "points-too-weak"


def test_a_rapid_hub_is_told_that_its_drivers_wait():
    found = registry.run(ID, {"kind": "rapid", "evse_kw": 50, "n_evse": 4, "n_draws": 3})
    assert any(item["code"] == "drivers-wait" for item in found["warnings"])


def test_stopping_keeps_the_weeks_done():
    found = registry.run(ID, {"n_evse": 8, "n_draws": 6}, progress=lambda done, total: done < 3)
    assert found["partial"] is True
    assert found["results"]["firm_kw"]["value"] == found["results"]["smart_kw"]["value"]
    assert "after 3 random weeks" in found["warnings"][0]["message"]
    assert len(found["charts"][1]["table"]["rows"]) == 2 * DAY


def test_a_site_where_nobody_charges_is_said():
    found = registry.run(ID, {"n_evse": 1, "use_percent": 10, "other_kw": 0, "n_draws": 3})
    assert found["verdict"] == "idle"
    assert "Enter more points or more use" in found["headline"]
