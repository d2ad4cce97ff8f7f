"""Cells of any file, checked and brought to one type each: the tables that every reader hands on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from calculators.adapters import columns as cells
from calculators.adapters.tables import MODELLED, REFUSED, Table, build
from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Network

MAX_BUSES = 5_000
MAX_ROWS = 200_000
MAX_PROBLEMS = 200
SMALLER = "Use one feeder or district of it."


class Raw(NamedTuple):
    """A table as it stands in a file."""

    labels: list[Any]
    names: list[str]
    rows: list[Any]


@dataclass(frozen=True)
class NetworkTables:
    """Checked element tables in pandapower's columns and units, beside the name of the file they came from.

    A `Network` keeps what the power flow needs; these keep what can be written again.

    Attributes
    ----------
    name : str
        The file's name.
    tables : mapping of str to Table
    f_hz : float
        Frequency. [Hz]
    notes : tuple of str
        What was left out or assumed in reading.
    headings : mapping of str to str
        What the file calls a column where it has another name for it.
    """

    name: str
    tables: Mapping[str, Table]
    f_hz: float = 50.0
    notes: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)

    def said(self, message: str) -> str:
        """Return a message with the file's own heading after each column's first mention."""
        for column, heading in self.headings.items():
            message = re.sub(rf"\b{column}\b", f"{column} ({heading} in the file)", message, count=1)
        return message

    def network(self) -> Network:
        """Return the electrical model.

        Raises
        ------
        InputError
            All problems at once, each naming the file, the table, the row and its name. Loads without supply
            are refused.
        """
        try:
            return build(self.tables, self.f_hz, require_supply=True)
        except InputError as error:
            raise InputError(self.shorten(error.problems)) from error

    def shorten(self, problems: tuple[Problem, ...]) -> list[Problem]:
        """Return problems with the file's name in front, and beyond the 200th their number."""
        found = [
            Problem(
                one.code, self.said(one.message), f"{self.name}, {one.where}".rstrip(", "), one.smallest_fix
            )
            for one in problems[:MAX_PROBLEMS]
        ]
        if len(problems) > MAX_PROBLEMS:
            more = f"there are {len(problems) - MAX_PROBLEMS:,} more problems like these."
            found.append(Problem("more", more, self.name, "Mend the first and open the file again."))
        return found


class Checker:
    """Checks one raw table after the other and collects what is wrong.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    how : str
        How to write such a file, for messages.
    """

    def __init__(self, name: str, how: str) -> None:
        self.name = name
        self.how = how
        self.rows = 0
        self.problems: list[Problem] = []

    def tables(self, raw: Mapping[str, Raw | None]) -> dict[str, Table]:
        """Return all tables that have rows.

        Raises
        ------
        InputError
            All problems at once, or one when the network is too large.
        """
        for kind in ("bus", "ext_grid"):
            if raw.get(kind) is None and not any(f", {kind}" in one.where for one in self.problems):
                self.problem("table", "the table is missing.", f"{self.name}, {kind}", self.how)
        found = {}
        for kind in (*MODELLED, *REFUSED):
            stored = raw.get(kind)
            table = None if stored is None else self.table(kind, stored)
            if table is not None:
                found[kind] = table
        if self.problems:
            raise InputError(self.problems)
        return found

    def table(self, kind: str, raw: Raw) -> Table | None:
        """Return one element table; None where it is empty or wrong."""
        where = f"{self.name}, {kind}"
        self.rows += len(raw.rows)
        if kind == "bus" and len(raw.rows) > MAX_BUSES:
            message = f"the network has {len(raw.rows):,} buses; limit 5,000 buses."
            raise InputError(Problem("too-large", message, where, SMALLER))
        if self.rows > MAX_ROWS:
            message = "the tables have more than 200,000 rows in total, which is the limit."
            raise InputError(Problem("too-large", message, self.name, SMALLER))
        if not raw.rows:
            return None
        twice = next((name for name in raw.names if raw.names.count(name) > 1), None)
        if twice is not None:
            self.problem("table", f"column {twice} occurs twice.", where, "Keep one of them.")
            return None
        index = self.index(raw.labels, len(raw.rows), where)
        if any(not isinstance(row, list) or len(row) != len(raw.names) for row in raw.rows):
            message = f"rows differ in length from the {len(raw.names)} columns."
            self.problem("table", message, where, "Write it again.")
            return None
        if index is None:
            return None
        table = Table(index, dict(zip(raw.names, map(list, zip(*raw.rows, strict=True)), strict=True)))
        return table if self.columns(kind, table, where) else None

    def index(self, labels: list[Any], n: int, where: str) -> list[int] | None:
        """Return row labels as whole numbers, each once."""
        index = [label for label in map(cells.whole, labels) if label is not None]
        if not len(index) == len(labels) == n:
            self.problem(
                "index", "row labels must be one whole number per row.", where,
                "Use pandapower.create_continuous_bus_index or reset the table's index.",
            )  # fmt: skip
            return None
        seen: set[int] = set()
        for label in index:
            if label in seen:
                fix = "Give each row a label of its own."
                self.problem("index", f"row label {label} occurs more than once.", where, fix)
                return None
            seen.add(label)
        return index

    def columns(self, kind: str, table: Table, where: str) -> bool:
        """Check the columns in use and bring them to one type each."""
        before = len(self.problems)
        if kind in REFUSED:  # refused by name as soon as a row is in service
            self.check(table, ("in_service",), cells.flag, "true or false", where)
            return len(self.problems) == before
        for missing in [column for column in cells.needed(kind) if column not in table.columns]:
            self.problem("column", f"column {missing} is missing.", where, f"Add {missing} to net.{kind}.")
        for names, read, wanted in cells.readers(kind):
            self.check(table, names, read, wanted, where)
        return len(self.problems) == before

    def check(self, table: Table, names: tuple[str, ...], read: cells.Read, wanted: str, where: str) -> None:
        """Replace the cells of columns by their values; one problem per column that has bad ones."""
        for name in names:
            if name not in table.columns:
                continue
            bad = []
            values: list[Any] = []
            for label, value in zip(table.index, table.columns[name], strict=True):
                missing = read is cells.number and cells.is_missing(value)
                values.append(None if missing else read(value))
                if values[-1] is None and not missing:
                    bad.append((label, value))
            if bad:
                label, value = bad[0]
                more = f" ({len(bad)} rows like it)" if len(bad) > 1 else ""
                fix = (
                    "Paste it as a value: formulas are not worked out."
                    if isinstance(value, cells.Formula)
                    else ""
                )
                message = f"{name} is {cells.short(value)}{more}; it must be {wanted}."
                self.problem("column", message, f"{where} {label}", fix)
            table.columns[name][:] = values

    def problem(self, code: str, message: str, where: str, fix: str) -> None:
        """Note one thing that is wrong."""
        self.problems.append(Problem(code, message, where, fix))


def frequency(value: Any, name: str) -> float:
    """Return the frequency in Hz, or refuse it by name."""
    if not cells.is_number(value) or not 1 <= value <= 1000:
        message = f"f_hz is {cells.short(value)}; it must be 1 to 1000 Hz."
        raise InputError(Problem("frequency", message, name, "Use 50."))
    return float(value)
