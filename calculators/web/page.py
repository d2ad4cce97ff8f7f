"""The calculator page as HTML: complete without script, made from a definition and its example result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from calculators.web.html.answer import render_answer, render_comparison
from calculators.web.html.form import render_form
from calculators.web.html.parts import anchor, say, source, words_of


def _prose(title: str, texts: Any, printed: bool = False) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    look = "sc-prose" if printed else "sc-prose sc-screen"
    return f'<section class="{look}"><h2 id="{anchor(title)}">{escape(title)}</h2><ul>{items}</ul></section>'


def render_page(
    definition: Mapping[str, Any], result: Mapping[str, Any], lang: str, *, engine_mb: float
) -> str:
    """Return the whole content of a calculator's page as HTML.

    Parameters
    ----------
    definition : mapping
        The calculator's definition, as of `registry.definition`.
    result : mapping
        Its example result, as of `registry.run` with the defaults.
    lang : str
        Language of the page.
    engine_mb : float
        What the first run downloads, said before it starts. [MB]

    Returns
    -------
    str
        HTML without script, inline style or inline handler: answer, table, charts and form readable as is.
    """
    words = words_of(lang)
    data = json.dumps({"definition": definition, "result": result}, ensure_ascii=False)
    sources = "".join(f"<li>{source(item, words, lang)}</li>" for item in definition["sources"])
    before = "".join(
        _prose(words[title], say(definition[key], lang))
        for title, key in (("whenUse", "when_to_use"), ("whenNot", "when_not_to_use"), ("method", "method"))
    )
    checks = _prose(words["checks"], say(definition["checks"], lang))
    return (
        f'<div class="sc-calc" data-calculator="{escape(definition["id"])}" data-lang="{escape(lang)}" '
        f'data-state="example"><template class="sc-data">{escape(data)}</template>'
        f"<h1>{escape(say(definition['title'], lang))}</h1>"
        f'<p class="sc-lead">{escape(say(definition["summary"], lang))}</p>'
        f'<div class="sc-columns">{render_form(definition, words, lang, engine_mb)}'
        f'<section class="sc-answer" aria-labelledby="sc-answer"><h2 id="sc-answer">{escape(words["answer"])}</h2>'
        f'<p class="sc-example">{escape(words["example"])}</p>'
        f'<p class="sc-stale-note" hidden>{escape(words["stale"])}</p>'
        f'<p class="sc-status" role="status" aria-live="polite"></p>'
        f'<div class="sc-output">{render_answer(definition, result, words, lang)}</div>{render_comparison(words)}</section></div>'
        f"{before}{_prose(words['limits'], say(definition['limits'], lang), printed=True)}{checks}"
        f'<section class="sc-prose"><h2 id="sources">{escape(words["sources"])}</h2><ul>{sources}</ul></section></div>'
    )
