"""Price series: two levels by the clock, or the user's own hours as text."""

from __future__ import annotations

import csv
import io

import numpy as np

from calculators.engine.economics import checks
from calculators.engine.errors import InputError, Problem

MOST_EUR_PER_KWH = 5.0
"""A price above this is taken for one in another unit. [EUR/kWh]"""


def two_level_price(
    *, n_t: int, dt_h: float, low_eur: float, high_eur: float, high_h: tuple[float, float]
) -> np.ndarray:
    """Price by time of day: high in some hours, low in the others. [EUR/kWh], shape (n_t,).

    Parameters
    ----------
    n_t : int
        Steps; step 0 is midnight.
    dt_h : float
        Length of a step, more than 0. [h]
    low_eur, high_eur : float
        The two prices. [EUR/kWh]
    high_h : tuple of float
        From and to which hour the price is high; over midnight when from > to. [h]

    Raises
    ------
    InputError
        If a number is missing or the hours lie outside the day.

    Examples
    --------
    >>> two_level_price(n_t=4, dt_h=6.0, low_eur=0.1, high_eur=0.3, high_h=(18.0, 24.0)).tolist()
    [0.1, 0.1, 0.1, 0.3]
    """
    problems = checks.number("dt_h", dt_h, low=1e-6, unit="h")
    for name, value in (("low_eur", low_eur), ("high_eur", high_eur)):
        problems += checks.number(name, value)
    for value in high_h:
        problems += checks.number("high_h", value, low=0.0, high=24.0, unit="h")
    checks.refuse(problems)
    since_h = (np.arange(n_t) * dt_h - high_h[0]) % 24.0
    length_h = high_h[1] - high_h[0] if high_h[1] >= high_h[0] else high_h[1] - high_h[0] + 24.0
    price: np.ndarray = np.where(since_h < length_h, high_eur, low_eur)
    return price


def hourly_prices(text: str) -> np.ndarray:
    """Read the user's own hourly prices: the last column of a CSV text, one hour a row. [EUR/kWh], shape (n,).

    Parameters
    ----------
    text : str
        Comma, semicolon or tab between columns; a decimal comma is read where the separator is not a comma. A
        first row without a number is a heading; "MWh" in it means EUR/MWh.

    Raises
    ------
    InputError
        No prices, cells that are no number, fewer than 24 hours or not whole days, prices too large for EUR/kWh.
        All rows at fault are named, up to five.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines:
        raise InputError(Problem("empty", "the text holds no prices.", "prices", "Give one hour a row."))
    separator = max(";\t,", key=lines[0].count)
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    heading = _number(rows[0][-1], separator) is None
    values = [_number(row[-1] if row else "", separator) for row in rows[heading:]]
    bad = [number + 1 + heading for number, value in enumerate(values) if value is None]
    problems = [
        Problem("not-a-number", f"the last cell of row {row} is not a number.", f"row {row}")
        for row in bad[:5]
    ]
    price = np.array([np.nan if value is None else value for value in values])
    if heading and "mwh" in ",".join(rows[0]).lower():
        price /= 1000.0
    if price.size < 24 or price.size % 24:
        problems.append(
            Problem(
                "hours",
                f"{price.size} hours; whole days are needed, one at least.",
                "prices",
                "Give 24 rows for each day; put in the hour lost in March and drop the one doubled in October.",
            )
        )
    too_large = np.flatnonzero(np.abs(price) > MOST_EUR_PER_KWH)
    if too_large.size and not bad:
        row = int(too_large[0]) + 1 + heading
        problems.append(
            Problem(
                "unit",
                f"row {row} holds {price[too_large[0]]:g} EUR/kWh; at most {MOST_EUR_PER_KWH:g} is believed.",
                f"row {row}",
                "Write EUR/MWh in the heading if that is the unit.",
            )
        )
    checks.refuse(problems)
    return price


def _number(cell: str, separator: str) -> float | None:
    text = cell.strip()
    if separator != ",":
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None
