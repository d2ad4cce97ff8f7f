"""The catalogue of planning and simulation tools: checked, then shown as a table, cards and a table to choose by.

Pure functions on the content of one data file. This project stands in it as one entry among the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from calculators.engine.errors import DataError, Problem

Tool = Mapping[str, Any]

QUESTIONS = {
    "how-many": "How many cars and charge points will this area have, and how much energy do they take?",
    "where": "Where should charge points go?",
    "when": "At which hours do cars charge, and how much can be shifted?",
    "strategy": "What does smart charging or V2G change at a site or in a fleet?",
    "grid": "Does this feeder, transformer or district stay within its limits?",
    "depot": "What does a bus or truck depot need?",
    "system": "What does charging mean for a country's or a city's whole energy system?",
    "couple": "How do I join traffic, charging and grid models in one run?",
    "tender": "How does the answer become a tender requirement and a test?",
}
SKILLS = {
    "browser": "a browser",
    "code": "a programmer",
}
LICENCES = {
    "open": "open source",
    "free": "free to use, conditions apply",
    "unknown": "not found in what we read",
}
TEXTS = (
    *("id", "name", "maker", "answers", "inputs", "leaves_out", "skill", "scale", "place"),
    *("licence", "licence_kind", "evidence", "url", "checked_on"),
)
NEEDED = (*TEXTS, "questions", "source")
CHOICES = {"skill": SKILLS, "licence_kind": LICENCES}


def checked(content: Any, name: str) -> list[dict[str, Any]]:
    """Return the tools of the data file in the order of their names.

    Raises
    ------
    DataError
        Everything that is wrong: a key that lacks or is unknown, a word that is not one of the choices, an address
        that is none, an id or name that stands twice.
    """
    tools = content.get("tools") if isinstance(content, dict) else None
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise DataError(Problem("tools", "the file must hold a list under 'tools'.", name))
    problems = [problem for tool in tools for problem in _problems(tool, name)]
    for key in ("id", "name"):
        seen = [tool.get(key) for tool in tools]
        problems += [
            Problem("tools-twice", f"{key} '{value}' stands twice.", name)
            for value in sorted({str(value) for value in seen if seen.count(value) > 1})
        ]
    if problems:
        raise DataError(problems)
    return sorted(tools, key=lambda tool: str(tool["name"]).casefold())


def _problems(tool: Tool, name: str) -> list[Problem]:
    where = f"{name}, {tool.get('id', 'a tool without id')}"
    missing = [key for key in NEEDED if not tool.get(key)]
    if missing:
        return [Problem("tools-key", f"lacks {', '.join(missing)}.", where)]
    found = [
        Problem("tools-key", f"'{key}' is not a known key.", where, f"Use: {', '.join(NEEDED)}.")
        for key in tool
        if key not in NEEDED
    ]
    found += [
        Problem("tools-word", f"{key} is '{tool[key]}'; it must be one of: {', '.join(words)}.", where)
        for key, words in CHOICES.items()
        if tool[key] not in words
    ]
    found += [
        Problem("tools-word", f"question '{word}' is not one of: {', '.join(QUESTIONS)}.", where)
        for word in tool["questions"]
        if word not in QUESTIONS
    ]
    source = tool["source"]
    if set(source) != {"title", "url"}:
        return [*found, Problem("tools-key", "source must hold title and url.", where)]
    found += [
        Problem(
            "tools-url",
            f"'{url}' is no address: begin with http:// or https:// or, on this site, with ../.",
            where,
        )
        for url in (tool["url"], source["url"])
        if not re.match(r"https?://[\w.-]+\.\w+(/|$)|\.\./", url)
    ]
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", tool["checked_on"]):
        found.append(Problem("tools-date", f"checked_on is '{tool['checked_on']}'.", where))
    return found


def choose(tools: Sequence[Tool]) -> str:
    """Return the table to choose by: a question, what answers it in a browser, what answers it with a programmer."""
    rows = "".join(
        f'<tr><th scope="row">{escape(text)}</th>'
        + "".join(
            f'<td data-label="With {escape(name)}">{_names(tools, word, skill)}</td>'
            for skill, name in SKILLS.items()
        )
        + "</tr>"
        for word, text in QUESTIONS.items()
    )
    heads = "".join(f'<th scope="col">With {escape(text)}</th>' for text in SKILLS.values())
    return (
        '<table class="reg-table kn-table"><caption>Which tool for which question</caption>'
        f'<thead><tr><th scope="col">Your question</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _names(tools: Iterable[Tool], question: str, skill: str) -> str:
    links = [
        f'<a href="#{escape(tool["id"])}">{escape(tool["name"])}</a>'
        for tool in tools
        if question in tool["questions"] and tool["skill"] == skill
    ]
    return "<br>".join(links) or "none found"


def table(tools: Sequence[Tool]) -> str:
    """Return all tools by the same five measures."""
    heads = ("What it answers", "Scale", "Needs", "Licence")
    rows = "".join(
        f'<tr><th scope="row"><a href="#{escape(tool["id"])}">{escape(tool["name"])}</a></th>'
        + "".join(
            f'<td data-label="{head}">{escape(text)}</td>'
            for head, text in zip(
                heads, (tool["answers"], tool["scale"], SKILLS[tool["skill"]], tool["licence"]), strict=True
            )
        )
        + "</tr>"
        for tool in tools
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Tool", *heads))
    return (
        '<table class="reg-table kn-table"><caption>All tools, by the same measures</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def cards(tools: Sequence[Tool]) -> str:
    """Return each tool in full as Markdown: a heading with a permanent anchor, then its facts."""
    return "\n\n".join(_card(tool) for tool in tools)


def _card(tool: Tool) -> str:
    day, source = escape(tool["checked_on"]), tool["source"]
    facts = {
        "Maker": escape(tool["maker"]),
        "Answers": escape(tool["answers"]),
        "Put in": escape(tool["inputs"]),
        "Leaves out": escape(tool["leaves_out"]),
        "Scale": escape(tool["scale"]),
        "Place": escape(tool["place"]),
        "Needs": escape(SKILLS[tool["skill"]]),
        "Licence": f"{escape(tool['licence'])} ({escape(LICENCES[tool['licence_kind']])})",
        "Evidence": escape(tool["evidence"]),
        "Read": f'<a href="{escape(source["url"])}">{escape(source["title"])}</a>, <time datetime="{day}">{day}</time>',
    }
    listed = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items())
    link = f'<p><a href="{escape(tool["url"])}">Go to {escape(tool["name"])}</a></p>'
    title = re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", tool["name"])
    return f'### {title} {{ #{tool["id"]} }}\n\n<div class="reg-entry"><dl>{listed}</dl>{link}</div>'


def counts(tools: Sequence[Tool]) -> str:
    """Return one sentence on how many tools there are and how they are licensed."""
    number = {kind: sum(tool["licence_kind"] == kind for tool in tools) for kind in LICENCES}
    browser = sum(tool["skill"] == "browser" for tool in tools)
    return (
        f"<p>{len(tools)} tools; {browser} of them need no more than a browser. Open source: {number['open']}. Free to "
        f"use on conditions: {number['free']}. No licence found in what we read: {number['unknown']}.</p>"
    )
