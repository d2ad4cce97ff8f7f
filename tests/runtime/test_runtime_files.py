"""What stands in build/runtime is complete, matches its hashes and is safe for strict networks."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from calculators.runtime import sources as listing

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "build" / "runtime"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    path = RUNTIME / "manifest.json"
    if not path.exists():
        pytest.fail("build/runtime is missing. Run `make runtime`.")
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def lock(manifest: dict[str, Any]) -> dict[str, Any]:
    return json.loads((RUNTIME / manifest["lock"]).read_text("utf-8"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_lock_entry_exists_and_matches_its_hash(lock: dict[str, Any]) -> None:
    assert {"numpy", "tzdata", "smartcharge", "pandas", "scipy", "pandapower"} <= set(lock["packages"])
    for name, entry in lock["packages"].items():
        assert digest(RUNTIME / entry["file_name"]) == entry["sha256"], name
        assert all(need in lock["packages"] for need in entry["depends"]), name


def test_lock_belongs_to_the_interpreter_shipped(lock: dict[str, Any]) -> None:
    sources = listing.load()
    official = listing.read_lock(ROOT / "node_modules" / "pyodide" / "pyodide-lock.json")
    assert lock["info"] == official["info"]
    assert sources.pyodide_version == "314.0.3"
    listing.check_official(sources, official)


def test_every_file_of_the_manifest_exists_and_nothing_else_does(manifest: dict[str, Any]) -> None:
    for name, entry in manifest["files"].items():
        path = RUNTIME / name
        assert path.stat().st_size == entry["bytes"], name
        assert digest(path) == entry["sha256"], name
    found = {path.relative_to(RUNTIME).as_posix() for path in RUNTIME.rglob("*") if path.is_file()}
    known = set(manifest["files"]) | {"manifest.json", "provenance.json"}
    assert {re.sub(r"\.(gz|br)$", "", name) for name in found} == known


def test_names_carry_the_hash_of_the_content(manifest: dict[str, Any]) -> None:
    for name, entry in manifest["files"].items():
        if not name.startswith(manifest["pyodide"]["index"]):
            assert f".{entry['sha256'][:16]}." in name


def test_tiers_list_packages_of_the_lock_and_their_files(
    manifest: dict[str, Any], lock: dict[str, Any]
) -> None:
    assert set(manifest["tiers"]["core"]["packages"]) < set(manifest["tiers"]["grid"]["packages"])
    for tier in manifest["tiers"].values():
        paths = [lock["packages"][name]["file_name"] for name in tier["packages"]]
        assert [entry["path"] for entry in tier["files"]] == paths
        assert 0 < tier["bytes_gzip"] < tier["bytes"]


def test_no_wheel_and_no_python_source_is_shipped(manifest: dict[str, Any]) -> None:
    assert not list(RUNTIME.rglob("*.whl"))
    for name in manifest["files"]:
        if name.endswith(".zip"):
            with zipfile.ZipFile(RUNTIME / name) as archive:
                members = archive.namelist()
                dates = {entry.date_time for entry in archive.infolist()}
            assert not [member for member in members if member.endswith((".py", ".yaml", ".js"))], name
            assert members == sorted(members, key=Path), name
            assert dates == {(1980, 1, 1, 0, 0, 0)}, name


def test_our_bundle_holds_the_bridge_and_the_data_but_no_build_code(manifest: dict[str, Any]) -> None:
    own = next(name for name in manifest["files"] if name.startswith("smartcharge."))
    with zipfile.ZipFile(RUNTIME / own) as archive:
        members = set(archive.namelist())
    assert {"calculators/web/bridge.pyc", "calculators/_data/definitions.json"} <= members
    assert not [
        member for member in members if member.startswith(("calculators/runtime/", "calculators/web/page"))
    ]


def test_provenance_names_package_version_hash_and_licence_of_every_source() -> None:
    rows = json.loads((RUNTIME / "provenance.json").read_text("utf-8"))
    assert len(rows) == len(listing.load().files)
    for row in rows:
        assert all(row[key] for key in ("package", "version", "file", "sha256", "licence", "page")), row[
            "file"
        ]


@pytest.mark.parametrize("package", ["numpy", "pandapower", "tzdata", "networkx", "pandera"])
def test_browser_and_native_run_the_same_version(package: str) -> None:
    text = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    pinned = re.findall(rf"^{package}==([\w.]+)(?! *; python_full_version >= '3\.12')", text, re.MULTILINE)
    listed = [entry.version for entry in listing.load().files if entry.package == package]
    assert listed == pinned[:1]
