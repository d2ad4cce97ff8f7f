"""A map of Europe with the cases as numbered marks: SVG made at build time, no tiles, no other host."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 360.0, 372.0  # as wide as a phone, so that the marks keep their size there
CENTRE = (52.5, 10.0)  # latitude, longitude
SCALE = 620.0  # picture units per radian
SHIFT = (172.0, 196.0)  # where the centre lies in the picture
JOIN = 13.0  # marks nearer than this become one
EDGE = 8.0


@dataclass
class Mark:
    """Cases that lie so near to each other that they share one mark."""

    x: float
    y: float
    cases: list[str] = field(default_factory=list)


def project(lat: float, lon: float) -> tuple[float, float]:
    """Return the place of a point in the picture: Lambert's azimuthal equal-area projection.

    Parameters
    ----------
    lat, lon : float
        Degrees north and east.
    """
    phi, phi_0 = math.radians(lat), math.radians(CENTRE[0])
    lam = math.radians(lon - CENTRE[1])
    k = math.sqrt(2 / (1 + math.sin(phi_0) * math.sin(phi) + math.cos(phi_0) * math.cos(phi) * math.cos(lam)))
    x = k * math.cos(phi) * math.sin(lam)
    y = k * (math.cos(phi_0) * math.sin(phi) - math.sin(phi_0) * math.cos(phi) * math.cos(lam))
    return SHIFT[0] + SCALE * x, SHIFT[1] - SCALE * y


def marks(cases: Mapping[str, Mapping[str, Any]]) -> tuple[list[Mark], list[str]]:
    """Return the marks of the map and the ids of cases that lie outside it."""
    joined: list[Mark] = []
    outside = []
    for key, case in cases.items():
        lat, lon = case["place"]["lat"], case["place"]["lon"]
        x, y = project(lat, lon) if abs(lon - CENTRE[1]) < 60 and lat > 0 else (-1.0, -1.0)
        if not (EDGE < x < WIDTH - EDGE and EDGE < y < HEIGHT - EDGE):
            outside.append(key)
            continue
        near = [mark for mark in joined if math.hypot(mark.x - x, mark.y - y) < JOIN]
        if near:
            min(near, key=lambda mark: math.hypot(mark.x - x, mark.y - y)).cases.append(key)
        else:
            joined.append(Mark(x, y, [key]))
    return joined, outside


def _land(outline: Path) -> str:
    parts = []
    for ring in json.loads(outline.read_text("utf-8"))["rings"]:
        points = [project(lat, lon) for lon, lat in ring]
        if any(-40 < x < WIDTH + 40 and -40 < y < HEIGHT + 40 for x, y in points):
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(parts)


def svg(cases: Mapping[str, Mapping[str, Any]], outline: Path) -> str:
    """Return the map as one SVG element.

    Parameters
    ----------
    cases : mapping
        Cases by id.
    outline : Path
        JSON file with the `rings` of the land, longitude before latitude.

    Returns
    -------
    str
        A picture with a text alternative; each mark names its cases, so that a script may filter by it.
    """
    found, _ = marks(cases)
    dots = "".join(
        f'<g class="cs-mark" data-cases="{escape(" ".join(mark.cases))}">'
        f"<title>{escape('; '.join(cases[key]['title'] for key in mark.cases))}</title>"
        f'<circle cx="{mark.x:.1f}" cy="{mark.y:.1f}" r="{8 if len(mark.cases) < 4 else 10}"/>'
        f'<text x="{mark.x:.1f}" y="{mark.y + 3.4:.1f}">{len(mark.cases)}</text></g>'
        for mark in sorted(found, key=lambda mark: mark.y)
    )
    return (
        f'<svg class="cs-map" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-labelledby="cs-map-title">'
        f'<title id="cs-map-title">Map of Europe: a mark for each place with cases and their number</title>'
        f'<path class="cs-land" d="{_land(outline)}"/>{dots}</svg>'
    )
