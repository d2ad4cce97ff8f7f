"""What an office program makes of the documents: formulas recalculated, pages without orphans.

Needs `soffice` (Debian: libreoffice-writer, libreoffice-calc) and `pdftotext` (poppler-utils); skipped without them.
"""

import re
import shutil
import subprocess

import openpyxl
import pytest

from calculators import tender
from tests.tender.cases import EXAMPLES, example

pytestmark = pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")),
    reason="LibreOffice or pdftotext is not installed",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the Dutch example, its bids filled in, converted by LibreOffice."""
    folder = tmp_path_factory.mktemp("office")
    for name, body in tender.generate(example(EXAMPLES[0]), ["docx", "xlsx"]).items():
        (folder / name).write_bytes(body)
    book = openpyxl.load_workbook(folder / "scoring-sheet.xlsx")
    sheet = book["Bids"]
    first = next(cell.row for cell in sheet["A"] if cell.value == "Bid 1")
    for offset, (price, points) in enumerate([(100, (8, 7, 8)), (120, (9, 8, 9)), (90, (5, 4, 5))]):
        for column, value in zip((2, 4, 6, 7), (price, *points), strict=True):
            sheet.cell(first + offset, column, value)
    book.save(folder / "scoring-sheet.xlsx")
    convert = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to"]
    sheets = sorted(str(path) for path in folder.glob("*.xlsx"))
    texts = [str(folder / "requirement-annex.docx"), str(folder / "test-protocol.docx")]
    for form, files in (("xlsx", sheets), ("pdf", texts), ("odt", texts[:1])):
        subprocess.run(
            [*convert, form, "--outdir", str(folder / form), *files],
            check=True,
            capture_output=True,
            timeout=240,
        )
    return folder


def test_every_formula_is_recalculated_without_error(folder):
    books = sorted((folder / "xlsx").glob("*.xlsx"))
    assert len(books) == 4
    for path in books:
        for sheet in openpyxl.load_workbook(path, data_only=True):
            for row in sheet.iter_rows():
                for cell in row:
                    assert not str(cell.value).startswith(("#", "Err:")), (
                        path.name,
                        sheet.title,
                        cell.coordinate,
                    )


def test_scores_and_ranks_are_those_of_a_hand_calculation(folder):
    # Price points: 10 * (1 - (100 / 90 - 1) / (2 - 1)) = 8.889; score 0.45 * 8 + 0.30 * 8.889 + 0.10 * 7 + 0.15 * 8.
    rows = openpyxl.load_workbook(folder / "xlsx" / "scoring-sheet.xlsx", data_only=True)["Bids"].iter_rows(
        values_only=True
    )
    bids = {row[0]: row for row in rows if str(row[0]).startswith("Bid ")}
    assert bids["Bid 1"][2] == pytest.approx(80 / 9)
    assert bids["Bid 1"][7] == pytest.approx(3.6 + 0.3 * 80 / 9 + 0.7 + 1.2)
    assert [bids[f"Bid {n}"][8] for n in (1, 2, 3)] == [2, 1, 3]


def test_the_sensitivity_table_shows_that_this_result_hangs_on_the_weights(folder):
    sheet = openpyxl.load_workbook(folder / "xlsx" / "scoring-sheet.xlsx", data_only=True)["Sensitivity"]
    ranks = {row[:2]: row[2:5] for row in sheet.iter_rows(values_only=True) if row[1] in (10, -10)}
    assert ranks["price", -10] == (2, 1, 3) and ranks["price", 10] == (1, 2, 3)


@pytest.mark.parametrize("name", ["requirement-annex", "test-protocol"])
def test_no_page_ends_with_a_heading_and_no_mark_of_a_template_is_left(folder, name):
    out = subprocess.run(
        ["pdftotext", "-layout", str(folder / "pdf" / f"{name}.pdf"), "-"], check=True, capture_output=True
    )
    pages = out.stdout.decode("utf-8").split("\f")[:-1]
    assert len(pages) > 10 and "{{" not in out.stdout.decode("utf-8")
    contents = next(number for number, page in enumerate(pages) if "Contents" in page)
    for number, page in enumerate(pages):
        lines = [line.strip() for line in page.splitlines() if line.strip()][
            :-1
        ]  # the last one is the footer
        listed = contents <= number and all(re.match(r"\d+(\.\d+)?\s+\S", line) for line in lines[-5:])
        assert listed or not re.match(r"\d+(\.\d+)?\s{2,}\S", lines[-1]), (number + 1, lines[-1])


def test_the_annex_goes_to_open_document_text(folder):
    assert (folder / "odt" / "requirement-annex.odt").stat().st_size > 20_000
