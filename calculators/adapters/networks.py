"""Published reference networks: converted from pandapower once per build, read as JSON ever after."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from calculators import data
from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Network

_KERBER = "Kerber, Aufnahmefähigkeit von Niederspannungsverteilnetzen, TU München (2011), as shipped with pandapower"
_CIGRE = (
    "CIGRE Task Force C6.04.02, Benchmark Systems for Network Integration (2014), as shipped with pandapower"
)
LICENCE = "BSD-3-Clause (pandapower)"

REFERENCES = {
    "kerber-rural-overhead": ("create_kerber_landnetz_freileitung_1", "Rural, overhead lines", _KERBER),
    "kerber-rural-cable": ("create_kerber_landnetz_kabel_1", "Rural, cable", _KERBER),
    "kerber-village": ("create_kerber_dorfnetz", "Village", _KERBER),
    "kerber-suburb": ("create_kerber_vorstadtnetz_kabel_1", "Suburb, cable", _KERBER),
    "cigre-lv": ("create_cigre_network_lv", "CIGRE low voltage", _CIGRE),
    "cigre-mv": ("create_cigre_network_mv", "CIGRE medium voltage", _CIGRE),
}
"""Id to pandapower function, title and source."""

SEED = 1
"""pandapower picks some house-line types of the suburb with Python's `random`; the seed fixes them."""


def create(reference: str) -> Any:
    """Return a reference network as pandapower makes it; needs pandapower."""
    import pandapower.networks

    random.seed(SEED)
    return getattr(pandapower.networks, REFERENCES[reference][0])()


def write_all(directory: Path) -> None:
    """Convert every reference network to `<id>.json`; same bytes on every run."""
    from calculators.adapters.pandapower import from_pandapower

    directory.mkdir(parents=True, exist_ok=True)
    for reference, (_, title, source) in REFERENCES.items():
        content = {
            "id": reference,
            "title": title,
            "source": source,
            "licence": LICENCE,
            "network": from_pandapower(create(reference)).to_dict(),
        }
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (directory / f"{reference}.json").write_text(text, "utf-8")


def load(reference: str) -> Network:
    """Return a reference network.

    Raises
    ------
    InputError
        If there is no such network; names those there are.
    """
    if reference not in REFERENCES:
        raise InputError(
            Problem(
                "network", f"there is no network '{reference}'.", "network", f"Use: {', '.join(REFERENCES)}."
            )
        )
    return Network.from_dict(data.read(f"networks/{reference}")["network"])
