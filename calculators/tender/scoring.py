"""The award scoring sheet: weights, bids, ranks, and what a change of the weights would do to them."""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from calculators.tender import cells
from calculators.tender.content import Tender

BIDS = 6


def write(book: Workbook, subject: Tender, context: dict[str, Any], words: dict[str, Any]) -> None:
    weights: dict[str, float | None] = dict(subject.answers.weights) or dict.fromkeys(
        words["default_criteria"]
    )
    sheet, first = cells.start(
        book,
        words["criteria"],
        subject.title,
        [context["example"], words["intro"]],
        words["criteria_columns"],
        [26, 12, 40, 40, 34],
    )
    for row, (name, weight) in enumerate(weights.items(), first):
        cells.put(sheet, row, 1, name)
        cells.put(sheet, row, 2, weight, "open")
        by_formula = name == "price"
        for column, text in enumerate(words["price_descriptors" if by_formula else "descriptors"], 3):
            cells.put(sheet, row, column, text, "" if by_formula else "open")
    last = first + len(weights) - 1
    cells.put(sheet, last + 1, 1, words["total"], "strong")
    cells.put(sheet, last + 1, 2, cells.Formula(f"=SUM(B{first}:B{last})"), "strong")
    cells.put(sheet, last + 2, 1, words["check"], "strong")
    text = f'=IF(ABS(B{last + 1}-100)<0.000001,"{words["check_ok"]}","{words["check_wrong"]}")'
    cells.put(sheet, last + 2, 2, cells.Formula(text), "strong")
    sheet.merge_cells(start_row=last + 2, start_column=2, end_row=last + 2, end_column=4)
    sheet.conditional_formatting.add(
        f"B{last + 1}", FormulaRule(formula=[f"ABS($B${last + 1}-100)>0.000001"], fill=cells.BAD)
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
    sheet, first = cells.start(
        book, words["bids"], words["bids"], [], columns, [22, 16, 14, *[16] * len(names), 16, 10]
    )
    limit = first + BIDS + 2
    cells.put(sheet, limit, 1, words["price_intro"], "plain")
    sheet.merge_cells(start_row=limit, start_column=1, end_row=limit, end_column=4)
    cells.put(sheet, limit, 5, multiple, "open")
    prices = f"$B${first}:$B${first + BIDS - 1}"
    for index in range(BIDS):
        row = first + index
        cells.put(sheet, row, 1, f"{words['bid']} {index + 1}", "open")
        cells.put(sheet, row, 2, None, "open")
        lowest = f"MIN({prices})"
        cells.put(
            sheet, row, 3,
            cells.Formula(f'=IF(OR(B{row}="",N($E${limit})<=1),"",MAX(0,MIN(10,10*(1-(B{row}/{lowest}-1)/($E${limit}-1)))))'),
        ).number_format = "0.00"  # fmt: skip
        for offset, name in enumerate(names):
            cell = sheet.cell(row, 4 + offset)
            if name == "price":
                cells.put(sheet, row, 4 + offset, cells.Formula(f"=C{row}")).number_format = "0.00"
            else:
                cells.put(sheet, row, cell.column, None, "open")
        letters = [get_column_letter(4 + offset) for offset in range(len(names))]
        score = "+".join(
            f"N({letter}{row})*N({weight})/100" for letter, weight in zip(letters, weights, strict=True)
        )
        total = get_column_letter(4 + len(names))
        cells.put(
            sheet,
            row,
            4 + len(names),
            cells.Formula(f'=IF(COUNT(B{row}:{letters[-1]}{row})=0,"",{score})'),
            "strong",
        ).number_format = "0.00"
        cells.put(
            sheet,
            row,
            5 + len(names),
            cells.Formula(
                f'=IF({total}{row}="","",RANK({total}{row},${total}${first}:${total}${first + BIDS - 1}))'
            ),
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
    sheet, row = cells.start(
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
                marks = [
                    f"N('{words['bids']}'!{get_column_letter(4 + offset)}{start + bid})"
                    for offset in range(len(names))
                ]
                others = "+".join(
                    f"{cell}*N({weight})"
                    for at, (cell, weight) in enumerate(zip(marks, weights, strict=True))
                    if at != index
                )
                cells.put(
                    sheet,
                    row,
                    helper + bid,
                    cells.Formula(
                        f'=IF(\'{words["bids"]}\'!{get_column_letter(4 + len(names))}{start + bid}="","",'
                        f"({marks[index]}*{moved}+({others or 0})*(100-{moved})/{rest})/100)"
                    ),
                    "plain",
                )
            cells.put(sheet, row, 1, name)
            cells.put(sheet, row, 2, change)
            letters = [get_column_letter(helper + bid) for bid in range(BIDS)]
            for bid, letter in enumerate(letters):
                cells.put(
                    sheet,
                    row,
                    3 + bid,
                    cells.Formula(
                        f'=IF({letter}{row}="","",RANK({letter}{row},${letters[0]}{row}:${letters[-1]}{row}))'
                    ),
                )
            row += 1
    for bid in range(BIDS):
        sheet.column_dimensions[get_column_letter(helper + bid)].hidden = True


def _scored(book: Workbook, context: dict[str, Any], words: dict[str, Any]) -> None:
    sheet, row = cells.start(
        book, words["scored"], words["scored"], [], words["scored_columns"], [13, 34, 90, 14]
    )
    lines = [clause for clause in context["clauses"] if clause["level"] == "bonus"]
    for clause in lines:
        for column, value in enumerate((clause["id"], clause["title"], clause["plain"]), 1):
            cells.put(sheet, row, column, value)
        cells.put(sheet, row, 4, None, "open")
        sheet.row_dimensions[row].height = 13.5 * max(1, -(-len(clause["plain"]) // 92))
        row += 1
    if not lines:
        cells.put(sheet, row, 1, words["none"])
