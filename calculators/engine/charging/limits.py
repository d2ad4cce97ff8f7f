"""Limits of a network as arrays: feeders, transformer, phases and voltage, all of the form share x power <= room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.errors import InputError, Problem


@dataclass(frozen=True)
class Limits:
    """In each step, sum over the sessions of share times power stays at or below room.

    Parameters
    ----------
    share : ndarray, shape (n_limit, n_session)
        How much of each session's power counts, 0 or more: 1 on its feeder, a third on each phase of a
        three-phase charger, the fall in voltage for each kW at a bus. [- or pu/kW]
    room : ndarray, shape (n_limit, n_t)
        What charging may use; where it is below 0 nothing charges that counts there. [kW or pu]

    Raises
    ------
    InputError
        If shapes differ or numbers are not finite, or a share is below 0.
    """

    share: np.ndarray
    room: np.ndarray

    def __post_init__(self) -> None:
        """Bring the arrays to their types and check them."""
        share, room = np.asarray(self.share, dtype=float), np.asarray(self.room, dtype=float)
        object.__setattr__(self, "share", share)
        object.__setattr__(self, "room", room)
        if share.ndim != 2 or room.ndim != 2 or share.shape[0] != room.shape[0]:
            raise InputError(
                Problem(
                    "shape",
                    f"share has shape {share.shape} and room {room.shape}; both need one row for each limit.",
                    "limits",
                )
            )
        if not np.isfinite(share).all() or not np.isfinite(room).all() or (share < 0).any():
            raise InputError(Problem("range", "share must be finite, 0 or more, and room finite.", "limits"))

    def used(self, p_kw: np.ndarray) -> np.ndarray:
        """Share times power (n_session, n_t), shape (n_limit, n_t)."""
        used: np.ndarray = self.share @ p_kw
        return used


def network_limits(
    feeder: np.ndarray,
    *,
    feeder_kw: np.ndarray,
    transformer_kw: np.ndarray | None = None,
    fall_pu_per_kw: np.ndarray | None = None,
    vm_pu: np.ndarray | None = None,
    vm_floor_pu: float = 0.9,
) -> Limits:
    """Limits of the feeders, the transformer and the voltage at each bus.

    Parameters
    ----------
    feeder : ndarray of int, shape (n_session,)
        Row of `feeder_kw` each session hangs on.
    feeder_kw : ndarray, shape (n_feeder, n_t)
        Power each feeder leaves for charging, its other load taken off. [kW]
    transformer_kw : ndarray, shape (n_t,), optional
        Power the transformer leaves for charging. [kW]
    fall_pu_per_kw : ndarray, shape (n_bus, n_session), optional
        Fall of the voltage at each bus for each kW of each session, 0 or more; from two power flows. [pu/kW]
    vm_pu : ndarray, shape (n_bus, n_t), optional
        Voltage without charging, needed with `fall_pu_per_kw`. [pu]
    vm_floor_pu : float
        Lowest voltage allowed. [pu]

    Returns
    -------
    Limits

    Raises
    ------
    InputError
        If a feeder has no row, or only one of `fall_pu_per_kw` and `vm_pu` is given.

    Notes
    -----
    The voltage is linear in power here; near its floor a power flow of the result should confirm it.
    """
    feeder, feeder_kw = np.asarray(feeder, dtype=int), np.asarray(feeder_kw, dtype=float)
    if feeder.size and not (feeder.min() >= 0 and feeder.max() < len(feeder_kw)):
        raise InputError(
            Problem(
                "feeder",
                f"feeder goes from {feeder.min()} to {feeder.max()}; feeder_kw has rows 0 to {len(feeder_kw) - 1}.",
                "feeder",
            )
        )
    if (fall_pu_per_kw is None) != (vm_pu is None):
        raise InputError(
            Problem("missing", "fall_pu_per_kw and vm_pu go together.", "vm_pu", "Give both or neither.")
        )
    for name, rows in (("transformer_kw", transformer_kw), ("vm_pu", vm_pu)):
        if rows is not None and np.shape(rows)[-1] != feeder_kw.shape[-1]:
            raise InputError(
                Problem(
                    "shape", f"{name} has {np.shape(rows)[-1]} steps, feeder_kw {feeder_kw.shape[-1]}.", name
                )
            )
    buses = 0 if vm_pu is None else np.shape(vm_pu)[0]
    if fall_pu_per_kw is not None and np.shape(fall_pu_per_kw) != (buses, feeder.size):
        raise InputError(
            Problem(
                "shape",
                f"fall_pu_per_kw has shape {np.shape(fall_pu_per_kw)}; it must have one row for each row of vm_pu and "
                f"one column for each of the {feeder.size} sessions.",
                "fall_pu_per_kw",
            )
        )
    share = [(feeder == np.arange(len(feeder_kw))[:, None]).astype(float)]
    room = [feeder_kw]
    if transformer_kw is not None:
        share.append(np.ones((1, feeder.size)))
        room.append(np.asarray(transformer_kw, dtype=float)[None])
    if fall_pu_per_kw is not None and vm_pu is not None:
        share.append(np.asarray(fall_pu_per_kw, dtype=float))
        room.append(np.asarray(vm_pu, dtype=float) - vm_floor_pu)
    return Limits(np.vstack(share), np.vstack(room))
