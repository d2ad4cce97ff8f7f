"""One entry for every file: what it is, and one clear message when it is nothing that is read here or hostile."""

import importlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pandapower.networks as pn
import pytest

from calculators.adapters import archive, files, sheets
from calculators.adapters.audit import audit
from calculators.adapters.checked import NetworkTables
from calculators.adapters.pandapower import from_pandapower, tables_of
from calculators.engine.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore")
DATA = Path(__file__).parent / "data"


def tables():
    net = pn.create_cigre_network_lv()
    return NetworkTables("net", tables_of(net), 50.0)


@pytest.fixture(scope="module")
def book():
    """Parts of a workbook, to be spoiled."""
    return archive.members(files.write(tables(), "xlsx"), "net.xlsx")


def refused(content, name="net.xlsx"):
    with pytest.raises(InputError) as caught:
        files.read_network(name, content)
    assert all(one.where.startswith(name) for one in caught.value.problems)
    return [str(one) for one in caught.value.problems]


def zipped(members, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as packed:
        for path, content in members.items():
            packed.writestr(path, content)
    return out.getvalue()


def sheet_of(book, title):
    """Return the path of a sheet's part."""
    titles = list(sheets.read(book, "x", {"bus", "line", "trafo", "load", "switch", "ext_grid"}))
    return f"xl/worksheets/sheet{titles.index(title) + 1}.xml"


def test_a_workbook_written_by_pandapower_is_the_network_it_came_from():
    found = files.read_network("cigre-lv.xlsx", (DATA / "cigre-lv.xlsx").read_bytes())
    expected = from_pandapower(pn.create_cigre_network_lv())
    for name in (
        "bus_node",
        "branch_z_pu",
        "branch_from",
        "branch_to",
        "p_load_kw",
        "q_load_kvar",
        "trafo_s_kva",
    ):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12)
    assert found.bus_names == expected.bus_names


def test_kind_is_told_by_content_not_by_ending():
    text = files.write(tables(), "pandapower-json")
    assert files.read_network("net.txt", b"\xef\xbb\xbf\n " + text).n_bus == 44
    assert files.read_network("net", text.decode()).n_bus == 44
    assert files.read_network("net.json", files.write(tables(), "xlsx")).n_bus == 44
    assert files.read_network("net.xlsx", files.write(tables(), "csv")).n_bus == 44
    assert files.read_network("net.json", files.write(tables(), "pgm")).n_bus == 44


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("net.p", b"\x80\x04\x95", "A pickle can run code and is never opened"),
        ("net.xls", b"\xd0\xcf\x11\xe0", "Save it as .xlsx"),
        ("net.pfd", b"\x00\x01", "converter.powerfactory.from_pfd"),
        ("grid_EQ.xml", b"<?xml version='1.0'?><rdf:RDF/>", "converter.cim.cim2pp.from_cim.from_cim"),
        ("case.m", b"function mpc = case9", "converter.matpower.from_mpc"),
        ("notes.docx.txt", b"Dear colleague", "These can be opened: pandapower"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        ("lines.csv", b"line,from_bus", "One table is not a network: put buses.csv, lines.csv"),
        ("map.json", b'{"type": "FeatureCollection", "features": []}', "neither a pandapower nor a power-grid-model"),
        ("empty.json", b"", "not valid JSON in line 1"),
        ("empty", b"", "of no kind that is read here"),
        ("net.json", b"[" * 100_000, "nested too deeply"),
        ("net.json", b'{"_class": "pandapowerNet", "_object": {"f_hz": ' + b"9" * 9_999, "too long"),
        ("net.json", b'{"a": "\xff\xfe\x00"}', "not text"),
        ("net.zip", zipped({"readme.txt": "x"}), "none of the four CSV tables"),
        ("net.zip", b"PK\x03\x04 and then nothing", "damaged or unusual zip"),
        ("net.xlsx", zipped({"xl/workbook.xml": "<workbook/>"}), "lacks its part xl/_rels/workbook.xml.rels"),
    ],
)  # fmt: skip
def test_what_is_no_network_gets_one_message_that_says_what_to_do(name, content, message):
    (found,) = refused(content, name)
    assert message in found


def test_converters_named_in_messages_exist_in_pandapower():
    named = [
        word.strip(",:.")
        for fix in files.FOREIGN.values()
        for word in fix.split()
        if word.startswith("pandapower.conv")
    ]
    assert len(named) == 7
    for path in named:
        module, _, function = path.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function)), path


def test_zip_bomb_is_refused_before_anything_is_unpacked(book):
    path = sheet_of(book, "bus")
    bomb = zipped({**book, path: b"<worksheet>" + b" " * 150_000_000})
    assert len(bomb) < 1_000_000
    (found,) = refused(bomb)
    assert "times its size; the limit is 200" in found
    (found,) = refused(zipped({**book, **{f"x{one}": b"\0" * 90_000_000 for one in range(3)}}))
    assert "MB unpacked" in found and "200 MB" in found


def test_archive_of_too_many_files_is_refused():
    (found,) = refused(zipped({f"{one}.csv": "x" for one in range(1_001)}), "net.zip")
    assert "in 1,001 files" in found


def test_an_archive_that_lies_about_its_size_is_refused(book):
    content = bytearray(zipped(book))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as packed:
        size = packed.getinfo("xl/workbook.xml").file_size
    lie = content.replace(size.to_bytes(4, "little"), (size - 7).to_bytes(4, "little"))
    assert lie != content
    (found,) = refused(bytes(lie))
    assert "damaged or unusual zip" in found


def test_formula_in_a_column_in_use_is_refused_by_cell(book):
    path = sheet_of(book, "line")
    text = book[path].decode()
    start = text.index("<c><v>0.162")
    spoiled = (
        text[:start]
        + "<c><f>WEBSERVICE(&quot;http://example.org&quot;)</f><v>0.162</v>"
        + text[text.index("</c>", start) :]
    )
    (found,) = refused(zipped({**book, path: spoiled}))
    assert found.startswith('net.xlsx, line 0: r_ohm_per_km is the formula =WEBSERVICE("http://example.org")')
    assert "formulas are not worked out" in found


def test_formula_in_a_column_not_in_use_does_not_matter(book):
    path = sheet_of(book, "bus")
    text = book[path].decode().replace("CIGRE_LV", "zone", 1)
    at = text.index("<c t=", text.index("<row>", text.index("</row>")))
    spoiled = text[:at] + text[at:].replace(
        '<c t="inlineStr"><is><t xml:space="preserve">zone</t></is></c>', "<c><f>A1</f></c>", 1
    )
    assert files.read_network("net.xlsx", zipped({**book, path: spoiled})).n_bus == 44


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "sheet", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"]
)
def test_a_document_type_is_refused_in_every_part(book, part):
    path = sheet_of(book, "bus") if part == "sheet" else part
    stored = book.get(path, b"<?xml version='1.0'?><sst/>")
    (found,) = refused(zipped({**book, path: ENTITY + stored[stored.index(b"?>") + 2 :]}))
    assert "declares a document type" in found


def test_external_links_are_not_followed(book):
    rels = book["xl/_rels/workbook.xml.rels"].decode()
    outside = rels.replace(
        'Target="worksheets/sheet1.xml"', 'Target="file:///etc/passwd" TargetMode="External"'
    )
    (found,) = refused(zipped({**book, "xl/_rels/workbook.xml.rels": outside}))
    assert "lacks its part" in found
    upward = rels.replace("worksheets/sheet1.xml", "../../../../etc/passwd")
    (found,) = refused(zipped({**book, "xl/_rels/workbook.xml.rels": upward}))
    assert "lacks its part" in found


def test_a_cell_far_out_does_not_fill_the_memory(book):
    path = sheet_of(book, "bus")
    for cell in ('<row r="99999999"><c><v>1</v></c></row>', '<row><c r="XFD1"><v>1</v></c></row>'):
        (found,) = refused(
            zipped({**book, path: book[path].decode().replace("</sheetData>", f"{cell}</sheetData>")})
        )
        assert "more than 5,000,000 cells or 1,000 columns" in found


def test_broken_xml_says_which_sheet(book):
    path = sheet_of(book, "line")
    (found,) = refused(zipped({**book, path: book[path][:-40]}))
    assert found.startswith("net.xlsx, sheet line: a part of the workbook is not sound XML")


def test_a_column_without_heading_does_not_shift_the_others():
    base = sheets.read(
        archive.members(files.write(tables(), "xlsx"), "x"),
        "x",
        {"bus", "line", "trafo", "load", "switch", "ext_grid"},
    )
    expected = files.read_network("net.xlsx", sheets.write(base))
    wider = {
        title: [[*row[:3], None if at == 0 else "remark", *row[3:]] for at, row in enumerate(sheet)]
        for title, sheet in base.items()
    }
    assert files.read_network("net.xlsx", sheets.write(wider)).to_dict() == expected.to_dict()


def test_a_column_twice_in_a_workbook_is_refused():
    base = sheets.read(
        archive.members(files.write(tables(), "xlsx"), "x"),
        "x",
        {"bus", "line", "trafo", "load", "switch", "ext_grid"},
    )
    base["line"] = [[*row, row[6]] for row in base["line"]]
    (found,) = refused(sheets.write(base))
    assert found == "net.xlsx, line: column r_ohm_per_km occurs twice. Keep one of them."


def test_a_workbook_of_something_else_says_which_sheets_are_needed():
    (found,) = refused(sheets.write({"Budget": [["a", 1]]}))
    assert "neither a sheet 'bus' (pandapower) nor 'buses' (template)" in found


def test_texts_in_several_fonts_and_shared_texts_are_joined():
    shared = "<sst><si><r><t>Kirch</t></r><r><t>weg</t></r><rPh><t>hint</t></rPh></si><si><t>b</t></si></sst>"
    sheet = '<sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>9</v></c><c t="b"><v>1</v></c></row></sheetData>'
    members = archive.members(sheets.write({"bus": []}), "x") | {
        "xl/sharedStrings.xml": shared.encode(), "xl/worksheets/sheet1.xml": f"<worksheet>{sheet}</worksheet>".encode(),
    }  # fmt: skip
    assert sheets.read(members, "x", {"bus"}) == {"bus": [["Kirchweg", "b", None, True]]}


@pytest.mark.parametrize("form", ["pandapower-json", "xlsx", "pgm", "csv"])
def test_a_damaged_file_is_refused_or_read_but_never_crashes(form):
    content = files.write(tables(), form)
    draw = np.random.default_rng(7)
    refusals = 0
    for _ in range(150):
        damaged = bytearray(content)
        for at in draw.integers(0, len(content), 3):
            damaged[at] = draw.integers(0, 256)
        if draw.random() < 0.3:
            damaged = damaged[: draw.integers(1, len(content))]
        try:
            found = audit(files.read_tables("net", bytes(damaged)))
            assert isinstance(found.as_dict(), dict)
            files.read_network("net", bytes(damaged))
        except InputError as error:
            refusals += 1
            assert error.problems
    assert refusals > 30


def test_cells_of_any_kind_anywhere_are_refused_or_read_but_never_crash():
    draw = np.random.default_rng(11)
    odd = [None, "", "x", True, -1, 0, 1e308, float("nan"), float("inf"), [1], {"a": 1}, 2**70, 1.5]
    for form in ("pandapower-json", "pgm"):
        plain = json.loads(files.write(tables(), form))
        for _ in range(150):
            copy = json.loads(json.dumps(plain))
            if form == "pgm":
                kind = draw.choice(list(copy["data"]))
                item = copy["data"][kind][draw.integers(len(copy["data"][kind]))]
                item[str(draw.choice(list(item)))] = odd[draw.integers(len(odd))]
            else:
                kind = draw.choice(["bus", "line", "trafo", "load", "switch", "ext_grid"])
                inner = json.loads(copy["_object"][kind]["_object"])
                row = inner["data"][draw.integers(len(inner["data"]))]
                row[draw.integers(len(row))] = odd[draw.integers(len(odd))]
                copy["_object"][kind]["_object"] = json.dumps(inner)
            try:
                audit(files.read_tables("net.json", json.dumps(copy)))
            except InputError as error:
                assert error.problems


@pytest.mark.parametrize("form", ["pandapower-json", "xlsx", "pgm", "csv"])
def test_more_than_5000_buses_give_one_message_with_the_limit(form):
    base = tables()
    bus = base.tables["bus"]
    n = 5_001
    many = {name: (column * (n // len(bus) + 1))[:n] for name, column in bus.columns.items()}
    many["name"] = [f"bus {one}" for one in range(n)]
    grown = NetworkTables("net", {**base.tables, "bus": type(bus)(list(range(n)), many)})
    (found,) = refused(files.write(grown, form), "net")
    assert "5,001 buses; limit 5,000 buses" in found


def test_an_unknown_format_names_those_there_are():
    with pytest.raises(InputError, match="Use pandapower-json, xlsx, pgm, csv, geojson"):
        files.write(tables(), "dwg")


def test_reading_needs_neither_pandas_nor_pandapower(tmp_path):
    import subprocess
    import sys

    for form in ("pandapower-json", "xlsx", "pgm", "csv"):
        (tmp_path / form).write_bytes(files.write(tables(), form))
    script = (
        "import sys; from pathlib import Path\n"
        "from calculators.adapters.audit import audit\n"
        "from calculators.adapters.files import read_tables, write\n"
        f"for path in Path({str(tmp_path)!r}).iterdir():\n"
        "    tables = read_tables(path.name, path.read_bytes())\n"
        "    assert audit(tables).usable and write(tables, path.name)\n"
        "assert not {'pandas', 'pandapower', 'openpyxl', 'scipy', 'lxml'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
