"""Pages of the requirement catalogue: one per group, the marks `<!-- tender: … -->`, and the example documents."""

import functools
import json
import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from calculators import tender
from calculators.engine.errors import DataError
from calculators.tender import catalogue, pages

MARK = re.compile(r"<!-- tender: ([a-z]+) -->")
EXAMPLES = Path(__file__).resolve().parents[2] / "templates" / "examples"
AROUND = [
    {"Write a tender": "tender/write.md"},
    {"Check the KPIs": "tender/check.md"},
    {"24 questions": "tender/questions.md"},
    {"Country packs": "tender/countries.md"},
    {"Example tenders": "tender/examples.md"},
    {"From answers to documents": "tender/how-it-works.md"},
]


@functools.cache
def examples() -> dict[str, dict[str, bytes]]:
    """Return the files of each example buyer, written once per build."""
    written = {}
    for path in sorted(EXAMPLES.glob("*.json")):
        given = path.read_bytes()
        written[path.stem] = {
            "answers.json": given,
            **tender.generate(json.loads(given), ("docx", "xlsx", "json")),
        }
    return written


def on_config(config: Any) -> Any:
    """List the groups in the menu."""
    groups = [{title: f"tender/{name}.md"} for name, title in catalogue.words("en")["group"].items()]
    menu = ["tender/index.md", *AROUND, {"Requirements": groups}]
    config.nav = [
        {"Tender": menu} if isinstance(entry, dict) and entry.get("Tender") == "tender/index.md" else entry
        for entry in config.nav
    ]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each group and the documents of the examples."""
    try:
        for group in catalogue.GROUPS:
            files.append(File.generated(config, f"tender/{group}.md", content=pages.group_page(group)))
        for name, written in examples().items():
            for file, body in written.items():
                files.append(File.generated(config, f"tender/examples/{name}/{file}", content=body))
        for path in sorted((EXAMPLES / "logs").glob("*.csv")):
            files.append(
                File.generated(config, f"tender/examples/logs/{path.name}", content=path.read_bytes())
            )
    except DataError as error:
        raise PluginError(f"{error} Pages of the catalogue need it: run `make data`.") from error
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill the marks of one page; an unknown one stops the build."""
    root = "../" * page.url.count("/")
    makers = {
        "counts": pages.counts,
        "finder": lambda: pages.finder(root),
        "questions": lambda: pages.questions(root),
        "profiles": pages.profiles,
        "countries": lambda: pages.countries(root),
        "examples": lambda: pages.examples(
            {name: json.loads(written["answers.json"]) for name, written in examples().items()},
            {name: list(written) for name, written in examples().items()},
            root,
        ),
    }

    def made(match: re.Match[str]) -> str:
        if match[1] not in makers:
            raise PluginError(
                f"{page.file.src_uri}: unknown mark '{match[0]}'. Use one of: {', '.join(makers)}."
            )
        return makers[match[1]]()

    return MARK.sub(made, markdown)
