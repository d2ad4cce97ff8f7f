"""The validation table: one row per check of a published target; a target without a check fails the run.

A target that cannot be checked yet says why in `not_set_up` and is listed with that verdict.

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
    return next((name for name in names if test.startswith(f"{_words(name)}_")), None)


def _words(name):
    return name.replace("-", "_").replace(".", "_")


@pytest.fixture(scope="session")
def targets():
    return _targets()


def pytest_collection_modifyitems(config, items):
    own = [item for item in items if Path(item.fspath).parent == Path(__file__).parent]
    names = _targets()
    checked = {_target_of(item.nodeid, names) for item in own}
    whole = not any("::" in argument or argument.endswith(".py") for argument in config.args)
    if own and whole and not config.option.keyword:
        waived = {name for name, entry in names.items() if entry.get("not_set_up")}
        missing = sorted(set(names) - checked - waived)
        if missing:
            raise pytest.UsageError(f"validation targets without a check: {', '.join(missing)}")
        both = sorted(waived & checked)
        if both:
            raise pytest.UsageError(f"validation targets with a check and not_set_up: {', '.join(both)}")


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
    for entry in names.values():
        if entry.get("not_set_up"):
            terminalreporter.write_line(
                f"{entry['id']:9} {entry['area']:15} not set up  {entry['title']}: {entry['not_set_up']}"
            )
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
