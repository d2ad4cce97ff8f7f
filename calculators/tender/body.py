"""Blocks to WordprocessingML: paragraphs, tables, headings with bookmarks, and a table of contents.

Written as text and parsed once, because python-docx looks up styles and cells again for every single one.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from calculators.tender import house_style
from calculators.tender.markdown import Block, Run

STYLES = {
    "h1": "Heading 1",
    "h2": "Heading 2",
    "h3": "Heading 3",
    "text": "Body Text",
    "meta": "Subtitle",
    "note": "Quote",
    "bullet": "List Bullet",
}
NEEDED = (
    *STYLES.values(),
    "TOC Heading",
    "TOC 1",
    "TOC 2",
    "Table Text",
    "Table Heading",
    "Spacer",
    "Facts",
    "List of rows",
)
PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def write(blocks: Iterable[Block], ids: dict[str, str]) -> str:
    """Return the XML of a document's body, without its section.

    Parameters
    ----------
    blocks : iterable of Block
    ids : dict
        Style id by style name, for each of `NEEDED`.
    """
    listed = list(blocks)
    following = [block.kind for block in listed[1:]] + [""]
    parts = []
    for number, (block, after) in enumerate(zip(listed, following, strict=True)):
        if block.kind == "break":
            parts.append(PAGE_BREAK)
        elif block.kind == "contents":
            parts.append(_contents(block, listed, ids))
        elif block.kind == "table":
            parts.append(_table(block, ids))
        elif block.kind in ("h1", "h2", "h3"):
            mark = f'<w:bookmarkStart w:id="{number}" w:name="h{number}"/>'
            end = f'<w:bookmarkEnd w:id="{number}"/>'
            parts.append(_paragraph(ids[STYLES[block.kind]], f"{mark}{_runs(block.runs)}{end}"))
        else:
            keep = block.kind == "meta" or after in ("table", "h2")
            parts.append(_paragraph(ids[STYLES[block.kind]], _runs(block.runs), keep=keep))
    return "".join(parts)


def _paragraph(style: str, content: str, keep: bool = False) -> str:
    together = "<w:keepNext/>" if keep else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{together}</w:pPr>{content}</w:p>'


def _runs(runs: Iterable[Run]) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    looks = (("<w:b/>", run.bold), ("<w:i/>", run.italic), ('<w:highlight w:val="yellow"/>', run.blank))
    look = "".join(mark for mark, wanted in looks if wanted)
    return f"<w:r><w:rPr>{look}</w:rPr>{_text(run.text)}</w:r>"


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text, quote=False)}</w:t>'


def _table(block: Block, ids: dict[str, str]) -> str:
    """A table whose heading repeats on each page; without a heading it is a list of facts that stays together."""
    heading = any(block.rows[0])
    rows = block.rows if heading else block.rows[1:]
    columns = max(len(row) for row in block.rows)
    widths = _widths(block.rows, columns, heading)
    parts = [
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{ids["List of rows" if heading else "Facts"]}"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>',
        *(f'<w:gridCol w:w="{width}"/>' for width in widths),
        "</w:tblGrid>",
    ]
    for number, row in enumerate(rows):
        top = heading and number == 0
        parts.append(f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if top else ''}</w:trPr>")
        for column in range(columns):
            style = ids["Table Heading" if top or (not heading and column == 0) else "Table Text"]
            shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{house_style.SHADE}"/>' if top else ""
            keep = not heading and number < len(rows) - 1
            inside = _paragraph(style, _runs(row[column]) if column < len(row) else "", keep=keep)
            parts.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{widths[column]}" w:type="dxa"/>{shade}</w:tcPr>{inside}</w:tc>'
            )
        parts.append("</w:tr>")
    return "".join([*parts, "</w:tbl>", _paragraph(ids["Spacer"], "")])


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


def _contents(title: Block, listed: list[Block], ids: dict[str, str]) -> str:
    """A table of contents field. Word adds page numbers on opening; until then it lists the headings as links."""
    lines: list[tuple[str, str]] = []
    numbers = [0, 0]
    for number, block in enumerate(listed):
        if block.kind == "h1":
            numbers = [numbers[0] + 1, 0]
        elif block.kind == "h2":
            numbers[1] += 1
        else:
            continue
        label = ".".join(str(item) for item in numbers if item)
        link = f'<w:hyperlink w:anchor="h{number}"><w:r>{_text(block.text)}</w:r></w:hyperlink>'
        lines.append(
            (ids["TOC 1" if block.kind == "h1" else "TOC 2"], f"<w:r>{_text(label)}<w:tab/></w:r>{link}")
        )
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        '<w:r><w:instrText xml:space="preserve">TOC \\o "1-2" \\h \\z \\u</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    head = _paragraph(ids["TOC Heading"], _runs(title.runs))
    parts = [
        _paragraph(style, (begin if at == 0 else "") + content + (end if at == len(lines) - 1 else ""))
        for at, (style, content) in enumerate(lines)
    ]
    return head + "".join(parts) + PAGE_BREAK
