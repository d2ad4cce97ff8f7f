"""The catalogue as pages: a list that filters without script, one page per group, one permanent link per requirement."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from calculators import data
from calculators.tender import catalogue, content

LANGUAGE = "en"
FILTERS = ("level", "site", "group")


def group_page(group: str) -> str:
    """Return the Markdown of one group: every requirement with clause, test, basis and reason."""
    words = catalogue.words(LANGUAGE)
    members = [entry for entry in catalogue.requirements().values() if entry["group"] == group]
    title, about = words["group"][group], words["group_help"][group]
    description = f"{title}: {len(members)} tender requirements with clause, test, evidence, legal basis and reason. {about}"
    parts = [f"---\ndescription: {_quoted(description)}\n---\n\n# {title}\n\n{about}\n"]
    parts += [requirement(entry) for entry in members]
    return "\n".join(parts)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def requirement(entry: Mapping[str, Any], root: str = "../../") -> str:
    """Return one requirement: heading with its anchor, the clause to copy, and the rest in a fold-out."""
    words = catalogue.words(LANGUAGE)
    sites = ", ".join(words["site"][kind] for kind in entry["applies_to"])
    law = f" · <strong>{words['basis']['law']}</strong>" if entry.get("legal_when") else ""
    return (
        f"## {entry['id']} {entry['title']} {{ #{entry['id'].lower()} }}\n\n"
        f'<p class="td-meta">{words["level"][entry["level"]]} · {words["duty"][entry["duty"]]}{law} · {sites}</p>\n\n'
        f'<div class="td-box"><p class="td-clause">{entry["id"]} {escape(entry["title"])}. {escape(clause(entry))}</p>'
        f'<button type="button" class="td-copy">Copy {entry["id"]}</button></div>\n\n'
        f"{escape(entry['rationale'])}\n\n"
        f'<details class="td-more"><summary>Test, numbers, basis and sources of {entry["id"]}</summary>{_facts(entry, root)}</details>\n'
    )


def clause(entry: Mapping[str, Any]) -> str:
    """Return the text with its gaps named."""
    text = " ".join(entry["text"].split()).replace("{{ currency }}", "[currency]")
    for item in entry["params"]:
        text = text.replace(f"{{{{ {item['name']} }}}}", f"[{item['question']}]")
    return text


def _facts(entry: Mapping[str, Any], root: str) -> str:
    words, check = catalogue.words(LANGUAGE), entry["verification"]
    facts: dict[str, str] = {
        "Test": escape(
            f"{content.sentence(', '.join(words['kind'][kind] for kind in check['kinds']))}. {check['procedure']}"
        ),
        "Passes when": escape(check["pass"]),
        "Evidence": escape(check["evidence"]),
        "Witness": escape(check["witness"]),
        "Numbers": _list(map(_number, entry["params"])),
        "KPI": escape(f"{entry['kpi']['name']}: {entry['kpi']['formula']} [{entry['kpi']['unit']}]")
        if "kpi" in entry
        else "",
        "If missed": escape(entry["remedy"]),
        "Effect on the market": escape(entry.get("market_effect", "")),
        "Law and standards": _list(_basis(item, root) for item in entry["basis"]),
        "Needs": _links(entry.get("requires", ()), root),
        "Contradicts": _links(entry.get("conflicts_with", ()), root),
        "Replaces": _links(entry.get("supersedes", ()), root),
        "Take care": _list(map(escape, entry.get("caveats", ()))),
        "Cases": _list(_case(name, root) for name in entry.get("cases", ()) if name in data.read("cases")),
        "Guidance": _list(
            f'<a href="{root}{page}/">{escape(_title(page))}</a>' for page in entry.get("guidance", ())
        ),
        "Sources": _list(f'<a href="{escape(s["url"])}">{escape(s["title"])}</a>' for s in entry["sources"]),
        "State": escape(_state(entry)),
    }
    return (
        "<dl>" + "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items() if text) + "</dl>"
    )


def _title(page: str) -> str:
    return "Lessons from cases: " + page.rsplit("/", 1)[1].replace("-", " ")


def _state(entry: Mapping[str, Any]) -> str:
    sure = {
        "high": "stated in a source that was read",
        "medium": "from secondary sources or in part",
        "drafting": "a proposal of this catalogue; no public source was found",
    }[entry["confidence"]]
    history = "; ".join(
        f"version {item['version']} of {item['date']}: {item['what']}" for item in entry["history"]
    )
    return f"{content.sentence(sure)}; checked on {entry['checked_on']}. {content.sentence(history)}"


def _list(items: Any) -> str:
    texts = list(items)
    if not texts:
        return ""
    return texts[0] if len(texts) == 1 else "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"


def _number(item: Mapping[str, Any]) -> str:
    unit = f" [{item['unit']}]" if item.get("unit") else ""
    parts = [f"{content.sentence(item['question'])}{unit}"]
    if item["kind"] == "number" and item["max"] <= 100:  # the others only keep typing errors out
        parts.append(f"{item['min']:g} to {item['max']:g}")
    if "options" in item:
        parts.append("one of: " + ", ".join(item["options"]))
    if "by_law" in item:
        parts.append(f"set by law: {item['by_law']}")
    if "suggestion" in item:
        parts.append(f"suggested: {item['suggestion']}")
    if "from_result" in item:
        parts.append(f"filled by {item['from_result']}")
    guidance = f" {item['guidance']}" if "guidance" in item else ""
    return escape("; ".join(parts) + "." + guidance)


def _basis(item: Mapping[str, Any], root: str) -> str:
    shown = catalogue.basis_state(dict(item))
    name = (
        shown["reference"]
        if shown["clause"] in shown["reference"]
        else f"{shown['reference']}, {shown['clause']}"
    )
    details = [catalogue.words(LANGUAGE)["basis"][item["kind"]]]
    details += [f"from {item['date']}"] if "date" in item else []
    details += [shown["state"]] if shown["state"] else []
    text = escape(f"{name} ({'; '.join(details)})")
    entry = data.read("regulation").get(item.get("register", ""))
    if entry is None:
        return text
    from calculators.knowledge import register

    return f'<a href="{root}{register.address(entry)}">{text}</a>'


def _case(name: str, root: str) -> str:
    title = data.read("cases")[name]["title"]
    return f'<a href="{root}cases/{name}/">{escape(title["en"] if isinstance(title, dict) else title)}</a>'


def address(name: str) -> str:
    """Return the permanent address of a requirement, from the root of the site."""
    return f"tender/{catalogue.requirements()[name]['group']}/#{name.lower()}"


def _links(names: Any, root: str) -> str:
    return _list(
        f'<a href="{root}{address(name)}">{name} {escape(catalogue.requirements()[name]["title"])}</a>'
        for name in names
    )


def counts() -> str:
    """Return how many requirements there are, as a sentence."""
    entries = catalogue.requirements().values()
    by_level = {level: sum(entry["level"] == level for entry in entries) for level in catalogue.LEVELS}
    law = sum("legal_when" in entry for entry in entries)
    return (
        f"**{len(entries)} requirements** in {len(catalogue.GROUPS)} groups: {by_level['must']} must, "
        f"{by_level['should']} should, {by_level['bonus']} scored. The law itself asks for {law} of them."
    )


def finder(root: str) -> str:
    """Return the list of all requirements with three filters that need no script (CSS reads the chosen fields)."""
    words = catalogue.words(LANGUAGE)
    choices = {
        "level": {level: words["level"][level] for level in catalogue.LEVELS}
        | {"law": words["basis"]["law"]},
        "site": words["site"],
        "group": words["group"],
    }
    heads = {"level": "Level", "site": "Kind of site", "group": "Group"}
    fields = "".join(
        f'<fieldset class="td-{name}"><legend>{heads[name]}</legend>'
        f'<label><input type="radio" name="td-{name}" value="all" checked> all</label>'
        + "".join(
            f'<label><input type="radio" name="td-{name}" value="{key}"> {escape(text)}</label>'
            for key, text in choices[name].items()
        )
        + "</fieldset>"
        for name in FILTERS
    )
    rows = "".join(_row(entry, root, words) for entry in catalogue.requirements().values())
    return (
        f'<div class="td-finder"><form class="td-fields">{fields}</form><ul class="td-list">{rows}</ul></div>'
    )


def _row(entry: Mapping[str, Any], root: str, words: Mapping[str, Any]) -> str:
    law = " td-l-law" if entry.get("legal_when") else ""
    marks = f"td-l-{entry['level']}{law} td-g-{entry['group']} " + " ".join(
        f"td-s-{kind}" for kind in entry["applies_to"]
    )
    badge = f'<span class="td-badge">{words["level"][entry["level"]]}{", " + words["basis"]["law"] if law else ""}</span>'
    return (
        f'<li class="{marks}"><a href="{root}{address(entry["id"])}"><span class="td-id">{entry["id"]}</span> '
        f"{escape(entry['title'])}</a> {badge}</li>"
    )


def questions(root: str) -> str:
    """Return the questions with what each answer changes."""
    parts = []
    for name, question in catalogue.questions().items():
        rows = "".join(
            f"<tr><td>{escape(option['text'])}</td><td>{_names(option.get('on', ()), root)}</td>"
            f"<td>{_names(option.get('off', ()), root)}</td><td>{_other(option, root)}</td></tr>"
            for option in catalogue.options(name).values()
        )
        several = " Several answers are possible." if question.get("multiple") else ""
        parts.append(
            f"## {name.upper()} {question['text']} {{ #{name} }}\n\n{question['help']}{several}\n\n"
            '<table class="td-effects"><thead><tr><th>Answer</th><th>Switches on</th>'
            f"<th>Switches off</th><th>Besides</th></tr></thead><tbody>{rows}</tbody></table>\n\n"
            f"**If you don't know:** {question['unknown']['consequence']}\n"
        )
    return "\n".join(parts)


def _names(patterns: Any, root: str) -> str:
    shown = []
    for pattern in patterns:
        if pattern.endswith("*"):
            group = next(
                e["group"] for n, e in catalogue.requirements().items() if catalogue.matches(n, [pattern])
            )
            shown.append(f'<a class="td-code" href="{root}tender/{group}/">{pattern}</a>')
        else:
            shown.append(f'<a class="td-code" href="{root}{address(pattern)}">{pattern}</a>')
    return " ".join(shown)


def _other(option: Mapping[str, Any], root: str) -> str:
    parts = []
    if "only" in option:
        parts.append("only law and " + _names(option["only"], root))
    if "keep_levels" in option:
        parts.append("keeps: " + ", ".join(option["keep_levels"]))
    if "bonus" in option:
        parts.append("scored instead: " + _names(option["bonus"], root))
    if "keep" in option:
        parts.append("except " + _names(option["keep"], root))
    for key, word in (("set", "states"), ("suggest", "suggests")):
        parts += [
            f"{word} {escape(name)}: {escape(str(value))}" for name, value in option.get(key, {}).items()
        ]
    return "; ".join(parts)


def profiles() -> str:
    """Return the profiles as a table."""
    rows = []
    for entry in catalogue.profiles().values():
        answers = "; ".join(
            f"{name}: {', '.join(value) if isinstance(value, list) else value}"
            for name, value in entry["answers"].items()
        )
        rows.append(f"| {entry['title']} | {entry['description']} | {answers} |")
    return "| Profile | When | Answers |\n|---|---|---|\n" + "\n".join(rows)


def countries(root: str) -> str:
    """Return the country packs."""
    words = catalogue.words(LANGUAGE)
    parts = []
    for name, pack in sorted(
        data.read("countries").items(), key=lambda item: (item[0] != "EU", item[1]["name"])
    ):
        rows = "".join(
            f"<tr><td>{escape(words['topic'][item['topic']])}</td><td>{escape(item['says'])}</td><td>{_where(item, root)}</td></tr>"
            for item in pack["items"]
        )
        missing = ", ".join(words["topic"][topic].lower() for topic in pack["open"])
        union = {
            "yes": "European Union law applies.",
            "no": "European Union law does not apply.",
            "check": "",
        }[pack["eu_law"]]
        note = " ".join(text for text in (union, pack.get("note", "")) if text)
        parts.append(
            f"## {pack['name']} {{ #{name.lower()} }}\n\n{note} Currency {pack['currency']}; checked on {pack['checked_on']}.\n\n"
            f'<table class="td-effects"><thead><tr><th>Subject</th><th>What holds</th><th>Where, and how sure</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>\n\n" + (f"**Not found:** {missing}.\n" if missing else "")
        )
    return "\n".join(parts)


def _where(item: Mapping[str, Any], root: str) -> str:
    if "register" in item:
        link = _basis({"register": item["register"], "clause": item.get("clause", ""), "kind": "law"}, root)
    elif "requirement" in item:
        link = _links([item["requirement"]], root)
    else:
        link = f'<a href="{escape(item["source"]["url"])}">{escape(item["source"]["title"])}</a>; {escape(item.get("clause", ""))}'
    date = f"; from {item['date']}" if "date" in item else ""
    return f"{link}; {escape(item['state'])}{date}; {item['confidence']}"


def examples(buyers: Mapping[str, Mapping[str, Any]], files: Mapping[str, list[str]], root: str) -> str:
    """Return the example buyers with their documents."""
    parts = []
    for name, given in buyers.items():
        links = "".join(
            f'<li><a href="{root}tender/examples/{name}/{file}" download>{file}</a></li>'
            for file in files[name]
        )
        buyer = given["buyer"]
        place = catalogue.country(given["answers"]["q22"])["name"]
        parts.append(
            f'## {buyer["name"]} {{ #{name} }}\n\n{buyer["title"]}. {place}.\n\n<ul class="td-files">{links}</ul>\n'
        )
    return "\n".join(parts)
