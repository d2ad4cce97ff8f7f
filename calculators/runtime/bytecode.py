"""Runs inside Pyodide at build time: turns a zip of .py files into a zip of .pyc files, same bytes every time."""

from __future__ import annotations

import compileall
import contextlib
import io
import py_compile
import zipfile
from pathlib import Path

FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def compile_zip(source: str, target: str, location: str) -> None:
    """Write `target` with every .py of `source` replaced by its .pyc.

    Parameters
    ----------
    source, target : str
        Zip files.
    location : str
        Folder the members will lie in at run time, stored in the bytecode in place of the build folder.

    Raises
    ------
    RuntimeError
        If a file does not compile.
    """
    folder = Path("/compile")
    with zipfile.ZipFile(source) as archive:
        archive.extractall(folder)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        done = compileall.compile_dir(
            str(folder),
            maxlevels=50,
            quiet=1,
            legacy=True,  # x.pyc beside x.py: the place Python looks at when there is no x.py
            stripdir=str(folder),
            prependdir=location,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    if not done:
        raise RuntimeError(f"does not compile: {said.getvalue()}")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".py")
    with zipfile.ZipFile(target, "w") as archive:
        for path in files:
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
