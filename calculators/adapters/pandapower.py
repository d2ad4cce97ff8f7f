"""pandapower networks in memory."""

from __future__ import annotations

from typing import Any

from calculators.adapters.tables import MODELLED, REFUSED, Table, build
from calculators.engine.grid import Network


def from_pandapower(net: Any) -> Network:
    """Turn a pandapower network into a `Network`.

    Parameters
    ----------
    net : pandapower.pandapowerNet
        Lines, two-winding transformers, loads, asymmetric loads (as their sum), static generators, switches and
        one external grid.

    Returns
    -------
    Network
        Rows in the order of `net.bus`, `net.line`, `net.trafo`, `net.load` then `net.asymmetric_load`, `net.sgen`.
        Loads without supply are left out and noted, as pandapower does.

    Raises
    ------
    InputError
        Whatever is not modelled, by element name and index; impossible values.
    """
    return build(tables_of(net), float(net.f_hz))


def tables_of(net: Any) -> dict[str, Table]:
    """Return the element tables of a pandapower network, empty cells as None."""
    return {
        name: Table(
            [int(label) for label in frame.index],
            {
                column: frame[column].astype(object).where(frame[column].notna(), None).tolist()
                for column in frame.columns
            },
        )
        for name in (*MODELLED, *REFUSED)
        if name in net and len(frame := net[name])
    }
