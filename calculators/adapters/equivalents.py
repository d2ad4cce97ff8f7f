"""One transformer said in two ways: iron losses in the middle (pandapower) or half at either end (PGM)."""

from __future__ import annotations

import numpy as np


def pi_from_t(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pi of a T with half the leakage on either side of the iron.

    Parameters
    ----------
    z : ndarray of complex
        Leakage impedance. [pu]
    y : ndarray of complex
        Iron admittance; 0 leaves z as it is. [pu]

    Returns
    -------
    z_pi, y_pi : ndarray of complex
        Series impedance and the sum of both shunts. [pu]

    Notes
    -----
    With arms a = z/2 and 1/y: series a² y + 2 a, either shunt a / (a² + 2 a / y) = y / (a y + 2).
    """
    arm = z / 2
    return arm**2 * y + 2 * arm, 2 * y / (arm * y + 2)


def t_from_pi(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return leakage and iron of the T that a pi with series z and shunts y/2 stands for; undoes `pi_from_t`.

    Notes
    -----
    With s = z y / 4 the arm is z / (2 (1 + s)) and the iron y (1 + s).
    """
    s = z * y / 4
    return z / (1 + s), y * (1 + s)


def plate(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return short-circuit voltage, its real part, no-load current and loss of z and y. [pu of the rating]"""
    return np.abs(z), z.real, np.abs(y), y.real


def from_plate(
    vk: np.ndarray, vkr: np.ndarray, i0: np.ndarray, p0: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return leakage impedance and iron admittance of plate values. [pu of the rating]"""
    z = vkr + 1j * np.sqrt(np.maximum(vk**2 - vkr**2, 0))
    return z, p0 - 1j * np.sqrt(np.maximum(i0**2 - p0**2, 0))
