"""What a network must know besides its balanced model so that its three phases can be told apart."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

PHASES = ("a", "b", "c")


@dataclass(frozen=True, eq=False)
class ThreePhase:
    """Zero-sequence data and the phases of the loads; rows as in the `Network` it belongs to.

    The negative sequence of lines and transformers is their positive sequence. Per unit of 1000 kVA and the nodes'
    nominal voltages, as everything in a network.

    Attributes
    ----------
    branch_y0_pu : ndarray of complex, shape (4, n_branch)
        Zero-sequence admittances from-from, from-to, to-from, to-to of each branch.
    branch_shift_degree : ndarray, shape (n_branch,)
        How far the to end lags the from end.
    source_z0_pu, source_z2_pu : complex
        Zero and negative-sequence impedance behind the supply point; 0 is an ideal source.
    load_delta : ndarray of bool, shape (n_load,)
        Loads between phases (ab, bc, ca); the others are between phase and neutral.
    load_p_kw, load_q_kvar : ndarray, shape (n_load, 3)
        The loads' own power by phase; a balanced load has thirds.
    sgen_delta, sgen_p_kw, sgen_q_kvar
        The same for static generators, feed-in positive.
    notes : tuple of str
        What was assumed because the network did not say.
    """

    branch_y0_pu: np.ndarray
    branch_shift_degree: np.ndarray
    source_z0_pu: complex
    source_z2_pu: complex
    load_delta: np.ndarray
    load_p_kw: np.ndarray
    load_q_kvar: np.ndarray
    sgen_delta: np.ndarray
    sgen_p_kw: np.ndarray
    sgen_q_kvar: np.ndarray
    notes: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Whether all numbers are the same."""
        return isinstance(other, ThreePhase) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        """Hash by identity of the size only; equal objects have equal sizes."""
        return hash(self.branch_y0_pu.shape)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; numbers come back bit for bit."""
        plain: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray) and value.dtype.kind == "c":
                plain[field.name] = [value.real.tolist(), value.imag.tolist()]
            elif isinstance(value, np.ndarray):
                plain[field.name] = value.tolist()
            elif isinstance(value, complex):
                plain[field.name] = [value.real, value.imag]
            else:
                plain[field.name] = list(value)
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> ThreePhase:
        """Build from what `to_dict` returned; `ValueError` or `TypeError` where that does not fit."""
        names = {field.name for field in fields(cls)}
        if wrong := sorted(names ^ set(plain)):
            raise ValueError(f"three_phase: {', '.join(wrong)}")
        y0 = np.array(plain["branch_y0_pu"], dtype=float).reshape(2, 4, -1)
        return cls(
            branch_y0_pu=y0[0] + 1j * y0[1],
            branch_shift_degree=np.array(plain["branch_shift_degree"], dtype=float),
            source_z0_pu=complex(*plain["source_z0_pu"]),
            source_z2_pu=complex(*plain["source_z2_pu"]),
            load_delta=np.array(plain["load_delta"], dtype=bool),
            sgen_delta=np.array(plain["sgen_delta"], dtype=bool),
            notes=tuple(str(note) for note in plain["notes"]),
            **{
                name: np.array(plain[name], dtype=float).reshape(-1, 3)
                for name in ("load_p_kw", "load_q_kvar", "sgen_p_kw", "sgen_q_kvar")
            },
        )

    def faults(self, n_branch: int, n_load: int, n_sgen: int) -> list[str]:
        """Return what does not fit to a network of that size, one sentence each."""
        shapes = {
            "branch_y0_pu": (4, n_branch), "branch_shift_degree": (n_branch,),
            "load_delta": (n_load,), "load_p_kw": (n_load, 3), "load_q_kvar": (n_load, 3),
            "sgen_delta": (n_sgen,), "sgen_p_kw": (n_sgen, 3), "sgen_q_kvar": (n_sgen, 3),
        }  # fmt: skip
        found = []
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values.shape != shape:
                found.append(f"three_phase.{name} has shape {values.shape}, not {shape}.")
            elif not np.isfinite(values).all():
                found.append(f"three_phase.{name} holds values that are not finite.")
        return found
