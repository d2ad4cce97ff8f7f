"""A dot plot of one effect across cases, as SVG, with a table that holds the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from calculators.knowledge.cases_effects import Effect, Point
from calculators.knowledge.cases_words import KINDS, QUALIFIERS

WIDTH, LEFT, RIGHT = 400.0, 12.0, 22.0  # as wide as a phone, so that the words keep their size there
ROW, TOP, FOOT = 56.0, 4.0, 42.0


def ticks(high: float) -> list[float]:
    """Return four to six round values from 0 to at least `high`."""
    rough = high / 5
    size = 10 ** math.floor(math.log10(rough))
    step = size * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough)
    return [step * index for index in range(math.ceil(high / step - 1e-9) + 1)]


def _x(value: float, high: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * value / high


def _dot(x: float, y: float, kind: str) -> str:
    """Each kind has its own shape, so that it can be told without colour."""
    if kind == "measured":
        return f'<circle class="cs-dot cs-measured" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    if kind == "reported":
        return f'<circle class="cs-dot cs-reported" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>'
    return f'<path class="cs-dot cs-estimated" d="M{x:.1f} {y - 7:.1f}l7 7l-7 7l-7 -7Z"/>'


def number(value: float) -> str:
    """Return a number for a label: thousands with commas, no needless zeros."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def said(point: Point) -> str:
    """Return a point's value in words, with its unit."""
    span = number(point.low) if point.high == point.low else f"{number(point.low)} to {number(point.high)}"
    return f"{QUALIFIERS.get(point.qualifier, '')} {span} {point.unit}".strip()


def sentence(effect: Effect, points: Sequence[Point]) -> str:
    """Return what the plot shows in one sentence: how many figures, from how many cases, of what kind, what range."""
    cases = len({point.case for point in points})
    kinds = ", ".join(
        f"{count} {kind}" for kind in KINDS if (count := sum(point.kind == kind for point in points))
    )
    low, high = min(points, key=lambda point: point.low), max(points, key=lambda point: point.high)
    span = said(low) if len(points) == 1 else f"from {said(low)} ({low.place}) to {said(high)} ({high.place})"
    return (
        f"{len(points)} figure{'s' if len(points) > 1 else ''} from {cases} case{'s' if cases > 1 else ''} "
        f"({kinds}): {span}."
    )


def svg(name: str, effect: Effect, points: Sequence[Point]) -> str:
    """Return the plot: one row per figure, its name above its dot, no average.

    Parameters
    ----------
    name : str
        Key of the effect, used for ids.
    effect : Effect
        What is compared.
    points : sequence of Point
        At least one.
    """
    values = ticks(max(point.high for point in points))
    high = values[-1]
    bottom = TOP + ROW * len(points)
    parts = [
        f'<line class="cs-grid" x1="{_x(value, high):.1f}" x2="{_x(value, high):.1f}" y1="{TOP:.0f}" y2="{bottom:.0f}"/>'
        f'<text class="cs-tick" x="{_x(value, high):.1f}" y="{bottom + 15:.0f}">{number(value)}</text>'
        for value in values
    ]
    for index, point in enumerate(points):
        y = TOP + ROW * index + 43
        left, right = _x(point.low, high), _x(point.high, high)
        parts.append(
            f'<text class="cs-place" x="{LEFT:.0f}" y="{y - 28:.0f}">{escape(point.place)}</text>'
            f'<text class="cs-row" x="{LEFT:.0f}" y="{y - 13:.0f}">{escape(point.name)}</text>'
            f'<line class="cs-line" x1="{LEFT:.0f}" x2="{WIDTH - RIGHT:.0f}" y1="{y:.0f}" y2="{y:.0f}"/>'
        )
        if right > left:
            parts.append(
                f'<line class="cs-span" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.0f}" y2="{y:.0f}"/>'
            )
            parts.append(_dot(right, y, point.kind))
        parts.append(_dot(left, y, point.kind))
    return (
        f'<svg class="cs-plot" viewBox="0 0 {WIDTH:.0f} {bottom + FOOT:.0f}" role="img" aria-labelledby="cs-{name}-title">'
        f'<title id="cs-{name}-title">{escape(f"{effect.title}: {sentence(effect, points)}")}</title>{"".join(parts)}'
        f'<text class="cs-axis" x="{LEFT:.0f}" y="{bottom + 33:.0f}">{escape(effect.axis)}</text></svg>'
    )
