"""Assembles the self-hosted Pyodide distribution: ``python -m calculators.runtime.build --out build/runtime``.

What a page does with it (all paths are relative to the folder of the manifest)::

    const root = new URL("runtime/", site);
    const manifest = await (await fetch(new URL("manifest.json", root))).json();
    const at = (path) => new URL(path, root).href;
    const { loadPyodide } = await import(at(manifest.pyodide.index + "pyodide.mjs"));
    const python = await loadPyodide({
      indexURL: at(manifest.pyodide.index),    // pyodide.<hash>/
      stdLibURL: at(manifest.pyodide.stdlib),  // stdlib.<hash>.zip, bytecode only
      lockFileURL: at(manifest.lock),          // lock.<hash>.json, only what is here
      packageBaseUrl: root.href,               // where the bundles lie
    });
    await python.loadPackage(manifest.tiers.core.packages);  // or .grid, which includes core

`manifest.pyodide.files` and `manifest.tiers.<tier>.files` are lists of `{path, bytes}` to fetch ahead with
progress; `bytes` and `bytes_gzip` of a tier include the interpreter. Names carry the hash of the content, so
everything but `manifest.json` may be cached for ever. `x.gz` and `x.br` beside `x` are for hosts that serve
precompressed files.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from calculators import __version__
from calculators.engine.errors import DataError, Problem
from calculators.runtime import sources as listing
from calculators.runtime.bundle import Bundler
from calculators.runtime.fetch import ROOT, Fetcher
from calculators.runtime.sources import Sources

CACHE = ROOT / ".cache" / "runtime"
HASH_CHARS = 16
PACKED_SUFFIXES = (".mjs", ".wasm", ".json")  # zips are compressed already
LONG_STEP_BYTES = 1_000_000  # compressing more than this takes seconds and says so
OWN = "smartcharge"


def build(out: Path, cache: Path = CACHE, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Write the distribution into `out` and return its manifest.

    Parameters
    ----------
    out : Path
        Folder to fill. Files of earlier builds are removed once the new manifest stands.
    cache : Path
        Downloads and compiled bundles, kept between builds.
    say : callable
        Receives progress lines.

    Raises
    ------
    DataError
        If a file cannot be had, does not match its hash, or the generated data is missing.
    """
    sources = listing.load()
    fetcher = Fetcher(sources, cache / "files", say)
    waiting = [entry for entry in sources.files if not fetcher.cached(entry).exists()]
    for done, entry in enumerate(waiting, 1):
        say(f"[runtime] file {done} of {len(waiting)}: {entry.file}")
        fetcher.get(entry)
    official = listing.read_lock(fetcher.get(sources.of("lock")[0]))
    listing.check_official(sources, official)
    bundler = Bundler(fetcher, cache / "bundles", say)
    writer = _Writer(out, cache / "packed", say)

    core = {entry.file: fetcher.get(entry).read_bytes() for entry in sources.of("core")}
    index = f"pyodide.{_hash(*core.values())}/"
    for name, content in core.items():
        writer.add(index + name, content)
    stdlib = writer.add_hashed("stdlib", ".zip", bundler.third_party("stdlib").read_bytes())
    interpreter = list(writer.files)

    names = list(dict.fromkeys(name for tier in sources.tiers.values() for name in tier))
    bundles = {
        name: writer.add_hashed(name, ".zip", bundler.third_party(name).read_bytes()) for name in names
    }
    bundles[OWN] = writer.add_hashed(OWN, ".zip", bundler.own_package().read_bytes())
    lock = subset_lock(
        official["info"], {name: (path, out / path) for name, path in bundles.items()}, sources
    )
    lock_path = writer.add_hashed("lock", ".json", _json(lock))
    interpreter.append(lock_path)

    tiers = {}
    for tier, members in sources.tiers.items():
        packages = [*members, OWN]
        paths = [bundles[name] for name in packages]
        tiers[tier] = {
            "packages": packages,
            "files": writer.sizes(paths),
            "bytes": writer.total([*interpreter, *paths], "bytes"),
            "bytes_gzip": writer.total([*interpreter, *paths], "bytes_gzip"),
        }
    manifest = {
        "build_id": _hash(_json(writer.files)),
        "pyodide": {
            "version": sources.pyodide_version,
            "index": index,
            "stdlib": stdlib,
            "files": writer.sizes(interpreter),
        },
        "lock": lock_path,
        "tiers": tiers,
        "files": writer.files,
    }
    provenance = [
        {key: value for key, value in asdict(e).items() if key not in ("only", "drop")} for e in sources.files
    ]
    writer.write("provenance.json", _json(provenance))
    writer.write("manifest.json", _json(manifest))
    writer.remove_others()
    return manifest


def subset_lock(
    info: dict[str, Any], bundles: dict[str, tuple[str, Path]], sources: Sources
) -> dict[str, Any]:
    """Return a Pyodide lock that lists exactly the given bundles.

    Parameters
    ----------
    info : dict
        `info` of Pyodide's own lock: interpreter and ABI the bundles belong to.
    bundles : dict
        Name to (file name in the lock, path of the file).
    sources : Sources
        Gives the version of each bundle: that of its first file.
    """
    packages = {
        name: {
            "name": name,
            "version": sources.of(name)[0].version if sources.of(name) else __version__,
            "file_name": file_name,
            "install_dir": "site",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": [],
            "depends": [],
            "unvendored_tests": False,
        }
        for name, (file_name, path) in bundles.items()
    }
    return {"info": info, "packages": packages}


class _Writer:
    """Writes files, their packed siblings and the table of both."""

    def __init__(self, out: Path, packed: Path, say: Callable[[str], None]) -> None:
        self.out, self.packed, self.say = out, packed, say
        self.files: dict[str, dict[str, Any]] = {}
        self.written: set[Path] = set()

    def add_hashed(self, stem: str, suffix: str, content: bytes) -> str:
        """Write `stem.<hash><suffix>` and return its name."""
        name = f"{stem}.{_hash(content)}{suffix}"
        self.add(name, content)
        return name

    def add(self, name: str, content: bytes) -> None:
        """Write a file, with packed siblings where they are smaller, and note its size and hash."""
        path = self.write(name, content)
        small = len(content)
        if path.suffix in PACKED_SUFFIXES:
            for suffix, pack in ((".gz", _gzip), (".br", _brotli)):
                kept = self.packed / f"{hashlib.sha256(content).hexdigest()}{suffix}"
                if not kept.exists():
                    if len(content) > LONG_STEP_BYTES:
                        self.say(f"[runtime] compressing {path.name} ({suffix})")
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    partial = kept.with_suffix(".partial")
                    pack(path, partial)
                    partial.replace(kept)
                self.write(f"{name}{suffix}", kept.read_bytes())
            small = (self.out / f"{name}.gz").stat().st_size
        digest = hashlib.sha256(content).hexdigest()
        self.files[name] = {"bytes": len(content), "bytes_gzip": small, "sha256": digest}

    def write(self, name: str, content: bytes) -> Path:
        """Write one file, whole or not at all; an equal one is left alone."""
        path = self.out / name
        self.written.add(path)
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(path.name + ".partial")
            partial.write_bytes(content)
            partial.replace(path)
        return path

    def sizes(self, names: list[str]) -> list[dict[str, Any]]:
        """Return `{path, bytes}` of the named files."""
        return [{"path": name, "bytes": self.files[name]["bytes"]} for name in names]

    def total(self, names: list[str], key: str) -> int:
        """Return the summed size of the named files. [byte]"""
        return sum(int(self.files[name][key]) for name in names)

    def remove_others(self) -> None:
        """Remove what earlier builds left behind."""
        for path in sorted(self.out.rglob("*"), reverse=True):
            if path.is_file() and path not in self.written:
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def _gzip(source: Path, target: Path) -> None:
    target.write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))


def _brotli(source: Path, target: Path) -> None:
    """Compress with Node's own brotli; quality 10 costs ten seconds once for the interpreter."""
    script = (
        "const z=require('zlib'),f=require('fs'),c=z.constants;const[i,o]=process.argv.slice(1);"
        "f.writeFileSync(o,z.brotliCompressSync(f.readFileSync(i),"
        "{params:{[c.BROTLI_PARAM_QUALITY]:10,[c.BROTLI_PARAM_LGWIN]:22}}))"
    )
    try:
        subprocess.run(["node", "-e", script, str(source), str(target)], check=True)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise DataError(Problem("node", f"brotli by Node failed: {error}", "", "Install Node 20.")) from error


def _hash(*contents: bytes) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:HASH_CHARS]


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def main() -> int:
    """Build and print the sizes."""
    parser = argparse.ArgumentParser(description="Assemble the self-hosted Pyodide distribution.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "runtime")
    out = parser.parse_args().out
    start = time.perf_counter()
    try:
        manifest = build(out)
    except DataError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, entry in manifest["files"].items():
        print(f"{entry['bytes'] / 1e6:8.2f} MB {entry['bytes_gzip'] / 1e6:8.2f} MB gzip  {name}")
    for tier, entry in manifest["tiers"].items():
        print(f"{entry['bytes'] / 1e6:8.2f} MB {entry['bytes_gzip'] / 1e6:8.2f} MB gzip  tier {tier}")
    print(f"[runtime] {out} ready in {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
