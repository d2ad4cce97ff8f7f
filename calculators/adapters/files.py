"""One entry for every network file: what kind it is, said by its content; and every format it can leave in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from calculators.adapters import (
    archive,
    csv_templates,
    csv_writer,
    delimited,
    geojson,
    pandapower_json,
    pandapower_xlsx,
    pgm_json,
    pgm_writer,
    plain_json,
    sheets,
)
from calculators.adapters.checked import NetworkTables
from calculators.adapters.template import TEMPLATE
from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Network, Solution

FORMATS = {"pandapower-json": ".json", "xlsx": ".xlsx", "pgm": ".json", "csv": ".zip", "geojson": ".geojson"}
"""What can be written, and the usual ending."""

READABLE = (
    "These can be opened: pandapower (.json or .xlsx), power-grid-model (.json), and the four CSV tables in one .zip "
    "or as the sheets of one .xlsx."
)
CONVERT = "Convert it with pandapower: {} and then pandapower.to_json(net, 'net.json')."
FOREIGN = {
    ".p": "A pickle can run code and is never opened. Load it in pandapower and write it with pandapower.to_json.",
    ".xls": "Save it as .xlsx in the spreadsheet program.",
    ".pfd": CONVERT.format("pandapower.converter.powerfactory.from_pfd inside PowerFactory"),
    ".dgs": "Import it in PowerFactory, then convert it with pandapower.converter.powerfactory.from_pfd.",
    ".xml": CONVERT.format("pandapower.converter.cim.cim2pp.from_cim.from_cim"),
    ".rdf": CONVERT.format("pandapower.converter.cim.cim2pp.from_cim.from_cim"),
    ".dss": CONVERT.format("pandapower.converter.opendss.from_opendss"),
    ".m": CONVERT.format("pandapower.converter.matpower.from_mpc"),
    ".uct": CONVERT.format("pandapower.converter.ucte.from_ucte"),
}


def read_network(name: str, data: bytes | str) -> Network:
    """Return the network in a file.

    Parameters
    ----------
    name : str
        The file's name.
    data : bytes or str
        Its content.

    Raises
    ------
    InputError
        The file is of no kind that is read here, or something in it is wrong or not modelled.
    """
    tables = read_tables(name, data)
    network = tables.network()
    return replace(network, notes=(*tables.notes, *network.notes))


def read_tables(name: str, data: bytes | str) -> NetworkTables:
    """Return the checked element tables in a file.

    Raises
    ------
    InputError
        As `read_network`, without what only the electrical model finds.
    """
    content = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if content.startswith(b"PK\x03\x04"):
        return _archive(name, content)
    ending = PurePosixPath(name.lower()).suffix
    if ending in FOREIGN:
        raise _unknown(name, FOREIGN[ending])
    if csv_templates.stem(name):
        raise _unknown(
            name, f"One table is not a network: put {', '.join(f'{one}.csv' for one in TEMPLATE)} in a zip."
        )
    text = delimited.decode(content, name)
    if text.lstrip("\ufeff \t\r\n")[:1] not in {"{", "["} and ending != ".json":
        raise _unknown(name, READABLE)
    plain = plain_json.parse(text, name, pandapower_json.HOW)
    if pandapower_json.is_pandapower(plain):
        return pandapower_json.read_tables(plain, name)
    if pgm_json.is_pgm(plain):
        return pgm_json.read_tables(plain, name)
    raise _unknown(name, READABLE, "this is JSON, but neither a pandapower nor a power-grid-model network.")


def read_folder(name: str, files: Mapping[str, bytes]) -> NetworkTables:
    """Return the checked tables of the CSV files in a folder."""
    return csv_templates.read_files(files, name)


def write(tables: NetworkTables, form: str, solution: Solution | None = None) -> bytes:
    """Return the content of a file in one of `FORMATS`.

    Parameters
    ----------
    tables : NetworkTables
        Those of a network that can be built: a writer does not check again.
    form : str
    solution : Solution, optional
        Results, for "geojson" only.

    Raises
    ------
    InputError
        No such format; something that the format cannot hold.
    """
    if form == "xlsx":
        return pandapower_xlsx.write(tables)
    if form == "csv":
        return csv_writer.write(tables)
    if form == "geojson":
        return geojson.write(tables, solution).encode()
    if form == "pgm":
        return pgm_writer.write(tables).encode()
    if form == "pandapower-json":
        return pandapower_json.write(tables).encode()
    raise InputError(Problem("format", f"'{form}' is not a format.", "--to", f"Use {', '.join(FORMATS)}."))


def _archive(name: str, content: bytes) -> NetworkTables:
    """Return the tables of a workbook or of zipped CSV files."""
    members = archive.members(content, name)
    if not sheets.is_workbook(members):
        if any(csv_templates.stem(path) for path in members):
            return csv_templates.read_files(members, name)
        raise _unknown(name, csv_templates.HOW, "the zip holds no workbook and none of the four CSV tables.")
    found = sheets.read(members, name, pandapower_xlsx.SHEETS | set(TEMPLATE))
    if "buses" in found:
        return csv_templates.read_sheets(found, name)
    if "bus" in found:
        return pandapower_xlsx.read_tables(found, name)
    raise _unknown(
        name,
        pandapower_xlsx.HOW,
        "the workbook has neither a sheet 'bus' (pandapower) nor 'buses' (template).",
    )


def _unknown(name: str, fix: str, message: str = "the file is of no kind that is read here.") -> InputError:
    return InputError(Problem("file-kind", message, name, fix))
