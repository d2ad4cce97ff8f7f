"""Our result and pandapower's for one moment of a user's file."""

import numpy as np
import pandapower
import pandapower.networks
import pytest

from calculators.adapters.files import read_tables
from calculators.adapters.recheck import recheck


@pytest.mark.parametrize("name", ["create_kerber_dorfnetz", "create_cigre_network_lv"])
def test_both_agree_at_any_load(name):
    tables = read_tables("net.json", pandapower.to_json(getattr(pandapower.networks, name)()))
    network = tables.network()
    p_kw = network.p_load_kw * np.random.default_rng(1).uniform(0.3, 1.2, network.n_load)
    found = recheck(tables, p_kw, 0.2 * p_kw)
    assert found.largest_difference_pu < 1e-7
    assert found.ours_vm_pu == pytest.approx(found.theirs_vm_pu, abs=1e-7)
    assert found.ours_trafo_percent == pytest.approx(found.theirs_trafo_percent, abs=0.01)
    assert found.version == pandapower.__version__


def test_asymmetric_loads_count_as_their_sum():
    net = pandapower.networks.create_kerber_landnetz_kabel_1()
    pandapower.create_asymmetric_load(net, int(net.load.bus.iloc[-1]), p_a_mw=0.002)
    tables = read_tables("net.json", pandapower.to_json(net))
    p_kw = np.linspace(1.0, 5.0, tables.network().n_load)
    assert recheck(tables, p_kw, 0.1 * p_kw).largest_difference_pu < 1e-7
