"""Six published networks through every format and back: the same voltages, also in the programs they are meant for."""

import json
import logging
import warnings

import numpy as np
import pandapower as pp
import pytest
from power_grid_model import PowerGridModel
from power_grid_model.utils import json_deserialize
from power_grid_model.validation import validate_input_data

from calculators.adapters import archive, csv_writer, files, networks, sheets
from calculators.adapters.checked import NetworkTables
from calculators.adapters.pandapower import from_pandapower, tables_of
from calculators.engine.grid import solve

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)

SAME_PU = 1e-9  # between two runs of ours: formats hold 17 digits, so only the solver's tolerance is left
FORMATS = ("pandapower-json", "xlsx", "pgm", "csv")


def tables(net, name="net"):
    return NetworkTables(name, tables_of(net), float(net.f_hz))


def voltages(network):
    return solve(network, network.p_load_kw[:, None], network.q_load_kvar[:, None], tol_kva=1e-9).vm_pu[:, 0]


def everything():
    """A network with what the six do not have: taps, derating, parallels, open ends, dead rows, single phases."""
    net = pp.create_empty_network()
    mv, one, two, dead = (pp.create_bus(net, kv, name=f"B {kv}") for kv in (20, 0.4, 0.4, 0.4))
    far = pp.create_bus(net, 0.4)
    pp.create_ext_grid(net, mv, vm_pu=1.02)
    for tap, side in ((2, "hv"), (-1, "lv")):
        pp.create_transformer_from_parameters(
            net, mv, one, 0.4, 20, 0.41, 1.4, 6, 1.35, 0.34, shift_degree=150, tap_side=side, tap_neutral=0, tap_pos=tap,
            tap_step_percent=2.5, tap_changer_type="Ratio", df=0.9, vector_group="Dyn",
        )  # fmt: skip
    net.trafo.loc[1, "parallel"] = 2
    pp.create_switch(net, one, two, et="b")
    pp.create_line_from_parameters(
        net, two, far, 0.4, 0.206, 0.08, 260, 0.27, parallel=2, df=0.8, g_us_per_km=3
    )
    pp.create_line_from_parameters(net, one, dead, 0.1, 0.206, 0.08, 260, 0.27)
    pp.create_line_from_parameters(net, far, two, 0.3, 0.32, 0.07, 260, 0.24)
    pp.create_switch(net, far, 2, et="l", closed=False)
    pp.create_switch(net, two, dead, et="b", closed=False)
    net.bus.loc[dead, "in_service"] = False
    pp.create_load(net, far, 0.05, 0.01, scaling=0.7, name="shop")
    pp.create_load(net, dead, 0.05)
    pp.create_load(net, far, 0.02, in_service=False)
    pp.create_asymmetric_load(net, far, p_a_mw=0.01, p_c_mw=0.002, q_a_mvar=0.003, scaling=0.5, name="house")
    pp.create_sgen(net, two, 0.03, 0.001, scaling=0.9)
    pp.create_asymmetric_sgen(net, far, p_b_mw=0.004, q_b_mvar=-0.001, scaling=0.5, name="roof")
    return net


CASES = {
    **{ref: lambda ref=ref: networks.create(ref) for ref in networks.REFERENCES},
    "everything": everything,
}


@pytest.fixture(scope="module", params=CASES)
def net(request):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CASES[request.param]()


@pytest.mark.parametrize("form", FORMATS)
def test_a_network_keeps_its_voltages_through_a_format_and_back(net, form):
    network = from_pandapower(net)
    content = files.write(tables(net), form)
    back = files.read_network(f"net{files.FORMATS[form]}", content)
    np.testing.assert_allclose(voltages(back), voltages(network), rtol=0, atol=SAME_PU)
    assert back.p_load_kw[back.load_node >= 0].sum() == pytest.approx(
        network.p_load_kw[network.load_node >= 0].sum()
        - (
            network.p_sgen_kw[network.sgen_node >= 0].sum() if form == "csv" else 0
        )  # feed-in as negative load
    )


def test_template_sheets_of_a_workbook_are_read_like_the_csv_files(net):
    book = sheets.write(csv_writer.template_rows(tables(net)))
    np.testing.assert_allclose(
        voltages(files.read_network("net.xlsx", book)), voltages(from_pandapower(net)), rtol=0, atol=SAME_PU
    )


@pytest.mark.parametrize("form", ["pandapower-json", "xlsx"])
def test_pandapower_opens_what_is_written_and_finds_the_same_voltages(net, form, tmp_path):
    path = tmp_path / f"net{files.FORMATS[form]}"
    path.write_bytes(files.write(tables(net), form))
    opened = pp.from_json(str(path)) if form == "pandapower-json" else pp.from_excel(str(path))
    pp.runpp(net, tolerance_mva=1e-12, numba=False)
    pp.runpp(opened, tolerance_mva=1e-12, numba=False)
    np.testing.assert_allclose(opened.res_bus.vm_pu, net.res_bus.vm_pu, rtol=0, atol=1e-12)
    np.testing.assert_allclose(opened.res_trafo.loading_percent, net.res_trafo.loading_percent, rtol=1e-9)
    assert list(opened.bus.index) == list(net.bus.index)


def test_power_grid_model_opens_what_is_written_and_finds_the_same_voltages(net):
    dataset = json_deserialize(files.write(tables(net), "pgm").decode())
    assert validate_input_data(dataset) is None
    result = PowerGridModel(dataset).calculate_power_flow(error_tolerance=1e-9)
    found = np.where(result["node"]["energized"] == 1, result["node"]["u_pu"], np.nan)
    expected = voltages(from_pandapower(net))
    live = ~np.isnan(expected)
    # Joined buses are one point for us and a link of 1e10 S per unit there: 1.4e-9 pu at the CIGRE network's.
    np.testing.assert_allclose(found[live], expected[live], rtol=0, atol=1e-8)


def test_csv_of_pandapower_is_rebuilt_in_pandapower_with_the_same_voltages(net):
    back = files.read_tables("net.zip", files.write(tables(net), "csv"))
    opened = pp.from_json_string(files.write(back, "pandapower-json").decode())
    pp.runpp(net, tolerance_mva=1e-12, numba=False)
    pp.runpp(opened, tolerance_mva=1e-12, numba=False)
    np.testing.assert_allclose(opened.res_bus.vm_pu, net.res_bus.vm_pu, rtol=0, atol=1e-10)


def test_single_phases_survive_csv_and_power_grid_model():
    net = everything()
    for form in ("csv", "pgm"):
        back = files.read_tables("net", files.write(tables(net), form)).tables["asymmetric_load"]
        scaled = net.asymmetric_load.scaling[0]
        assert sum(back.columns["p_a_mw"]) == pytest.approx(0.01 * scaled)
        assert sum(back.columns["p_c_mw"]) == pytest.approx(0.002 * scaled)
        assert sum(back.columns["q_a_mvar"]) == pytest.approx(0.003 * scaled)


def test_asymmetric_generators_survive_csv_as_negative_loads_and_power_grid_model_as_they_are():
    net = everything()
    back = files.read_tables("net", files.write(tables(net), "pgm")).tables["asymmetric_sgen"]
    assert back.columns["p_b_mw"] == [pytest.approx(0.002)]
    back = files.read_tables("net", files.write(tables(net), "csv")).tables["asymmetric_load"]
    assert min(back.columns["p_b_mw"]) == pytest.approx(-0.002)
    assert max(back.columns["q_b_mvar"]) == pytest.approx(0.0005)


def test_a_load_between_phases_stays_one_or_is_refused_by_name():
    net = everything()
    net.asymmetric_load["type"] = "delta"
    for form in ("pandapower-json", "xlsx", "csv"):
        back = files.read_tables("net", files.write(tables(net), form)).tables["asymmetric_load"]
        assert "delta" in back.columns["type"]
    with pytest.raises(Exception, match="connected between phases; power-grid-model knows star only"):
        files.write(tables(net), "pgm")


def test_zero_sequence_data_survives_every_format():
    net = everything()
    net.line["r0_ohm_per_km"], net.line["x0_ohm_per_km"], net.line["c0_nf_per_km"] = 0.8, 0.3, 100.0
    for form in FORMATS:
        line = files.read_tables("net", files.write(tables(net), form)).tables["line"]
        r0, x0 = (
            line.numbers(f"{one}0_ohm_per_km") * line.numbers("length_km") / line.numbers("parallel", 1)
            for one in "rx"
        )
        np.testing.assert_allclose(r0, [0.8 * 0.4 / 2, 0.08, 0.24], rtol=1e-12)
        np.testing.assert_allclose(x0, [0.3 * 0.4 / 2, 0.03, 0.09], rtol=1e-12)


def test_the_earth_of_a_transformer_survives_every_format():
    net = everything()
    net.trafo["rn_ohm"], net.trafo["xn_ohm"] = 2.0, 0.5
    for form in FORMATS:
        trafo = files.read_tables("net", files.write(tables(net), form)).tables["trafo"]
        np.testing.assert_allclose([trafo.numbers("rn_ohm"), trafo.numbers("xn_ohm")], [[2, 2], [0.5, 0.5]])
        assert [text.rstrip("0123456789") for text in trafo.texts("vector_group")] == ["Dyn", "Dyn"]


def test_a_tap_of_an_old_file_still_counts_in_the_new_one():
    net = everything()
    net.trafo = net.trafo.drop(columns=["tap_changer_type"])
    opened = pp.from_json_string(files.write(tables(net), "pandapower-json").decode())
    pp.runpp(opened, tolerance_mva=1e-12, numba=False)
    expected = everything()
    pp.runpp(expected, tolerance_mva=1e-12, numba=False)
    np.testing.assert_allclose(opened.res_bus.vm_pu, expected.res_bus.vm_pu, rtol=0, atol=1e-12)


def test_a_phase_shift_that_power_grid_model_cannot_hold_is_refused():
    net = everything()
    net.trafo["shift_degree"] = 145.0
    with pytest.raises(Exception, match="shift_degree is 145") as caught:
        files.write(tables(net), "pgm")
    assert caught.value.problems[0].where == "net, trafo 0"


def test_geojson_places_buses_lines_and_results():
    net = networks.create("cigre-lv")
    network = from_pandapower(net)
    found = solve(network, network.p_load_kw[:, None], network.q_load_kvar[:, None])
    plain = json.loads(files.write(tables(net), "geojson", found))
    features = {(one["properties"]["kind"], one["properties"]["index"]): one for one in plain["features"]}
    assert len(features) == 44 + 37 + 3
    assert features["bus", 2]["geometry"] == {"type": "Point", "coordinates": [-1.4583333333, 2.0]}
    assert features["line", 0]["geometry"]["coordinates"] == [[-1.4583333333, 2.0], [-1.4583333333, 3.0]]
    pp.runpp(net, tolerance_mva=1e-10, numba=False)
    assert features["bus", 18]["properties"]["vm_pu"] == pytest.approx(net.res_bus.vm_pu[18], abs=1e-6)
    assert features["bus", 2]["properties"]["load_kw"] == pytest.approx(190.0)
    assert features["line", 3]["properties"]["loading_percent"] == pytest.approx(
        net.res_line.loading_percent[3], abs=0.01
    )
    assert features["trafo", 1]["properties"]["loading_percent"] == pytest.approx(
        net.res_trafo.loading_percent[1], abs=0.01
    )


def test_geojson_draws_the_corners_of_a_line_where_they_are_known():
    net = networks.create("cigre-mv")
    net.line["geo"] = None
    net.line.at[0, "geo"] = json.dumps({"type": "LineString", "coordinates": [[4, 15], [3, 14], [4, 13]]})
    plain = json.loads(files.write(tables(net), "geojson"))
    lines = {
        one["properties"]["index"]: one for one in plain["features"] if one["properties"]["kind"] == "line"
    }
    assert lines[0]["geometry"]["coordinates"] == [[4, 15], [3, 14], [4, 13]]
    assert len(lines[1]["geometry"]["coordinates"]) == 2
    assert lines[12]["properties"]["closed"] is False or lines[13]["properties"]["closed"] is False


def test_geojson_without_any_coordinates_says_what_to_fill():
    with pytest.raises(Exception, match="no bus has coordinates. Fill the columns x and y"):
        files.write(tables(everything()), "geojson")


def test_coordinates_survive_csv_xlsx_and_json():
    net = networks.create("cigre-mv")
    expected = json.loads(files.write(tables(net), "geojson"))["features"][:15]
    for form in ("pandapower-json", "xlsx", "csv"):
        back = files.read_tables("net", files.write(tables(net), form))
        got = json.loads(files.write(back, "geojson"))["features"][:15]
        assert [one["geometry"] for one in got] == [one["geometry"] for one in expected]


def test_coordinates_of_a_pandapower_2_file_are_found():
    net = networks.create("cigre-mv")
    plain = json.loads(pp.to_json(net))["_object"]
    bus = json.loads(plain["bus"]["_object"])
    at = bus["columns"].index("geo")
    places = [json.loads(row.pop(at))["coordinates"] for row in bus["data"]]
    bus["columns"].pop(at)
    plain["bus"]["_object"] = json.dumps(bus)
    geodata = {
        "columns": ["x", "y", "coords"],
        "index": bus["index"],
        "data": [[*one, None] for one in places],
    }
    plain["bus_geodata"] = {**plain["bus"], "_object": json.dumps(geodata)}
    text = json.dumps({"_class": "pandapowerNet", "_object": plain})
    features = json.loads(files.write(files.read_tables("net.json", text), "geojson"))["features"]
    assert [one["geometry"]["coordinates"] for one in features[:15]] == places


def test_workbooks_and_archives_are_the_same_bytes_each_time():
    net = networks.create("cigre-lv")
    for form in FORMATS:
        assert files.write(tables(net), form) == files.write(tables(net), form)


def test_names_that_occur_twice_stay_apart_in_csv():
    net = everything()
    net.bus["name"], net.line["name"], net.load["name"] = "same", "#1", ["x", None, "x"]
    back = files.read_network("net.zip", files.write(tables(net), "csv"))
    np.testing.assert_allclose(voltages(back), voltages(from_pandapower(net)), rtol=0, atol=SAME_PU)
    assert len(set(back.bus_names)) == 5 == len(back.bus_names)


def test_what_looks_like_a_formula_in_a_name_is_written_as_text():
    net = everything()
    net.load["name"] = "=1+1"
    content = files.write(tables(net), "xlsx")
    members = archive.members(content, "x")
    assert b"=1+1" in b"".join(members.values())
    assert not any(b"<f" in part for part in members.values())
    assert files.read_tables("net.xlsx", content).tables["load"].columns["name"][0] == "=1+1"
