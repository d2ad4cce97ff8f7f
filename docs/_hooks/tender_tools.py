"""The pages that work with a tender: the wizard and the KPI check take the place of a marker."""

import json
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

from calculators import data
from calculators.engine.errors import DataError
from calculators.web.html.wizard import render_check, render_wizard

LANG = "en"
WIZARD, CHECK = "<!-- tender wizard -->", "<!-- KPI check -->"


def on_post_page(output: str, page: Any, config: Any, **_: Any) -> str:
    """Put the tool in the place of its marker, after Markdown has done its work."""
    if WIZARD in output:
        folder = Path(config.config_file_path).parent / "templates" / "examples"
        examples = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
        try:
            questions = data.read("questions")
        except DataError as error:
            raise PluginError(f"{error} The wizard needs it: run `make data`.") from error
        output = output.replace(WIZARD, render_wizard(questions, examples, LANG))
    return output.replace(CHECK, render_check(LANG))
