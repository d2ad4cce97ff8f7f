"""`smartcharge network`: exit codes, text, JSON and every conversion from the terminal."""

import json
import logging

import pandapower as pp
import pandapower.networks as pn
import pytest

from calculators.adapters import archive
from calculators.adapters.files import FORMATS, read_network
from calculators.cli import main

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "net.json"
    path.write_text(pp.to_json(pn.create_cigre_network_lv()))
    return path


def test_check_prints_counts_and_results_and_ends_with_0(path, capsys):
    assert main(["network", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "44 buses, 37 lines (1.34 km), 3 transformers (950 kVA)" in out
    assert "lowest voltage" in out and "Bus C12" in out
    assert out.endswith("Usable.\n")


def test_check_ends_with_0_when_something_looks_wrong(path, capsys):
    net = pn.create_cigre_network_lv()
    net.line["length_km"] *= 1000
    path.write_text(pp.to_json(net))
    assert main(["network", "check", str(path)]) == 0
    assert "[length-unit] line 0 (Line R1-R2) and 36 more" in capsys.readouterr().out


def test_check_ends_with_2_when_the_network_cannot_be_calculated(path, capsys):
    net = pn.create_cigre_network_lv()
    net.line.loc[3, "max_i_ka"] = 0.0
    path.write_text(pp.to_json(net))
    assert main(["network", "check", str(path)]) == 2
    out, err = capsys.readouterr()
    assert "[rating] line 3 (Line R4-R5): max_i_ka is 0 kA" in out
    assert err.count("\n") == 1 and "1 error(s), listed above" in err


def test_check_ends_with_2_when_the_file_is_no_network(tmp_path, capsys):
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague")
    assert main(["network", "check", str(path)]) == 2
    assert capsys.readouterr().err.startswith(
        "smartcharge: letter.txt: the file is of no kind that is read here."
    )
    assert main(["network", "check", str(tmp_path / "missing.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_check_as_json_is_the_whole_audit(path, capsys):
    assert main(["network", "check", str(path), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["usable"] and found["facts"]["buses"] == 44
    assert len(found["base_case"]["bus_vm_pu"]["vm_pu"]) == 44


@pytest.mark.parametrize("form", FORMATS)
def test_convert_writes_each_format(path, tmp_path, capsys, form):
    out = tmp_path / f"out{FORMATS[form]}"
    assert main(["network", "convert", str(path), "--to", form, "--out", str(out)]) == 0
    assert "44 buses, 37 lines" in capsys.readouterr().out
    if form == "geojson":
        features = json.loads(out.read_text())["features"]
        assert all(one["properties"].get("vm_pu") for one in features if one["properties"]["kind"] == "bus")
    else:
        assert read_network(out.name, out.read_bytes()).n_bus == 44


def test_a_folder_of_csv_tables_is_checked_like_its_zip(path, tmp_path, capsys):
    packed = tmp_path / "grid.zip"
    main(["network", "convert", str(path), "--to", "csv", "--out", str(packed)])
    folder = tmp_path / "grid"
    folder.mkdir()
    for name, content in archive.members(packed.read_bytes(), "grid.zip").items():
        (folder / name).write_bytes(content)
    (folder / "notes.docx").write_bytes(b"not ours")
    capsys.readouterr()
    assert main(["network", "check", str(folder)]) == 0
    from_folder = capsys.readouterr().out
    assert main(["network", "check", str(packed)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == from_folder.splitlines()[1:]


def test_a_network_that_cannot_be_calculated_is_not_converted(path, tmp_path, capsys):
    net = pn.create_cigre_network_lv()
    net.load.loc[0, "bus"] = 999
    path.write_text(pp.to_json(net))
    out = tmp_path / "out.zip"
    assert main(["network", "convert", str(path), "--to", "csv", "--out", str(out)]) == 2
    assert "bus is 999, which is not a bus" in capsys.readouterr().err
    assert not out.exists()


def test_geojson_without_a_solution_is_written_without_results(path, tmp_path, capsys):
    net = pn.create_cigre_network_lv()
    net.load["p_mw"] *= 50
    path.write_text(pp.to_json(net))
    out = tmp_path / "out.geojson"
    assert main(["network", "convert", str(path), "--to", "geojson", "--out", str(out)]) == 0
    assert "without results" in capsys.readouterr().err
    assert "vm_pu" not in json.loads(out.read_text())["features"][0]["properties"]
