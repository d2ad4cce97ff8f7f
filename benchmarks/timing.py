"""How every figure here is taken: one warm-up, five runs, the median."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def median_of_five(run: Callable[[], Any]) -> float:
    """Return the median seconds of five runs after one warm-up."""
    run()
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def calibration() -> float:
    """Return the seconds of a fixed piece of numpy work, to compare machines with."""
    array = np.random.default_rng(0).random((400, 400))
    return median_of_five(lambda: [np.cumsum(array, axis=0) for _ in range(200)])
