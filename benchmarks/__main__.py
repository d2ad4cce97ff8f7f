"""Run every benchmark in one go: `python -m benchmarks`."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

from benchmarks import browser, calculators, charging, power_flow, timing

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    """Print the tables and write them to `results.json`."""
    print("[bench] calibration", flush=True)
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "calibration_s": round(timing.calibration(), 4),
        "tables": [],
    }
    for module in (power_flow, charging, calculators, browser):
        print(f"[bench] {module.__name__}", flush=True)
        found = module.table()
        report["tables"].append(found)
        print(f"\n{found['title']}")
        for key, value in found.items():
            if key not in ("title", "rows"):
                print(f"  {key}: {value}")
        for row in found["rows"]:
            extra = "".join(
                f"   {key} {value:.3g}" for key, value in row.items() if key not in ("who", "seconds")
            )
            print(f"  {row['who']:50} {row['seconds']:9.3f} s{extra}")
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(f"\nwritten: {RESULTS.name}")


if __name__ == "__main__":
    main()
