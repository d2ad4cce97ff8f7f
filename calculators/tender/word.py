"""Blocks to a Word file: real headings with numbers, a table of contents, header and footer, gaps highlighted.

A city's own template is any `.docx` with the standard style names, the placeholders named in `PLACEHOLDERS` wherever
it likes, and one paragraph `{{ body }}` where the content goes.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
from collections.abc import Iterable

from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.text.paragraph import Paragraph

from calculators import DATA_VERSION
from calculators.engine.errors import InputError, Problem
from calculators.tender import archive, body, house_style
from calculators.tender.markdown import Block

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
    text = body.write(blocks, _style_ids(document))
    for element in parse_xml(f"<w:body {house_style.W}>{text}</w:body>"):
        marker._p.addprevious(element)
    marker._p.getparent().remove(marker._p)
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
    except Exception as error:  # whatever a broken archive makes of the reader
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


def _style_ids(document: DocumentObject) -> dict[str, str]:
    """Return the id of each style the body uses; what the template lacks is taken from ours, without its numbers."""
    ours = None
    ids = {style.name: style.style_id for style in document.styles}
    for name in body.NEEDED:
        if name not in ids:
            ours = ours or Document(io.BytesIO(house_style.template()))
            element = copy.deepcopy(ours.styles[name].element)
            for number in element.iter(qn("w:numPr")):
                number.getparent().remove(number)
                break
            document.styles.element.append(element)
            ids[name] = element.get(qn("w:styleId"))
    return ids


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
