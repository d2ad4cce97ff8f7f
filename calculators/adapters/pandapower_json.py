"""pandapower files, read with the standard library: no pandapower, no pandas, nothing in the file is run."""

from __future__ import annotations

import json
from typing import Any

from calculators.adapters.tables import MODELLED, REFUSED, Table, build
from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Network

MAX_CHARACTERS = 50_000_000
MAX_BUSES = 5_000
MAX_ROWS = 200_000
MAX_PROBLEMS = 200
HOW = 'Write one in Python with pandapower.to_json(net, "net.json").'

BUSES = {
    "line": ("from_bus", "to_bus"), "trafo": ("hv_bus", "lv_bus"), "load": ("bus",), "asymmetric_load": ("bus",),
    "sgen": ("bus",), "switch": ("bus", "element"), "ext_grid": ("bus",),
}  # fmt: skip
PHASES = ("p_a_mw", "p_b_mw", "p_c_mw", "q_a_mvar", "q_b_mvar", "q_c_mvar")
NUMBERS = {
    "bus": ("vn_kv",),
    "line": ("length_km", "r_ohm_per_km", "x_ohm_per_km", "max_i_ka"),
    "trafo": ("sn_mva", "vn_hv_kv", "vn_lv_kv", "vk_percent", "vkr_percent"),
    "load": ("p_mw", "q_mvar"), "sgen": ("p_mw", "q_mvar"), "asymmetric_load": PHASES,
}  # fmt: skip
OPTIONAL = {
    "line": ("c_nf_per_km", "g_us_per_km", "parallel", "df"),
    "trafo": ("pfe_kw", "i0_percent", "shift_degree", "parallel", "df", "tap_neutral", "tap_pos", "tap_step_percent",
              "tap_step_degree", "tap2_neutral", "tap2_pos"),
    "load": ("scaling", "const_z_percent", "const_i_percent", "const_z_p_percent", "const_i_p_percent",
             "const_z_q_percent", "const_i_q_percent"),
    "sgen": ("scaling",), "asymmetric_load": ("scaling",), "switch": ("z_ohm",), "ext_grid": ("vm_pu",),
}  # fmt: skip
FLAGS = {"switch": ("closed",)}
OPTIONAL_FLAGS = {"trafo": ("tap_dependency_table", "tap_phase_shifter")}


def read_network(text: str, name: str) -> Network:
    """Turn the text of a pandapower file into a `Network`.

    Parameters
    ----------
    text : str
        What `pandapower.to_json` of version 2 or 3 wrote.
    name : str
        The file's name, for messages.

    Returns
    -------
    Network
        As `from_pandapower` of the same network.

    Raises
    ------
    InputError
        The file is not such a network, is too large, or holds what is not modelled or impossible; all problems
        of the first stage that has any. Loads without supply are refused.
    """
    stored = _content(text, name)
    reader = _File(name)
    tables = {}
    for kind in (*MODELLED, *REFUSED):
        table = reader.table(kind, stored.get(kind))
        if table is not None:
            tables[kind] = table
    if reader.problems:
        raise InputError(reader.problems)
    f_hz = stored.get("f_hz", 50.0)
    if not _is_number(f_hz) or not 1 <= f_hz <= 1000:
        raise InputError(
            Problem("frequency", f"f_hz is {_short(f_hz)}; it must be 1 to 1000 Hz.", name, "Use 50.")
        )
    try:
        return build(tables, float(f_hz), require_supply=True)
    except InputError as error:
        found = [
            Problem(one.code, one.message, f"{name}, {one.where}".rstrip(", "), one.smallest_fix)
            for one in error.problems[:MAX_PROBLEMS]
        ]
        if len(error.problems) > MAX_PROBLEMS:
            more = f"there are {len(error.problems) - MAX_PROBLEMS:,} more problems like these."
            found.append(Problem("more", more, name, "Mend the first and open the file again."))
        raise InputError(found) from error


def _content(text: str, name: str) -> dict[str, Any]:
    """Return the network's fields."""
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            Problem(
                "too-large", f"the file has {len(text) / 1e6:.1f} MB; the limit is 50 MB.", name,
                "Clear the results before writing it: pandapower.clear_result_tables(net).",
            )
        )  # fmt: skip
    plain = _parse(text.removeprefix("\ufeff"), name)
    stored = (
        plain.get("_object") if isinstance(plain, dict) and plain.get("_class") == "pandapowerNet" else None
    )
    if isinstance(stored, str):
        stored = _parse(stored, name)
    if not isinstance(stored, dict):
        raise InputError(Problem("not-pandapower", "this is JSON, but not a pandapower network.", name, HOW))
    return stored


def _parse(text: str, where: str) -> Any:
    """Return parsed JSON; NaN and Infinity are allowed, as pandapower writes them."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        what = f"not valid JSON in line {error.lineno}, column {error.colno}: {error.msg}."
        raise InputError(Problem("json", what, where, HOW)) from error
    except RecursionError as error:
        raise InputError(Problem("json", "the JSON is nested too deeply.", where, HOW)) from error
    except MemoryError as error:
        raise InputError(
            Problem("too-large", "the file does not fit into memory.", where, "Use a smaller network.")
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise InputError(Problem("json", "a number in the file is too long.", where, HOW)) from error


class _File:
    """Reads one table after the other and collects what is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = 0
        self.problems: list[Problem] = []

    def table(self, kind: str, stored: Any) -> Table | None:
        """Return one element table; None where it is absent, empty or wrong."""
        where = f"{self.name}, {kind}"
        if stored is None:
            if kind in {"bus", "ext_grid"}:
                self.problem("table", "the table is missing.", where, HOW)
            return None
        try:
            content = _split(stored, where)
        except InputError as error:
            self.problems += error.problems
            return None
        if content is None:
            self.problem("table", "this is not a table as pandapower 2 or 3 writes it.", where, HOW)
            return None
        labels, names, rows = content
        self.rows += len(rows)
        if kind == "bus" and len(rows) > MAX_BUSES:
            message = f"the network has {len(rows):,} buses; limit 5,000 buses."
            raise InputError(Problem("too-large", message, where, "Use one feeder or district of it."))
        if self.rows > MAX_ROWS:
            message = "the tables have more than 200,000 rows in total, which is the limit."
            raise InputError(Problem("too-large", message, self.name, "Use one feeder or district of it."))
        if not rows:
            return None
        index = self.index(labels, len(rows), where)
        if any(not isinstance(row, list) or len(row) != len(names) for row in rows):
            self.problem(
                "table", f"rows differ in length from the {len(names)} columns.", where, "Write it again."
            )
            return None
        if index is None:
            return None
        columns: dict[str, list[Any]] = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        table = Table(index, columns)
        return table if self.columns(kind, table, where) else None

    def index(self, labels: list[Any], n: int, where: str) -> list[int] | None:
        whole = [_whole(label) for label in labels]
        if len(labels) != n or any(label is None for label in whole):
            self.problem(
                "index", "row labels must be one whole number per row.", where,
                "Use pandapower.create_continuous_bus_index or reset the table's index.",
            )  # fmt: skip
            return None
        index = [label for label in whole if label is not None]
        if len(set(index)) < n:
            seen: set[int] = set()
            twice = next(label for label in index if label in seen or seen.add(label))  # type: ignore[func-returns-value]
            self.problem(
                "index",
                f"row label {twice} occurs more than once.",
                where,
                "Give each row a label of its own.",
            )
            return None
        return index

    def columns(self, kind: str, table: Table, where: str) -> bool:
        """Check the columns in use and bring them to one type each."""
        before = len(self.problems)
        if kind in REFUSED:  # refused by name as soon as a row is in service
            self.check(table, ("in_service",), _flag, "true or false", where)
            return len(self.problems) == before
        needed = (*BUSES.get(kind, ()), *NUMBERS.get(kind, ()), *FLAGS.get(kind, ()))
        needed += ("et",) if kind == "switch" else ("in_service",)
        for missing in [column for column in needed if column not in table.columns]:
            self.problem("column", f"column {missing} is missing.", where, f"Add {missing} to net.{kind}.")
        self.check(table, BUSES.get(kind, ()), _whole, "the whole number of an element", where)
        self.check(
            table, (*NUMBERS.get(kind, ()), *OPTIONAL.get(kind, ())), _number, "a finite number", where
        )
        self.check(table, ("in_service", *FLAGS.get(kind, ())), _flag, "true or false", where)
        self.check(table, OPTIONAL_FLAGS.get(kind, ()), _flag_or_none, "true or false", where)
        if kind == "switch":
            self.check(table, ("et",), _switch_kind, "b, l, t or t3", where)
        return len(self.problems) == before

    def check(self, table: Table, names: tuple[str, ...], read: Any, wanted: str, where: str) -> None:
        for name in names:
            if name not in table.columns:
                continue
            stored, bad = table.columns[name], []
            values: list[Any] = []
            for label, value in zip(table.index, stored, strict=True):
                missing = read is _number and (value is None or value != value)  # noqa: PLR0124
                values.append(None if missing else read(value))
                if values[-1] is None and not missing:
                    bad.append((label, value))
            if bad:
                label, value = bad[0]
                more = f" ({len(bad)} rows like it)" if len(bad) > 1 else ""
                self.problem(
                    "column", f"{name} is {_short(value)}{more}; it must be {wanted}.", f"{where} {label}", ""
                )
            table.columns[name][:] = values

    def problem(self, code: str, message: str, where: str, fix: str) -> None:
        self.problems.append(Problem(code, message, where, fix))


def _split(stored: Any, where: str) -> tuple[list[Any], list[str], list[Any]] | None:
    """Return labels, column names and rows of a stored table of any orientation; None where it is none."""
    if not isinstance(stored, dict) or stored.get("_class") != "DataFrame":
        return None
    inner = stored.get("_object")
    if isinstance(inner, str):
        inner = _parse(inner, where)
    if isinstance(inner, list):  # records carry no labels
        if not all(isinstance(row, dict) for row in inner):
            return None
        names = list(dict.fromkeys(name for row in inner for name in row))
        return list(range(len(inner))), names, [[row.get(name) for name in names] for row in inner]
    if not isinstance(inner, dict):
        return None
    if {"columns", "index", "data"} <= set(inner):
        labels, names, rows = inner["index"], inner["columns"], inner["data"]
        sound = isinstance(labels, list) and isinstance(names, list) and isinstance(rows, list)
        if not sound or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
            return None
        return labels, names, rows
    if not all(isinstance(column, dict) for column in inner.values()):
        return None
    outer = list(inner)
    within = list(dict.fromkeys(key for part in inner.values() for key in part))
    if stored.get("orient") == "index":
        return outer, within, [[inner[label].get(name) for name in within] for label in outer]
    return within, outer, [[inner[name].get(label) for name in outer] for label in within]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> float | None:
    if not _is_number(value) or not abs(value) < 1e300:
        return None
    return float(value)


def _whole(value: Any) -> int | None:
    if (
        isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 16
    ):  # keys are text in JSON
        return int(value)
    if not _is_number(value) or not abs(value) < 2**53 or value != int(value):
        return None
    return int(value)


def _flag(value: Any) -> bool | None:
    return bool(value) if isinstance(value, bool) or (_is_number(value) and value in {0, 1}) else None


def _flag_or_none(value: Any) -> bool | None:
    return False if value is None or value != value else _flag(value)  # noqa: PLR0124


def _switch_kind(value: Any) -> str | None:
    return value if isinstance(value, str) and value in {"b", "l", "t", "t3"} else None


def _short(value: Any) -> str:
    text = "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
