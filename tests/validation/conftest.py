"""The validation table: one row per check of a published target; a target without a check fails the run.

A test belongs to the target whose id starts its name (`test_pf_01_...` checks `PF-01`). What it puts in
`record_property` (ours, theirs, tolerance) is printed beside the verdict.
"""

from pathlib import Path

import pytest

from calculators.loader import parse

TARGETS = Path(__file__).parent / "targets"


def _targets():
    return {path.stem: parse(path.read_text("utf-8"), path.name) for path in sorted(TARGETS.glob("*.yaml"))}


def _target_of(nodeid, names):
    test = nodeid.rpartition("::")[2].removeprefix("test_")
    return next((name for name in names if test.startswith(name.replace("-", "_").replace(".", "_"))), None)


@pytest.fixture(scope="session")
def targets():
    return _targets()


def pytest_collection_modifyitems(config, items):
    own = [item for item in items if Path(item.fspath).parent == Path(__file__).parent]
    names = _targets()
    checked = {_target_of(item.nodeid, names) for item in own}
    if own and not config.option.keyword and "::" not in "".join(config.args):
        missing = sorted(set(names) - checked)
        if missing:
            raise pytest.UsageError(f"validation targets without a check: {', '.join(missing)}")


def pytest_terminal_summary(terminalreporter):
    names = _targets()
    rows = {}
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            name = _target_of(report.nodeid, names) if "tests/validation" in report.nodeid else None
            if name and (report.when == "call" or outcome == "error"):
                rows.setdefault(name, []).append((outcome, dict(report.user_properties)))
    if not rows:
        return
    terminalreporter.section("validation targets")
    for name, checks in sorted(rows.items()):
        entry = names[name]
        good = sum(outcome == "passed" for outcome, _ in checks)
        verdict = "ok" if good == len(checks) else "FAILED"
        terminalreporter.write_line(
            f"{entry['id']:9} {entry['area']:15} {verdict:6} {good}/{len(checks)} checks  {entry['title']}"
        )
        for _, properties in checks:
            if properties:
                terminalreporter.write_line(
                    "          " + "  ".join(f"{key} {value}" for key, value in properties.items())
                )
