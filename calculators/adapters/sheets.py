"""XLSX workbooks by the standard library: cells in, cells out. No formula is worked out, no link followed."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Collection, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from calculators.adapters.columns import Formula
from calculators.engine.errors import InputError, Problem

MAX_CELLS = 5_000_000
MAX_COLUMNS = 1_000
Sheet = list[list[Any]]


def is_workbook(members: Collection[str]) -> bool:
    """Return whether the files of an archive make a workbook."""
    return "xl/workbook.xml" in members


def read(members: Mapping[str, bytes], name: str, wanted: Collection[str]) -> dict[str, Sheet]:
    """Return the cells of the wanted sheets.

    Parameters
    ----------
    members : mapping of str to bytes
        Files of the archive.
    name : str
        The workbook's name, for messages.
    wanted : collection of str
        Sheets to read; all others are left alone.

    Returns
    -------
    dict
        Rows of each sheet: text, float, int, bool, `Formula`, or None where a cell is empty.

    Raises
    ------
    InputError
        A part is missing or is not plain XML (a document type is refused), too many cells.
    """
    if not is_workbook(members):
        message = "this is a zip archive, but not an XLSX workbook."
        raise InputError(Problem("xlsx", message, name, "Save the table as XLSX."))
    targets: dict[str, str] = {}
    names: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes.get("Id", "")] = posixpath.normpath(
                posixpath.join("/xl", attributes.get("Target", ""))
            ).lstrip("/")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet" and attributes.get("name") in wanted:
            names[attributes["name"]] = attributes.get("id", "")

    _walk(members, "xl/_rels/workbook.xml.rels", name, relation)
    _walk(members, "xl/workbook.xml", name, sheet)
    parts = {title: targets.get(key, "") for title, key in names.items()}
    shared = _Texts()
    if parts and "xl/sharedStrings.xml" in members:
        _walk(members, "xl/sharedStrings.xml", name, shared.start, shared.end, shared.text)
    found = {}
    for title, part in parts.items():
        cells = _Cells(shared.texts, f"{name}, sheet {title}")
        _walk(members, part, f"{name}, sheet {title}", cells.start, cells.end, cells.text)
        found[title] = cells.rows
    return found


def _walk(
    members: Mapping[str, bytes], part: str, where: str, start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """Call back for each element of one part; names without their namespace."""
    if part not in members:
        message = f"the workbook lacks its part {part or 'for this sheet'}."
        raise InputError(Problem("xlsx", message, where, "Save it again."))

    def refuse(*_: Any) -> None:
        message = "a part of the workbook declares a document type, which spreadsheets never do."
        raise InputError(Problem("xlsx", message, where, "Save it again."))

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(
        tag.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()}
    )
    if end and text:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        parser.CharacterDataHandler = text
    try:
        parser.Parse(members[part], True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # a made-up encoding is a LookupError
        message = f"a part of the workbook is not sound XML: {error}."
        raise InputError(Problem("xlsx", message, where, "Save it again.")) from error


class _Texts:
    """Collects the shared texts; parts of one text in several fonts are joined, reading aids left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.inside = False
        self.aid = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            self.texts.append("")
        elif tag == "rPh":
            self.aid = True
        self.inside = tag == "t" and not self.aid

    def end(self, tag: str) -> None:
        self.inside = False
        if tag == "rPh":
            self.aid = False

    def text(self, data: str) -> None:
        if self.inside and self.texts:
            self.texts[-1] += data


class _Cells:
    """Collects the cells of one sheet."""

    def __init__(self, shared: list[str], where: str) -> None:
        self.shared, self.where = shared, where
        self.rows: Sheet = []
        self.count = 0
        self.column = 0
        self.kind = ""
        self.tag = ""
        self.value: str | None = None
        self.formula: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        if tag == "row":
            number = attributes.get("r", "")
            row = int(number) if number.isdecimal() and len(number) < 9 else len(self.rows) + 1
            more = max(row - len(self.rows), 0)
            self.limit(more)
            self.rows += [[] for _ in range(more)]
            self.column = 0
        elif tag == "c":
            self.column = _column(attributes.get("r", "")) or self.column + 1
            self.kind, self.value, self.formula = attributes.get("t", "n"), None, None
        elif tag == "f":
            self.formula = ""

    def end(self, tag: str) -> None:
        self.tag = ""
        if tag != "c" or not self.rows:
            return
        row = self.rows[-1]
        gap = self.column - len(row)
        self.limit(max(gap, 1), self.column)
        row += [None] * gap
        row[self.column - 1] = self.cell()

    def text(self, data: str) -> None:
        if self.tag in {"v", "t"}:
            self.value = (self.value or "") + data
        elif self.tag == "f":
            self.formula = (self.formula or "") + data

    def cell(self) -> Any:
        if self.formula is not None:
            return Formula(self.formula)
        if self.value is None:
            return None
        if self.kind == "s":
            at = int(self.value) if self.value.isdecimal() else -1
            return self.shared[at] if 0 <= at < len(self.shared) else None
        if self.kind == "b":
            return self.value.strip() == "1"
        if self.kind != "n":
            return self.value
        try:
            number = float(self.value)
        except ValueError:
            return self.value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number

    def limit(self, more: int, column: int = 1) -> None:
        self.count += more
        if self.count > MAX_CELLS or column > MAX_COLUMNS:
            message = f"the sheet has more than {MAX_CELLS:,} cells or {MAX_COLUMNS:,} columns."
            raise InputError(Problem("too-large", message, self.where, "Delete empty rows and columns."))


def _column(reference: str) -> int:
    """Return the column number of a cell such as AB12, 0 when there is none."""
    number = 0
    for letter in reference.rstrip("0123456789")[:4].upper():
        number = number * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else MAX_COLUMNS + 1
    return number


_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/>{}</Types>'
)
_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.worksheet+xml"/>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships">{}</Relationships>'
)
_RELATION = (
    '<Relationship Id="rId{0}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{1}" '
    'Target="{2}"/>'
)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LINKED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def write(sheets: Mapping[str, Sheet]) -> bytes:
    """Return a workbook of plain cells; the same cells give the same bytes."""
    numbered = list(enumerate(sheets, 1))
    parts = {
        "[Content_Types].xml": _TYPES.format("".join(_TYPE.format(at) for at, _ in numbered)),
        "_rels/.rels": _RELATIONS.format(_RELATION.format(1, "officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(
            "".join(_RELATION.format(at, "worksheet", f"worksheets/sheet{at}.xml") for at, _ in numbered)
        ),
        "xl/workbook.xml": f'<?xml version="1.0" encoding="UTF-8"?><workbook {_MAIN} {_LINKED}><sheets>'
        + "".join(f'<sheet name="{escape(title)}" sheetId="{at}" r:id="rId{at}"/>' for at, title in numbered)
        + "</sheets></workbook>",
    }
    for at, title in numbered:
        rows = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in sheets[title])
        parts[f"xl/worksheets/sheet{at}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8"?><worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>'
        )
    return pack({path: text.encode() for path, text in parts.items()})


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive with fixed dates: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for path, content in files.items():
            archive_file.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cell(value: Any) -> str:
    """Return one cell as XML. Text is written as text, so that a name like '=1+1' never becomes a formula."""
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    text = "".join(letter for letter in str(value) if letter >= " " or letter in "\t\n")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
