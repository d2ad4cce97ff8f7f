"""Documents as Markdown: a template filled in safely, and the few forms of Markdown they use read back as blocks.

One text serves the `.md` file and the Word file. Everything a buyer typed is escaped before it meets the template,
so it can be neither markup nor code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SPECIAL = re.compile(r"([\\`*_\[\]<>|#=~!&])")
INLINE = re.compile(r"\\(.)|(\*\*|==|\*)")
CELL = re.compile(r"(?<!\\)\|")


class Marked(str):
    """Text that is Markdown already and is not escaped again."""

    __slots__ = ()


@dataclass(frozen=True)
class Run:
    """A piece of text with one look."""

    text: str
    bold: bool = False
    italic: bool = False
    blank: bool = False


@dataclass(frozen=True)
class Block:
    """One block of a document.

    Parameters
    ----------
    kind : str
        h1, h2, h3, text, meta, note, bullet, table, contents or break.
    runs : tuple of Run
    rows : tuple
        Of a table: rows of cells of runs. The first row is the heading unless it is empty.
    """

    kind: str
    runs: tuple[Run, ...] = ()
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()

    @property
    def text(self) -> str:
        """The words without their look."""
        return "".join(run.text for run in self.runs)


def escape(value: Any) -> str:
    """Return a value as Markdown that shows exactly its characters."""
    if isinstance(value, Marked):
        return value
    if value is None:
        return ""
    text = " ".join(str(value).split())
    return re.sub(r"^([-+]|\d+\.)(?=\s)", r"\\\1", SPECIAL.sub(r"\\\1", text))


def blank(text: str) -> Marked:
    """Return a highlighted gap."""
    return Marked(f"=={escape(f'[{text}]')}==")


def render(body: str, context: dict[str, Any]) -> str:
    """Return the Markdown of a document.

    Parameters
    ----------
    body : str
        Jinja2 template. An unknown name is an error; values are escaped.
    context : dict
        Names the template uses.
    """
    import jinja2  # here, so that selection and clauses need the standard library only
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=escape,
        autoescape=False,
    )
    text = environment.from_string(body).render(context)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def blocks(text: str) -> Iterator[Block]:
    """Read Markdown back as blocks."""
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        index += 1
        if not line:
            continue
        heading = re.match(r"(#{1,3}) (.*)", line)
        if heading:
            yield Block(f"h{len(heading[1])}", runs(heading[2]))
        elif line == "---":
            yield Block("break")
        elif line.startswith("[TOC]"):
            yield Block("contents", runs(line[5:].strip()))
        elif line.startswith("- "):
            yield Block("bullet", runs(line[2:]))
        elif line.startswith("> "):
            yield Block("note", runs(line[2:]))
        elif line.startswith("|"):
            table = [line]
            while index < len(lines) and lines[index].strip().startswith("|"):
                table.append(lines[index].strip())
                index += 1
            yield Block("table", rows=tuple(_cells(row) for at, row in enumerate(table) if at != 1))
        else:
            while index < len(lines) and re.match(r"[^\s#|>-]", lines[index].strip() or " "):
                line += " " + lines[index].strip()
                index += 1
            meta = len(line) > 2 and line[0] == "*" and line[-1] == "*" and line[1] != "*"
            yield Block("meta" if meta else "text", runs(line[1:-1] if meta else line))


def _cells(row: str) -> tuple[tuple[Run, ...], ...]:
    return tuple(runs(cell.strip()) for cell in CELL.split(row.strip()[1:-1]))


def runs(text: str) -> tuple[Run, ...]:
    """Split inline Markdown: bold, italic, highlighted, escaped characters."""
    found: list[Run] = []
    state = {"**": False, "*": False, "==": False}
    plain, at = "", 0
    for match in INLINE.finditer(text):
        plain += text[at : match.start()]
        at = match.end()
        if match[1]:
            plain += match[1]
            continue
        if plain:
            found.append(Run(plain, state["**"], state["*"], state["=="]))
            plain = ""
        state[match[2]] = not state[match[2]]
    plain += text[at:]
    if plain:
        found.append(Run(plain, state["**"], state["*"], state["=="]))
    return tuple(found)
