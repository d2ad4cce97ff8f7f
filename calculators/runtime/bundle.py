"""Makes the zip bundles: chosen members of wheels, compiled by the browser's own Python, same bytes each time."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from calculators.engine.errors import DataError, Problem
from calculators.runtime.fetch import Fetcher
from calculators.runtime.sources import SourceFile

PACKAGE = Path(__file__).resolve().parents[1]
SITE_PACKAGES = "/lib/python3.14/site-packages"
STDLIB = "/lib/python314.zip"
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
# Parts of our own package that never run in a browser.
DEVELOPER_ONLY = ("runtime/", "web/", "planner/", "knowledge/", "cli", "loader.py")
WEB_PARTS = ("web/__init__.py", "web/bridge.py", "web/tender_bridge.py")


class Bundler:
    """Turns listed files and our own package into compiled zips kept in a cache.

    Parameters
    ----------
    fetcher : Fetcher
        Where the files come from.
    cache : Path
        Folder of finished bundles; the name is the hash of everything that decides the content.
    say : callable
        Receives one line per long step.
    """

    def __init__(self, fetcher: Fetcher, cache: Path, say: Callable[[str], None] = print) -> None:
        self.fetcher, self.cache, self.say = fetcher, cache, say
        self.sources = fetcher.sources

    def third_party(self, name: str) -> Path:
        """Return the compiled zip of one bundle of `sources.toml`."""
        entries = self.sources.of(name)
        recipe = [self.sources.drop, self.sources.keep, [[e.file, e.sha256, e.only, e.drop] for e in entries]]
        location = STDLIB if name == "stdlib" else SITE_PACKAGES
        return self._compiled(name, json.dumps(recipe), lambda: self._members(entries), location)

    def own_package(self) -> Path:
        """Return the compiled zip of the package `calculators` with its data.

        Raises
        ------
        DataError
            If `calculators/_data` was not generated.
        """
        data = PACKAGE / "_data"
        if not (data / "definitions.json").exists() or not any(data.glob("networks/*.json")):
            raise DataError(
                Problem(
                    "data-missing", "calculators/_data is not complete.", "calculators", "Run `make data`."
                )
            )
        members = own_members(PACKAGE)
        recipe = hashlib.sha256()
        for member, content in members:
            recipe.update(f"{member}\0{len(content)}\0".encode() + content)
        return self._compiled("smartcharge", recipe.hexdigest(), lambda: members, SITE_PACKAGES)

    def _members(self, entries: Iterable[SourceFile]) -> list[tuple[str, bytes]]:
        members: dict[str, bytes] = {}
        for entry in entries:
            with zipfile.ZipFile(self.fetcher.get(entry)) as archive:
                for member in archive.namelist():
                    if self.sources.takes(entry, member):
                        if member in members:
                            raise DataError(f"two files of one bundle hold {member}; one is {entry.file}.")
                        members[member] = archive.read(member)
        return sorted(members.items())

    def _compiled(
        self, name: str, recipe: str, members: Callable[[], list[tuple[str, bytes]]], location: str
    ) -> Path:
        tools = [Path(__file__).with_name(file).read_text("utf-8") for file in ("bytecode.py", "compile.mjs")]
        key = hashlib.sha256("\0".join([self.sources.pyodide_version, location, recipe, *tools]).encode())
        target = self.cache / f"{name}.{key.hexdigest()[:32]}.zip"
        if target.exists():
            return target
        self.say(f"[runtime] compiling {name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            source, compiled = Path(folder) / "source.zip", target.with_suffix(".partial")
            source.write_bytes(plain_zip(members()))
            self._compile(source, compiled, location)
            compiled.replace(target)
        return target

    def _compile(self, source: Path, target: Path, location: str) -> None:
        core = [self.fetcher.get(entry) for entry in self.sources.files if entry.kind == "core"]
        with tempfile.TemporaryDirectory() as folder:
            for path in core:
                (Path(folder) / path.name).symlink_to(path.resolve())
            script = Path(__file__).with_name("compile.mjs")
            stdlib = Path(folder) / "python_stdlib.zip"
            command = ["node", str(script), f"{folder}/", str(stdlib), str(source), str(target), location]
            try:
                done = subprocess.run(command, capture_output=True, text=True, check=False)
            except FileNotFoundError as error:
                raise DataError("node is not installed. Install Node 20 or newer.") from error
        if done.returncode:
            raise DataError(f"compiling to bytecode failed: {done.stderr.strip()[-600:]}")


def own_members(package: Path) -> list[tuple[str, bytes]]:
    """Return the members of our own bundle, sorted.

    Parameters
    ----------
    package : Path
        Folder of the package `calculators`.

    Returns
    -------
    list of (str, bytes)
        Python files that can run in a browser and every JSON file of `_data`.
    """
    members = []
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        code = path.suffix == ".py" and (name in WEB_PARTS or not name.startswith(DEVELOPER_ONLY))
        data = path.suffix == ".json" and name.startswith("_data/")
        if code or data:
            members.append((f"{package.name}/{name}", path.read_bytes()))
    return members


def plain_zip(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return an uncompressed zip whose bytes depend on the members only."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()
