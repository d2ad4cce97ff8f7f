"""The page on network files says what the code does: columns, downloads, output, commands and Python lines."""

import contextlib
import io
import logging
import re
from pathlib import Path

import numpy as np
import pytest

from calculators.adapters import files, units
from calculators.adapters.audit import audit
from calculators.adapters.audit_text import to_text
from calculators.adapters.tables import REFUSED
from calculators.adapters.template import TEMPLATE

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("pandapower").setLevel(logging.ERROR)

DOCS = Path(__file__).parents[2] / "docs"
TEMPLATES = DOCS / "assets" / "templates"
PAGE = (DOCS / "network-files.md").read_text("utf-8")


def template(ending):
    return files.read_tables(
        f"network-template.{ending}", (TEMPLATES / f"network-template.{ending}").read_bytes()
    )


def test_every_column_of_the_templates_is_on_the_page_and_no_other():
    rows = re.findall(r"^\| `(\w+)` \| (yes)? ?\| (.+) \|$", PAGE, re.MULTILINE)
    expected = [
        (one.name, "yes" if one.required else "", one.meaning) for table in TEMPLATE.values() for one in table
    ]
    assert rows == expected


def test_both_downloads_are_the_same_network_and_show_nothing_wrong():
    one, other = template("zip").network(), template("xlsx").network()
    assert one.to_dict() == other.to_dict()
    assert one.n_bus == 11
    found = audit(template("zip"))
    assert found.usable and {finding.severity for finding in found.findings} == {"note"}


def test_the_output_shown_is_the_output_of_the_command():
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert shown == to_text(audit(template("zip")))


def test_formats_and_elements_named_are_those_of_the_code():
    assert all(f"`{form}`" in PAGE for form in files.FORMATS)
    missing = [
        kind for kind in REFUSED if f"`{kind}`" not in PAGE and not kind.endswith("_dc") and "vsc" not in kind
    ]
    assert missing == []


def test_limits_named_are_those_of_the_code():
    for text in (
        f"above {units.LV_LENGTH_KM:g} km up to 1 kV, above {units.LENGTH_KM:g} km else",
        f"outside {units.X_OVER_R[0]:g} to {units.X_OVER_R[1]:g}",
        f"above {units.I_MAX_KA[1]:g} kA, below {units.I_MAX_KA[0]:g} kA",
        f"above {units.C_NF_PER_KM:,.0f} nF/km",
        f"above {units.LV_TRAFO_MVA:g} MVA to 1 kV, above {units.TRAFO_MVA:,.0f} MVA else; below 0.005 MVA",
        f"outside {units.VK_PERCENT[0]:g} to {units.VK_PERCENT[1]:g} %; above {units.VKR_PERCENT:g} %",
        f"above {units.LV_LOAD_MW:g} MW up to 1 kV, above {units.LOAD_MW:g} MW else",
        f"below {units.R_OHM_PER_KM[0] / 20:g} or above {units.R_OHM_PER_KM[1]:g} ohm/km",
    ):
        assert f"| {text} |" in PAGE, text


def test_the_three_ways_to_calculate_the_template_agree(tmp_path, monkeypatch):
    """The Python lines of the page, run as they stand."""
    monkeypatch.chdir(tmp_path)
    blocks = [one for one in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "my-network" in one]
    assert len(blocks) == 3
    found = []
    for form, block in zip(("pandapower-json", "pgm", "pandapower-json"), blocks, strict=True):
        Path("my-network.json").write_bytes(files.write(template("zip"), form))
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(block, {})
        numbers = re.findall(r"\b[01]\.\d+(?:e[+-]\d+)?|\b1\.(?=[\s\]])", out.getvalue())
        found.append(np.array(numbers, dtype=float))
    assert [len(one) for one in found] == [11, 11, 11]
    np.testing.assert_allclose(found[0], found[1], rtol=0, atol=1e-6)  # printed digits
    np.testing.assert_allclose(found[1], found[2], rtol=0, atol=1e-6)
