"""The electrical model of one network: what the power flow needs and what its results are named after."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from calculators.engine.errors import DataError, Problem
from calculators.engine.grid.phases import ThreePhase

S_BASE_KVA = 1000.0
"""Power base of all per-unit values. [kVA]"""

SCHEMA_VERSION = 1

_BUS = ("bus_names", "bus_vn_kv", "bus_node")
_BRANCH = ("branch_from", "branch_to", "branch_ratio", "branch_z_pu", "branch_y_from_pu", "branch_y_to_pu")
_LINE = ("line_names", "line_branch", "line_i_max_ka")
_TRAFO = ("trafo_names", "trafo_branch", "trafo_s_kva", "trafo_vn_hv_kv", "trafo_vn_lv_kv")
_LOAD = ("load_names", "load_node", "p_load_kw", "q_load_kvar")
_SGEN = ("sgen_node", "p_sgen_kw", "q_sgen_kvar")


@dataclass(frozen=True)
class Network:
    """A three-phase network with one supply point, as nodes and branches in service.

    Buses joined by closed bus-bus switches share one node; an open line end has a node of its own. Rows of
    buses, lines, transformers, loads and static generators keep the order of the tables they came from.

    Attributes
    ----------
    bus_names, bus_vn_kv, bus_node
        Name, nominal voltage [kV] and node of each bus; node -1 is a dead bus.
    node_vn_kv : ndarray
        Nominal voltage of each node. [kV]
    slack_node, slack_vm_pu
        Node of the supply point and its voltage. [pu]
    branch_from, branch_to, branch_ratio, branch_z_pu, branch_y_from_pu, branch_y_to_pu
        Ends, voltage ratio at the from end, series impedance and shunt admittance at either end of the pi on
        the to side. Per unit of 1000 kVA and the nodes' nominal voltages.
    line_names, line_branch, line_i_max_ka
        Lines: branch (-1: carries nothing), rated current of all parallel systems. [kA]
    trafo_names, trafo_branch, trafo_s_kva, trafo_vn_hv_kv, trafo_vn_lv_kv
        Transformers: branch, rated power of all parallel units [kVA], rated voltages [kV].
    load_names, load_node, p_load_kw, q_load_kvar
        Loads, then asymmetric loads as their sum; scaling applied; node -1 is ignored.
    sgen_node, p_sgen_kw, q_sgen_kvar
        Static generators, feed-in positive; scaling applied.
    notes : tuple of str
        Assumptions made and values that look wrong.
    three_phase : ThreePhase, optional
        What `solve_3ph` needs besides.
    """

    bus_names: tuple[str, ...]
    line_names: tuple[str, ...]
    trafo_names: tuple[str, ...]
    load_names: tuple[str, ...]
    bus_vn_kv: np.ndarray
    bus_node: np.ndarray
    node_vn_kv: np.ndarray
    slack_node: int
    slack_vm_pu: float
    branch_from: np.ndarray
    branch_to: np.ndarray
    branch_ratio: np.ndarray
    branch_z_pu: np.ndarray
    branch_y_from_pu: np.ndarray
    branch_y_to_pu: np.ndarray
    line_branch: np.ndarray
    line_i_max_ka: np.ndarray
    trafo_branch: np.ndarray
    trafo_s_kva: np.ndarray
    trafo_vn_hv_kv: np.ndarray
    trafo_vn_lv_kv: np.ndarray
    load_node: np.ndarray
    p_load_kw: np.ndarray
    q_load_kvar: np.ndarray
    sgen_node: np.ndarray
    p_sgen_kw: np.ndarray
    q_sgen_kvar: np.ndarray
    notes: tuple[str, ...] = ()
    three_phase: ThreePhase | None = None

    @property
    def n_bus(self) -> int:
        """Number of bus rows."""
        return len(self.bus_node)

    @property
    def n_node(self) -> int:
        """Number of electrical nodes."""
        return len(self.node_vn_kv)

    @property
    def n_branch(self) -> int:
        """Number of branches in service."""
        return len(self.branch_from)

    @property
    def n_load(self) -> int:
        """Number of load rows."""
        return len(self.load_node)

    @property
    def is_radial(self) -> bool:
        """Whether the branches form one tree (parallel branches are a loop)."""
        return self.n_branch == self.n_node - 1

    def summary(self) -> str:
        """Return one sentence that says what is in the network."""
        dead = int((self.bus_node < 0).sum())
        text = (
            f"{self.n_bus} buses, {len(self.line_branch)} lines, {len(self.trafo_branch)} transformers, "
            f"{self.n_load} loads of {self.p_load_kw[self.load_node >= 0].sum():.1f} kW, "
            f"{len(self.sgen_node)} static generators; {'radial' if self.is_radial else 'meshed'}"
        )
        return f"{text}; {dead} buses without supply." if dead else f"{text}."

    def to_dict(self) -> dict[str, Any]:
        """Return the network as plain JSON types; numbers come back bit for bit."""
        plain: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, ThreePhase):
                plain[field.name] = value.to_dict()
            elif not isinstance(value, np.ndarray):
                plain[field.name] = list(value) if isinstance(value, tuple) else value
            elif value.dtype.kind == "c":
                plain[field.name] = [[number.real, number.imag] for number in value.tolist()]
            else:
                plain[field.name] = [None if number != number else number for number in value.tolist()]  # noqa: PLR0124
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Network:
        """Build a network from what `to_dict` returned, checking that its parts fit together.

        Raises
        ------
        DataError
            A field is missing, unknown or of another kind, or an index points outside its table.
        """
        names = {field.name for field in fields(cls)}
        plain = {"three_phase": None, **plain}
        wrong = sorted(names ^ (set(plain) - {"schema_version"}))
        if plain.get("schema_version") != SCHEMA_VERSION or wrong:
            text = ", ".join(wrong) or f"schema_version {plain.get('schema_version')}"
            raise DataError(
                Problem("network-schema", f"not a stored network of version 1: {text}.", "network")
            )
        values: dict[str, Any] = {}
        for name in sorted(names):
            try:
                values[name] = _value(name, plain[name])
            except (TypeError, ValueError) as error:
                raise DataError(Problem("network-schema", f"{name}: {error}.", "network")) from error
        network = cls(**values)
        if faults := network.faults():
            raise DataError([Problem("network-parts", fault, "network") for fault in faults])
        return network

    def faults(self) -> list[str]:
        """Return what does not fit together, one sentence each; empty for a sound network."""
        found = []
        for group in (_BUS, _BRANCH, _LINE, _TRAFO, _LOAD, _SGEN):
            sizes = {name: len(getattr(self, name)) for name in group}
            if len(set(sizes.values())) > 1:
                found.append(f"tables of unequal length: {sizes}.")
        ends = {"bus_node": -1, "load_node": -1, "sgen_node": -1, "branch_from": 0, "branch_to": 0}
        for name, lowest in ends.items():
            found += self._outside(name, lowest, self.n_node)
        for name in ("line_branch", "trafo_branch"):
            found += self._outside(name, -1, self.n_branch)
        if not 0 <= self.slack_node < self.n_node:
            found.append(f"slack_node is {self.slack_node}; there are {self.n_node} nodes.")
        for name in ("branch_z_pu", "branch_y_from_pu", "branch_y_to_pu", "branch_ratio"):
            if not np.isfinite(getattr(self, name)).all():
                found.append(f"{name} holds values that are not finite.")
        if self.three_phase is not None:
            found += self.three_phase.faults(self.n_branch, self.n_load, len(self.sgen_node))
        return found

    def _outside(self, name: str, lowest: int, top: int) -> list[str]:
        values = getattr(self, name)
        if values.size and (values.min() < lowest or values.max() >= top):
            return [f"{name} points outside its table of {top} rows."]
        return []


_WHOLE = ("bus_node", "branch_from", "branch_to", "line_branch", "trafo_branch", "load_node", "sgen_node")
_COMPLEX = ("branch_z_pu", "branch_y_from_pu", "branch_y_to_pu")
_TEXT = ("bus_names", "line_names", "trafo_names", "load_names", "notes")


def _value(name: str, value: Any) -> Any:
    """Return one stored value in the type its field has."""
    if name in _TEXT:
        if not all(isinstance(item, str) for item in value):
            raise ValueError("must hold text")
        return tuple(value)
    if name == "three_phase":
        return None if value is None else ThreePhase.from_dict(value)
    if name == "slack_node":
        return int(value)
    if name == "slack_vm_pu":
        return float(value)
    if name in _COMPLEX:
        pairs = np.array(value, dtype=float).reshape(-1, 2)
        return pairs[:, 0] + 1j * pairs[:, 1]
    numbers = np.array(value, dtype=float)
    if name not in _WHOLE:
        return numbers
    if not np.array_equal(numbers, np.floor(numbers)):
        raise ValueError("must hold whole numbers")
    return numbers.astype(int)
