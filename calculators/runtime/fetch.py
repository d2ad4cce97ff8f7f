"""Brings each listed file into a cache keyed by SHA-256, trying its places in order; nothing comes twice."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

from calculators.engine.errors import DataError, Problem
from calculators.runtime.sources import SourceFile, Sources

ROOT = Path(__file__).resolve().parents[2]
MIRROR = "SMARTCHARGE_MIRROR"
TIMEOUT_S = 60


class PlaceError(Exception):
    """A place cannot give the file; the next one is tried."""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Fetcher:
    """Gets listed files.

    Parameters
    ----------
    sources : Sources
        The list of files and places.
    cache : Path
        Folder that outlives builds; files lie in `cache/<sha256>/<file>`.
    say : callable
        Receives one line per long step and per place that failed.
    """

    def __init__(self, sources: Sources, cache: Path, say: Callable[[str], None] = print) -> None:
        self.sources, self.cache, self.say = sources, cache, say
        self._places: dict[str, Callable[[SourceFile, Path], Path]] = {
            "mirror": self._mirror,
            "npm": self._npm,
            "pip": self._pip,
            "carrier": self._carrier,
            "upstream": self._upstream,
        }

    def cached(self, entry: SourceFile) -> Path:
        """Return where a file lies once it is here."""
        return self.cache / entry.sha256 / entry.file

    def get(self, entry: SourceFile) -> Path:
        """Return the path of a file whose SHA-256 has been checked.

        Raises
        ------
        DataError
            If no place has the file; says for each place why.
        """
        path = self.cached(entry)
        if path.exists() and sha256(path) == entry.sha256:
            return path
        places = [
            name for name in self.sources.order[entry.kind] if name != "mirror" or os.environ.get(MIRROR)
        ]
        reasons = []
        for position, name in enumerate(places, 1):
            try:
                with tempfile.TemporaryDirectory() as folder:
                    self._keep(self._places[name](entry, Path(folder)), entry)
                return path
            except PlaceError as error:
                reasons.append(f"{name}: {error}")
                then = f"trying {places[position]}" if position < len(places) else "no place is left"
                self.say(f"[runtime] {entry.file}: {name} failed ({error}); {then}")
        raise DataError(
            Problem(
                "runtime-file",
                f"{entry.file} could not be had. " + "; ".join(reasons) + ".",
                "calculators/runtime/sources.toml",
                f"Put the file in a folder and set {MIRROR} to that folder.",
            )
        )

    def _keep(self, found: Path, entry: SourceFile) -> None:
        """Move a file into the cache if it is the right one."""
        got = sha256(found)
        if got != entry.sha256:
            raise PlaceError(f"SHA-256 is {got[:12]}…, {entry.sha256[:12]}… is wanted")
        path = self.cached(entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        shutil.copyfile(found, partial)
        partial.replace(path)

    def _mirror(self, entry: SourceFile, _folder: Path) -> Path:
        path = Path(os.environ[MIRROR]) / entry.file
        if not path.is_file():
            raise PlaceError(f"no such file in {path.parent}")
        return path

    def _npm(self, entry: SourceFile, folder: Path) -> Path:
        place = self.sources.places["npm"]
        installed = ROOT / "node_modules" / place["package"] / entry.file
        if installed.is_file() and sha256(installed) == entry.sha256:
            return installed
        package = f"{place['package']}@{place['version']}"
        self.say(f"[runtime] npm package {package} (6 MB)")
        _run(["npm", "pack", "--silent", "--pack-destination", str(folder), package])
        archive = next(folder.glob("*.tgz"), None)
        if archive is None:
            raise PlaceError(f"npm pack {package} wrote no file")
        target = folder / entry.file
        with tarfile.open(archive) as content:
            try:
                member = content.extractfile(f"package/{entry.file}")
            except KeyError as error:
                raise PlaceError(f"{archive.name} does not hold it") from error
            target.write_bytes(member.read() if member else b"")
        return target

    def _pip(self, entry: SourceFile, folder: Path) -> Path:
        return _pip_download(entry.package, entry.version, entry.sha256, folder, _tags(entry.file))

    def _carrier(self, entry: SourceFile, folder: Path) -> Path:
        place = self.sources.places["carrier"]
        self.say(f"[runtime] WebAssembly wheels out of {place['package']} {place['version']} (106 MB, once)")
        carrier = _pip_download(place["package"], place["version"], place["sha256"], folder)
        with zipfile.ZipFile(carrier) as archive:
            for other in self.sources.files:
                member = f"{place['folder']}/{other.file}"
                if other.kind == "wasm" and member in archive.namelist():
                    target = folder / other.file
                    target.write_bytes(archive.read(member))
                    if other != entry and not self.cached(other).exists() and sha256(target) == other.sha256:
                        self._keep(target, other)
        if not (folder / entry.file).exists():
            raise PlaceError(f"{carrier.name} does not hold it")
        return folder / entry.file

    def _upstream(self, entry: SourceFile, folder: Path) -> Path:
        url = f"{self.sources.places['upstream']['folder']}/{entry.file}"
        target = folder / entry.file
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer, target.open("wb") as stream:
                shutil.copyfileobj(answer, stream)
        except (urllib.error.URLError, TimeoutError) as error:
            raise PlaceError(f"{url}: {getattr(error, 'reason', error)}") from error
        return target


def _tags(wheel: str) -> list[str]:
    """Return what pip must be told to give a wheel made for one platform, whatever this one is."""
    python, abi, platforms = wheel.removesuffix(".whl").split("-")[-3:]
    if platforms == "any":
        return []
    version = python.removeprefix("cp")
    named = [text for platform in platforms.split(".") for text in ("--platform", platform)]
    return [*named, "--implementation", "cp", "--python-version", version, "--abi", abi]


def _pip_download(
    package: str, version: str, digest: str, folder: Path, tags: list[str] | None = None
) -> Path:
    """Download exactly one wheel with pip, by hash."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{package}=={version} --hash=sha256:{digest}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += tags or []
    _run([*command, "--only-binary", ":all:", "--require-hashes", "-d", str(folder), "-r", str(wanted)])
    found = next(folder.glob("*.whl"), None)
    if found is None:
        raise PlaceError(f"pip wrote no wheel of {package} {version}")
    return found


def _run(command: list[str]) -> None:
    """Run a command; its last line of complaint becomes the reason."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    except FileNotFoundError as error:
        raise PlaceError(f"{command[0]} is not installed") from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise PlaceError(f"{Path(command[0]).name} said: {lines[-1].strip()}")
