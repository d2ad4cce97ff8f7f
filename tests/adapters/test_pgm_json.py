"""power-grid-model files: the voltages of power-grid-model itself, and one sentence for what is not modelled."""

import json

import numpy as np
import pytest
from power_grid_model import PowerGridModel
from power_grid_model.utils import json_deserialize, json_serialize

from calculators.adapters.audit import audit
from calculators.adapters.audit_text import to_text
from calculators.adapters.files import read_network, read_tables
from calculators.engine.errors import InputError
from calculators.engine.grid import solve


def dataset():
    """A network with what this format has of its own: source impedance, links, open ends, both tap sides."""
    nodes = [
        {"id": one, "u_rated": u}
        for one, u in ((1, 10e3), (2, 10e3), (3, 400.0), (4, 400.0), (5, 400.0), (6, 400.0))
    ]
    line = {"from_status": 1, "to_status": 1, "r1": 0.25, "x1": 0.2, "c1": 3e-7, "tan1": 0.01, "i_n": 200.0}
    cable = line | {"r1": 0.03, "x1": 0.01, "c1": 5e-8, "tan1": 0.0}
    trafo = {
        "from_node": 2, "to_node": 3, "from_status": 1, "to_status": 1, "u1": 10.5e3, "u2": 420.0, "sn": 4e5,
        "uk": 0.04, "pk": 4.5e3, "i0": 0.006, "p0": 610.0, "winding_from": 2, "winding_to": 1, "clock": 5,
        "tap_side": 0, "tap_pos": 2, "tap_min": 5, "tap_max": 1, "tap_nom": 3, "tap_size": 250.0,
    }  # fmt: skip
    return {
        "node": nodes,
        "line": [
            {"id": 10, "from_node": 1, "to_node": 2, **line},
            {"id": 11, "from_node": 3, "to_node": 4, **cable},
            {"id": 12, "from_node": 4, "to_node": 5, **cable, "to_status": 0, "c1": 4e-6},
        ],
        "link": [{"id": 20, "from_node": 4, "to_node": 6, "from_status": 1, "to_status": 1}],
        "transformer": [
            {"id": 30, **trafo},
            {"id": 31, **trafo, "from_node": 3, "to_node": 2, "u1": 420.0, "u2": 10.5e3, "winding_from": 1, "winding_to": 2,
             "clock": 7, "tap_side": 1, "p0": 0.0},
        ],
        "source": [{"id": 40, "node": 1, "status": 1, "u_ref": 1.03, "sk": 2e8, "rx_ratio": 0.3}],
        "sym_load": [
            {"id": 50, "node": 4, "status": 1, "type": 0, "p_specified": 9e4, "q_specified": 3e4},
            {"id": 51, "node": 6, "status": 0, "type": 0, "p_specified": 9e4, "q_specified": 3e4},
        ],
        "asym_load": [{"id": 52, "node": 6, "status": 1, "type": 0, "p_specified": [9e3, 0.0, 3e3], "q_specified": [0.0, 1e3, 0.0]}],
        "sym_gen": [{"id": 53, "node": 6, "status": 1, "type": 0, "p_specified": 2e4, "q_specified": -2e3}],
    }  # fmt: skip


def text(data, **changes):
    return json.dumps(
        {"version": "1.0", "type": "input", "is_batch": False, "attributes": {}, "data": data, **changes}
    )


def refused(data, **changes):
    with pytest.raises(InputError) as caught:
        read_network("net.json", text(data, **changes))
    return [str(one) for one in caught.value.problems]


def voltages(content):
    network = read_network("net.json", content)
    found = solve(network, network.p_load_kw[:, None], network.q_load_kvar[:, None], tol_kva=1e-9)
    return found.vm_pu[:, 0]


def test_voltages_are_those_of_power_grid_model():
    content = text(dataset())
    theirs = PowerGridModel(json_deserialize(content)).calculate_power_flow(error_tolerance=1e-8)["node"][
        "u_pu"
    ]
    ours = voltages(content)
    live = [0, 1, 2, 3, 5]  # node 5 hangs on an open line
    np.testing.assert_allclose(
        ours[live], theirs[live], rtol=0, atol=5e-8
    )  # a link has 1e-10 pu, p0 = 0 is rounded
    assert np.isnan(ours[4])
    assert ours[0] < 1.03 - 1e-4  # the source's impedance counts


def test_lists_of_attributes_are_the_same_as_objects():
    content = text(dataset())
    packed = json_serialize(json_deserialize(content), use_compact_list=True)
    assert '"attributes": {' in packed
    np.testing.assert_array_equal(voltages(packed), voltages(content))


def test_ids_stay_row_labels_and_names_are_kept():
    data = dataset()
    data["node"][3]["name"] = "Kirchweg 4"
    tables = read_tables("net.json", text(data)).tables
    assert tables["bus"].index[:6] == [1, 2, 3, 4, 5, 6]
    assert tables["bus"].texts("name")[3] == "Kirchweg 4"
    assert tables["line"].index[:3] == [10, 11, 12]


def test_sensors_and_faults_are_left_out_with_a_note():
    data = dataset() | {
        "fault": [{"id": 90}],
        "sym_voltage_sensor": [{"id": 91}],
        "transformer_tap_regulator": [{"id": 92}],
    }
    notes = " ".join(read_network("net.json", text(data)).notes)
    assert "1 fault left out: no part of a power flow." in notes
    assert "sym_voltage_sensor" in notes
    assert "1 transformer_tap_regulator left out: taps stay at tap_pos." in notes
    assert "source 40 has 200 MVA short-circuit power" in notes


def changed(kind, row, **values):
    data = dataset()
    data[kind][row] |= values
    return data


BAD = {
    "shunt": ({**dataset(), "shunt": [{"id": 99, "node": 3}]}, "net.json, shunt: components of kind 'shunt' are not"),
    "three windings": ({**dataset(), "three_winding_transformer": [{"id": 9}]}, "kind 'three_winding_transformer'"),
    "constant impedance": (changed("sym_load", 0, type=1), "net.json, sym_load 50: type is 1; only constant power"),
    "text": (changed("line", 1, r1="0,03"), "net.json, line 11: r1 is '0,03'; it must be a number"),
    "missing": (changed("transformer", 0, uk=None), "net.json, transformer 30: uk is empty"),
    "phases": (changed("asym_load", 0, p_specified=[1.0, None, 2.0]), "asym_load 52: p_specified is empty"),
    "tap impedance": (changed("transformer", 0, uk_min=0.05), "transformer 30: uk_min differs from uk"),
    "node missing": (changed("line", 1, to_node=77), "net.json, line 11: to_bus is 77, which is not a bus"),
    "no rating": (changed("line", 1, i_n=None), "net.json, line 11: max_i_ka (i_n in the file) is nan"),
    "node is a list": (changed("sym_load", 0, node=[3]), "bus is [3]; it must be the whole number"),
    "same id": (changed("node", 1, id=1), "row label 1 occurs more than once"),
    "voltage is text": (changed("node", 1, u_rated="10 kV"), "net.json, node 2: u_rated is '10 kV'"),
    "item is a number": ({**dataset(), "link": [3]}, "net.json, link: an item is neither an object nor a list"),
    "no source": ({**dataset(), "source": []}, "0 external grids"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_or_not_modelled_is_one_sentence(name):
    data, message = BAD[name]
    found = refused(data)
    assert any(message in one for one in found), found
    assert all(one.startswith("net.json") for one in found)


@pytest.mark.parametrize(
    "changes", [{"type": "update"}, {"is_batch": True}, {"is_batch": True, "type": "sym_output"}]
)
def test_only_one_input_dataset_is_opened(changes):
    (found,) = refused(dataset(), **changes)
    assert "not one input dataset" in found


def test_more_than_5000_nodes_give_one_message():
    data = dataset() | {"node": [{"id": one, "u_rated": 400.0} for one in range(5_001)]}
    (found,) = refused({"node": data["node"], "source": data["source"]})
    assert "5,002 buses; limit 5,000 buses" in found or "5,001 buses; limit 5,000 buses" in found


def test_totals_of_short_lines_are_not_taken_for_a_wrong_unit():
    data = dataset()
    data["line"][1] |= {"r1": 0.0002 * 25, "x1": 0.00008 * 25}  # 25 m of cable, as total ohm
    found = audit(read_tables("net.json", text(data)))
    assert found.usable and found.facts["line_km"] is None
    assert not any(one.code == "r-unit" for one in found.findings)
    assert "lengths not in the file" in to_text(found)


def test_findings_name_the_attribute_of_the_file():
    data = changed("transformer", 0, sn=4e8)
    found = audit(read_tables("net.json", text(data)))
    (one,) = [finding for finding in found.findings if finding.code == "rating-unit"]
    assert one.message == "sn_mva (sn in the file) is 400 MVA."
