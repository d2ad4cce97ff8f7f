"""Coordinates as pandapower keeps them: a GeoJSON geometry in the text of a cell."""

from __future__ import annotations

import json
from typing import Any

MAX_CHARACTERS = 1_000_000


def point(text: str) -> tuple[float, float] | None:
    """Return x and y of a Point, or None where the text is none."""
    found = coordinates(text, "Point")
    return _pair(found)


def path(text: str) -> list[tuple[float, float]] | None:
    """Return the corners of a LineString, or None where the text is none with two corners or more."""
    found = coordinates(text, "LineString")
    if not isinstance(found, list):
        return None
    pairs = [_pair(one) for one in found]
    sound = [one for one in pairs if one is not None]
    return sound if len(sound) == len(pairs) >= 2 else None


def coordinates(text: str, kind: str) -> Any:
    """Return the coordinates of a geometry of one kind; whatever else the text holds is nothing."""
    if not text.startswith("{") or len(text) > MAX_CHARACTERS:
        return None
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return plain.get("coordinates") if plain.get("type") == kind else None


def _pair(found: Any) -> tuple[float, float] | None:
    if not isinstance(found, list) or len(found) < 2:
        return None
    x, y = found[0], found[1]
    number = all(
        isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < 1e12 for one in (x, y)
    )
    return (float(x), float(y)) if number else None
