"""CSV as spreadsheet programs write it: any separator, point or comma as decimal sign, old encodings."""

from __future__ import annotations

import csv
import io
import re

from calculators.engine.errors import InputError, Problem

MAX_BYTES = 50_000_000
_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")


def decode(data: bytes, where: str) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or Windows-1252.

    Raises
    ------
    InputError
        Larger than 50 MB, or no text in any of these.
    """
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data) / 1e6:.1f} MB; the limit is 50 MB."
        raise InputError(Problem("too-large", message, where, "Use one feeder or district of it."))
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InputError(Problem("encoding", "the file is not text.", where, "Save it as CSV in UTF-8."))


def rows(text: str, where: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Return the rows with their number in the file, and the separator.

    Empty rows and those that start with # are left out. The separator is the one of ; , and tab that the first
    row holds most often; a row "sep=;" says it outright.

    Raises
    ------
    InputError
        Quotation marks that never end, a cell of more than 131,072 characters.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    head = lines[0] if lines else ""
    told = re.fullmatch(r"sep=(.)", head.strip())
    separator = told[1] if told else max(";\t,", key=head.count)
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if (
                any(cells)
                and not cells[0].startswith("#")
                and not (told and not found and cells[0] == "sep=")
            ):
                found.append((reader.line_num, cells))
    except csv.Error as error:
        message = f"row {reader.line_num} cannot be read: {error}."
        raise InputError(Problem("csv", message, where, "Check its quotation marks.")) from error
    return found, separator


class Numbers:
    """Reads numbers of one file; refuses what could be read in two ways.

    Parameters
    ----------
    separator : str
        With a comma as separator only the decimal point is taken.
    """

    def __init__(self, separator: str) -> None:
        self.comma_allowed = separator != ","
        self.sign = ""

    def read(self, text: str) -> tuple[float | None, str]:
        """Return the number, or None and what to do."""
        if _COMMA.fullmatch(text):
            if not self.comma_allowed:
                return None, "Write a decimal point, or save the file with ; between the cells."
            return self.one_sign(",", text)
        if not _POINT.fullmatch(text) or len(text) > 40:
            return None, "Write digits and one decimal sign, no unit and no separator of thousands."
        return self.one_sign("." if "." in text else "", text)

    def one_sign(self, sign: str, text: str) -> tuple[float | None, str]:
        """Return the number unless the file has used the other decimal sign before."""
        if sign and self.sign and sign != self.sign:
            return None, "The file has decimal points and decimal commas; use one of them throughout."
        self.sign = sign or self.sign
        return float(text.replace(",", ".")), ""
