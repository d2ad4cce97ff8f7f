"""The same content gives the same bytes: members of an office file in fixed order with one fixed date."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from calculators import DATA_VERSION


def steady(content: bytes) -> bytes:
    """Return a zip file with members sorted, dated to the data version and compressed one way.

    Parameters
    ----------
    content : bytes
        A DOCX or XLSX file. The content types stay first, as some readers ask.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        names = sorted(old.namelist(), key=lambda item: (item != "[Content_Types].xml", item))
        members = {name: old.read(name) for name in names}
    return pack(
        {
            name: _ordered(body) if name.startswith("xl/worksheets/") else body
            for name, body in members.items()
        }
    )


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return a zip file of the members in their order, each dated to the data version."""
    year, month, day = (int(part) for part in DATA_VERSION.split("-"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in members.items():
            info = zipfile.ZipInfo(name, (year, month, day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, body)
    return out.getvalue()


def _ordered(sheet: bytes) -> bytes:
    """Sort a sheet's merged cells: openpyxl keeps them in a set, whose order changes from run to run."""
    return re.sub(
        rb"(<mergeCells[^>]*>)(.*?)(</mergeCells>)",
        lambda found: found[1] + b"".join(sorted(re.findall(rb"<mergeCell [^>]*/>", found[2]))) + found[3],
        sheet,
    )
