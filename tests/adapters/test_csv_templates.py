"""The four CSV tables: as spreadsheet programs write them, and each mistake by file, row and column."""

import math

import pytest

from calculators.adapters import sheets
from calculators.adapters.files import read_folder, read_network, read_tables
from calculators.engine.errors import InputError
from calculators.engine.grid import solve

FILES = {
    "buses.csv": "bus,vn_kv,supply_vm_pu,x,y\nMV,20,1.0,8.1,50.1\nLV,0.4,,8.1,50.1\nEnd,0.4,,8.2,50.1\n",
    "lines.csv": "line,from_bus,to_bus,length_m,r_ohm_per_km,x_ohm_per_km,i_max_a\nCable 1,LV,End,200,0.2,0.08,270\n",
    "transformers.csv": "transformer,hv_bus,lv_bus,s_kva,vn_hv_kv,vn_lv_kv,vk_percent,vkr_percent\nT1,MV,LV,400,20,0.4,6,1.4\n",
    "loads.csv": "load,bus,p_kw,q_kvar\nHouse 1,End,10.5,1.5\n",
}  # fmt: skip


def folder(**changes):
    """The four files, some replaced; None leaves one out."""
    texts = FILES | {f"{name}.csv": text for name, text in changes.items()}
    return {
        name: text if isinstance(text, bytes) else text.encode()
        for name, text in texts.items()
        if text is not None
    }


def read(**changes):
    return read_folder("grid", folder(**changes)).network()


def refused(**changes):
    with pytest.raises(InputError) as caught:
        read(**changes)
    return [str(one) for one in caught.value.problems]


def replaced(table, *pairs):
    text = FILES[f"{table}.csv"]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return {table: text}


def test_hand_calculated_voltage_drop():
    """Two constant-power volts by the quadratic of one line behind one transformer, worked out by hand.

    Per unit of 1 MVA at 0.4 kV: line z = (0.2 + 0.08j) * 0.2 / 0.16 = 0.25 + 0.1j; transformer
    z = (0.014 + sqrt(0.06² - 0.014²) j) / 0.4. With S = P + jQ at the end and U1 = 1:
    |U2|⁴ + (2 (R P + X Q) - 1) |U2|² + |Z|² |S|² = 0.
    """
    r, x = 0.25 + 0.014 / 0.4, 0.1 + math.sqrt(0.06**2 - 0.014**2) / 0.4
    p, q = 0.0105, 0.0015
    b = 2 * (r * p + x * q) - 1
    expected = math.sqrt((-b + math.sqrt(b * b - 4 * (r * r + x * x) * (p * p + q * q))) / 2)
    network = read()
    found = solve(network, network.p_load_kw[:, None], network.q_load_kvar[:, None], tol_kva=1e-9).vm_pu
    assert found[2, 0] == pytest.approx(expected, abs=1e-9)


def semicolons(text):
    return text.replace(",", ";").replace(".", ",")


AS_WRITTEN = {
    "semicolons and decimal commas": {name: semicolons(text).encode() for name, text in FILES.items()},
    "tabs and decimal commas": {name: semicolons(text).replace(";", "\t").encode() for name, text in FILES.items()},
    "semicolons and decimal points": {name: text.replace(",", ";").encode() for name, text in FILES.items()},
    "byte order mark": {name: b"\xef\xbb\xbf" + text.encode() for name, text in FILES.items()},
    "UTF-16": {name: semicolons(text).replace(";", "\t").encode("utf-16") for name, text in FILES.items()},
    "Windows line ends": {name: text.replace("\n", "\r\n").encode() for name, text in FILES.items()},
    "sep row": {name: ("sep=;\n" + semicolons(text)).encode() for name, text in FILES.items()},
    "comments and empty rows": {name: ("# our grid\n" + text.replace("\n", "\n,,\n\n", 1).replace(",,\n", "\n")).encode()
                                for name, text in FILES.items()},
    "quotation marks": {name: "\n".join(",".join(f'"{cell}"' for cell in row.split(",")) for row in text.splitlines()).encode()
                        for name, text in FILES.items()},
    "capitals and folders": {f"Netz/{name.upper()}": text.encode() for name, text in FILES.items()},
    "empty cells at the end": {name: text.replace("\n", ",,,\n").replace(",,,\n", "\n", 1).encode() for name, text in FILES.items()},
    "upper-case headings": {name: text.replace("bus,", "BUS,", 1).encode() for name, text in FILES.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_tables_are_read_as_spreadsheet_programs_write_them(name):
    found, expected = read_folder("grid", AS_WRITTEN[name]).network(), read()
    assert found.to_dict() == expected.to_dict()
    packed = read_network("grid.zip", sheets.pack(AS_WRITTEN[name]))
    assert packed.to_dict() == expected.to_dict()


def test_umlauts_of_an_old_encoding_are_kept():
    network = read(loads="load,bus,p_kw,q_kvar\nBäckerei Groß,End,10.5,1.5\n".encode("cp1252"))
    assert network.load_names == ("Bäckerei Groß",)


def test_optional_tables_may_be_missing():
    direct = replaced(
        "buses", ("MV,20,1.0", "MV,20,"), ("LV,0.4,,", "LV,0.4,1.0,"), ("MV,20,,8.1,50.1\n", "")
    )
    network = read(transformers=None, loads=None, **direct)
    assert (network.n_bus, network.n_load, len(network.trafo_names)) == (2, 0, 0)


BAD = {
    "text in a number column": (
        replaced("lines", ("200,0.2", "200 m,0.2")),
        "grid, lines.csv, row 2, column length_m: it is '200 m'; it must be a number.",
    ),
    "empty number": (
        replaced("loads", ("10.5", "")),
        "grid, loads.csv, row 2, column p_kw: it is empty; it must be a number.",
    ),
    "thousands": (
        {"loads": "load;bus;p_kw;q_kvar\nA;End;1.234,5;0\n"},
        "row 2, column p_kw: it is '1.234,5'; it must be a number. Write digits and one decimal sign",
    ),
    "two decimal signs": (
        {"loads": "load;bus;p_kw;q_kvar\nA;End;1,5;0\nB;End;1.234;0\n"},
        "row 3, column p_kw: it is '1.234'; it must be a number. The file has decimal points and decimal commas",
    ),
    "decimal comma between commas": (
        {"loads": "load,bus,p_kw,q_kvar\nA,End,1,5,0,3\n"},
        "grid, loads.csv, row 2: it has 6 cells; the first row has 4. If its numbers have a decimal comma, save",
    ),
    "quoted decimal comma between commas": (
        {"loads": 'load,bus,p_kw,q_kvar\nA,End,"1,5",0\n'},
        "column p_kw: it is '1,5'; it must be a number. Write a decimal point, or save the file with ;",
    ),
    "short row": (
        {"loads": "load,bus,p_kw,q_kvar\nA,End,1\n"},
        "row 2: it has 3 cells; the first row has 4. Fill or cut it.",
    ),
    "not a number": (replaced("loads", ("10.5", "nan")), "column p_kw: it is 'nan'"),
    "infinite": (replaced("loads", ("10.5", "1e999")), "inf"),
    "unknown bus": (
        replaced("loads", ("End", "Ende")),
        "loads.csv, row 2, column bus: it is 'Ende'; it must be a bus of the table buses. Name it exactly",
    ),
    "bus twice": (
        replaced("buses", ("End,", "LV,")),
        "buses.csv, row 4, column bus: 'LV' occurs more than once.",
    ),
    "no supply": (
        replaced("buses", ("20,1.0", "20,")),
        "buses.csv, column supply_vm_pu: 0 buses have a value; exactly one must be fed",
    ),
    "two supplies": (replaced("buses", ("LV,0.4,", "LV,0.4,1.0")), "supply_vm_pu: 2 buses have a value"),
    "column missing": (replaced("lines", ("i_max_a", "rating")), "lines.csv: column i_max_a is missing."),
    "column twice": (replaced("loads", ("q_kvar", "p_kw")), "loads.csv: column p_kw occurs twice."),
    "file missing": ({"lines": None}, "grid: lines.csv is missing. Use the template"),
    "file empty": ({"loads": ""}, "grid: loads.csv is empty."),
    "phase": ({"loads": "load,bus,p_kw,q_kvar,phase\nA,End,1,0,L1\n"}, "column phase: it is 'l1'; it must be a or b or c."),
    "flag": ({"loads": "load,bus,p_kw,q_kvar,in_service\nA,End,1,0,maybe\n"}, "column in_service: it is 'maybe'"),
    "quotation mark": ({"loads": 'load,bus,p_kw,q_kvar\n"A,End,1,0\n'}, "grid, loads.csv: row 2 cannot be read"),
    "not text": ({"loads": b"\x00\x01\x02"}, "grid, loads.csv: the file is not text."),
    "impossible": (replaced("transformers", ("6,1.4", "6,14")), "trafo 0 (T1): sn_mva (s_kva in the file) is 0.4 MVA, vk_percent 6 and vkr_percent 14"),
    "line between two voltages": (replaced("lines", ("LV,End", "MV,End")), "line 0 (Cable 1): it joins 20 kV and 0.4 kV"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_named_by_file_row_and_column(name):
    changes, message = BAD[name]
    found = refused(**changes)
    assert any(message in one for one in found), found


def test_many_bad_rows_of_a_column_are_one_message():
    rows = "".join(f"L{one},End,x,0\n" for one in range(400))
    (found,) = refused(loads="load,bus,p_kw,q_kvar\n" + rows)
    assert "row 2, column p_kw: it is 'x' (400 rows like it)" in found


def test_all_mistakes_of_all_files_come_at_once():
    changes = replaced("lines", ("200,0.2", "x,y")) | replaced("loads", ("10.5", "z"), ("End", "?"))
    found = refused(**changes)
    assert len(found) == 4


def test_a_switch_needs_no_impedance_and_joins_two_buses():
    network = read(
        buses=FILES["buses.csv"] + "Box,0.4,,,\n",
        lines="line,from_bus,to_bus,length_m,r_ohm_per_km,x_ohm_per_km,i_max_a,kind\nC,LV,End,200,0.2,0.08,270,\nS,End,Box,,,,,switch\n",
    )
    assert network.bus_node[2] == network.bus_node[3]
    assert network.line_names == ("C",)


def test_an_open_end_and_a_single_phase_are_kept():
    tables = read_folder(
        "grid",
        folder(
            lines="line,from_bus,to_bus,length_m,r_ohm_per_km,x_ohm_per_km,i_max_a,to_closed\n"
            "C,LV,End,200,0.2,0.08,270,yes\nD,LV,End,200,0.2,0.08,270,no\n",
            loads="load,bus,p_kw,q_kvar,phase\nA,End,3,0,b\n",
        ),
    )
    assert tables.tables["switch"].columns["element"] == [1]
    assert tables.tables["switch"].columns["bus"] == [2]
    assert tables.tables["asymmetric_load"].columns["p_b_mw"] == [0.003]
    assert tables.tables["asymmetric_load"].columns["p_a_mw"] == [0.0]


def test_a_tap_counts_on_its_side():
    head = FILES["transformers.csv"].splitlines()[0] + ",tap_side,tap_pos,tap_neutral,tap_step_percent\n"
    network = read(transformers=head + "T1,MV,LV,400,20,0.4,6,1.4,hv,2,0,2.5\n")
    assert network.branch_ratio.max() == pytest.approx(1.05)


def test_unknown_columns_are_named_in_a_note():
    tables = read_folder("grid", folder(loads="load,bus,p_kw,q_kvar,tarif\nA,End,1,0,x\n"))
    assert tables.notes == ("loads.csv: unknown columns left out: tarif.",)


def test_sheets_with_numbers_as_names_match_across_tables():
    book = sheets.write(
        {
            "buses": [["bus", "vn_kv", "supply_vm_pu"], [1, 0.4, 1.0], [2.0, 0.4, None]],
            "lines": [FILES["lines.csv"].splitlines()[0].split(","), ["C", "1", 2, 200, 0.2, "0,08", 270]],
            "loads": [["load", "bus", "p_kw", "q_kvar"], [7, 2, 10, 1]],
        }
    )
    network = read_network("grid.xlsx", book)
    assert network.bus_names == ("1", "2")
    assert network.load_names == ("7",)


def test_a_formula_in_a_sheet_is_refused_by_row_and_column():
    part = sheets.write({"buses": [["bus", "vn_kv", "supply_vm_pu"], [1, 0.4, 1.0]], "lines": [["line"]]})
    from calculators.adapters import archive

    members = archive.members(part, "x")
    path = "xl/worksheets/sheet1.xml"
    members[path] = members[path].replace(b"<c><v>0.4</v></c>", b"<c><f>A1*2</f><v>0.4</v></c>")
    with pytest.raises(InputError) as caught:
        read_tables("grid.xlsx", sheets.pack(members))
    text = str(caught.value)
    assert "column i_max_a is missing" in text
    members.pop("xl/worksheets/sheet2.xml")
    lines = sheets.write({"buses": [["x"]], "lines": [FILES["lines.csv"].splitlines()[0].split(",")]})
    members["xl/worksheets/sheet2.xml"] = archive.members(lines, "x")["xl/worksheets/sheet2.xml"]
    with pytest.raises(
        InputError, match=r"buses, row 2, column vn_kv: it is the formula =A1\*2; it must be a number"
    ):
        read_tables("grid.xlsx", sheets.pack(members))
