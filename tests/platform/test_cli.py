"""The terminal: exit codes, formats and messages, run as a person runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from calculators import registry

SMALL = ["--set", "network=kerber-rural-cable", "--set", "n_draws=3"]


def smartcharge(*arguments, cwd=None):
    return subprocess.run(
        [str(Path(sys.executable).with_name("smartcharge")), *arguments],
        capture_output=True, text=True, cwd=cwd, timeout=120, check=False,
    )  # fmt: skip


def test_list_names_the_calculators():
    done = smartcharge("list")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(registry.list_definitions())


def test_run_works_from_an_empty_folder_and_gives_the_contract_json(tmp_path):
    done = smartcharge("run", "neighbourhood-grid-impact", *SMALL, "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["calculator"] == "neighbourhood-grid-impact"


def test_text_starts_with_the_answer_and_ends_with_its_provenance():
    done = smartcharge("run", "neighbourhood-grid-impact", *SMALL)
    lines = done.stdout.splitlines()
    assert "electric cars" in lines[0]
    assert lines[-1].startswith("engine 0.1.0, data ")


def test_csv_repeats_inputs_versions_and_hash_in_its_header(tmp_path):
    out = tmp_path / "result.csv"
    assert (
        smartcharge(
            "run", "neighbourhood-grid-impact", *SMALL, "--format", "csv", "--out", str(out)
        ).returncode
        == 0
    )
    text = out.read_text()
    assert "# input network,kerber-rural-cable" in text
    assert "# scenario_hash," in text


def test_a_scenario_file_gives_the_same_result_as_its_inputs(tmp_path):
    saved = tmp_path / "scenario.json"
    saved.write_text(
        json.dumps(
            {
                "calculator": "neighbourhood-grid-impact",
                "inputs": {"network": "kerber-rural-cable", "n_draws": 3},
                "seed": 5,
            }
        )
    )
    by_file = smartcharge("run", "neighbourhood-grid-impact", "--scenario", str(saved), "--format", "json")
    by_hand = smartcharge("run", "neighbourhood-grid-impact", *SMALL, "--seed", "5", "--format", "json")
    assert by_file.stdout == by_hand.stdout
    assert by_file.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nothing"], "there is no calculator 'nothing'"),
        (["run", "neighbourhood-grid-impact", "--set", "ev_share_percent=lots"], "it must be a number"),
        (["run", "neighbourhood-grid-impact", "--set", "ev_share_percent"], "is not NAME=VALUE"),
        (["run", "neighbourhood-grid-impact", "--lang", "xx"], "'xx' is not a language here"),
        (["run", "neighbourhood-grid-impact", "--network", "missing.json"], "missing.json: No such file"),
        (["network", "check", "missing.json"], "missing.json: No such file"),
    ],
)
def test_what_the_user_can_fix_ends_with_2_and_one_message(arguments, message):
    done = smartcharge(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
