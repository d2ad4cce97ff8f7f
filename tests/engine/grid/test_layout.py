"""The drawn tree: distances grow along a feeder, nothing crosses, dead lines have no place."""

import dataclasses

import numpy as np
import pytest

from calculators.adapters import networks
from calculators.engine.grid.layout import tree_layout


@pytest.mark.parametrize("name", ["kerber-rural-cable", "kerber-suburb", "cigre-lv", "cigre-mv"])
def test_every_line_has_a_place_and_leads_away_from_the_supply(name):
    network = networks.load(name)
    layout = tree_layout(network)
    live = network.line_branch >= 0
    for values in dataclasses.astuple(layout):
        assert np.isfinite(values[live]).all()
        assert np.isnan(values[~live]).all()
    if network.is_radial:
        assert (np.abs(layout.x_to - layout.x_from)[live] > 0).all()
        assert min(np.nanmin(layout.x_from), np.nanmin(layout.x_to)) == 0.0


def test_ends_of_different_branches_have_rows_of_their_own():
    network = networks.load("kerber-village")
    layout = tree_layout(network)
    ends = {}
    for x, y in [
        *zip(layout.x_from, layout.y_from, strict=True),
        *zip(layout.x_to, layout.y_to, strict=True),
    ]:
        ends.setdefault(round(y, 9), set()).add(round(x, 12))
    leaves = [y for y in ends if y == int(y)]
    assert len(leaves) >= network.n_load
