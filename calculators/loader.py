"""Strict reading of the project's YAML: one loader for definitions, parameters and all later folders.

Used when the project is built and tested. What runs in the browser reads the JSON made from it
(`calculators.data`), so PyYAML never has to travel.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from calculators.engine.errors import DataError, Problem

SCHEMAS = Path(__file__).parent / "schemas"


class _StrictLoader(yaml.SafeLoader):
    """YAML 1.2 scalars only: `NO`, `22:30` and `1_000` stay text; duplicate keys are refused."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice; the standard loader silently keeps the last."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", ["t", "f"]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$",
        list("-0123456789"),
    ),
    ("tag:yaml.org,2002:timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", list("0123456789")),
):
    _StrictLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def parse(text: str, name: str) -> Any:
    """Parse YAML text; dates come back as ISO strings.

    Raises
    ------
    DataError
        Names the file, line and column of the first fault.
    """
    try:
        # A subclass of SafeLoader: builds plain Python types only.
        loaded = yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}, line {mark.line + 1}, column {mark.column + 1}" if mark else name
        raise DataError(Problem("yaml", f"{error.problem or error.context}.", where)) from error
    except ValueError as error:  # a date that is none, such as 2024-13-17
        raise DataError(Problem("yaml", f"{error}.", name, "Correct the date.")) from error
    return _plain(loaded)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def load_folder(folder: Path, schema: str) -> dict[str, dict[str, Any]]:
    """Read every `*.yaml` of a folder; the folder is the registry and the file name is the id.

    Parameters
    ----------
    folder : Path
        Folder with one entry per file.
    schema : str
        Name of the JSON schema in `calculators/schemas`, without ending.

    Returns
    -------
    dict
        Entry by id, sorted.

    Raises
    ------
    DataError
        All problems of all files at once: syntax, schema, an `id` that is not the file name.
    """
    validator = jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8")))
    entries: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            entry = parse(path.read_text("utf-8"), path.name)
        except DataError as error:
            problems += error.problems
            continue
        for fault in sorted(validator.iter_errors(entry), key=lambda item: list(map(str, item.path))):
            key = ".".join(map(str, fault.path)) or "the file"
            problems.append(Problem("schema", f"{fault.message}.", f"{path.name}, {key}"))
        if isinstance(entry, dict) and entry.get("id") != path.stem:
            problems.append(Problem("id", f"id is '{entry.get('id')}'; it must be '{path.stem}'.", path.name))
        entries[path.stem] = entry
    if problems:
        raise DataError(problems)
    return entries
