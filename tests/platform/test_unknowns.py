"""An input nobody knows widens the band and says by how much."""

import numpy as np
import pytest

from calculators import registry, unknowns
from calculators.engine.errors import InputError
from calculators.engine.outcome import Estimate, Outcome

ID = "neighbourhood-grid-impact"
SMALL = {"network": "kerber-rural-cable", "n_draws": 5}
DECLARED = {
    "inputs": [
        {"name": "a", "kind": "number", "unknown": {"low": 0.0, "high": 10.0}},
        {"name": "b", "kind": "integer", "unknown": {"low": 1, "high": 6}},
    ],
    "results": [{"name": "y"}],
}


def _double(chosen, progress):
    value = 2 * chosen["a"] + chosen.get("b", 0)
    return Outcome("fits", {"y": Estimate(value, value - 1, value + 1)})


def test_the_middle_fifths_of_the_range_are_tried_and_pooled():
    outcome, widened = unknowns.run(DECLARED, {"a": "unknown", "b": 3}, _double, seed=1, progress=None)
    # tried: 1, 3, 5, 7, 9, so the result is 2 to 18 with a middle of 10, each with a band of +-1
    assert outcome.values["y"].value == pytest.approx(10.0)
    assert widened == [
        {"name": "a", "low": 0.0, "high": 10.0, "result": "y", "known": [9.0, 11.0],
         "unknown": [outcome.values["y"].p10, outcome.values["y"].p90]}
    ]  # fmt: skip
    assert 1.0 <= outcome.values["y"].p10 <= 3.0
    assert 17.0 <= outcome.values["y"].p90 <= 19.0


def test_two_unknown_inputs_move_together_and_each_fifth_is_used_once():
    seen = []

    def keep(chosen, progress):
        seen.append(chosen)
        return _double(chosen, progress)

    unknowns.run(DECLARED, {"a": "unknown", "b": "unknown"}, keep, seed=1, progress=None)
    assert sorted(point["a"] for point in seen) == [1.0, 3.0, 5.0, 7.0, 9.0]
    assert sorted(point["b"] for point in seen) == [2, 2, 4, 4, 6] or len({point["b"] for point in seen}) >= 4


def test_progress_runs_over_all_points_and_stopping_keeps_what_was_finished():
    seen = []

    def slow(chosen, progress):
        going = progress(1, 1)
        return Outcome("fits", {"y": Estimate(chosen["a"])}, partial=not going)

    def progress(done, total):
        seen.append((done, total))
        return done < 3

    outcome, _ = unknowns.run(DECLARED, {"a": "unknown", "b": 1}, slow, seed=1, progress=progress)
    assert seen == [(1, 5), (2, 5), (3, 5)]
    assert outcome.partial


def test_a_real_calculator_says_what_not_knowing_costs():
    known = registry.run(ID, SMALL)
    result = registry.run(ID, {**SMALL, "charger_kw": "unknown"})
    (note,) = result["unknown"]
    assert (note["name"], note["low"], note["high"]) == ("charger_kw", 3.7, 22.0)
    assert np.diff(note["unknown"]) > np.diff(note["known"])
    assert result["inputs"]["charger_kw"] == "unknown"
    assert result["changed_inputs"] == ["network", "charger_kw", "n_draws"]
    assert known["unknown"] == [] and known["scenario_hash"] != result["scenario_hash"]


def test_an_input_that_must_be_known_is_refused():
    with pytest.raises(InputError, match="Homes with an electric car"):
        registry.run(ID, {"ev_share_percent": "unknown"})
