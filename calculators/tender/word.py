"""Blocks to a Word file: real headings with numbers, a table of contents, header and footer, gaps highlighted.

A city's own template is any `.docx` with the standard style names, the placeholders named in `PLACEHOLDERS` wherever
it likes, and one paragraph `{{ body }}` where the content goes.
"""

from __future__ import annotations

import datetime as dt
import html
import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_BREAK, WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.text.paragraph import Paragraph

from calculators import DATA_VERSION
from calculators.engine.errors import InputError, Problem
from calculators.tender import archive, house_style
from calculators.tender.markdown import Block, Run

PLACEHOLDERS = (
    "title",
    "document",
    "buyer",
    "reference",
    "date",
    "data_version",
    "engine_version",
    "mark",
    "short_mark",
    "advice",
)
STYLES = {"text": "Body Text", "meta": "Subtitle", "note": "Quote", "bullet": "List Bullet"}
MAX_TEMPLATE_BYTES = 10_000_000
MARKER = "{{ body }}"


def write(blocks: Iterable[Block], fields: dict[str, str], template: bytes | None = None) -> bytes:
    """Return a Word file.

    Parameters
    ----------
    blocks : iterable of Block
    fields : dict
        Text for each of `PLACEHOLDERS`.
    template : bytes, optional
        A city's own template; the house template when left out.

    Raises
    ------
    InputError
        If the template is not a Word file, is too large, uses an unknown placeholder or has no place for the body.
    """
    document = _open(fields, template)
    marker = _marker(document)
    listed = list(blocks)
    first = len(document.element.body)
    for index, block in enumerate(listed):
        _add(document, block, listed, index, fields)
    body = document.element.body
    added = [child for child in list(body)[first - 1 :] if child.tag != qn("w:sectPr")]
    for child in added:
        marker._p.addprevious(child)
    body.remove(marker._p)
    _properties(document, fields)
    out = io.BytesIO()
    document.save(out)
    return archive.steady(out.getvalue())


def _open(fields: dict[str, str], template: bytes | None) -> DocumentObject:
    import jinja2
    from docxtpl import DocxTemplate
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    where, content = ("the template", template) if template is not None else ("", house_style.template())
    if len(content) > MAX_TEMPLATE_BYTES:
        raise InputError(Problem("template-size", "the file is larger than 10 MB.", where))
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True)
    try:
        document = DocxTemplate(io.BytesIO(content))
        document.render(
            {**{key: fields.get(key, "") for key in PLACEHOLDERS}, "body": MARKER},
            environment,
            autoescape=True,
        )
        out = io.BytesIO()
        document.save(out)
    except jinja2.UndefinedError as error:
        raise InputError(
            Problem("template-name", f"{error}.", where, f"Use only: {', '.join((*PLACEHOLDERS, 'body'))}.")
        ) from error
    except jinja2.TemplateError as error:
        raise InputError(
            Problem("template-syntax", f"a placeholder cannot be read: {error}.", where)
        ) from error
    except (KeyError, ValueError, OSError, Exception) as error:
        raise InputError(
            Problem(
                "template-file",
                f"this is not a Word file ({type(error).__name__}).",
                where,
                "Save it as .docx.",
            )
        ) from error
    return Document(io.BytesIO(out.getvalue()))


def _marker(document: DocumentObject) -> Paragraph:
    for paragraph in document.paragraphs:
        if paragraph.text.strip() == MARKER:
            return paragraph
    raise InputError(
        Problem(
            "template-body",
            "there is no place for the content.",
            "the template",
            f"Add a paragraph with {MARKER}.",
        )
    )


def _add(
    document: DocumentObject, block: Block, listed: list[Block], index: int, fields: dict[str, str]
) -> None:
    if block.kind == "break":
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    elif block.kind == "contents":
        _contents(
            document, [(number, item) for number, item in enumerate(listed) if item.kind in ("h1", "h2")]
        )
    elif block.kind == "table":
        _table(document, block)
    elif block.kind.startswith("h"):
        heading = document.add_paragraph(style=f"Heading {block.kind[1]}")
        _runs(heading, block.runs)
        _bookmark(heading, index)
    else:
        paragraph = document.add_paragraph(style=STYLES[block.kind])
        _runs(paragraph, block.runs)
        following = listed[index + 1].kind if index + 1 < len(listed) else ""
        paragraph.paragraph_format.keep_with_next = block.kind == "meta" or following in ("table", "h2")


def _runs(paragraph: Paragraph, runs: Iterable[Run]) -> None:
    for item in runs:
        run = paragraph.add_run(item.text)
        run.bold, run.italic = item.bold or None, item.italic or None
        if item.blank:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _table(document: DocumentObject, block: Block) -> None:
    """Write a table as XML at once: python-docx looks up every cell again and again, which a long annex feels."""
    heading = any(block.rows[0])
    rows = block.rows if heading else block.rows[1:]
    columns = max(len(row) for row in block.rows)
    widths = _widths(block.rows, columns, heading)
    names = {
        name: document.styles[name].style_id
        for name in ("List of rows", "Facts", "Table Heading", "Table Text")
    }
    lines = [
        f'<w:tbl {house_style.W}><w:tblPr><w:tblStyle w:val="{names["List of rows" if heading else "Facts"]}"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>',
        *(f'<w:gridCol w:w="{width}"/>' for width in widths),
        "</w:tblGrid>",
    ]
    for number, row in enumerate(rows):
        top = heading and number == 0
        lines.append(f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if top else ''}</w:trPr>")
        for column in range(columns):
            style = names["Table Heading" if top or (not heading and column == 0) else "Table Text"]
            shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{house_style.SHADE}"/>' if top else ""
            keep = "<w:keepNext/>" if not heading and number < len(rows) - 1 else ""
            runs = "".join(map(_run_xml, row[column])) if column < len(row) else ""
            lines.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{widths[column]}" w:type="dxa"/>{shade}</w:tcPr>'
                f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}</w:pPr>{runs}</w:p></w:tc>'
            )
        lines.append("</w:tr>")
    document.element.body.insert_element_before(parse_xml("".join([*lines, "</w:tbl>"])), "w:sectPr")
    document.add_paragraph(style="Spacer")


def _run_xml(run: Run) -> str:
    look = "".join(
        mark
        for mark, wanted in (
            ("<w:b/>", run.bold),
            ("<w:i/>", run.italic),
            ('<w:highlight w:val="yellow"/>', run.blank),
        )
        if wanted
    )
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{html.escape(run.text, quote=False)}</w:t></w:r>'


def _widths(rows: tuple[Any, ...], columns: int, heading: bool) -> list[int]:
    """Share the text width by how much text the columns hold, none narrower than its longest word needs."""
    total = house_style.TEXT_WIDTH_CM
    if not heading and columns == 2:
        return [_twips(2.9), _twips(total - 2.9)]
    weight = []
    for column in range(columns):
        texts = ["".join(run.text for run in row[column]) for row in rows if column < len(row)]
        longest = max((len(word) for text in texts for word in text.split()), default=1)
        weight.append(max(4.0, min(sum(map(len, texts)) / max(len(texts), 1), 60.0), longest * 1.0))
    floor = 1.6
    spare = total - floor * columns
    return [_twips(floor + spare * share / sum(weight)) for share in weight]


def _twips(cm: float) -> int:
    return round(cm * 567)


def _bookmark(paragraph: Paragraph, number: int) -> None:
    for tag, position in (("w:bookmarkStart", 1), ("w:bookmarkEnd", len(paragraph._p))):
        element = OxmlElement(tag)
        element.set(qn("w:id"), str(number))
        if tag.endswith("Start"):
            element.set(qn("w:name"), f"h{number}")
            paragraph._p.insert(position, element)
        else:
            paragraph._p.append(element)


def _contents(document: DocumentObject, headings: list[tuple[int, Block]]) -> None:
    """A table of contents field. Word adds page numbers on opening; until then it lists the headings as links."""
    title = document.add_paragraph(style="TOC Heading")
    title.add_run(house_style.CONTENTS_TITLE)
    paragraph = document.add_paragraph(style="TOC 1")
    _field(paragraph, 'TOC \\o "1-2" \\h \\z \\u', "begin")
    first = True
    numbers = [0, 0]
    for number, block in headings:
        if block.kind == "h1":
            numbers = [numbers[0] + 1, 0]
            label = f"{numbers[0]}"
        else:
            numbers[1] += 1
            label = f"{numbers[0]}.{numbers[1]}"
        if not first:
            paragraph = document.add_paragraph(style="TOC 1" if block.kind == "h1" else "TOC 2")
        first = False
        paragraph.add_run(f"{label}\t")
        _link(paragraph, f"h{number}", block.text)
    _field(paragraph, "", "end")
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _link(paragraph: Paragraph, bookmark: str, text: str) -> None:
    run = f'<w:r><w:t xml:space="preserve">{html.escape(text, quote=False)}</w:t></w:r>'
    paragraph._p.append(parse_xml(f'<w:hyperlink {house_style.W} w:anchor="{bookmark}">{run}</w:hyperlink>'))


def _field(paragraph: Paragraph, instruction: str, kind: str) -> None:
    char = OxmlElement("w:fldChar")
    char.set(qn("w:fldCharType"), kind)
    if kind == "begin":
        char.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(char)
    if kind == "begin":
        text = OxmlElement("w:instrText")
        text.set(qn("xml:space"), "preserve")
        text.text = instruction
        paragraph.add_run()._r.append(text)
        middle = OxmlElement("w:fldChar")
        middle.set(qn("w:fldCharType"), "separate")
        paragraph.add_run()._r.append(middle)


def _properties(document: DocumentObject, fields: dict[str, str]) -> None:
    when = dt.datetime.fromisoformat(DATA_VERSION)
    core = document.core_properties
    core.title, core.author, core.subject = (
        f"{fields['document']}: {fields['title']}"[:250],
        fields["buyer"][:250],
        fields["reference"][:250],
    )
    core.comments, core.last_modified_by = fields["advice"][:250], ""
    core.created = core.modified = when
    core.revision = 1
