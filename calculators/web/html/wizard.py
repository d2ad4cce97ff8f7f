"""The tender wizard and the KPI check as HTML: questions readable without script, alive with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from calculators.web.html.parts import button, words_of

UNKNOWN = "dont-know"
BUYER = ("name", "title", "reference", "contact")


def _question(number: int, entry: Mapping[str, Any], words: dict[str, str]) -> str:
    kind = "checkbox" if entry.get("multiple") else "radio"
    name = escape(entry["id"])
    options = "".join(
        f'<label class="tw-option"><input type="{kind}" name="{name}" value="{escape(item["id"])}">'
        f"<span>{escape(item['text'])}</span></label>"
        for item in entry["options"]
    )
    unknown = (
        f'<label class="tw-option"><input type="{kind}" name="{name}" value="{UNKNOWN}" checked>'
        f"<span>{escape(words['dontKnow'])} <small>{escape(entry['unknown']['consequence'])}</small></span></label>"
    )
    return (
        f'<fieldset class="tw-question" data-question="{name}" tabindex="-1"><legend>{number}. {escape(entry["text"])}</legend>'
        f'<p class="tw-help">{escape(entry["help"])}</p>{options}{unknown}</fieldset>'
    )


def _buyer(words: dict[str, str]) -> str:
    fields = "".join(
        f'<label class="tw-line">{escape(words["buyer_" + name])}'
        f'<input name="buyer.{name}" maxlength="200" autocomplete="off"></label>'
        for name in BUYER
    )
    return f'<fieldset class="tw-buyer"><legend>{escape(words["buyer"])}</legend>{fields}</fieldset>'


def _more(words: dict[str, str]) -> str:
    """Return award weights, sites and numbers from a calculation."""
    return (
        f'<fieldset class="tw-weights"><legend>{escape(words["weights"])}</legend><p class="tw-help">{escape(words["weightsHelp"])}</p>'
        f'<textarea name="weights" rows="4" aria-label="{escape(words["weights"])}"></textarea><p class="tw-sum" role="status"></p></fieldset>'
        f'<fieldset class="tw-sites"><legend>{escape(words["sites"])}</legend><p class="tw-help">{escape(words["sitesHelp"])}</p>'
        f'<textarea name="sites" rows="4" aria-label="{escape(words["sites"])}"></textarea></fieldset>'
        f'<fieldset class="tw-results"><legend>{escape(words["numbers"])}</legend><p class="tw-help">{escape(words["numbersHelp"])}</p>'
        f'<ul class="tw-kept"></ul></fieldset>'
    )


def render_wizard(questions: Mapping[str, Any], examples: Mapping[str, Any], lang: str) -> str:
    """Return the wizard.

    Parameters
    ----------
    questions : mapping
        By id, in order, as in `templates/questions`.
    examples : mapping
        Answers files of example buyers by name.
    lang : str
        Language of the page.
    """
    words = words_of(lang)
    asked = "".join(_question(number, entry, words) for number, entry in enumerate(questions.values(), 1))
    chosen = "".join(
        f'<option value="{escape(name)}">{escape(item["buyer"]["name"])}</option>'
        for name, item in examples.items()
    )
    return (
        f'<div class="tw-wizard" data-lang="{escape(lang)}"><template class="tw-data">{escape(json.dumps(examples, ensure_ascii=False))}'
        f'</template><p class="sc-noscript">{escape(words["wizardNoScript"])}</p><div class="tw-columns"><form class="tw-form" novalidate>'
        f'<div class="tw-live"><div class="tw-start sc-row"><label>{escape(words["startFrom"])} <select name="example">'
        f'<option value="">{escape(words["startEmpty"])}</option>{chosen}</select></label>'
        f'<label>{escape(words["openAnswers"])} <input type="file" class="tw-open" accept=".json,application/json"></label></div>'
        f'<fieldset class="tw-views"><legend>{escape(words["view"])}</legend><label><input type="radio" name="tw-view" value="all" checked>'
        f'{escape(words["allAtOnce"])}</label><label><input type="radio" name="tw-view" value="one">{escape(words["oneAtATime"])}</label></fieldset></div>'
        f"{_buyer(words)}{asked}"
        f'<div class="tw-step tw-live sc-row">{button(words["back"], "back")}{button(words["next"], "next", quiet=False)}'
        f'<p class="tw-place" role="status"></p></div>'
        f'<div class="tw-live">{_more(words)}</div></form>'
        f'<section class="tw-side tw-live" aria-labelledby="tw-side"><h2 id="tw-side">{escape(words["whatApplies"])}</h2>'
        f'<p class="tw-status" role="status" aria-live="polite">{escape(words["wizardFirst"])}</p>'
        f'<div class="sc-row">{button(words["showWhatApplies"], "preview", quiet=False)}</div>'
        f'<div class="sc-progress" hidden><p class="sc-stage"></p><progress max="1" aria-label="{escape(words["whatApplies"])}"></progress>'
        f"{button(words['cancel'], 'cancel')}</div>"
        f'<div class="sc-problems" tabindex="-1" hidden><h3>{escape(words["problems"])}</h3><ul></ul></div>'
        f'<div class="tw-preview"></div><fieldset class="tw-formats"><legend>{escape(words["documents"])}</legend>'
        + "".join(
            f'<label><input type="checkbox" name="format" value="{name}" checked>{escape(words["format_" + name])}</label>'
            for name in ("docx", "xlsx", "md", "json")
        )
        + f'<div class="sc-row">{button(words["writeDocuments"], "write", quiet=False)}{button(words["saveAnswers"], "save")}'
        f"{button(words['startAgain'], 'clear')}</div></fieldset></section></div></div>"
    )


def render_check(lang: str) -> str:
    """Return the page that checks an operator's files against the KPIs of a tender."""
    words = words_of(lang)
    return (
        f'<div class="tw-check" data-lang="{escape(lang)}"><p class="sc-noscript">{escape(words["checkNoScript"])}</p>'
        f'<form class="tw-live" novalidate><label class="tw-line">{escape(words["checkTender"])}'
        f'<input type="file" name="tender" accept=".json,application/json"></label>'
        f'<label class="tw-line">{escape(words["checkLogs"])}<input type="file" name="logs" accept=".csv,text/csv" multiple></label>'
        f'<p class="tw-help">{escape(words["checkPrivate"])}</p>'
        f'<div class="sc-row"><button type="submit" class="sc-button">{escape(words["check"])}</button></div>'
        f'<div class="sc-progress" hidden><p class="sc-stage"></p><progress max="1" aria-label="{escape(words["check"])}"></progress>'
        f"{button(words['cancel'], 'cancel')}</div>"
        f'<div class="sc-problems" tabindex="-1" hidden><h3>{escape(words["problems"])}</h3><ul></ul></div>'
        f'<p class="tw-status" role="status" aria-live="polite"></p></form><div class="tw-verdicts"></div></div>'
    )
