"""Spreadsheets of a tender: lists to choose from, formulas that add up, nothing a cell could execute."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from calculators import DATA_VERSION
from calculators.tender import archive
from calculators.tender.content import Tender

HEAD = PatternFill("solid", fgColor="0F5A5E")
OPEN = PatternFill("solid", fgColor="FFF6CC")
GOOD, BAD = PatternFill("solid", bgColor="D9F0E3"), PatternFill("solid", bgColor="F8D7D2")
LINE = Border(*(Side(style="thin", color="C9D6D4") for _ in range(4)))
BIDS, SITE_ROWS = 6, 30


class Formula(str):
    """A formula of ours. Every other text is written as text, also when it begins with an equals sign."""

    __slots__ = ()


def write(subject: Tender, context: dict[str, Any], document: dict[str, Any]) -> bytes:
    """Return one spreadsheet."""
    book = Workbook()
    book.remove(book.active)
    kinds: dict[str, Callable[[Workbook, Tender, dict[str, Any], dict[str, Any]], None]] = {
        "compliance-matrix": _compliance,
        "scoring-sheet": _scoring,
        "role-matrix": _roles,
        "site-list": _sites,
    }
    kinds[document["file"]](book, subject, context, document["words"])
    for sheet in book.worksheets:
        sheet.oddHeader.left.text = _ampersand(f"{subject.answers.buyer['name'][:80]} · {document['title']}")
        sheet.oddHeader.right.text = context["words"]["example_mark"] if context["example"] else ""
        sheet.oddFooter.left.text = _ampersand(
            f"{subject.answers.buyer.get('reference', '')[:60]} · {context['date']}"
        )
        sheet.oddFooter.right.text = "&P / &N"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
    when = dt.datetime.fromisoformat(DATA_VERSION)
    book.properties.created = book.properties.modified = when
    book.properties.creator = subject.answers.buyer["name"][:200]
    book.properties.title = f"{document['title']}: {subject.title}"[:250]
    book.calculation.fullCalcOnLoad = True
    out = io.BytesIO()
    book.save(out)
    return archive.steady(_undated(out.getvalue()))


def _undated(content: bytes) -> bytes:
    """Openpyxl stamps the hour of writing into the properties; the data version is the date that counts."""
    import re
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            member = old.read(name)
            if name == "docProps/core.xml":
                member = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*",
                    rb"\g<1>" + DATA_VERSION.encode() + b"T00:00:00Z",
                    member,
                )
            new.writestr(name, member)
    return out.getvalue()


def _ampersand(text: str) -> str:
    return text.replace("&", "&&")


def _put(sheet: Worksheet, row: int, column: int, value: Any, look: str = "") -> Cell:
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


def _start(
    book: Workbook,
    name: str,
    title: str,
    notes: Sequence[str],
    columns: Sequence[str],
    widths: Sequence[float],
) -> tuple[Worksheet, int]:
    """Add a sheet with title, notes and column heads; return it with the first row for data."""
    sheet = book.create_sheet(name)
    _put(sheet, 1, 1, title, "plain").font = Font(name="Calibri", size=16, bold=True, color="0F5A5E")
    row = 2
    for note in notes:
        if note:
            _put(sheet, row, 1, note, "plain")
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=max(len(columns), 2))
            sheet.row_dimensions[row].height = 15 * (1 + len(note) // max(int(sum(widths)), 40))
            row += 1
    row += 1
    for index, text in enumerate(columns, 1):
        _put(sheet, row, index, text, "head")
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = sheet.cell(row + 1, 1)
    sheet.print_title_rows = f"{row}:{row}"
    sheet.sheet_view.showGridLines = False
    return sheet, row + 1


def _choose(sheet: Worksheet, cells: str, choices: Sequence[str]) -> None:
    """A list to choose from. Choices come from our words; a comma would end one of them."""
    rule = DataValidation(
        type="list",
        formula1='"' + ",".join(item.replace(",", ";") for item in choices) + '"',
        allow_blank=True,
    )
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(cells)


def _compliance(book: Workbook, subject: Tender, context: dict[str, Any], words: dict[str, Any]) -> None:
    sheet, first = _start(
        book, words["sheet"], f"{subject.title}", [context["example"], words["intro"]], words["columns"],
        [12, 26, 9, 70, 34, 11, 16, 24, 13, 24],
    )  # fmt: skip
    lines = [clause for clause in context["clauses"] if clause["duty"] != "buyer"]
    for row, clause in enumerate(lines, first):
        check = f"{clause['kinds_words']}. {clause['passes']}"
        for column, value in enumerate(
            (clause["id"], clause["title"], clause["level_word"], clause["plain"], check), 1
        ):
            _put(sheet, row, column, value)
        for column in range(6, 11):
            _put(sheet, row, column, None, "open")
        sheet.row_dimensions[row].height = 13.5 * max(
            1, -(-len(clause["plain"]) // 72), -(-len(check) // 34), -(-len(clause["title"]) // 26)
        )
    last = first + len(lines) - 1
    _choose(sheet, f"F{first}:F{last}", words["answers"])
    _choose(sheet, f"G{first}:G{last}", words["equivalent"])
    price = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    sheet.add_data_validation(price)
    price.add(f"I{first}:I{last}")
    sheet.auto_filter.ref = f"A{first - 1}:J{last}"
    sheet.conditional_formatting.add(
        f"F{first}:F{last}", CellIsRule(operator="equal", formula=[f'"{words["answers"][2]}"'], fill=BAD)
    )
    sheet.conditional_formatting.add(
        f"F{first}:F{last}", CellIsRule(operator="equal", formula=[f'"{words["answers"][0]}"'], fill=GOOD)
    )
    _compliance_summary(book, context, words, first, last)


def _compliance_summary(
    book: Workbook, context: dict[str, Any], words: dict[str, Any], first: int, last: int
) -> None:
    sheet, row = _start(book, words["summary"], words["summary"], [], [words["summary"], ""], [34, 14])
    name = f"'{words['sheet']}'!"
    answer, level = f"{name}F{first}:F{last}", f"{name}C{first}:C{last}"
    yes, partly, no = words["answers"]
    formulas = (
        f"=ROWS({answer})",
        f'=COUNTIF({answer},"{yes}")',
        f'=COUNTIF({answer},"{partly}")',
        f'=COUNTIF({answer},"{no}")',
        f"=COUNTBLANK({answer})",
        f'=COUNTIFS({answer},"{no}",{level},"{context["words"]["level"]["must"]}")',
        f'=COUNTIF({name}G{first}:G{last},"{words["equivalent"][1].replace(",", ";")}")',
        f"=SUM({name}I{first}:I{last})",
    )
    for offset, (text, formula) in enumerate(zip(words["summary_rows"], formulas, strict=True)):
        _put(sheet, row + offset, 1, text)
        _put(sheet, row + offset, 2, Formula(formula), "strong")


def _scoring(book: Workbook, subject: Tender, context: dict[str, Any], words: dict[str, Any]) -> None:
    weights: dict[str, float | None] = dict(subject.answers.weights) or dict.fromkeys(
        words["default_criteria"]
    )
    sheet, first = _start(
        book,
        words["criteria"],
        subject.title,
        [context["example"], words["intro"]],
        words["criteria_columns"],
        [26, 12, 40, 40, 34],
    )
    for row, (name, weight) in enumerate(weights.items(), first):
        _put(sheet, row, 1, name)
        _put(sheet, row, 2, weight, "open")
        for column, text in enumerate(words["descriptors"], 3):
            _put(sheet, row, column, text, "open")
    last = first + len(weights) - 1
    _put(sheet, last + 1, 1, words["total"], "strong")
    _put(sheet, last + 1, 2, Formula(f"=SUM(B{first}:B{last})"), "strong")
    _put(sheet, last + 2, 1, words["check"], "strong")
    text = f'=IF(ABS(B{last + 1}-100)<0.000001,"{words["check_ok"]}","{words["check_wrong"]}")'
    _put(sheet, last + 2, 2, Formula(text), "strong")
    sheet.merge_cells(start_row=last + 2, start_column=2, end_row=last + 2, end_column=4)
    sheet.conditional_formatting.add(
        f"B{last + 1}", FormulaRule(formula=[f"ABS($B${last + 1}-100)>0.000001"], fill=BAD)
    )
    rule = DataValidation(type="decimal", operator="between", formula1="0", formula2="100", allow_blank=True)
    sheet.add_data_validation(rule)
    rule.add(f"B{first}:B{last}")
    criteria = [f"'{words['criteria']}'!$B${row}" for row in range(first, last + 1)]
    start = _bids(book, words, list(weights), criteria, _multiple(subject))
    _sensitivity(book, words, list(weights), criteria, start)
    _scored(book, context, words)


def _multiple(subject: Tender) -> Any:
    for clause in subject.clauses:
        if clause.id == "AK-02":
            return clause.values["zero_multiple"].value
    return None


def _bids(book: Workbook, words: dict[str, Any], names: list[str], weights: list[str], multiple: Any) -> int:
    columns = [*words["bid_columns"], *names, words["weighted"], words["rank"]]
    sheet, first = _start(
        book, words["bids"], words["bids"], [], columns, [22, 16, 14, *[16] * len(names), 16, 10]
    )
    limit = first + BIDS + 2
    _put(sheet, limit, 1, words["price_intro"], "plain")
    sheet.merge_cells(start_row=limit, start_column=1, end_row=limit, end_column=4)
    _put(sheet, limit, 5, multiple, "open")
    prices = f"$B${first}:$B${first + BIDS - 1}"
    for index in range(BIDS):
        row = first + index
        _put(sheet, row, 1, f"{words['bid']} {index + 1}", "open")
        _put(sheet, row, 2, None, "open")
        lowest = f"MIN({prices})"
        _put(
            sheet, row, 3,
            Formula(f'=IF(OR(B{row}="",N($E${limit})<=1),"",MAX(0,MIN(10,10*(1-(B{row}/{lowest}-1)/($E${limit}-1)))))'),
        ).number_format = "0.00"  # fmt: skip
        for offset, name in enumerate(names):
            cell = sheet.cell(row, 4 + offset)
            if name == "price":
                _put(sheet, row, 4 + offset, Formula(f"=C{row}")).number_format = "0.00"
            else:
                _put(sheet, row, cell.column, None, "open")
        letters = [get_column_letter(4 + offset) for offset in range(len(names))]
        score = "+".join(
            f"N({letter}{row})*N({weight})/100" for letter, weight in zip(letters, weights, strict=True)
        )
        total, ranks = get_column_letter(4 + len(names)), get_column_letter(4 + len(names))
        _put(sheet, row, 4 + len(names), Formula(f"={score}"), "strong").number_format = "0.00"
        _put(
            sheet,
            row,
            5 + len(names),
            Formula(f"=RANK({total}{row},${ranks}${first}:${ranks}${first + BIDS - 1})"),
            "strong",
        )
    points = DataValidation(type="decimal", operator="between", formula1="0", formula2="10", allow_blank=True)
    sheet.add_data_validation(points)
    points.add(f"D{first}:{get_column_letter(3 + len(names))}{first + BIDS - 1}")
    return first


def _sensitivity(
    book: Workbook, words: dict[str, Any], names: list[str], weights: list[str], start: int
) -> None:
    """Ranks when one weight moves by ten points and the others share the difference in proportion."""
    columns = [*words["sensitivity_columns"], *(f"{words['bid']} {index + 1}" for index in range(BIDS))]
    sheet, row = _start(
        book,
        words["sensitivity"],
        words["sensitivity"],
        [words["sensitivity_intro"]],
        columns,
        [26, 12, *[12] * BIDS],
    )
    helper = 4 + BIDS + 1
    for index, name in enumerate(names):
        for change in (10, -10):
            moved = f"MIN(100,MAX(0,N({weights[index]})+{change}))"
            rest = f"MAX(100-N({weights[index]}),0.000001)"
            for bid in range(BIDS):
                cells = [
                    f"N('{words['bids']}'!{get_column_letter(4 + offset)}{start + bid})"
                    for offset in range(len(names))
                ]
                others = "+".join(
                    f"{cell}*N({weight})"
                    for at, (cell, weight) in enumerate(zip(cells, weights, strict=True))
                    if at != index
                )
                _put(
                    sheet,
                    row,
                    helper + bid,
                    Formula(f"=({cells[index]}*{moved}+({others or 0})*(100-{moved})/{rest})/100"),
                    "plain",
                )
            _put(sheet, row, 1, name)
            _put(sheet, row, 2, change)
            letters = [get_column_letter(helper + bid) for bid in range(BIDS)]
            for bid, letter in enumerate(letters):
                _put(
                    sheet,
                    row,
                    3 + bid,
                    Formula(f"=RANK({letter}{row},${letters[0]}{row}:${letters[-1]}{row})"),
                )
            row += 1
    for bid in range(BIDS):
        sheet.column_dimensions[get_column_letter(helper + bid)].hidden = True


def _scored(book: Workbook, context: dict[str, Any], words: dict[str, Any]) -> None:
    sheet, row = _start(book, words["scored"], words["scored"], [], words["scored_columns"], [13, 34, 90, 14])
    lines = [clause for clause in context["clauses"] if clause["level"] == "bonus"]
    for clause in lines:
        for column, value in enumerate((clause["id"], clause["title"], clause["plain"]), 1):
            _put(sheet, row, column, value)
        _put(sheet, row, 4, None, "open")
        sheet.row_dimensions[row].height = 13.5 * max(1, -(-len(clause["plain"]) // 92))
        row += 1
    if not lines:
        _put(sheet, row, 1, words["none"])


def _roles(book: Workbook, subject: Tender, context: dict[str, Any], words: dict[str, Any]) -> None:
    sheet, first = _start(
        book,
        words["sheet"],
        subject.title,
        [context["example"], words["intro"]],
        words["columns"],
        [40, 18, 18, 18, 18, 18],
    )
    for row, asset in enumerate(words["assets"], first):
        _put(sheet, row, 1, asset)
        for column in range(2, 7):
            _put(sheet, row, column, None, "open")
    _choose(sheet, f"B{first}:F{first + len(words['assets']) - 1}", words["parties"])
    duties, row = _start(
        book, words["tasks_sheet"], words["tasks_sheet"], [], words["tasks_columns"], [13, 44, 10, 18, 40, 40]
    )
    for clause in context["clauses"]:
        values = (
            clause["id"],
            clause["title"],
            clause["level_word"],
            clause["duty_word"],
            clause["kinds_words"],
            clause["witness"],
        )
        for column, value in enumerate(values, 1):
            _put(duties, row, column, value)
        row += 1
    duties.auto_filter.ref = f"A{row - len(context['clauses']) - 1}:F{row - 1}"


def _sites(book: Workbook, subject: Tender, context: dict[str, Any], words: dict[str, Any]) -> None:
    sheet, first = _start(
        book,
        words["sheet"],
        subject.title,
        [context["example"], words["intro"]],
        words["columns"],
        [34, 26, 10, 12, 22, 16, 20, 40],
    )
    kinds = context["words"]["site"]
    count = max(SITE_ROWS, len(subject.answers.sites) + 5)
    yes, no, ask = words["fits"]
    for index in range(count):
        row = first + index
        site = subject.answers.sites[index] if index < len(subject.answers.sites) else {}
        values = (
            site.get("name"),
            kinds.get(site.get("kind", "")),
            site.get("points"),
            site.get("power_kw"),
            site.get("dso_capacity_kw"),
            site.get("dso_date"),
        )
        for column, value in enumerate(values, 1):
            _put(sheet, row, column, value, "" if value is not None else "open")
        _put(
            sheet,
            row,
            7,
            Formula(f'=IF(D{row}="","",IF(E{row}="","{ask}",IF(D{row}<=E{row},"{yes}","{no}")))'),
        )
        _put(sheet, row, 8, site.get("note"), "" if site.get("note") else "open")
    last = first + count - 1
    _choose(sheet, f"B{first}:B{last}", list(kinds.values()))
    _put(sheet, last + 1, 1, words["total"], "strong")
    for column in (3, 4, 5):
        letter = get_column_letter(column)
        _put(sheet, last + 1, column, Formula(f"=SUM({letter}{first}:{letter}{last})"), "strong")
    sheet.conditional_formatting.add(
        f"G{first}:G{last}", CellIsRule(operator="equal", formula=[f'"{no}"'], fill=BAD)
    )
    sheet.conditional_formatting.add(
        f"G{first}:G{last}", CellIsRule(operator="equal", formula=[f'"{yes}"'], fill=GOOD)
    )
