"""Both tiers start in Node from build/runtime, as they do in a browser, and compute what CPython computes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandapower
import pandapower.networks

from calculators.runtime.build import CACHE
from calculators.runtime.bundle import Bundler
from calculators.runtime.fetch import Fetcher
from calculators.runtime.sources import load

ROOT = Path(__file__).parents[2]


def ask(tier: str, script: str) -> Any:
    """Return what `answer` holds after `script` ran in the tier's Python."""
    command = ["node", str(Path(__file__).with_name("load.mjs")), str(ROOT / "build" / "runtime"), tier]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_core_has_numpy_the_bridge_and_european_summer_time_from_bytecode_alone() -> None:
    answer = ask(
        "core",
        """
import datetime, importlib.util, json, zoneinfo
import numpy
import calculators.web.bridge
day = datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Amsterdam"))
answer = {
    "version": numpy.__version__,
    "solution": numpy.linalg.solve([[3.0, 1.0], [1.0, 2.0]], [9.0, 8.0]).tolist(),
    "offset_h": day.utcoffset().total_seconds() / 3600,
    "files": [json.__file__, numpy.__file__, calculators.web.bridge.__file__],
    "pandas": importlib.util.find_spec("pandas") is not None,
    "refusal": json.loads(calculators.web.bridge.run("no-such-calculator", "{}"))["ok"],
}
""",
    )
    assert answer["version"] == np.__version__
    np.testing.assert_allclose(answer["solution"], [2.0, 3.0], rtol=1e-12)
    assert answer["offset_h"] == 2
    assert all(path.endswith(".pyc") for path in answer["files"])
    assert answer["pandas"] is False
    assert answer["refusal"] is False


def test_grid_runs_pandapower_on_the_33_bus_case_as_native_does() -> None:
    net = pandapower.networks.case33bw()
    text = pandapower.to_json(net)
    pandapower.runpp(net, numba=False)
    answer = ask(
        "grid",
        f"""
import pandapower
net = pandapower.from_json_string({text!r})
pandapower.runpp(net, numba=False)
answer = [pandapower.__version__, net.res_bus.vm_pu.tolist(), net.res_line.loading_percent.tolist()]
""",
    )
    assert answer[0] == pandapower.__version__
    np.testing.assert_allclose(answer[1], net.res_bus.vm_pu, rtol=0, atol=1e-9)
    np.testing.assert_allclose(answer[2], net.res_line.loading_percent, rtol=1e-9)


def test_compiling_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    fetcher = Fetcher(load(), CACHE / "files")
    bundles = [Bundler(fetcher, tmp_path / name, lambda _: None).third_party("tzdata") for name in "ab"]
    assert bundles[0] != bundles[1]
    assert bundles[0].read_bytes() == bundles[1].read_bytes()
    assert bundles[0].read_bytes() == Bundler(fetcher, CACHE / "bundles").third_party("tzdata").read_bytes()
