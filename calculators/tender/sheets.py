"""Spreadsheets of a tender: lists to choose from, formulas that add up, nothing a cell could execute."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from calculators import DATA_VERSION
from calculators.tender import archive, cells, scoring
from calculators.tender.content import Tender

SITE_ROWS = 30


def write(subject: Tender, context: dict[str, Any], document: dict[str, Any]) -> bytes:
    """Return one spreadsheet."""
    book = Workbook()
    book.remove(book.active)
    kinds: dict[str, Callable[[Workbook, Tender, dict[str, Any], dict[str, Any]], None]] = {
        "compliance-matrix": _compliance,
        "scoring-sheet": scoring.write,
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


def _compliance(book: Workbook, subject: Tender, context: dict[str, Any], words: dict[str, Any]) -> None:
    sheet, first = cells.start(
        book, words["sheet"], f"{subject.title}", [context["example"], words["intro"]], words["columns"],
        [13, 22, 8, 55, 28, 9, 12, 18, 10, 18],
    )  # fmt: skip
    lines = [clause for clause in context["clauses"] if clause["duty"] != "buyer"]
    for row, clause in enumerate(lines, first):
        check = f"{clause['kinds_words']}. {clause['passes']}"
        for column, value in enumerate(
            (clause["id"], clause["title"], clause["level_word"], clause["plain"], check), 1
        ):
            cells.put(sheet, row, column, value)
        for column in range(6, 11):
            cells.put(sheet, row, column, None, "open")
        sheet.row_dimensions[row].height = 13.5 * max(
            1, -(-len(clause["plain"]) // 58), -(-len(check) // 28), -(-len(clause["title"]) // 22)
        )
    last = first + len(lines) - 1
    cells.choose(sheet, f"F{first}:F{last}", words["answers"])
    cells.choose(sheet, f"G{first}:G{last}", words["equivalent"])
    price = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    sheet.add_data_validation(price)
    price.add(f"I{first}:I{last}")
    sheet.auto_filter.ref = f"A{first - 1}:J{last}"
    sheet.conditional_formatting.add(
        f"F{first}:F{last}",
        CellIsRule(operator="equal", formula=[f'"{words["answers"][2]}"'], fill=cells.BAD),
    )
    sheet.conditional_formatting.add(
        f"F{first}:F{last}",
        CellIsRule(operator="equal", formula=[f'"{words["answers"][0]}"'], fill=cells.GOOD),
    )
    _compliance_summary(book, context, words, first, last)


def _compliance_summary(
    book: Workbook, context: dict[str, Any], words: dict[str, Any], first: int, last: int
) -> None:
    sheet, row = cells.start(book, words["summary"], words["summary"], [], [words["summary"], ""], [34, 14])
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
        cells.put(sheet, row + offset, 1, text)
        cells.put(sheet, row + offset, 2, cells.Formula(formula), "strong")


def _roles(book: Workbook, subject: Tender, context: dict[str, Any], words: dict[str, Any]) -> None:
    sheet, first = cells.start(
        book,
        words["sheet"],
        subject.title,
        [context["example"], words["intro"]],
        words["columns"],
        [40, 18, 18, 18, 18, 18],
    )
    for row, asset in enumerate(words["assets"], first):
        cells.put(sheet, row, 1, asset)
        for column in range(2, 7):
            cells.put(sheet, row, column, None, "open")
    cells.choose(sheet, f"B{first}:F{first + len(words['assets']) - 1}", words["parties"])
    duties, row = cells.start(
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
            cells.put(duties, row, column, value)
        row += 1
    duties.auto_filter.ref = f"A{row - len(context['clauses']) - 1}:F{row - 1}"


def _sites(book: Workbook, subject: Tender, context: dict[str, Any], words: dict[str, Any]) -> None:
    sheet, first = cells.start(
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
            cells.put(sheet, row, column, value, "" if value is not None else "open")
        cells.put(
            sheet,
            row,
            7,
            cells.Formula(f'=IF(D{row}="","",IF(E{row}="","{ask}",IF(D{row}<=E{row},"{yes}","{no}")))'),
        )
        cells.put(sheet, row, 8, site.get("note"), "" if site.get("note") else "open")
    last = first + count - 1
    cells.choose(sheet, f"B{first}:B{last}", list(kinds.values()))
    cells.put(sheet, last + 1, 1, words["total"], "strong")
    for column in (3, 4, 5):
        letter = get_column_letter(column)
        cells.put(sheet, last + 1, column, cells.Formula(f"=SUM({letter}{first}:{letter}{last})"), "strong")
    sheet.conditional_formatting.add(
        f"G{first}:G{last}", CellIsRule(operator="equal", formula=[f'"{no}"'], fill=cells.BAD)
    )
    sheet.conditional_formatting.add(
        f"G{first}:G{last}", CellIsRule(operator="equal", formula=[f'"{yes}"'], fill=cells.GOOD)
    )
