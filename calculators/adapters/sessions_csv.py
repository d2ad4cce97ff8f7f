"""Charging sessions from a city's own CSV: columns by their usual names, local time, what was dropped and why.

Known headers: OCPI charge detail records, ElaadNL open transactions, British chargepoint statistics, ACN-Data,
the dashboards of Boulder and Dundee. Columns with names, cards or users are never read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from calculators.adapters import delimited
from calculators.engine.demand.records import SessionRecords
from calculators.engine.errors import InputError, Problem

HEADERS = {
    "start": "start startdatetime starteddatetime startdate starttime utctransactionstart connectiontime "
    "arrival datedemarrage begin",
    "start_clock": "starttime startclock",
    "end": "end enddatetime stopdatetime enddate utctransactionstop disconnecttime departure datefin stop",
    "end_clock": "endtime endclock",
    "duration": "totaldurationhhmmss connectedtime pluginduration totaltime dureetotales duration durationh "
    "durationmin durations connectedh connectedmin",
    "charge": "chargingtimehhmmss chargetime chargingtime chargeh chargingh chargingmin",
    "energy": "energykwh totalenergy energy kwhdelivered totalkwh consommationtotalewh requestedkwh energywh kwh "
    "volume",
    "station": "stationname evseid evseuid chargepoint chargepointid cpid stationid locationid idborne station",
}
"""Accepted names, letters and digits only, by what they hold; the first that the file has is taken."""
HOURS = {"connectedtime", "pluginduration", "totaltime", "chargetime"}
LEAST_KWH, MOST_KWH = 0.5, 150.0
LEAST_H, MOST_H = 2 / 60, 120.0
YEARS = (1990, 2100)
"""A time outside is a fault of the file, as 1970 where a clock was never set."""


@dataclass(frozen=True)
class CleaningReport:
    """What was read and what was left out.

    Attributes
    ----------
    n_rows, n_kept : int
    dropped : dict of str to int
        Rows left out by reason.
    columns : dict of str to str
        Header of the file by what it was read as.
    zone : str
        Time zone of the result.
    """

    n_rows: int
    n_kept: int
    dropped: dict[str, int]
    columns: dict[str, str]
    zone: str


@dataclass(frozen=True)
class SessionLog:
    """Sessions of a file, the names of its stations, and the report."""

    records: SessionRecords
    stations: tuple[str, ...]
    report: CleaningReport


def read_sessions(
    data: bytes,
    *,
    zone: str,
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    where: str = "sessions",
) -> SessionLog:
    """Read charging sessions.

    Parameters
    ----------
    data : bytes
        CSV with a header row; separated by ; , or tab, with decimal point or comma.
    zone : str
        Time zone of the city. Times with an offset are converted, those of a column named UTC too; others are taken
        as local.
    columns : mapping of str to str, optional
        Header by what it holds (`start`, `end`, `duration`, `charge`, `energy`, `station`), for unusual headers.
    day_first : bool, optional
        Order of dates like 03/04/2024; found from the file when left out.
    where : str
        Name of the file, for messages.

    Returns
    -------
    SessionLog

    Raises
    ------
    InputError
        No usable header, an unknown zone, dates of unclear order, a unit that cannot be told, or no session left.
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            Problem("zone", f"'{zone}' is no time zone.", "zone", "Use a name as Europe/Amsterdam.")
        ) from error
    table, separator = delimited.rows(delimited.decode(data, where), where)
    if len(table) < 2:
        raise InputError(Problem("empty", f"{len(table)} rows; a header and a session are needed.", where))
    header = table[0][1]
    found = _columns(header, columns or {}, where)
    reader = _Reader(found, header, separator, place, where)
    rows = [cells + [""] * (len(header) - len(cells)) for _, cells in table[1:]]
    reader.day_first = _day_first(rows, found, where) if day_first is None else day_first
    return reader.read(rows, zone)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _columns(header: list[str], given: Mapping[str, str], where: str) -> dict[str, int]:
    names = [_plain(name) for name in header]
    found: dict[str, int] = {}
    problems = []
    for kind, title in given.items():
        if kind not in HEADERS or title not in header:
            problems.append(
                Problem(
                    "column",
                    f"'{kind}: {title}' does not fit; the kinds are {', '.join(HEADERS)} and the file has "
                    f"{', '.join(header)}.",
                    "columns",
                )
            )
        else:
            found[kind] = header.index(title)
    for kind, known in HEADERS.items():
        place = next((names.index(name) for name in known.split() if name in names), None)
        if kind not in found and place is not None:
            found[kind] = place
    for edge in ("start", "end"):
        # A date and a clock in two columns; a lone clock is no date.
        if found.get(edge) == found.get(f"{edge}_clock"):
            found.pop(f"{edge}_clock", None)
    for kind, needed in (("start", "start"), ("energy", "energy"), ("end", "end or duration")):
        if kind not in found and not (kind == "end" and "duration" in found):
            problems.append(
                Problem(
                    "column",
                    f"no column for {needed} among {', '.join(header)}.",
                    where,
                    f"Name it in `columns`, for example {kind}=<header>.",
                )
            )
    if problems:
        raise InputError(problems)
    return found


_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T](.*))?")


def _day_first(rows: list[list[str]], found: Mapping[str, int], where: str) -> bool:
    """Order of day and month in dates that end with the year."""
    pairs = [match for row in rows if (match := _SLASHED.fullmatch(row[found["start"]]))]
    first = any(int(match[1]) > 12 for match in pairs)
    second = any(int(match[2]) > 12 for match in pairs)
    if pairs and first == second:
        raise InputError(
            Problem(
                "date-order",
                f"dates like {pairs[0][0]} can be read with the day or the month first.",
                where,
                "Say so with day_first, or write dates as 2024-03-31.",
            )
        )
    return first


def _scale(name: str, kind: str, where: str) -> float:
    """Factor to hours or kWh by what the header says."""
    plain, lower = _plain(name), name.lower()
    if kind == "energy":
        return 0.001 if re.search(r"(?<!k)wh", lower) else 1.0
    if plain in HOURS or re.search(r"hh|hour|\(h\)|[_ ]h$|hrs", lower):
        return 1.0
    if "min" in lower:
        return 1 / 60
    if re.search(r"sec|\(s\)|[_ ]s$", lower):
        return 1 / 3600
    raise InputError(
        Problem(
            "unit",
            f"the unit of '{name}' is not told by its name.",
            where,
            "Rename it to end with (h), (min) or (s).",
        )
    )


class _Reader:
    def __init__(
        self, found: dict[str, int], header: list[str], separator: str, place: ZoneInfo, where: str
    ) -> None:
        self.found, self.header, self.place, self.where = found, header, place, where
        self.numbers = delimited.Numbers(separator)
        self.day_first = False
        self.scale: dict[str, float] = {
            kind: _scale(header[found[kind]], kind, where)
            for kind in ("energy", "duration", "charge")
            if kind in found and not (kind == "duration" and "end" in found and not self.told(kind))
        }

    def told(self, kind: str) -> bool:
        """Tell whether a duration is worth its unit: with an end it is not needed."""
        try:
            _scale(self.header[self.found[kind]], kind, self.where)
        except InputError:
            return False
        return True

    def read(self, rows: list[list[str]], zone: str) -> SessionLog:
        stations: dict[str, int] = {}
        kept: list[tuple[float, ...]] = []
        seen: set[tuple[object, ...]] = set()
        dropped: dict[str, int] = {}
        for row in rows:
            reason, values = self.session(row)
            name = row[self.found["station"]] if "station" in self.found else "all"
            if not reason and (key := (name, *values[:3], values[4])) in seen:
                reason = "twice in the file"
            if reason:
                dropped[reason] = dropped.get(reason, 0) + 1
                continue
            seen.add(key)
            kept.append((*values, stations.setdefault(name, len(stations))))
        if not kept:
            reasons = ", ".join(f"{reason} ({count})" for reason, count in dropped.items())
            raise InputError(
                Problem("no-session", f"none of {len(rows)} rows is usable: {reasons}.", self.where)
            )
        table = np.array(kept)
        energy = table[:, 4]
        day, station = table[:, 0].astype(int), table[:, 5].astype(int)
        records = SessionRecords(day, table[:, 1], table[:, 2], table[:, 3], energy, station)
        order = np.lexsort((records.hour, records.day))
        columns = {kind: self.header[place] for kind, place in self.found.items()}
        report = CleaningReport(
            len(rows), len(kept), dict(sorted(dropped.items(), key=lambda item: -item[1])), columns, zone
        )
        return SessionLog(records.of(order), tuple(stations), report)

    def session(self, row: list[str]) -> tuple[str, tuple[float, ...]]:
        """Return why a row is left out, or its day, hour, duration, charging time and energy."""
        start, energy = self.time(row, "start"), self.amount(row, "energy")
        if start is None:
            return "start cannot be read", ()
        if energy is None:
            return "energy cannot be read", ()
        duration = self.amount(row, "duration") if "duration" in self.scale else None
        if duration is None and "end" in self.found:
            end = self.time(row, "end")
            duration = None if end is None else (end.timestamp() - start.timestamp()) / 3600
        if duration is None:
            return "end or duration cannot be read", ()
        if duration <= 0:
            return "end not after start", ()
        if energy < LEAST_KWH:
            return f"energy below {LEAST_KWH:g} kWh", ()
        if energy > MOST_KWH:
            return f"energy above {MOST_KWH:g} kWh", ()
        if duration < LEAST_H:
            return "connected less than 2 minutes", ()
        if duration > MOST_H:
            return f"connected more than {MOST_H:g} h", ()
        charge = self.amount(row, "charge") if "charge" in self.scale else None
        if charge is None or not 0 < charge <= duration * 1.02 + 0.02:
            charge = float("nan")
        local = start.astimezone(self.place)
        hour = local.hour + local.minute / 60 + local.second / 3600
        return "", (float(local.toordinal()), hour, duration, charge, energy)

    def amount(self, row: list[str], kind: str) -> float | None:
        text = row[self.found[kind]]
        clock = re.fullmatch(r"(\d+):(\d\d)(?::(\d\d))?", text)
        if clock and kind != "energy":
            return int(clock[1]) + int(clock[2]) / 60 + int(clock[3] or 0) / 3600
        number, _ = self.numbers.read(text)
        return None if number is None else number * self.scale[kind]

    def time(self, row: list[str], edge: str) -> dt.datetime | None:
        text = row[self.found[edge]]
        if f"{edge}_clock" in self.found:
            text = f"{text.split('T')[0].split(' ')[0]} {row[self.found[f'{edge}_clock']]}"
        if match := _SLASHED.fullmatch(text):
            day, month = (match[1], match[2]) if self.day_first else (match[2], match[1])
            text = f"{match[3]}-{month:0>2}-{day:0>2} {match[4] or '00:00'}"
        text = re.sub(r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", text)
        text = re.sub(r" (\d):", r" 0\1:", text)
        try:
            time = dt.datetime.fromisoformat(text)
        except ValueError:
            return None
        if not YEARS[0] <= time.year < YEARS[1]:
            return None
        if time.tzinfo is None:
            utc = "utc" in self.header[self.found[edge]].lower()
            time = time.replace(tzinfo=dt.UTC if utc else self.place)
        return time
