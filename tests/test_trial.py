"""Is a trial what it was made of?"""

import pickle

import pytest

from bayesopt_from_scratch import Trial


def test_a_trial_runs_until_told() -> None:
    trial = Trial(3, {"x": 1.0})
    assert (trial.state, trial.value, trial.error, trial.seconds) == ("running", None, None, None)
    assert trial == Trial(3, {"x": 1.0}, "running", None, None, None) != Trial(4, {"x": 1.0})
    with pytest.raises(AttributeError):
        trial.number = 4  # type: ignore[misc]


def test_what_was_asked_outlives_what_is_done_to_params() -> None:
    trial = Trial(3, {"x": 1.0})
    trial.params.clear()
    assert trial.asked == {"x": 1.0} == pickle.loads(pickle.dumps(trial)).asked and trial.params == {}
    assert "asked" not in repr(trial)
