"""Every calculator with its defaults, natively."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.timing import median_of_five
from calculators import registry


def table() -> dict[str, Any]:
    """Return one row per calculator: seconds for its default result."""
    rows = [
        {"who": calculator, "seconds": median_of_five(partial(registry.run, calculator))}
        for calculator in registry.list_definitions()
    ]
    return {"title": "Calculators with their defaults, native", "rows": rows}
