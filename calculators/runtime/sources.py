"""The list of files the browser runtime is made of, read from `sources.toml`."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from calculators.engine.errors import DataError, Problem

LIST = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True)
class SourceFile:
    """One file as its project published it.

    `bundle` names the zip it goes into; `only` and `drop` are patterns of members taken or left out.
    """

    bundle: str
    kind: str
    package: str
    version: str
    file: str
    sha256: str
    licence: str
    page: str
    only: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sources:
    """All files, the places they come from and the tiers they form."""

    pyodide_version: str
    files: tuple[SourceFile, ...]
    order: dict[str, list[str]]
    places: dict[str, dict[str, str]]
    tiers: dict[str, list[str]]
    drop: tuple[str, ...]
    keep: tuple[str, ...]

    def of(self, bundle: str) -> list[SourceFile]:
        """Return the files of one bundle."""
        return [entry for entry in self.files if entry.bundle == bundle]

    def takes(self, entry: SourceFile, member: str) -> bool:
        """Return whether a member of a wheel goes into the browser."""
        if member.endswith("/"):
            return False
        if any(fnmatchcase(member, pattern) for pattern in self.keep):
            return True
        if entry.only and not any(fnmatchcase(member, pattern) for pattern in entry.only):
            return False
        return not any(fnmatchcase(member, pattern) for pattern in (*self.drop, *entry.drop))


def load(path: Path = LIST) -> Sources:
    """Read the list.

    Raises
    ------
    DataError
        If an entry lacks a key or has an unknown one, or a file is listed twice.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    files = []
    for row in content["file"]:
        try:
            row.update({key: tuple(row[key]) for key in ("only", "drop") if key in row})
            files.append(SourceFile(**row))
        except TypeError as error:
            raise DataError(Problem("sources", str(error), f"{path.name}, {row.get('file', row)}")) from error
    names = [entry.file for entry in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(Problem("sources", f"listed twice: {', '.join(twice)}.", path.name))
    return Sources(
        pyodide_version=content["pyodide"]["version"],
        files=tuple(files),
        order=content["order"],
        places=content["place"],
        tiers=content["tiers"],
        drop=tuple(content["members"]["drop"]),
        keep=tuple(content["members"]["keep"]),
    )


def check_official(sources: Sources, official: dict[str, Any]) -> None:
    """Check every WebAssembly wheel of the list against Pyodide's own lock.

    Parameters
    ----------
    sources : Sources
        The list.
    official : dict
        Content of Pyodide's `pyodide-lock.json`.

    Raises
    ------
    DataError
        Names every wheel whose hash is absent from the lock or differs from it.
    """
    known = {entry["file_name"]: entry["sha256"] for entry in official["packages"].values()}
    problems = [
        Problem(
            "official-hash",
            f"{entry.file} has SHA-256 {entry.sha256}, Pyodide's lock says {known.get(entry.file, 'nothing')}.",
            LIST.name,
            f"Take the file and the hash of Pyodide {sources.pyodide_version}.",
        )
        for entry in sources.files
        if entry.kind == "wasm" and known.get(entry.file) != entry.sha256
    ]
    if problems:
        raise DataError(problems)


def read_lock(path: Path) -> dict[str, Any]:
    """Return a Pyodide lock as a dict."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content
