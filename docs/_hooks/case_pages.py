"""Pages of the case studies: one per file of case_studies, and what docs/cases fills in between its words."""

import functools
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel

from calculators import loader
from calculators.engine.errors import DataError
from calculators.knowledge import cases, cases_finder, cases_form, cases_render

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "case_studies"
SCHEMA = loader.SCHEMAS / "case.json"


@functools.cache
def known() -> dict[str, dict[str, Any]]:
    """Return the cases, or stop the build with everything that is wrong with them."""
    try:
        found = loader.load_folder(FOLDER, "case")
        if faults := cases.problems(found):
            raise DataError(faults)
    except DataError as error:
        raise PluginError(f"case_studies:\n{error}") from error
    return found


MARKERS = {
    "cases/index.md": (
        "<!-- finder of cases -->",
        lambda: cases_finder.finder(known(), FOLDER / "outline" / "europe.json"),
    ),
    "cases/effects.md": ("<!-- effects across cases -->", lambda: cases_render.effects(known())),
    "cases/contribute.md": ("<!-- form for a case -->", lambda: cases_form.form(SCHEMA.read_text("utf-8"))),
}


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each case and the data of the comparison."""
    for key, case in known().items():
        page = File.generated(config, f"cases/{key}.md", content=cases_render.case_page(case))
        page.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(page)
    files.append(File.generated(config, "cases/cases.json", content=cases_finder.compare_data(known())))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill in the list, the synthesis or the form."""
    if page.file.src_uri not in MARKERS:
        return markdown
    marker, make = MARKERS[page.file.src_uri]
    if marker not in markdown:
        raise PluginError(f"{page.file.src_uri} lost its marker {marker}.")
    return markdown.replace(marker, make())
