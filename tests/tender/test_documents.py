"""The documents: complete, the same bytes each time, nothing executed, nothing left over."""

import io
import re
import zipfile

import openpyxl
import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX

from calculators import tender
from calculators.engine.errors import InputError
from calculators.tender import answers, catalogue, content, house_style, markdown, word
from tests.tender.cases import EXAMPLES, example, file, profiles

FILES = {
    "requirement-annex.docx", "requirement-annex.md", "test-protocol.docx", "test-protocol.md", "data-annex.docx",
    "data-annex.md", "kpi-annex.docx", "kpi-annex.md", "exit-plan.docx", "exit-plan.md", "market-consultation.docx",
    "market-consultation.md", "decision-log.md", "compliance-matrix.xlsx", "scoring-sheet.xlsx", "role-matrix.xlsx",
    "site-list.xlsx", "tender.json",
}  # fmt: skip
HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> {{ 7*7 }} {% raw %} **b** | x & y'


@pytest.fixture(scope="module", params=EXAMPLES)
def written(request):
    return request.param, tender.generate(example(request.param))


def paragraphs(content_bytes):
    document = Document(io.BytesIO(content_bytes))
    yield from document.paragraphs
    for table in document.tables:
        for row in table._tbl.tr_lst:
            for cell in row.tc_lst:
                for element in cell.p_lst:
                    yield type(document.paragraphs[0])(element, document)


def test_every_document_is_written(written):
    assert set(written[1]) == FILES


def test_the_same_answers_give_the_same_bytes(written):
    name, files = written
    assert tender.generate(example(name)) == files


def test_archives_carry_one_fixed_date(written):
    for name, body in written[1].items():
        if name.endswith(("docx", "xlsx")):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                assert {info.date_time for info in archive.infolist()} == {(2026, 11, 25, 0, 0, 0)}
                assert b"2026-11-25" in archive.read("docProps/core.xml")


def test_no_template_mark_is_left_anywhere(written):
    for name, body in written[1].items():
        if name.endswith(("docx", "xlsx")):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                text = "".join(
                    re.sub(r"<[^>]+>", "", archive.read(m).decode("utf-8"))
                    for m in archive.namelist()
                    if m.endswith("xml")
                )
        else:
            text = body.decode("utf-8")
        assert "{{" not in text and "{%" not in text and "Undefined" not in text, name


def test_word_files_have_numbered_headings_a_contents_field_and_header_and_footer(written):
    for name in (item for item in FILES if item.endswith("docx")):
        body = written[1][name]
        document = Document(io.BytesIO(body))
        styles = {paragraph.style.name for paragraph in document.paragraphs}
        assert {"Title", "Heading 1"} <= styles, name
        assert document.styles["Heading 1"].element.pPr.numPr is not None
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            xml = archive.read("word/document.xml").decode()
        assert 'TOC \\o "1-2"' in xml
        assert "(example)" in document.sections[0].header.paragraphs[0].text
        assert "EXAMPLE" in document.sections[0].header.paragraphs[0].text
        assert "PAGE" in document.sections[0].footer._element.xml


def test_headings_stay_with_what_follows_and_table_heads_repeat(written):
    document = Document(io.BytesIO(written[1]["requirement-annex.docx"]))
    assert document.styles["Heading 2"].paragraph_format.keep_with_next
    tables = [table for table in document.tables if table.style.name == "List of rows"]
    assert tables
    for table in tables:
        assert "w:tblHeader" in table._tbl.tr_lst[0].xml and "w:cantSplit" in table._tbl.tr_lst[-1].xml


def test_each_open_place_is_highlighted_and_counted(written):
    name, files = written
    subject = content.tender(answers.read(example(name)))
    shown = [item for item in subject.clauses if item.entry["duty"] != "buyer"]
    places = sum(
        sum(not isinstance(part, str) and part.origin == "blank" for part in item.parts) for item in shown
    )
    marked = [
        run.text
        for paragraph in paragraphs(files["requirement-annex.docx"])
        for run in paragraph.runs
        if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
    ]
    assert len(marked) == places + 1  # and the one that explains what the mark means
    assert all(text.startswith("[") for text in marked)
    told = re.search(
        r"There are (\d+) open places", "".join(p.text for p in paragraphs(files["requirement-annex.docx"]))
    )
    assert told and int(told[1]) == sum(len(item.blanks) for item in shown)


def test_the_annex_holds_every_duty_of_the_bidder_in_full(written):
    name, files = written
    subject = content.tender(answers.read(example(name)))
    text = "\n".join(paragraph.text for paragraph in paragraphs(files["requirement-annex.docx"]))
    for clause in subject.clauses:
        if clause.entry["duty"] != "buyer":
            assert content.plain(subject, clause) in text, clause.id
            assert clause.entry["verification"]["pass"] in text, clause.id


@pytest.mark.parametrize(("name", "given"), list(profiles()))
def test_every_requirement_renders_in_every_profile_that_selects_it(name, given):
    subject = content.tender(answers.read(file(given)))
    context = content.context(subject)
    log = markdown.render(catalogue.document("decision-log", "en")["body"], context)
    annex = markdown.render(catalogue.document("requirement-annex", "en")["body"], context)
    for clause in subject.clauses:
        assert f"| {clause.id} " in log
        assert (f"*{clause.id} ·" in annex) == (clause.entry["duty"] != "buyer")
    assert "{{" not in annex + log


def test_sheets_have_lists_to_choose_from_and_formulas_of_ours_only(written):
    allowed = re.compile(r"^=[A-Z0-9$:(),\"'!.+\-*/<>= a-z;%_]+$")
    for name in (item for item in FILES if item.endswith("xlsx")):
        book = openpyxl.load_workbook(io.BytesIO(written[1][name]))
        formulas = [
            cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
        ]
        assert all(
            allowed.match(formula) and "cmd" not in formula and "[" not in formula for formula in formulas
        ), name
        if name != "role-matrix.xlsx":
            assert formulas, name
        assert any(sheet.data_validations.dataValidation for sheet in book), name


def test_the_weights_stand_in_the_scoring_sheet_and_their_sum_is_checked():
    book = openpyxl.load_workbook(
        io.BytesIO(tender.generate(example("dutch-city-concession"), ["xlsx"])["scoring-sheet.xlsx"])
    )
    sheet = book["Criteria"]
    rows = {row[0].value: row[1].value for row in sheet.iter_rows() if row[0].value}
    assert (rows["quality"], rows["price"], rows["smart charging plan"]) == (45, 30, 15)
    assert str(rows["Sum of weights"]).startswith("=SUM(")


def test_the_site_list_holds_the_grid_operator_s_capacity_and_asks_where_it_is_unknown():
    book = openpyxl.load_workbook(
        io.BytesIO(tender.generate(example("dutch-city-concession"), ["xlsx"])["site-list.xlsx"])
    )
    rows = {row[0].value: row for row in book["Sites"].iter_rows() if row[0].value}
    assert rows["Havenkwartier, 12 streets"][4].value == 120
    assert rows["Car park De Sluis"][4].value is None


def test_hostile_names_are_text_everywhere():
    given = example("dutch-city-concession")
    given["buyer"] |= {"name": HOSTILE, "title": "+1+1", "reference": "@SUM(A1)"}
    given["sites"][0]["name"] = "-2+3"
    given["parameters"]["UX-05.languages"] = HOSTILE
    files = tender.generate(given)
    for name, body in files.items():
        if name.endswith("xlsx"):
            for sheet in openpyxl.load_workbook(io.BytesIO(body)):
                for row in sheet.iter_rows():
                    for cell in row:
                        if isinstance(cell.value, str) and cell.value[:1] in "=+-@" and cell.data_type != "f":
                            assert cell.quotePrefix
                        assert not (cell.data_type == "f" and "cmd" in cell.value)
        elif name.endswith("docx"):
            text = "\n".join(paragraph.text for paragraph in paragraphs(body))
            assert HOSTILE in text, name
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                assert b"<script" not in archive.read("word/document.xml")
        elif name.endswith("md"):
            assert not re.search(r"(?<!\\)<script", body.decode()), name


def test_markdown_shows_exactly_what_was_typed():
    for text in (
        HOSTILE,
        "a_b*c*",
        "1. x",
        "- x",
        "=marked=",
        "[link](http://x)",
        "back\\slash",
        "a & b < c",
    ):
        body = markdown.render("{{ value }}", {"value": text})
        (block,) = markdown.blocks(body)
        assert block.kind == "text" and block.text == text
        assert not any(run.bold or run.blank or run.italic for run in block.runs)


def test_a_template_of_the_city_gets_the_content_where_it_asks_for_it():
    own = Document(io.BytesIO(house_style.template()))
    own.paragraphs[0].insert_paragraph_before("House style of {{ buyer }}, {{ reference }}")
    out = io.BytesIO()
    own.save(out)
    given = example("spanish-public-contract")
    body = tender.generate(given, ["docx"], template=out.getvalue())["exit-plan.docx"]
    texts = [paragraph.text for paragraph in Document(io.BytesIO(body)).paragraphs]
    assert texts[0] == "House style of Ayuntamiento de Valdelirio (example), VD-CON-2027-03"
    assert "Purpose" in texts and "{{ body }}" not in texts


def with_paragraphs(*texts):
    document = Document()
    for text in texts:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_bare_word_file_with_a_place_for_the_content_is_enough():
    given = example("spanish-public-contract")
    body = tender.generate(given, ["docx"], template=with_paragraphs("Cover", "{{ body }}"))[
        "requirement-annex.docx"
    ]
    document = Document(io.BytesIO(body))
    assert document.paragraphs[0].text == "Cover"
    assert {"Heading 1", "Body Text", "TOC 1"} <= {paragraph.style.name for paragraph in document.paragraphs}
    assert {table.style.name for table in document.tables} == {"Facts", "List of rows"}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (b"not a file", "this is not a Word file"),
        (with_paragraphs("no place"), "there is no place for the content"),
        (with_paragraphs("{{ colour }}", "{{ body }}"), "'colour' is undefined"),
        (with_paragraphs("{{ buyer ", "{{ body }}"), "a placeholder cannot be read"),
        (with_paragraphs("{{ buyer.__class__.__mro__ }}", "{{ body }}"), "a placeholder cannot be read"),
        (b"x" * 10_000_001, "larger than 10 MB"),
    ],
)
def test_a_template_that_cannot_be_used_gets_one_message(template, message):
    with pytest.raises(InputError, match=message) as caught:
        word.write(markdown.blocks("# A\n\ntext\n"), dict.fromkeys(word.PLACEHOLDERS, "x"), template)
    assert len(caught.value.problems) == 1


def test_an_unknown_format_is_refused():
    with pytest.raises(InputError, match="'pdf' is not a format"):
        tender.generate(file(), ["pdf"])


def test_stopping_keeps_what_is_ready():
    files = tender.generate(file(), ["md"], progress=lambda done, total: done < 2)
    assert len(files) == 2
