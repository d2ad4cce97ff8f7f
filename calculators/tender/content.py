"""What the documents say: clauses, reasons, roles and tests of one tender as plain words for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from calculators import DATA_VERSION, __version__
from calculators.engine.errors import Problem
from calculators.tender import catalogue, consistency, fill, select
from calculators.tender.answers import Answers
from calculators.tender.fill import Clause, Value
from calculators.tender.markdown import Marked, blank, escape


@dataclass(frozen=True)
class Tender:
    """One tender, ready to be written.

    Parameters
    ----------
    answers : Answers
    selection : Selection
    clauses : list of Clause
    problems : list of Problem
        What does not fit together; never an error, printed and shown.
    """

    answers: Answers
    selection: select.Selection
    clauses: list[Clause]
    problems: list[Problem]

    @property
    def words(self) -> dict[str, Any]:
        """Words of the tender's language."""
        return catalogue.words(self.answers.language)

    @property
    def title(self) -> str:
        """Title of the tender."""
        return str(self.answers.buyer.get("title") or self.answers.buyer["name"])


def tender(answers: Answers) -> Tender:
    """Select, fill and check.

    Raises
    ------
    InputError
        If a change by hand goes against the law.
    """
    selection = select.select(answers)
    clauses = fill.fill(answers, selection)
    return Tender(answers, selection, clauses, consistency.problems(answers, selection, clauses))


def context(subject: Tender) -> dict[str, Any]:
    """Return the names the document templates may use.

    `title`, `buyer`, `country`, `country_items`, `date`, `data_version`, `engine_version`, `words`, `levels`,
    `counts`, `open_in_annex`, `open_places`, `groups` and `bidder_groups` (each `title`, `help`, `clauses`), `files`,
    `open_topics`, `clauses`, `tests`, `kpis`,
    `decisions`, `left_out`, `problems`, `site_words`, `sites`, `results`, `blank()`.
    """
    words = subject.words
    views = [view(subject, clause) for clause in subject.clauses]
    groups = [
        {"id": name, "title": words["group"][name], "help": words["group_help"][name], "clauses": members}
        for name in catalogue.GROUPS
        if (members := [item for item in views if item["group"] == name])
    ]
    pack = catalogue.country(subject.answers.country)
    union = catalogue.country("EU")["items"] if pack["eu_law"] == "yes" and pack["id"] != "EU" else []
    bidders = [
        {**group, "clauses": [item for item in group["clauses"] if item["duty"] != "buyer"]}
        for group in groups
    ]
    buyer = {key: subject.answers.buyer.get(key, "") for key in ("name", "contact", "reference", "title")}
    return {
        "title": subject.title,
        "buyer": {key: value or blank(key) for key, value in buyer.items()},
        "example": words["example"] if subject.answers.buyer.get("example") else "",
        "country": {"note": "", **pack},
        "country_items": [_country_item(words, item) for item in [*union, *pack["items"]]],
        "open_topics": ", ".join(words["topic"][topic].lower() for topic in pack["open"]),
        "date": fill.date(DATA_VERSION, subject.answers.language),
        "data_version": DATA_VERSION,
        "engine_version": __version__,
        "words": words,
        "levels": catalogue.LEVELS,
        "counts": {level: sum(item.level == level for item in subject.clauses) for level in catalogue.LEVELS},
        "open_in_annex": sum(view["blanks"] for view in views if view["duty"] != "buyer"),
        "open_places": [
            {
                "id": item.id,
                "label": value.label,
                "unit": value.unit,
                "suggestion": value.suggestion,
                "key": value.key,
                "of_buyer": item.entry["duty"] == "buyer",
            }
            for item in subject.clauses
            for value in item.blanks
        ],
        "groups": groups,
        "bidder_groups": [group for group in bidders if group["clauses"]],
        "files": files(subject.answers.language),
        "clauses": views,
        "tests": {kind: [item for item in views if kind in item["kinds"]] for kind in words["kind"]},
        "kpis": [item for item in views if item["kpi"]],
        "decisions": decisions(subject),
        "left_out": [
            {"id": name, "title": catalogue.requirements()[name]["title"], "reason": say(subject, reason)}
            for name, reason in subject.selection.left_out.items()
        ],
        "problems": [str(problem) for problem in subject.problems],
        "site_words": ", ".join(words["site"][kind] for kind in subject.selection.sites),
        "sites": subject.answers.sites,
        "results": subject.answers.results,
        "weights": subject.answers.weights,
        "blank": blank,
    }


FILES = {
    "sessions": (
        "session_id", "point_id", "plug_in", "plug_out", "energy_kwh", "exported_kwh", "peak_kw", "success", "controlled",
        "limit_source", "opted_out", "promised_kwh", "window_kwh", "end_soc_percent", "error_code", "payment", "tariff",
        "user_class",
    ),
    "status": ("point_id", "start", "end", "status", "exclusion", "noticed_at", "cause"),
    "signals": ("point_id", "sent_at", "limit_kw", "source", "reached_at", "held_until"),
}  # fmt: skip


def files(language: str) -> list[dict[str, Any]]:
    """Return the files of the data annex with their columns in words."""
    words = catalogue.document("data-annex", language)["words"]
    return [
        {
            "name": name,
            "about": words[name],
            "columns": [
                {
                    "name": key,
                    "form": form,
                    "needed": words["needed"][needed],
                    "means": means,
                    "must": needed == "yes",
                }
                for key, (form, needed, means) in ((key, words["columns"][key]) for key in columns)
            ],
        }
        for name, columns in FILES.items()
    ]


def view(subject: Tender, clause: Clause) -> dict[str, Any]:
    """Return one clause in words."""
    words, entry = subject.words, clause.entry
    check = entry["verification"]
    return {
        "id": clause.id,
        "group": entry["group"],
        "title": entry["title"],
        "level": clause.level,
        "level_word": words["level"][clause.level],
        "duty": entry["duty"],
        "duty_word": words["duty"][entry["duty"]],
        "locked": clause.locked,
        "law_word": f" · {_law(subject)}" if clause.locked else "",
        "text": marked(subject, clause),
        "plain": plain(subject, clause),
        "rationale": entry["rationale"],
        "kinds": check["kinds"],
        "kinds_words": sentence(", ".join(words["kind"][kind] for kind in check["kinds"])),
        "procedure": check["procedure"],
        "passes": check["pass"],
        "evidence": check["evidence"],
        "witness": check["witness"],
        "remedy": entry["remedy"],
        "kpi": entry.get("kpi"),
        "target": target(subject, clause),
        "caveats": entry.get("caveats", []),
        "basis_words": basis_words(words, entry, catalogue.country(subject.answers.country)),
        "traced": [line for value in clause.values.values() if (line := traced(words, value))],
        "reasons": " ".join(say(subject, reason) for reason in clause.reasons),
        "blanks": len(clause.blanks),
        "values": list(clause.values.values()),
    }


def marked(subject: Tender, clause: Clause) -> Marked:
    """Return the text of a clause as Markdown, gaps highlighted."""
    return Marked(
        "".join(
            _part(subject, part) if isinstance(part, Value) else escape_inner(part) for part in clause.parts
        )
    )


def escape_inner(text: str) -> str:
    """Escape a piece of a sentence and keep the spaces at its ends."""
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return lead + escape(text) + tail if text.strip() else text


def _part(subject: Tender, value: Value) -> str:
    return blank(gap(subject.words, value)) if value.origin == "blank" else f"**{escape(value.shown)}**"


def gap(words: dict[str, Any], value: Value) -> str:
    """Return what stands in a gap: what to fill in and what is suggested."""
    hint = f"; {words['suggested']}: {value.suggestion}" if value.suggestion else ""
    return f"{value.label}{hint}"


def plain(subject: Tender, clause: Clause) -> str:
    """Return the text of a clause without any look."""
    return "".join(
        (f"[{gap(subject.words, part)}]" if part.origin == "blank" else part.shown)
        if isinstance(part, Value)
        else part
        for part in clause.parts
    )


def traced(words: dict[str, Any], value: Value) -> str:
    """Say where a calculated number comes from and what changed; empty for other numbers."""
    lines = []
    if value.scenario_hash:
        unit = f" {value.unit}" if value.unit else ""
        lines.append(
            f"{sentence(value.label)}: {value.shown}{unit}, {words['origin']['calculated']}, "
            f"scenario {value.scenario_hash}, engine {value.engine_version}."
        )
    if value.note:
        code, *args = value.note.split("|")
        lines.append(words["note"][code].format(*args))
    return " ".join(lines)


def abroad(subject: Tender) -> bool:
    """Whether European law does not bind there, or it is not known that it does."""
    return bool(catalogue.country(subject.answers.country)["eu_law"] != "yes")


def _law(subject: Tender) -> str:
    return str(subject.words["law_abroad"]["mark"] if abroad(subject) else subject.words["basis"]["law"])


def basis_words(words: dict[str, Any], entry: dict[str, Any], pack: dict[str, Any]) -> str:
    """Return law and standards behind a requirement in one line, as they bind in the country of the pack."""
    parts = []
    for item in map(catalogue.basis_state, entry["basis"]):
        name = (
            item["reference"]
            if item["reference"] in item["clause"]
            else f"{item['reference']}, {item['clause']}"
        )
        if item["clause"] in item["reference"]:
            name = item["reference"]
        details = [_binds(words, item, pack)]
        if item.get("date"):
            details.append(f"from {item['date']}")
        if item.get("state"):
            details.append(item["state"])
        parts.append(f"{name} ({'; '.join(details)})")
    return "; ".join(parts)


def _binds(words: dict[str, Any], item: dict[str, Any], pack: dict[str, Any]) -> str:
    if item["kind"] == "law" and pack["eu_law"] != "yes":
        return str(words["law_abroad"]["basis"])
    national = item.get("register", "").startswith(f"{pack['id'].lower()}-")
    return str(words["basis"]["law" if national and item["kind"] == "benchmark" else item["kind"]])


def target(subject: Tender, clause: Clause) -> str:
    """Return the value a KPI has to reach, or what is still open."""
    kpi = clause.entry.get("kpi")
    if not kpi:
        return ""
    if "at_most_value" in kpi:
        return f"at most {kpi['at_most_value']:g} {kpi['unit']}"
    for key, word in (("at_least", "at least"), ("at_most", "at most")):
        if key in kpi:
            value = clause.values[kpi[key]]
            return f"{word} {value.shown or '[' + gap(subject.words, value) + ']'} {kpi['unit']}"
    return ""


def decisions(subject: Tender) -> list[dict[str, str]]:
    """Return each question with the answer given, what "I don't know" stood for, and what it changed."""
    rows = []
    for name, question in catalogue.questions().items():
        options = catalogue.options(name)
        words = "; ".join(options[item]["text"] for item in subject.answers.chosen[name])
        unknown = name in subject.answers.unknown
        rows.append(
            {
                "id": name,
                "question": question["text"],
                "answer": subject.words["dont_know"].format(question["unknown"]["consequence"])
                if unknown
                else words,
                "on": ", ".join(_moved(subject, name, subject.selection.picked)),
                "off": ", ".join(_moved(subject, name, subject.selection.left_out)),
            }
        )
    return rows


def _moved(subject: Tender, question: str, among: dict[str, Any]) -> list[str]:
    found = []
    for name, item in among.items():
        reasons = item.reasons if isinstance(item, select.Pick) else (item,)
        if any(argument.startswith(f"{question}.") for _, argument in reasons):
            found.append(name)
    return found


def say(subject: Tender, reason: select.Reason) -> str:
    """Return a reason as a sentence."""
    code, argument = reason
    words = subject.words
    if code == "law":
        return str(words["law_abroad"]["reason"] if abroad(subject) else words["law"][argument])
    if code in ("fits-sites", "not-for-sites"):
        argument = ", ".join(words["site"].get(kind, kind) for kind in argument.split(", "))
    question, _, option = argument.partition(".")
    if question in catalogue.questions() and option:
        entry = catalogue.questions()[question]
        argument = f"{entry['text']} {catalogue.options(question)[option]['text']}"
    return str(words["reasons"][code].format(argument.rstrip(".")))


def sentence(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _country_item(words: dict[str, Any], item: dict[str, Any]) -> dict[str, str]:
    shown = (
        catalogue.basis_state({**item, "kind": "law", "clause": item.get("clause", "")})
        if "register" in item
        else item
    )
    source = item.get("source", {}).get("title", "")
    parts = [
        shown.get("reference", ""),
        item.get("clause", ""),
        source,
        item.get("date", ""),
        item["state"],
        item["confidence"],
    ]
    return {
        "topic": words["topic"][item["topic"]],
        "says": item["says"],
        "where": "; ".join(dict.fromkeys(p for p in parts if p)),
    }
