"""What an audit finds: which element, what it does to the result, and the smallest fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from calculators.adapters.branches import Table

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing found in a network, for one or more elements of one table.

    Attributes
    ----------
    code : str
        Stable identifier, kebab-case.
    severity : {"error", "warning", "note"}
        error: cannot be calculated; warning: the result is probably wrong; note: worth knowing.
    element : str
        First element concerned, such as "line 3 (Main Street)".
    message : str
        What is there.
    effect : str
        What it does to the result.
    smallest_fix : str
        The smallest change that mends it; empty where nothing needs mending.
    elements : tuple of str
        All elements concerned.
    """

    code: str
    severity: Severity
    element: str
    message: str
    effect: str
    smallest_fix: str = ""
    elements: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON types."""
        return {
            "code": self.code, "severity": self.severity, "element": self.element, "message": self.message,
            "effect": self.effect, "smallest_fix": self.smallest_fix, "elements": list(self.elements),
        }  # fmt: skip

    def __str__(self) -> str:
        """Return the finding as one line."""
        more = f" (and {len(self.elements) - 1} more)" if len(self.elements) > 1 else ""
        where = f"{self.element}{more}: " if self.element else ""
        return f"{where}{self.message} {self.effect} {self.smallest_fix}".strip()


def label(table: Table, kind: str, row: int) -> str:
    """Return how an element is called: table, label and name."""
    name = table.texts("name")[row]
    return f"{kind} {table.index[row]}" + (f" ({name})" if name else "")


def found(
    code: str, severity: Severity, table: Table, kind: str, rows: Iterable[Any], message: str, effect: str, fix: str = "",
) -> list[Finding]:  # fmt: skip
    """Return one finding for all rows, or none when there are no rows."""
    names = table.texts("name")
    elements = tuple(
        f"{kind} {table.index[row]}" + (f" ({names[row]})" if names[row] else "") for row in map(int, rows)
    )
    return [Finding(code, severity, elements[0], message, effect, fix, elements)] if elements else []
