"""What is installed elsewhere: the wheel alone, in an empty folder, without the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from calculators import registry

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built wheel."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = out.glob("*.whl")
    return found


def test_the_wheel_holds_data_and_engine_but_no_page_script(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "calculators/_data/definitions.json" in names
    assert "calculators/_data/networks/kerber-suburb.json" in names
    assert not [name for name in names if name.endswith((".js", ".css")) or name.startswith("tests/")]


def test_the_terminal_runs_from_the_wheel_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    zipfile.ZipFile(wheel).extractall(installed)  # what installing a pure wheel does
    command = ["run", "neighbourhood-grid-impact", "--set", "n_draws=3", "--format", "json"]
    script = (
        "import sys, calculators.cli as c; print(c.__file__, file=sys.stderr); sys.exit(c.main(sys.argv[1:]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *command],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.strip() == str(installed / "calculators" / "cli.py")
    here = registry.run("neighbourhood-grid-impact", {"n_draws": 3})
    assert json.loads(run.stdout)["results"] == here["results"]
