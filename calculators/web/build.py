"""Bundles the page script, the worker and the charts: ``python -m calculators.web.build --out build/web``."""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENTRIES = {"app.js": "mount.js", "worker.js": "worker.js", "charts.js": "charts.js", "cases.js": "cases.js"}


def build(out: Path) -> dict[str, tuple[int, int]]:
    """Write app.js, worker.js, charts.js and app.css into `out`.

    Parameters
    ----------
    out : Path
        Folder to fill; made when missing.

    Returns
    -------
    dict
        File name to (bytes, bytes after gzip).

    Raises
    ------
    FileNotFoundError
        If esbuild is not installed.
    """
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists():
        raise FileNotFoundError(f"{esbuild} is missing. Run `npm ci` in {ROOT}.")
    out.mkdir(parents=True, exist_ok=True)
    for name, source in ENTRIES.items():
        subprocess.run(
            [
                str(esbuild),
                str(HERE / "js" / source),
                "--bundle",
                "--minify",
                "--format=esm",
                "--target=es2022",
                "--charset=utf8",
                "--legal-comments=none",
                "--log-level=warning",
                f"--outfile={out / name}",
            ],
            check=True,
            cwd=ROOT,
        )
    shutil.copyfile(HERE / "app.css", out / "app.css")
    files = [*ENTRIES, "app.css"]
    return {name: (len(raw := (out / name).read_bytes()), len(gzip.compress(raw, mtime=0))) for name in files}


def main() -> int:
    """Build and print the sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "web")
    for name, (size, packed) in build(parser.parse_args().out).items():
        sys.stdout.write(f"{name:10} {size / 1000:8.1f} kB {packed / 1000:8.1f} kB gzip\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
