"""A listed file comes from the first place that has it whole; anything else is one clear message."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from calculators.engine.errors import DataError
from calculators.runtime import bundle, sources
from calculators.runtime.fetch import Fetcher, PlaceError
from calculators.runtime.sources import SourceFile, Sources

CONTENT = b"whole file"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ENTRY = SourceFile("b", "wheel", "thing", "1.0", "thing-1.0.whl", SHA256, "MIT", "https://example.org")


def listing(*order: str) -> Sources:
    return replace(sources.load(), files=(ENTRY,), order={"wheel": list(order)})


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    monkeypatch.setenv("SMARTCHARGE_MIRROR", str(folder))
    return folder


def test_a_file_is_fetched_once_and_then_comes_from_the_cache(tmp_path: Path, mirror: Path) -> None:
    (mirror / ENTRY.file).write_bytes(CONTENT)
    fetcher = Fetcher(listing("mirror"), tmp_path / "cache")
    first = fetcher.get(ENTRY)
    (mirror / ENTRY.file).unlink()
    assert fetcher.get(ENTRY) == first
    assert first.read_bytes() == CONTENT


def test_a_damaged_cache_entry_is_fetched_again(tmp_path: Path, mirror: Path) -> None:
    (mirror / ENTRY.file).write_bytes(CONTENT)
    fetcher = Fetcher(listing("mirror"), tmp_path / "cache")
    fetcher.get(ENTRY).write_bytes(b"cut")
    assert fetcher.get(ENTRY).read_bytes() == CONTENT


def test_a_broken_source_is_named_with_the_one_tried_next(
    tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mirror / ENTRY.file).write_bytes(b"truncated")
    said: list[str] = []
    fetcher = Fetcher(listing("mirror", "upstream"), tmp_path / "cache", said.append)

    def from_upstream(_entry: SourceFile, folder: Path) -> Path:
        path = folder / "got"
        path.write_bytes(CONTENT)
        return path

    monkeypatch.setitem(fetcher._places, "upstream", from_upstream)
    assert fetcher.get(ENTRY).read_bytes() == CONTENT
    assert len(said) == 1
    assert "thing-1.0.whl: mirror failed (SHA-256 is" in said[0]
    assert said[0].endswith("trying upstream")


def test_when_no_place_has_the_file_every_reason_is_told(
    tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetcher = Fetcher(listing("mirror", "upstream"), tmp_path / "cache", lambda _: None)

    def unreachable(_entry: SourceFile, _folder: Path) -> Path:
        raise PlaceError("no route to host")

    monkeypatch.setitem(fetcher._places, "upstream", unreachable)
    with pytest.raises(DataError) as caught:
        fetcher.get(ENTRY)
    message = str(caught.value)
    assert "thing-1.0.whl could not be had" in message
    assert f"mirror: no such file in {mirror}" in message
    assert "upstream: no route to host" in message
    assert "SMARTCHARGE_MIRROR" in message


def test_without_a_mirror_the_mirror_is_not_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMARTCHARGE_MIRROR", raising=False)
    fetcher = Fetcher(listing("mirror"), tmp_path / "cache", lambda _: None)
    with pytest.raises(DataError, match="could not be had"):
        fetcher.get(ENTRY)


def test_a_wasm_wheel_that_differs_from_the_official_lock_is_refused() -> None:
    listed = sources.load()
    official = {
        "packages": {entry.package: {"file_name": entry.file, "sha256": "0" * 64} for entry in listed.files}
    }
    with pytest.raises(DataError, match=r"numpy-2\.4\.3.*Pyodide's lock says 0000"):
        sources.check_official(listed, official)


def test_the_list_refuses_an_unknown_key_and_a_file_listed_twice(tmp_path: Path) -> None:
    text = sources.LIST.read_text("utf-8")
    bad = tmp_path / "sources.toml"
    bad.write_text(text.replace('bundle = "stdlib"', 'bundle = "stdlib"\ncolour = "red"'), "utf-8")
    with pytest.raises(DataError, match="colour"):
        sources.load(bad)
    bad.write_text(text + text[text.rindex("[[file]]") :], "utf-8")
    with pytest.raises(DataError, match="listed twice: et_xmlfile-2"):
        sources.load(bad)


def test_no_package_registry_is_named() -> None:
    text = sources.LIST.read_text("utf-8")
    assert not [host for host in ("pypi", "pythonhosted", "npmjs") if host in text]


def test_only_zones_used_here_and_no_tests_are_taken() -> None:
    listed = sources.load()
    zones, numpy = (next(e for e in listed.files if e.package == name) for name in ("tzdata", "numpy"))
    assert listed.takes(zones, "tzdata/zoneinfo/Europe/Amsterdam")
    assert not listed.takes(zones, "tzdata/zoneinfo/America/Lima")
    assert not listed.takes(numpy, "numpy/linalg/tests/test_linalg.py")
    assert listed.takes(numpy, "numpy/_core/tests/_natype.py")


def test_a_zip_depends_on_its_members_only(tmp_path: Path) -> None:
    members = [("a/x.py", b"x = 1\n"), ("b.json", b"{}")]
    first = bundle.plain_zip(members)
    os.utime(tmp_path, (1, 1))
    assert bundle.plain_zip(members) == first
    assert bundle.plain_zip([("a/x.py", b"x = 2\n"), ("b.json", b"{}")]) != first


def test_without_generated_data_the_build_says_which_command_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "PACKAGE", tmp_path)
    bundler = bundle.Bundler(Fetcher(sources.load(), tmp_path / "files"), tmp_path / "bundles")
    with pytest.raises(DataError, match=r"_data is not complete\. Run `make data`"):
        bundler.own_package()


def test_our_bundle_takes_engine_bridge_and_data_and_leaves_build_code_and_yaml(tmp_path: Path) -> None:
    for name in (
        "engine/a.py", "web/bridge.py", "web/page.py", "web/js/worker.js", "runtime/build.py", "loader.py",
        "definitions/x.yaml", "_data/networks/n.json", "schemas/s.json",
    ):  # fmt: skip
        path = tmp_path / "calculators" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")
    names = [name for name, _ in bundle.own_members(tmp_path / "calculators")]
    wanted = ["_data/networks/n.json", "engine/a.py", "web/bridge.py"]
    assert names == [f"calculators/{name}" for name in wanted]
