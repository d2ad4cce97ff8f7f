"""Cells of our spreadsheets: one look, text that stays text, lists to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

HEAD = PatternFill("solid", fgColor="0F5A5E")
OPEN = PatternFill("solid", fgColor="FFF6CC")
GOOD, BAD = PatternFill("solid", bgColor="D9F0E3"), PatternFill("solid", bgColor="F8D7D2")
LINE = Border(*(Side(style="thin", color="C9D6D4") for _ in range(4)))


class Formula(str):
    """A formula of ours. Every other text is written as text, also when it begins with an equals sign."""

    __slots__ = ()


def put(sheet: Worksheet, row: int, column: int, value: Any, look: str = "") -> Cell:
    """Write one cell. Text is text: never a formula, never longer than a cell may hold."""
    cell: Cell = sheet.cell(row, column)
    if isinstance(value, Formula):
        cell.value = str(value)
    elif isinstance(value, str):
        cell.value = value[:32000]
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in ("=", "+", "-", "@", "\t")
    else:
        cell.value = value
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(name="Calibri", size=10)
    if look != "plain":
        cell.border = LINE
    if look == "head":
        cell.fill, cell.font = HEAD, Font(name="Calibri", size=10, bold=True, color="FFFFFF")
    elif look == "open":
        cell.fill = OPEN
    elif look == "strong":
        cell.font = Font(name="Calibri", size=10, bold=True)
    return cell


def start(
    book: Workbook,
    name: str,
    title: str,
    notes: Sequence[str],
    columns: Sequence[str],
    widths: Sequence[float],
) -> tuple[Worksheet, int]:
    """Add a sheet with title, notes and column heads; return it with the first row for data."""
    sheet = book.create_sheet(name)
    top = put(sheet, 1, 1, title, "plain")
    top.font, top.alignment = (
        Font(name="Calibri", size=16, bold=True, color="0F5A5E"),
        Alignment(wrap_text=False),
    )
    row = 2
    for note in notes:
        if note:
            put(sheet, row, 1, note, "plain")
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=max(len(columns), 2))
            sheet.row_dimensions[row].height = 15 * (1 + len(note) // max(int(sum(widths)), 40))
            row += 1
    row += 1
    for index, text in enumerate(columns, 1):
        put(sheet, row, index, text, "head")
    sheet.row_dimensions[row].height = 15 * max(
        -(-len(text) * 12 // (10 * int(width))) for text, width in zip(columns, widths, strict=True)
    )
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = sheet.cell(row + 1, 1)
    sheet.print_title_rows = f"{row}:{row}"
    sheet.sheet_view.showGridLines = False
    return sheet, row + 1


def choose(sheet: Worksheet, cells: str, choices: Sequence[str]) -> None:
    """A list to choose from. Choices come from our words; a comma would end one of them."""
    rule = DataValidation(
        type="list",
        formula1='"' + ",".join(item.replace(",", ";") for item in choices) + '"',
        allow_blank=True,
    )
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(cells)
