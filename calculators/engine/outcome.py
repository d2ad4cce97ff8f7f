"""What a calculator's function returns: numbers and codes; the words stand in its definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Progress = Callable[[int, int], bool]
"""`progress(done, total)`, called between chunks; False stops the run."""


class Steps:
    """Counts what was done and remembers that the user stopped; call it after each piece of work."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done, self.stopped = progress, total, 0, False

    def __call__(self) -> bool:
        """Return whether to go on."""
        self.done += 1
        if self.progress is not None and not self.progress(self.done, self.total):
            self.stopped = True
        return not self.stopped


@dataclass(frozen=True)
class Estimate:
    """A number with its band: in 8 of 10 cases like this one it lies between `p10` and `p90`."""

    value: float
    p10: float | None = None
    p90: float | None = None

    @classmethod
    def of_draws(cls, draws: np.ndarray) -> Estimate:
        """Return median, 10th and 90th percentile of a 1-D array of draws."""
        p10, median, p90 = np.percentile(draws, [10, 50, 90])
        return cls(float(median), float(p10), float(p90))


@dataclass(frozen=True)
class Finding:
    """A warning by code; `values` fill the placeholders of its text."""

    code: str
    values: dict[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Driver:
    """How much one input moves the main result: its value at the low and the high end of the input."""

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """The answer of one calculator.

    Parameters
    ----------
    verdict : str
        Which of the definition's answer sentences holds.
    values : dict of str to Estimate
        One per result of the definition.
    series : dict of str to ndarray, shape (n,)
        What the definition's charts and tables draw.
    words : dict
        Further placeholders for the sentences.
    warnings : tuple of Finding
    drivers : tuple of Driver
        Strongest first.
    partial : bool
        True when the run was stopped and fewer draws stand behind the numbers.
    """

    verdict: str
    values: dict[str, Estimate]
    series: dict[str, np.ndarray] = field(default_factory=dict)
    words: dict[str, float | str] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()
    drivers: tuple[Driver, ...] = ()
    partial: bool = False
