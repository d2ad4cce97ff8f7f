"""Turn the project's YAML and the reference networks into the JSON that travels with the package.

`python -m calculators.runtime.data` writes `calculators/_data/` (generated, never committed). Same input,
same bytes; nothing is written when nothing changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from calculators import loader
from calculators.adapters import networks
from calculators.engine.errors import DataError, Problem

PACKAGE = Path(__file__).resolve().parents[1]
TEMPLATES = PACKAGE.parent / "templates"
OUT = PACKAGE / "_data"
FOLDERS = {  # name of the JSON file: folder of YAML entries, schema in calculators/schemas
    "parameters": (PACKAGE / "parameters", "parameter"),
    "definitions": (PACKAGE / "definitions", "definition"),
    "words": (PACKAGE / "words", "words"),
    "cases": (PACKAGE.parent / "case_studies", "case"),
    "regulation": (PACKAGE / "regulation", "regulation"),
    "requirements": (TEMPLATES / "requirements", "requirement"),
    "profiles": (TEMPLATES / "profiles", "profile"),
    "questions": (TEMPLATES / "questions", "question"),
    "countries": (TEMPLATES / "countries", "country"),
    "documents": (TEMPLATES / "documents", "document"),
}


def build(out: Path = OUT) -> list[Path]:
    """Write every data file and return the paths.

    Raises
    ------
    DataError
        All problems of all YAML files; a definition that names a missing parameter.
    """
    entries = {name: loader.load_folder(folder, schema) for name, (folder, schema) in FOLDERS.items()}
    problems = [
        Problem("parameter", f"there is no parameter '{name}'.", f"{key}.yaml, parameters")
        for key, entry in entries["definitions"].items()
        for name in entry["parameters"]
        if name not in entries["parameters"]
    ]
    if problems:
        raise DataError(problems)
    out.mkdir(parents=True, exist_ok=True)
    written = [_write(out / f"{name}.json", content) for name, content in entries.items()]
    stamp, key = out / "networks.sha256", _networks_key()
    if not stamp.exists() or stamp.read_text("utf-8") != key:
        print("[data] converting the reference networks")
        networks.write_all(out / "networks")
        stamp.write_text(key, "utf-8")
    return [*written, *sorted((out / "networks").glob("*.json"))]


def _write(path: Path, content: Any) -> Path:
    text = json.dumps(content, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
    return path


def _networks_key() -> str:
    """Hash of all code that decides what a converted network looks like."""
    digest = hashlib.sha256()
    for path in _network_code():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _network_code() -> Iterator[Path]:
    yield from sorted((PACKAGE / "adapters").glob("*.py"))
    yield from sorted((PACKAGE / "engine" / "grid").glob("*.py"))


if __name__ == "__main__":
    build()
