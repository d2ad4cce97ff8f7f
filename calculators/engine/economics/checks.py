"""The checks the economics functions share; each returns the problems it finds."""

from __future__ import annotations

import numpy as np

from calculators.engine.errors import InputError, Problem


def number(
    name: str, value: float, *, low: float = -np.inf, high: float = np.inf, unit: str = ""
) -> list[Problem]:
    """Return a problem if a number is not finite or outside its range."""
    if np.isfinite(value) and low <= value <= high:
        return []
    least, most = (f"{end:g} {unit}".strip() for end in (low, high))
    allowed = f"{least} or more" if high == np.inf else f"{least} to {most}"
    allowed = "a finite number" if low == -np.inf else f"a number, {allowed}"
    nearest = f"Use {np.clip(value, low, high):g} {unit}".strip() + "." if np.isfinite(value) else ""
    return [Problem("range", f"{name} is {value:g}; it must be {allowed}.", name, nearest)]


def series(name: str, value: float | np.ndarray, n_t: int) -> tuple[np.ndarray, list[Problem]]:
    """Return a number or series as an array of shape (n_t,), and what is wrong with it."""
    array = np.asarray(value, dtype=float)
    if array.ndim == 0:
        array = np.full(n_t, array)
    if array.shape != (n_t,):
        message = f"{name} has shape {array.shape}; it must be one number or have shape ({n_t},)."
        return np.zeros(n_t), [Problem("shape", message, name)]
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        message = f"{name} has {bad.size} missing values, the first in step {bad[0]}."
        return array, [Problem("missing", message, name, "Fill the gaps or leave these steps out.")]
    return array, []


def refuse(problems: list[Problem]) -> None:
    """Raise all problems together, if there are any."""
    if problems:
        raise InputError(problems)
