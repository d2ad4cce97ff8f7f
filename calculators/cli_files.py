"""Files a person names in the terminal: read within a limit, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

from calculators.engine.errors import InputError, Problem

MAX_BYTES = 50_000_000


def read_bytes(path: Path, limit: int = MAX_BYTES, fix: str = "") -> bytes:
    """Return a file's content.

    Raises
    ------
    InputError
        If it is larger than `limit` bytes; `fix` says what to do about it.
    """
    if path.stat().st_size > limit:
        message = f"the file is larger than {limit // 1_000_000} MB."
        raise InputError(Problem("file-size", message, str(path), fix))
    return path.read_bytes()


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """Return a text file's content.

    Raises
    ------
    InputError
        If it is too large or not UTF-8.
    """
    try:
        return read_bytes(path, limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(Problem("encoding", "the file is not UTF-8 text.", str(path))) from error
