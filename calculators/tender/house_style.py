"""The house's Word template, made from code so that every line of it can be read and changed.

A4, numbered headings, a quiet header and footer, one colour. A city that wants its own look brings its own file.
"""

from __future__ import annotations

import functools
import io
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

FONT = "Calibri"
INK, BRAND, SHADE = RGBColor(0x12, 0x29, 0x2C), RGBColor(0x0F, 0x5A, 0x5E), "E3F1EF"
TEXT_WIDTH_CM = 16.5
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@functools.cache
def template() -> bytes:
    """Return the house template as a `.docx` with its placeholders."""
    document = Document()
    _page(document)
    _styles(document)
    _numbering(document)
    _cover(document)
    document.add_paragraph("{{ body }}")
    _header_and_footer(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: DocumentObject) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.3), Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    section.header_distance = section.footer_distance = Cm(1.1)
    section.different_first_page_header_footer = True


def _styles(document: DocumentObject) -> None:
    styles = document.styles
    _font(styles["Normal"], 10.5)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Normal"].paragraph_format.line_spacing = 1.15
    for name, size, before, after in (
        ("Heading 1", 16.0, 22, 6),
        ("Heading 2", 12.0, 14, 2),
        ("Heading 3", 11.0, 10, 2),
    ):
        _font(styles[name], size, bold=True, colour=BRAND if name == "Heading 1" else INK)
        shape = styles[name].paragraph_format
        shape.space_before, shape.space_after, shape.keep_with_next, shape.keep_together = (
            Pt(before),
            Pt(after),
            True,
            True,
        )
    _font(styles["Title"], 28, bold=True, colour=BRAND)
    _bare(styles["Title"])
    _bare(styles["Subtitle"])
    _font(styles["Subtitle"], 9.5, colour=RGBColor(0x4A, 0x5C, 0x5F), italic=False)
    styles["Subtitle"].paragraph_format.space_after = Pt(3)
    _font(styles["Quote"], 10, colour=INK, italic=True)
    _font(styles["Body Text"], 10.5)
    styles["Body Text"].paragraph_format.space_after = Pt(6)
    styles["Body Text"].paragraph_format.widow_control = True
    styles["TOC Heading"].base_style = styles["Normal"]
    _font(styles["TOC Heading"], 16, bold=True, colour=BRAND)
    for name, size, bold in (
        ("Table Text", 9.5, False),
        ("Table Heading", 9.5, True),
        ("Spacer", 4.0, False),
        ("Cover Text", 12.0, False),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _font(style, size, bold=bold)
        style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(1 if size < 12 else 4)
        style.paragraph_format.line_spacing = 1.05
    for name, indent in (("TOC 1", 0.0), ("TOC 2", 0.6)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _font(style, 10.5 if indent == 0 else 9.5, bold=indent == 0)
        shape = style.paragraph_format
        shape.left_indent, shape.space_after = Cm(indent), Pt(1)
        shape.space_before = Pt(6 if indent == 0 else 0)
        shape.tab_stops.add_tab_stop(Cm(indent + 1.2))
    for name, upright in (
        ("Facts", ""),
        ("List of rows", '<w:insideV w:val="single" w:sz="4" w:color="E3EAE9"/>'),
    ):
        table = styles.add_style(name, WD_STYLE_TYPE.TABLE)
        table.base_style = styles["Normal Table"]
        table.element.append(
            parse_xml(
                f'<w:tblPr {W}><w:tblBorders><w:top w:val="single" w:sz="6" w:color="9FB5B2"/>'
                '<w:bottom w:val="single" w:sz="6" w:color="9FB5B2"/>'
                f'<w:insideH w:val="single" w:sz="4" w:color="C9D6D4"/>{upright}</w:tblBorders></w:tblPr>'
            )
        )


def _font(
    style: Any, size: float, bold: bool = False, italic: bool | None = None, colour: RGBColor = INK
) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, italic
    style.font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        if key.endswith("Theme"):
            del fonts.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(key), FONT)


def _bare(style: Any) -> None:
    """Take the border and the wide letters of the base template away."""
    for parent, tag in (
        (style.element.get_or_add_pPr(), "w:pBdr"),
        (style.element.get_or_add_rPr(), "w:spacing"),
    ):
        for element in parent.findall(qn(tag)):
            parent.remove(element)


def _numbering(document: DocumentObject) -> None:
    """One multi-level list, tied to the heading styles: 1, 1.1, 1.1.1."""
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading{level + 1}"/>'
        f'<w:suff w:val="tab"/><w:lvlText w:val="{".".join(f"%{n + 1}" for n in range(level + 1))}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:tabs><w:tab w:val="num" w:pos="{(567, 794, 964)[level]}"/></w:tabs>'
        f'<w:ind w:left="{(567, 794, 964)[level]}" w:hanging="{(567, 794, 964)[level]}"/></w:pPr></w:lvl>'
        for level in range(3)
    )
    numbering = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {W} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    numbering.insert(0, abstract)
    numbering.append(parse_xml(f'<w:num {W} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for level in range(3):
        properties = document.styles[f"Heading {level + 1}"].element.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>'))


def _cover(document: DocumentObject) -> None:
    mark = document.add_paragraph("{{ mark }}", style="Cover Text")
    mark.paragraph_format.space_before = Pt(120)
    mark.runs[0].bold = True
    mark.runs[0].font.color.rgb = RGBColor(0x8A, 0x4B, 0x00)
    document.add_paragraph("{{ document }}", style="Title")
    for text in ("{{ title }}", "{{ buyer }}", "{{ reference }}", "{{ date }}"):
        document.add_paragraph(text, style="Cover Text")
    note = document.add_paragraph("{{ advice }}", style="Subtitle")
    note.paragraph_format.space_before = Pt(220)
    note.paragraph_format.page_break_before = False
    _page_break(document.add_paragraph())


def _page_break(paragraph: Paragraph) -> None:
    element = OxmlElement("w:br")
    element.set(qn("w:type"), "page")
    paragraph.add_run()._r.append(element)


def _header_and_footer(document: DocumentObject) -> None:
    section = document.sections[0]
    header = section.header.paragraphs[0]
    header.text = "{{ buyer }} · {{ document }}\t{{ short_mark }}"
    footer = section.footer.paragraphs[0]
    footer.text = "{{ reference }} · {{ date }}\t"
    for paragraph in (header, footer):
        paragraph.style = document.styles["Table Text"]
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(TEXT_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _page_field(footer, "PAGE")
    footer.add_run(" / ")
    _page_field(footer, "NUMPAGES")


def _page_field(paragraph: Paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
