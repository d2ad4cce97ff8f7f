"""Words, numbers, tables and buttons that form and answer share."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

WORDS = Path(__file__).parents[1] / "words"


@functools.cache
def words_of(lang: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((WORDS / f"{lang}.json").read_text(encoding="utf-8"))
    return words


def say(words: Any, lang: str) -> Any:
    return words.get(lang, words["en"]) if isinstance(words, Mapping) else words


def number(value: float | None, decimals: int | None = None) -> str:
    if value is None:
        return "–"
    digits = (
        decimals
        if decimals is not None
        else (0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3)
    )
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if decimals is None and "." in text else text


def cell(value: Any) -> str:
    return escape(number(value) if isinstance(value, int | float) else str("–" if value is None else value))


def table(caption: str, columns: list[str], rows: list[list[Any]]) -> str:
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{cell(row[0])}</th>'
        + "".join(f"<td>{cell(value)}</td>" for value in row[1:])
        + "</tr>"
        for row in rows
    )
    name = escape(caption)
    return (
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="{name}"><table><caption>{name}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def source(source: Any, words: dict[str, str], lang: str) -> str:
    if not isinstance(source, Mapping):
        return escape(str(source))
    title = escape(str(say(source["title"], lang)))
    text = f'<a href="{escape(source["url"])}">{title}</a>' if source.get("url") else title
    extra = [str(source[key]) for key in ("year", "kind") if source.get(key)]
    if source.get("checked_on"):
        extra.append(f"{words['checkedOn']} {source['checked_on']}")
    return text + (f" ({escape(', '.join(extra))})" if extra else "")


def button(text: str, action: str, quiet: bool = True) -> str:
    look = "sc-button sc-quiet" if quiet else "sc-button"
    return f'<button type="button" class="{look}" data-action="{action}">{escape(text)}</button>'


def anchor(title: str) -> str:
    """Return the id of a heading."""
    return re.sub("[^a-z]+", "-", title.lower())
