"""The operator's files, read row by row: what is well formed becomes a record, what is not is listed."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from calculators.engine.errors import InputError, Problem

REQUIRED = {
    "sessions": ("session_id", "point_id", "plug_in", "plug_out", "energy_kwh", "success"),
    "status": ("point_id", "start", "end", "status", "exclusion"),
    "signals": ("point_id", "sent_at", "limit_kw", "source"),
}
OPTIONAL = {
    "sessions": (
        "exported_kwh", "peak_kw", "controlled", "limit_source", "opted_out", "promised_kwh", "window_kwh",
        "end_soc_percent", "error_code", "payment", "tariff", "user_class",
    ),
    "status": ("noticed_at", "cause"),
    "signals": ("reached_at", "held_until"),
}  # fmt: skip
TIMES = {"plug_in", "plug_out", "start", "end", "noticed_at", "sent_at", "reached_at", "held_until"}
NUMBERS = {
    "energy_kwh",
    "exported_kwh",
    "peak_kw",
    "promised_kwh",
    "window_kwh",
    "end_soc_percent",
    "limit_kw",
}
CHOICES = {
    "success": ("yes", "no"),
    "controlled": ("yes", "no"),
    "opted_out": ("yes", "no"),
    "status": ("up", "down"),
    "exclusion": ("none", "grid-failure", "force-majeure", "vandalism", "planned-maintenance"),
    "source": ("grid", "site", "price", "user"),
    "limit_source": ("grid", "site", "price", "user", "none"),
}
SPANS = {"sessions": ("plug_in", "plug_out"), "status": ("start", "end")}
MAX_ROWS = 2_000_000
MAX_FIELD = 500
EVERY = 20_000

Value = float | str | None


@dataclass(frozen=True)
class Malformed:
    """A row that cannot be used: its line in the file and why."""

    line: int
    why: str


@dataclass
class Log:
    """A file of the operator.

    Parameters
    ----------
    kind : {"sessions", "status", "signals"}
    columns : tuple of str
    rows : list of dict
        Numbers as float, times as seconds since 1970 (UTC), empty as None; `line` is the line in the file.
    malformed : list of Malformed
    """

    kind: str
    columns: tuple[str, ...]
    rows: list[dict[str, Value]] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)


def read(
    lines: Iterable[str],
    name: str = "the log",
    *,
    progress: Callable[[int, int], bool] | None = None,
    total: int = 0,
) -> Log:
    """Read a CSV file of sessions, status or signals.

    Parameters
    ----------
    lines : iterable of str
        The lines of the file, or an open file.
    name : str
        What the messages call it.
    progress : callable, optional
        Called with (rows read, total) every 20,000 rows; returning False stops.

    Raises
    ------
    InputError
        If the columns fit no known file, a column stands twice or the file is too long. Bad rows do not stop the
        reading; they are listed.
    """
    reader = csv.reader(lines)
    try:
        header = [item.strip().lstrip("\ufeff").lower() for item in next(reader)]
    except StopIteration:
        raise InputError(Problem("log-empty", "the file is empty.", name)) from None
    except csv.Error as error:
        raise InputError(Problem("log-csv", f"this is not a CSV file ({error}).", name)) from error
    kind = _kind(header, name)
    log = Log(kind, tuple(header))
    parsers = [_parser(column) for column in header]
    required = {index for index, column in enumerate(header) if column in REQUIRED[kind]}
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            log.malformed.append(Malformed(reader.line_num, f"{error}"))
            continue
        if not cells:
            continue
        count = len(log.rows) + len(log.malformed)
        if count >= MAX_ROWS:
            raise InputError(
                Problem("log-size", f"the file has more than {MAX_ROWS:,} rows.", name, "Split it by month.")
            )
        _row(log, header, cells, reader.line_num, parsers, required)
        if progress and count % EVERY == EVERY - 1 and progress(count + 1, total) is False:
            break
    if kind == "status":
        _overlaps(log)
    return log


def _kind(header: list[str], name: str) -> str:
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise InputError(Problem("log-columns", f"the column '{twice[0][:40]}' stands twice.", name))
    for kind, required in REQUIRED.items():
        if set(required) <= set(header):
            extra = [column for column in header if column not in (*required, *OPTIONAL[kind])]
            if extra:
                raise InputError(
                    Problem(
                        "log-columns",
                        f"the column '{extra[0][:40]}' is not in the data annex.",
                        name,
                        "Remove it, or correct its name.",
                    )
                )
            return kind
    nearest = max(REQUIRED, key=lambda item: len(set(REQUIRED[item]) & set(header)))
    missing = [column for column in REQUIRED[nearest] if column not in header]
    raise InputError(
        Problem(
            "log-columns",
            f"columns of the file '{nearest}' are missing: {', '.join(missing)}.",
            name,
            "See the data annex.",
        )
    )


def _parser(column: str) -> Callable[[str], Value]:
    if column in TIMES:
        return _time
    if column in NUMBERS:
        return _number
    if column in CHOICES:
        allowed = CHOICES[column]

        def choice(text: str) -> Value:
            if text not in allowed:
                raise ValueError(f"'{text[:40]}' is not one of {', '.join(allowed)}")
            return text

        return choice
    return _words


def _words(text: str) -> Value:
    if len(text) > MAX_FIELD:
        raise ValueError(f"the text is longer than {MAX_FIELD} characters")
    return text


def _number(text: str) -> Value:
    number = float(text)
    if not 0 <= number < 1e9:
        raise ValueError(f"'{text[:40]}' is not a number of 0 or more")
    return number


def _time(text: str) -> Value:
    moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"'{text[:40]}' has no offset from UTC")
    return moment.timestamp()


def _row(
    log: Log,
    header: list[str],
    cells: list[str],
    line: int,
    parsers: list[Callable[[str], Value]],
    required: set[int],
) -> None:
    if len(cells) != len(header):
        log.malformed.append(Malformed(line, f"{len(cells)} cells instead of {len(header)}"))
        return
    row: dict[str, Value] = {"line": float(line)}
    for index, cell in enumerate(cells):
        text = cell.strip()
        if not text:
            if index in required:
                log.malformed.append(Malformed(line, f"{header[index]} is empty"))
                return
            row[header[index]] = None
            continue
        try:
            row[header[index]] = parsers[index](text)
        except ValueError as error:
            why = str(error) if str(error).startswith(("'", "the")) else f"'{text[:40]}' cannot be read"
            log.malformed.append(Malformed(line, f"{header[index]}: {why}"))
            return
    span = SPANS.get(log.kind)
    if span and number(row, span[1]) < number(row, span[0]):
        log.malformed.append(Malformed(line, f"{span[1]} lies before {span[0]}"))
        return
    log.rows.append(row)


def number(row: dict[str, Value], column: str) -> float:
    """Return a number or time of a row that is known to hold one."""
    value = row[column]
    assert isinstance(value, float)
    return value


def _overlaps(log: Log) -> None:
    """Two spans of one point may touch, not overlap: the later one is listed and left out."""
    last: dict[Value, float] = {}
    kept = []
    for row in sorted(log.rows, key=lambda item: number(item, "start")):
        if number(row, "start") < last.get(row["point_id"], float("-inf")):
            log.malformed.append(
                Malformed(int(number(row, "line")), "the span overlaps an earlier one of the same point")
            )
            continue
        last[row["point_id"]] = number(row, "end")
        kept.append(row)
    log.rows = kept
