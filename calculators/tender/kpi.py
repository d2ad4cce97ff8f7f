"""After the award: what the operator's files say about each KPI. Standard library only, nothing leaves the machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from calculators.engine.errors import InputError, Problem
from calculators.tender.records import Log, Value, number
from calculators.tender.values import is_number

SHOWN = 50
DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0


@dataclass(frozen=True)
class Verdict:
    """One KPI.

    Parameters
    ----------
    id, name, unit : str
    verdict : {"pass", "fail", "not decidable"}
    value : float or None
    target : str
    why : str
        What decided it, or what is missing.
    rows : tuple of (int, str)
        Lines of the file behind a failure, at most 50, with what is wrong there.
    count : int
        How many rows there are behind it in all.
    """

    id: str
    name: str
    unit: str
    verdict: str
    value: float | None
    target: str
    why: str
    rows: tuple[tuple[int, str], ...] = ()
    count: int = 0


Measured = tuple[float, list[tuple[int, str]]]


def check(tender: dict[str, Any], logs: list[Log]) -> list[Verdict]:
    """Compute every KPI of a tender from the files at hand.

    Parameters
    ----------
    tender : dict
        `tender.json` as written with the documents.
    logs : list of Log

    Raises
    ------
    InputError
        If the tender file is not one of ours or was written by a newer version.
    """
    _known(tender)
    try:
        wanted, parameters = _contract(tender["requirements"])
    except (TypeError, KeyError, AttributeError) as error:
        raise InputError(Problem("tender-file", f"the file is damaged ({error!r}).", "--tender")) from error
    return [_one(item, parameters, logs) for item in wanted]


def _contract(requirements: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the requirements with a KPI and all parameters; a file that was changed by hand raises."""
    parameters = {
        f"{item['id']}.{name}": value["value"] if is_number(value["value"]) else None
        for item in requirements
        for name, value in item["parameters"].items()
    }
    wanted = [item for item in requirements if item["kpi"] and item["kpi"]["metric"] in METRICS]
    for item in wanted:
        for text in (item["id"], *(item["kpi"][key] for key in ("name", "unit", "file"))):
            if not isinstance(text, str):
                raise TypeError(f"{text!r} is not a text")
    return wanted, parameters


def _known(tender: dict[str, Any]) -> None:
    """Refuse what is not a tender.json of ours."""
    if (
        not isinstance(tender, dict)
        or tender.get("kind") != "tender-result"
        or not isinstance(tender.get("requirements"), list)
    ):
        raise InputError(
            Problem(
                "tender-file",
                "this is not a tender.json.",
                "--tender",
                "Make it with: smartcharge tender --format json.",
            )
        )
    version = tender.get("schema_version")
    if version != 1:
        raise InputError(
            Problem(
                "tender-newer",
                f"the file has schema version {version}; this engine reads version 1.",
                "--tender",
            )
        )


def _one(item: dict[str, Any], parameters: dict[str, Any], logs: list[Log]) -> Verdict:
    kpi, here = item["kpi"], item["id"]
    log = next((entry for entry in logs if entry.kind == kpi["file"]), None)

    def answer(
        verdict: str,
        why: str,
        value: float | None = None,
        target: str = "",
        bad: list[tuple[int, str]] | None = None,
    ) -> Verdict:
        rows = bad or []
        return Verdict(
            here, kpi["name"], kpi["unit"], verdict, value, target, why, tuple(rows[:SHOWN]), len(rows)
        )

    if log is None:
        return answer("not decidable", f"the file '{kpi['file']}' was not given")
    metric, columns = METRICS[kpi["metric"]]
    missing = [column for column in columns if column not in log.columns]
    if missing:
        return answer("not decidable", f"the file '{log.kind}' has no column {', '.join(missing)}")
    if not log.rows:
        return answer("not decidable", "the file holds no usable row")
    limit = parameters.get(f"{here}.{kpi['limit']}") if "limit" in kpi else None
    try:
        value, bad = metric(log, limit, parameters)
    except _UndecidedError as reason:
        return answer("not decidable", str(reason))
    for key, sign, holds in (("at_least", "at least", value.__ge__), ("at_most", "at most", value.__le__)):
        wanted = kpi.get(f"{key}_value", parameters.get(f"{here}.{kpi[key]}") if key in kpi else None)
        if is_number(wanted):
            target = f"{sign} {wanted:g} {kpi['unit']}"
            return answer(
                "pass" if holds(float(wanted)) else "fail", f"{len(log.rows)} rows", value, target, bad
            )
    return answer("not decidable", "no target is agreed; the value is for the baseline year", value, "", bad)


class _UndecidedError(Exception):
    """The data or the contract do not allow a verdict."""


def _share(
    rows: list[dict[str, Value]],
    good: Callable[[dict[str, Value]], bool],
    why: Callable[[dict[str, Value]], str],
    nothing: str,
) -> Measured:
    if not rows:
        raise _UndecidedError(nothing)
    bad = [(int(number(row, "line")), why(row)) for row in rows if not good(row)]
    return 100.0 * (len(rows) - len(bad)) / len(rows), bad


def _need(limit: Any, what: str) -> float:
    if not is_number(limit):
        raise _UndecidedError(f"the contract leaves {what} open")
    return float(limit)


def uptime(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Lowest uptime of all points in percent, by the formula of SL-01 and SL-02.

    The period runs from the first start to the last end in the file. Time of a point that no row covers counts as
    down. Vandalism is excluded up to the agreed days per incident, planned maintenance up to the agreed hours a year
    (in proportion to the period); failure of the grid and force majeure are excluded in full.
    """
    begin = min(number(row, "start") for row in log.rows)
    end = max(number(row, "end") for row in log.rows)
    period = end - begin
    if period <= 0:
        raise _UndecidedError("the file covers no time")
    up: dict[Value, float] = defaultdict(float)
    excused: dict[Value, float] = defaultdict(float)
    planned: dict[Value, float] = defaultdict(float)
    out: dict[Value, float] = defaultdict(float)
    down: dict[Value, list[tuple[int, str]]] = defaultdict(list)
    for row in log.rows:
        point, span = row["point_id"], number(row, "end") - number(row, "start")
        up.setdefault(point, 0.0)
        if row["status"] == "up":
            up[point] += span
            continue
        out[point] += span
        down[point].append(
            (int(number(row, "line")), f"{point}: down {span / HOUR:.1f} h, exclusion {row['exclusion']}")
        )
        if row["exclusion"] in ("grid-failure", "force-majeure"):
            excused[point] += span
        elif row["exclusion"] == "vandalism":
            excused[point] += min(
                span, DAY * _need(parameters.get("SL-02.vandalism_days"), "the days of vandalism (SL-02)")
            )
        elif row["exclusion"] == "planned-maintenance":
            planned[point] += span
    if planned:
        hours = _need(parameters.get("SL-02.planned_hours"), "the hours of planned maintenance (SL-02)")
        allowed = HOUR * hours * min(1.0, period / (365.0 * DAY))
        for point, span in planned.items():
            excused[point] += min(span, allowed)
    percent = {point: 100.0 * (up[point] + excused[point]) / period for point in up}
    wanted = parameters.get("SL-01.uptime_percent")
    bad = []
    for point, value in sorted(percent.items(), key=lambda item: (item[1], str(item[0]))):
        if is_number(wanted) and value < wanted:
            hidden = period - up[point] - out[point]
            note = f", of which {hidden / HOUR:.1f} h without any row" if hidden > MINUTE else ""
            bad += [(line, f"{text} (point at {value:.2f} %{note})") for line, text in down[point]] or [
                (0, f"{point} at {value:.2f} %{note}")
            ]
    return min(percent.values()), bad


def success(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of attempts that succeeded."""
    return _share(
        log.rows,
        lambda row: row["success"] == "yes",
        lambda row: f"{row['point_id']}: {row.get('error_code') or 'no code'}",
        "no attempt",
    )


def fault_notice(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of faults told to the maintainer in time."""
    minutes = _need(limit, "the time to notify a fault")

    def late(row: dict[str, Value]) -> float:
        return (
            float("inf")
            if row["noticed_at"] is None
            else (number(row, "noticed_at") - number(row, "start")) / MINUTE
        )

    rows = [row for row in log.rows if row["status"] == "down" and row["exclusion"] != "planned-maintenance"]
    return _share(
        rows,
        lambda row: late(row) <= minutes,
        lambda row: f"{row['point_id']}: after {late(row):.0f} min",
        "no fault in the file",
    )


def restored(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of outages that ended in time."""
    hours = _need(limit, "the time to restore")

    def span(row: dict[str, Value]) -> float:
        return (number(row, "end") - number(row, "start")) / HOUR

    rows = [row for row in log.rows if row["status"] == "down" and row["exclusion"] == "none"]
    return _share(
        rows,
        lambda row: span(row) <= hours,
        lambda row: f"{row['point_id']}: {span(row):.1f} h",
        "no outage in the file",
    )


def window_energy(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of the energy delivered inside the window that was to be avoided."""
    rows = [row for row in log.rows if row["window_kwh"] is not None]
    total = sum(number(row, "energy_kwh") for row in rows)
    if total <= 0:
        raise _UndecidedError("no session says how much energy lay inside the window")
    return 100.0 * sum(number(row, "window_kwh") for row in rows) / total, []


def short_sessions(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of controlled sessions that got less than was promised."""
    rows = [row for row in log.rows if row["controlled"] == "yes" and row.get("opted_out") != "yes"]
    known = [row for row in rows if row["promised_kwh"] is not None]
    good, bad = _share(
        known,
        lambda row: (
            number(row, "energy_kwh") >= number(row, "promised_kwh") - 0.05
        ),  # a meter shows a tenth of a kWh
        lambda row: f"{row['point_id']}: {row['energy_kwh']:.1f} of {row['promised_kwh']:.1f} kWh",
        "no controlled session says what was promised",
    )
    return 100.0 - good, bad


def floor_breach(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of sessions with discharging that ended below the agreed state of charge."""
    floor = _need(limit, "the lowest state of charge")
    rows = [row for row in log.rows if (row["exported_kwh"] or 0) and row["end_soc_percent"] is not None]
    good, bad = _share(
        rows,
        lambda row: number(row, "end_soc_percent") >= floor,
        lambda row: f"{row['point_id']}: {row['end_soc_percent']:.0f} %",
        "no session with discharging says its state of charge",
    )
    return 100.0 - good, bad


def controlled(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of sessions the system limited at some time."""
    rows = [row for row in log.rows if row["controlled"] is not None]
    share, _ = _share(
        rows,
        lambda row: row["controlled"] == "yes",
        lambda row: "",
        "no session says whether it was controlled",
    )
    return share, []


def setpoints(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of limits reached in time."""
    return _reached(log.rows, _need(limit, "the time to apply a limit"), 0.0)


def grid_response(log: Log, limit: Any, parameters: dict[str, Any]) -> Measured:
    """Share of the grid operator's limits reached in time and held for the agreed hours."""
    hours = _need(parameters.get("GS-02.dso_duration_h"), "how long a limit must hold")
    return _reached(
        [row for row in log.rows if row["source"] == "grid"], _need(limit, "the time to respond"), hours
    )


def _reached(rows: list[dict[str, Value]], seconds: float, hours: float) -> Measured:
    def good(row: dict[str, Value]) -> bool:
        if row["reached_at"] is None or number(row, "reached_at") - number(row, "sent_at") > seconds:
            return False
        return hours <= 0 or (
            row.get("held_until") is not None
            and number(row, "held_until") - number(row, "reached_at") >= hours * HOUR
        )

    def why(row: dict[str, Value]) -> str:
        if row["reached_at"] is None:
            return f"{row['point_id']}: never reached"
        return f"{row['point_id']}: after {number(row, 'reached_at') - number(row, 'sent_at'):.0f} s" + (
            "" if hours <= 0 else ", or not held"
        )

    return _share(rows, good, why, "no limit in the file")


METRICS: dict[str, tuple[Callable[[Log, Any, dict[str, Any]], Measured], tuple[str, ...]]] = {
    "uptime_percent": (uptime, ("status", "exclusion")),
    "success_percent": (success, ("success",)),
    "fault_notice_percent": (fault_notice, ("noticed_at",)),
    "restored_percent": (restored, ("status",)),
    "window_energy_percent": (window_energy, ("window_kwh",)),
    "short_sessions_percent": (short_sessions, ("controlled", "promised_kwh")),
    "floor_breach_percent": (floor_breach, ("exported_kwh", "end_soc_percent")),
    "controlled_percent": (controlled, ("controlled",)),
    "setpoint_percent": (setpoints, ("reached_at",)),
    "grid_response_percent": (grid_response, ("reached_at", "held_until")),
}
