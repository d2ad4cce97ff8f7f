"""What hangs together in a graph."""

from __future__ import annotations

import numpy as np


def components(n: int, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Lowest number of the component of each of n nodes joined by edges start-stop."""
    label = np.arange(n)
    while True:
        before = label.copy()
        lower = np.minimum(label[start], label[stop])
        np.minimum.at(label, start, lower)
        np.minimum.at(label, stop, lower)
        label = label[label]
        if np.array_equal(before, label):
            return label
