"""Finds figures and legal statements of a Markdown page, and whether each says where it comes from.

A block is one paragraph, list item or table row. A block with a number and a unit, a count of things, a year or a
word of law is a claim. It is sourced by a footnote of the page or by a link to a case, a register entry or a
requirement. A number that is ours says so in the same block, or in the head of its table: "(our estimate)".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

UNITS = (
    r"%|per cent|percent|kWp|kWh|kW|MWh|MW|GWh|GW|TWh|kVA|MVA|A|V|Hz|km|kg|g|tonnes?|€|EUR|GBP|AUD|USD|CHF|CZK|DKK|NOK|SEK|euros?|cents?|ct|pu|"
    r"million|billion|seconds?|minutes?|hours?|days?|weeks?|months?|years?|times|o'clock|h|min"
)
THINGS = (
    "cars?|vehicles?|buses|trucks|stations?|points?|chargers?|plugs?|sockets?|sessions?|drivers?|users?|people|homes?|"
    "households?|customers?|cities|municipalities|councils?|interviews?|answers?|transformers?|feeders?|sites?|"
    "projects?|countries|operators?|bids?|bidders?|streets?|depots?|responses"
)
NUMBER = r"\d[\d,]*(?:\.\d+)?"
FIGURE = re.compile(
    rf"(?<![\w.\-/])(?:(?:€|EUR|£|NOK|SEK) ?(?P<money>{NUMBER})"
    rf"|(?P<number>{NUMBER})(?:[ \-\u00a0]?(?:{UNITS})(?!\w)| (?:[a-z\-]+ )?(?:{THINGS})\b)"
    rf"|(?P<part>\d+) of \d+\b"
    rf"|(?P<year>(?:19|20)\d\d)(?![\w/.:\-]?\d))"
)
LAW = re.compile(
    r"\b(?:must|shall|laws?|legal(?:ly)?(?! (?:officer|form|advice))|illegal|unlawful|obliged|obligation|mandatory|prohibit(?:s|ed)?|Directive|"
    r"Regulation|Article|Art\.)(?!\w)"
)
NOTE = re.compile(r"\[\^([\w-]+)\](?!:)")
LINK = re.compile(
    r"\]\((?:\.\./)*(?P<path>(?:cases|regulation|tender)/[\w\-/]+?)(?:\.md)?(?:#(?P<anchor>[\w-]+))?\)"
)
OWN = "(our estimate)"
ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+")


@dataclass(frozen=True)
class Claim:
    """One block that states a figure or a rule."""

    line: int
    text: str
    numbers: tuple[str, ...]
    law: tuple[str, ...]
    notes: tuple[str, ...]
    links: tuple[str, ...]
    own: bool

    @property
    def sourced(self) -> bool:
        """Whether a footnote or a link to data of this site stands in the block."""
        return bool(self.notes or self.links)


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def prose(markdown: str) -> str:
    """Return the page with front matter, code, comments and footnotes blanked; line numbers stay."""
    out, inside = [], False
    for line in re.sub(
        r"\A---\n.*?\n---\n|^ *(```|~~~).*?^ *\1 *$|<!--.*?-->", _blank, markdown, flags=re.M | re.S
    ).split("\n"):
        inside = bool(re.match(r"\[\^[\w-]+\]:", line)) or (
            inside and (line.startswith("    ") or not line.strip())
        )
        out.append("" if inside else line)
    return "\n".join(out)


def blocks(markdown: str) -> Iterator[tuple[int, str, str]]:
    """Yield line number, text and table head of each paragraph, list item and table row; headings are left out."""
    start, held, head = 0, "", ""
    for number, line in enumerate([*prose(markdown).split("\n"), ""], 1):
        row = line.lstrip().startswith("|")
        fresh = not line.strip() or row or bool(ITEM.match(line)) or line.lstrip().startswith("#")
        if fresh and held:
            yield start, held, ""
            held = ""
        if row:
            head = head or line
            yield number, line.strip(), head
            continue
        head = ""
        if not line.strip() or line.lstrip().startswith(("#", "--8<--", "!!!", "???")):
            continue
        start = start if held else number
        held = f"{held} {line.strip()}".strip()
    if held:
        yield start, held, ""


def claims(markdown: str) -> list[Claim]:
    """Return every claim of a page in order.

    Parameters
    ----------
    markdown : str
        A page with or without front matter.
    """
    found = []
    for line, text, head in blocks(markdown):
        plain = re.sub(r"\]\([^)]*\)", "]", NOTE.sub("", text))
        numbers = [m["money"] or m["number"] or m["part"] or m["year"] for m in FIGURE.finditer(plain)]
        law = LAW.findall(plain)
        if not numbers and not law:
            continue
        links = [m["anchor"] or m["path"].rsplit("/", 1)[-1] for m in LINK.finditer(text)]
        own = OWN in text or OWN in head
        notes = NOTE.findall(text)
        found.append(Claim(line, text, tuple(numbers), tuple(law), tuple(notes), tuple(links), own))
    return found


def footnotes(markdown: str) -> dict[str, str]:
    """Return the text of each footnote of a page."""
    found: dict[str, str] = {}
    name = None
    for line in markdown.split("\n"):
        if match := re.match(r"\[\^([\w-]+)\]:\s*(.*)", line):
            name = match[1]
            found[name] = match[2]
        elif name and line.startswith("    "):
            found[name] += " " + line.strip()
        elif line.strip():
            name = None
    return found


def problems(markdown: str, known: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the claims of a page, one sentence each; empty when nothing is.

    Parameters
    ----------
    markdown : str
        The page.
    known : mapping of str to str
        Text of each case, register entry and requirement by its id in lower case. A number that only a link supports is looked up
        there, so that a page cannot say what its source does not.
    """
    notes = footnotes(markdown)
    used = set(NOTE.findall(prose(markdown)))
    wrong = [f"footnote {name} is used and not written." for name in sorted(used - notes.keys())]
    wrong += [f"footnote {name} is written and not used." for name in sorted(notes.keys() - used)]
    for name, text in notes.items():
        if "Computed with" not in text and not ("http" in text and re.search(r"[Rr]ead on \d", text)):
            wrong.append(
                f"footnote {name} needs an address and 'read on DAY', or 'Computed with' and the inputs."
            )
    for claim in claims(markdown):
        where = f"line {claim.line}: {claim.text[:90]}"
        if not claim.sourced and (claim.law or not claim.own):
            what = ", ".join((*claim.numbers, *claim.law))
            wrong.append(f"{where} - states {what} without a source.")
        elif claim.links and not claim.notes and not claim.own:
            text = " ".join(known.get(link.lower(), "") for link in claim.links)
            missing = [n for n in claim.numbers if not _holds(text, n)]
            if missing:
                wrong.append(f"{where} - {', '.join(missing)} is not in {', '.join(claim.links)}.")
    return wrong


def computed(markdown: str) -> list[tuple[str, tuple[str, ...], Claim]]:
    """Return calculator, changed inputs (`name=value`) and claim for each claim that rests on a run of ours alone."""
    runs = {}
    for name, text in footnotes(markdown).items():
        if match := re.search(r"Computed with `smartcharge run ([\w-]+)((?: --set [\w]+=[^ `]+)*)`", text):
            runs[name] = match[1], tuple(match[2].split(" --set ")[1:])
    return [
        (*runs[claim.notes[0]], claim)
        for claim in claims(markdown)
        if len(set(claim.notes)) == 1 and claim.notes[0] in runs and not claim.own
    ]


def holds_rounded(values: Iterable[float], number: str) -> bool:
    """Return whether one of `values`, rounded as `number` is written, is that number."""
    plain = number.replace(",", "")
    digits = len(plain.partition(".")[2])
    return any(abs(round(abs(value), digits) - float(plain)) < 10.0 ** -(digits + 3) for value in values)


def _holds(text: str, number: str) -> bool:
    plain = re.escape(number.replace(",", ""))
    return (
        re.search(rf"(?<![\d.]){plain}(?:\.0+)?(?![\d]|\.\d)", re.sub(r"(?<=\d),(?=\d{3})", "", text))
        is not None
    )


def sentences(markdown: str) -> list[str]:
    """Return the sentences of paragraphs and list items; tables are not sentences."""
    found: list[str] = []
    for _, text, head in blocks(markdown):
        if head:
            continue
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)(\{[^}]*\})?", r"\1", NOTE.sub("", ITEM.sub("", text)))
        found += [s for s in re.split(r"(?<=[.!?:;])\s+(?=[\"'*A-Z0-9])", plain) if len(s.split()) > 1]
    return found


def words(markdown: str) -> int:
    """Return how many words a reader meets on the page, tables included."""
    return sum(
        len(re.findall(r"[A-Za-z0-9][\w'-]*", re.sub(r"\]\([^)]*\)", "]", t))) for _, t, _ in blocks(markdown)
    )
