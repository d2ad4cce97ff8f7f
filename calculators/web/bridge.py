"""What the worker calls in the browser: JSON text in, JSON text out, never an exception."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from calculators.engine.errors import SmartChargeError

Report = Callable[[int, int, str], bool]


def _refusal(kind: str, problems: list[dict[str, str]]) -> str:
    return json.dumps({"ok": False, "error": {"kind": kind, "problems": problems}}, ensure_ascii=False)


def guarded(work: Callable[[], dict[str, Any]]) -> str:
    """Run `work` and answer with its result or with what went wrong, as JSON text."""
    try:
        return json.dumps({"ok": True, "result": work()}, ensure_ascii=False, allow_nan=False)
    except SmartChargeError as error:
        return _refusal(error.kind, [problem.as_dict() for problem in error.problems])
    except MemoryError:
        message = "The browser has no memory left for this calculation."
        fix = "Choose a smaller network or a shorter period."
        return _refusal("input", [{"code": "memory", "message": message, "where": "", "smallest_fix": fix}])
    except Exception as error:  # the worker must always get an answer; the page says it is our fault
        message = f"{type(error).__name__}: {error}"
        return _refusal("bug", [{"code": "bug", "message": message, "where": "", "smallest_fix": ""}])


def _pause() -> None:
    """Let the worker see a waiting message, where the browser can suspend WebAssembly."""
    try:
        from pyodide.ffi import can_run_sync, run_sync
    except ImportError:
        return
    if can_run_sync():
        import asyncio

        run_sync(asyncio.sleep(0))


def reporter(report: Report | None) -> Callable[[int, int], bool] | None:
    if report is None:
        return None

    def step(done: int, total: int) -> bool:
        _pause()
        return bool(report(int(done), int(total), "run"))

    return step


def _content(files: Any) -> dict[str, bytes]:
    """Return the files of a JavaScript object as bytes by name."""
    plain = files.to_py() if hasattr(files, "to_py") else files or {}
    return {name: bytes(content) for name, content in plain.items()}


def run(calculator: str, request: str, files: Any = None, report: Report | None = None) -> str:
    """Run one calculator.

    Parameters
    ----------
    calculator : str
        Id of the calculator.
    request : str
        JSON object with `inputs`, and optionally `lang` and `seed`.
    files : mapping or JavaScript object, optional
        Bytes of each file by input name.
    report : callable, optional
        `report(done, total, stage) -> bool`, called between chunks of work; False stops the run.

    Returns
    -------
    str
        JSON object: ``{"ok": true, "result": ...}`` or
        ``{"ok": false, "error": {"kind": ..., "problems": [...]}}``.
    """

    def work() -> dict[str, Any]:
        from calculators import registry

        asked = json.loads(request)
        result: dict[str, Any] = registry.run(
            calculator,
            asked.get("inputs", {}),
            seed=asked.get("seed", 1),
            lang=asked.get("lang", "en"),
            progress=reporter(report),
            files=_content(files),
        )
        return result

    return guarded(work)


def compare(request: str) -> str:
    """Put up to four results side by side.

    Parameters
    ----------
    request : str
        JSON object with `results` (of `run`), `names` and optionally `lang`.

    Returns
    -------
    str
        JSON object as of `run`.
    """

    def work() -> dict[str, Any]:
        from calculators.compare import compare as side_by_side

        asked = json.loads(request)
        return side_by_side(asked["results"], asked["names"], asked.get("lang", "en"))

    return guarded(work)


def audit(name: str, content: Any) -> str:
    """Say what is in a network file and what looks wrong.

    Parameters
    ----------
    name : str
        Name of the file.
    content : bytes or JavaScript array
        Its content.

    Returns
    -------
    str
        JSON object as of `run`; the result is that of `calculators.adapters.audit`.
    """

    def work() -> dict[str, Any]:
        from calculators.adapters.audit import audit as look
        from calculators.adapters.files import read_tables

        return look(read_tables(name, _content({"file": content})["file"])).as_dict()

    return guarded(work)


def recheck(calculator: str, request: str, files: Any) -> str:
    """Calculate the hour with the lowest voltage once more with pandapower; needs the tier "grid".

    Parameters
    ----------
    calculator : str
        A calculator that takes a network and can name its worst moment.
    request, files
        As of `run`; the network must be the user's own file.

    Returns
    -------
    str
        JSON object as of `run`; the result is that of `calculators.adapters.recheck`.
    """

    def work() -> dict[str, Any]:
        import numpy as np

        from calculators import registry
        from calculators.adapters.files import read_tables
        from calculators.adapters.recheck import recheck as beside
        from calculators.engine.neighbourhood.impact import worst_step
        from calculators.inputs import check_inputs

        asked, given = json.loads(request), _content(files)
        declared = registry.definition(calculator)
        values = check_inputs(declared, asked["inputs"], given)
        arguments = registry.arguments_of(declared, values, given)
        p_kw, q_kvar = worst_step(**arguments, rng=np.random.default_rng(asked.get("seed", 1)))
        (name, content), *_ = given.items()
        return vars(beside(read_tables(values[name], content), p_kw, q_kvar))

    return guarded(work)
