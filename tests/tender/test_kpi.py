"""KPIs from the operator's files, worked by hand, and what becomes of bad rows."""

import pytest

from calculators.engine.errors import InputError
from calculators.tender import kpi, records

STATUS = "point_id,start,end,status,exclusion,noticed_at\n"
SESSIONS = "session_id,point_id,plug_in,plug_out,energy_kwh,success,controlled,opted_out,promised_kwh,window_kwh,exported_kwh,end_soc_percent\n"
SIGNALS = "point_id,sent_at,limit_kw,source,reached_at,held_until\n"
TIME = "2027-03-01T{}:00+01:00"


def read(text):
    return records.read(text.splitlines(keepends=True))


def tender(requirement, metric, file, parameters, **keys):
    values = {name: {"value": value} for name, value in parameters.items()}
    entry = {
        "name": metric,
        "formula": "",
        "unit": "%",
        "sampling": "",
        "metric": metric,
        "file": file,
        **keys,
    }
    rules = {"vandalism_days": {"value": 10}, "planned_hours": {"value": 72}}
    return {
        "kind": "tender-result",
        "schema_version": 1,
        "requirements": [
            {"id": requirement, "parameters": values, "kpi": entry},
            {"id": "SL-02", "parameters": rules, "kpi": None},
            {"id": "GS-02", "parameters": {"dso_duration_h": {"value": 2}}, "kpi": None},
        ],
    }


def uptime(target=97):
    return tender("SL-01", "uptime_percent", "status", {"uptime_percent": target}, at_least="uptime_percent")


def only(contract, text):
    (verdict,) = kpi.check(contract, [read(text)])
    return verdict


def test_uptime_of_the_worked_example_is_98_6_percent():
    # 30 days are 43,200 minutes; down 1,000, of which 400 planned: (43,200 - 600) / 43,200 = 98.611 %.
    text = STATUS + (
        "A,2027-04-01T00:00:00Z,2027-04-10T00:00:00Z,up,none,\n"
        "A,2027-04-10T00:00:00Z,2027-04-10T10:00:00Z,down,none,\n"
        "A,2027-04-10T10:00:00Z,2027-04-10T16:40:00Z,down,planned-maintenance,\n"
        "A,2027-04-10T16:40:00Z,2027-05-01T00:00:00Z,up,none,\n"
    )
    contract = uptime()
    contract["requirements"][1]["parameters"]["planned_hours"]["value"] = (
        365  # 30 hours in 30 days: all 400 minutes count
    )
    verdict = only(contract, text)
    assert verdict.verdict == "pass"
    assert verdict.value == pytest.approx(100 * 42_600 / 43_200)


def test_planned_maintenance_counts_only_up_to_its_yearly_allowance_in_proportion():
    # 72 h a year are 72 * 10 / 365 = 1.9726 h in ten days; 5 h were used, so 3.0274 h of 240 h are down.
    text = STATUS + (
        "A,2027-04-01T00:00:00Z,2027-04-01T05:00:00Z,down,planned-maintenance,\n"
        "A,2027-04-01T05:00:00Z,2027-04-11T00:00:00Z,up,none,\n"
    )
    assert only(uptime(), text).value == pytest.approx(100 * (1 - (5 - 72 * 10 / 365) / 240))


def test_the_worst_point_decides_and_its_rows_are_named():
    text = STATUS + (
        "A,2027-04-01T00:00:00Z,2027-04-11T00:00:00Z,up,none,\n"
        "B,2027-04-01T00:00:00Z,2027-04-02T00:00:00Z,down,none,\n"
        "B,2027-04-02T00:00:00Z,2027-04-11T00:00:00Z,up,none,\n"
    )
    verdict = only(uptime(), text)
    assert (verdict.verdict, verdict.value) == ("fail", pytest.approx(90))
    assert [line for line, _ in verdict.rows] == [3] and "B: down 24.0 h" in verdict.rows[0][1]


def test_time_that_no_row_covers_is_down():
    text = STATUS + (
        "A,2027-04-01T00:00:00Z,2027-04-11T00:00:00Z,up,none,\n"
        "B,2027-04-01T00:00:00Z,2027-04-09T00:00:00Z,up,none,\n"
    )
    verdict = only(uptime(), text)
    assert verdict.value == pytest.approx(80) and "48.0 h without any row" in verdict.rows[0][1]


@pytest.mark.parametrize(
    ("exclusion", "percent"), [("grid-failure", 100), ("force-majeure", 100), ("vandalism", 95), ("none", 45)]
)
def test_exclusions_follow_the_contract(exclusion, percent):
    # 11 of 20 days down; vandalism is excused for 10 days of one incident.
    text = STATUS + (
        f"A,2027-04-01T00:00:00Z,2027-04-12T00:00:00Z,down,{exclusion},\nA,2027-04-12T00:00:00Z,2027-04-21T00:00:00Z,up,none,\n"
    )
    assert only(uptime(), text).value == pytest.approx(percent)


def test_an_exclusion_the_contract_leaves_open_is_not_decidable():
    contract = uptime()
    contract["requirements"][1]["parameters"]["vandalism_days"]["value"] = None
    text = STATUS + "A,2027-04-01T00:00:00Z,2027-04-12T00:00:00Z,down,vandalism,\n"
    verdict = only(contract, text)
    assert verdict.verdict == "not decidable" and "SL-02" in verdict.why


def session(
    number, energy, *, success="yes", controlled="yes", opted="no", promised="", window="", out="", soc=""
):
    times = f"{TIME.format('18:00')},{TIME.format('23:00')}"
    return f"s{number},P{number},{times},{energy},{success},{controlled},{opted},{promised},{window},{out},{soc}\n"


def test_success_rate_is_a_share_of_all_attempts():
    contract = tender("SL-04", "success_percent", "sessions", {"csr_percent": 75}, at_least="csr_percent")
    text = SESSIONS + "".join(session(n, 5, success="no" if n == 2 else "yes") for n in range(4))
    verdict = only(contract, text)
    assert (verdict.verdict, verdict.value) == ("pass", 75)
    assert verdict.rows == ((4, "P2: no code"),)
    contract["requirements"][0]["parameters"]["csr_percent"]["value"] = 75.1
    assert only(contract, text).verdict == "fail"


def test_a_promise_not_kept_counts_unless_the_user_opted_out():
    contract = tender("SC-04", "short_sessions_percent", "sessions", {}, at_most_value=0)
    rows = session(0, 20, promised=20) + session(1, 12, promised=20) + session(2, 1, promised=20, opted="yes")
    rows += session(3, 1, promised=20, controlled="no") + session(4, 19.96, promised=20)
    verdict = only(contract, SESSIONS + rows)
    assert verdict.verdict == "fail" and verdict.value == pytest.approx(100 / 3)
    assert verdict.rows == ((3, "P1: 12.0 of 20.0 kWh"),)


def test_energy_in_the_window_is_a_share_of_energy():
    contract = tender("SC-03", "window_energy_percent", "sessions", {})
    verdict = only(contract, SESSIONS + session(0, 30, window=3) + session(1, 10, window=5) + session(2, 99))
    assert (
        verdict.value == pytest.approx(20)
        and verdict.verdict == "not decidable"
        and "no target" in verdict.why
    )


def test_only_sessions_that_fed_back_are_held_to_the_lowest_state_of_charge():
    contract = tender(
        "VG-13",
        "floor_breach_percent",
        "sessions",
        {"min_soc_percent": 40},
        limit="min_soc_percent",
        at_most_value=0,
    )
    rows = (
        session(0, 5, out=3, soc=40)
        + session(1, 5, out=3, soc=39)
        + session(2, 5, out=0, soc=10)
        + session(3, 5, soc=10)
    )
    verdict = only(contract, SESSIONS + rows)
    assert (verdict.verdict, verdict.value, [line for line, _ in verdict.rows]) == ("fail", 50, [3])


def test_notice_and_repair_are_measured_from_the_start_of_the_outage():
    day = "2027-04-{:02}T{}:00Z"
    text = STATUS + (
        f"A,{day.format(1, '08:00')},{day.format(1, '20:00')},down,none,{day.format(1, '08:30')}\n"
        f"A,{day.format(2, '08:00')},{day.format(3, '20:00')},down,none,{day.format(2, '08:31')}\n"
        f"A,{day.format(4, '08:00')},{day.format(4, '09:00')},down,planned-maintenance,\n"
    )
    notice = tender(
        "SL-05", "fault_notice_percent", "status", {"m": 30, "share": 95}, limit="m", at_least="share"
    )
    repair = tender(
        "SL-06", "restored_percent", "status", {"h": 24, "share": 50}, limit="h", at_least="share"
    )
    assert (only(notice, text).verdict, only(notice, text).value) == ("fail", 50)
    assert (only(repair, text).verdict, only(repair, text).value) == ("pass", 50)


def test_a_grid_limit_has_to_be_reached_in_time_and_held():
    def signal(reached, held, source="grid"):
        return f"A,{TIME.format('18:00')},50,{source},{reached},{held}\n"

    text = (
        SIGNALS
        + signal(TIME.format("18:01"), TIME.format("20:01"))
        + signal(TIME.format("18:01"), TIME.format("19:00"))
    )
    text += signal(TIME.format("18:05"), TIME.format("21:00")) + signal("", "") + signal("", "", "price")
    contract = tender(
        "GS-02",
        "grid_response_percent",
        "signals",
        {"dso_response_s": 60, "dso_duration_h": 2},
        limit="dso_response_s",
    )
    contract["requirements"].pop()
    verdict = only(contract, text)
    assert verdict.value == 25 and verdict.count == 3


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            "s1,P1,2027-03-01T18:00:00,2027-03-01T19:00:00Z,5,yes,,,,,,",
            "plug_in: '2027-03-01T18:00:00' has no offset from UTC",
        ),
        ("s1,P1,soon,2027-03-01T19:00:00Z,5,yes,,,,,,", "plug_in: 'soon' cannot be read"),
        ("s1,P1,2027-03-01T20:00:00Z,2027-03-01T19:00:00Z,5,yes,,,,,,", "plug_out lies before plug_in"),
        (
            "s1,P1,2027-03-01T18:00:00Z,2027-03-01T19:00:00Z,-5,yes,,,,,,",
            "energy_kwh: '-5' is not a number of 0 or more",
        ),
        (
            "s1,P1,2027-03-01T18:00:00Z,2027-03-01T19:00:00Z,nan,yes,,,,,,",
            "energy_kwh: 'nan' is not a number of 0 or more",
        ),
        (
            "s1,P1,2027-03-01T18:00:00Z,2027-03-01T19:00:00Z,5,maybe,,,,,,",
            "success: 'maybe' is not one of yes, no",
        ),
        ("s1,P1,2027-03-01T18:00:00Z,2027-03-01T19:00:00Z,,yes,,,,,,", "energy_kwh is empty"),
        ("s1,P1", "2 cells instead of 12"),
    ],
)
def test_a_malformed_row_is_listed_with_its_line_and_does_not_stop_the_rest(row, why):
    log = read(SESSIONS + session(0, 5) + row + "\n" + session(2, 5))
    assert log.malformed == [records.Malformed(3, why)]
    assert len(log.rows) == 2


def test_overlapping_spans_of_a_point_are_listed():
    text = STATUS + (
        "A,2027-04-01T00:00:00Z,2027-04-02T00:00:00Z,up,none,\n"
        "A,2027-04-01T12:00:00Z,2027-04-03T00:00:00Z,down,none,\n"
        "B,2027-04-01T12:00:00Z,2027-04-03T00:00:00Z,up,none,\n"
    )
    log = read(text)
    assert [row.line for row in log.malformed] == [3] and len(log.rows) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("a,b\n1,2\n", "columns of the file"),
        (STATUS.replace("noticed_at", "mood") + "x\n", "the column 'mood' is not in the data annex"),
        (STATUS.replace("noticed_at", "start"), "the column 'start' stands twice"),
        ("point_id,start,end,status\n", "columns of the file 'status' are missing: exclusion"),
    ],
)
def test_a_file_with_wrong_columns_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        read(text)


def test_a_kpi_whose_file_or_column_is_missing_is_not_decidable():
    contract = tender(
        "SL-05", "fault_notice_percent", "status", {"m": 30, "share": 95}, limit="m", at_least="share"
    )
    (verdict,) = kpi.check(contract, [])
    assert verdict.verdict == "not decidable" and "was not given" in verdict.why
    text = STATUS.replace(",noticed_at", "") + "A,2027-04-01T00:00:00Z,2027-04-02T00:00:00Z,down,none\n"
    assert "no column noticed_at" in only(contract, text).why


@pytest.mark.parametrize(
    "content",
    [{}, {"kind": "tender"}, [], {"kind": "tender-result", "schema_version": 9, "requirements": []}],
)
def test_a_file_that_is_not_a_tender_is_refused(content):
    with pytest.raises(InputError):
        kpi.check(content, [])


def test_a_hundred_thousand_sessions_are_read_with_progress_and_can_be_stopped():
    lines = [SESSIONS] + [
        session(n % 50, 5 + n % 7, success="no" if n % 100 == 0 else "yes") for n in range(100_000)
    ]
    seen = []
    log = records.read(lines, progress=lambda done, total: seen.append((done, total)) or True, total=100_000)
    assert len(log.rows) == 100_000 and seen == [(20_000 * n, 100_000) for n in range(1, 6)]
    contract = tender("SL-04", "success_percent", "sessions", {"csr_percent": 99}, at_least="csr_percent")
    (verdict,) = kpi.check(contract, [log])
    assert (verdict.value, verdict.count, len(verdict.rows)) == (99, 1000, 50)
    assert len(records.read(lines, progress=lambda done, total: False).rows) == 20_000
